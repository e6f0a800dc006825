//! One line of IRC.

use core::fmt;

use wiretale_protocol::scan::{first, holds};

use crate::{Command, Params, Tags, Wire};

/// One line, split into its parts: RFC 1459 section 2.3.1, with the tags of IRCv3 in front. Borrowed from the line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Tags; mostly none.
    pub tags: Tags<'a>,
    /// Who it comes from, where the line says so.
    pub prefix: Option<Prefix<'a>>,
    /// What it says.
    pub command: Command<'a>,
    /// Its parameters.
    pub params: Params<'a>,
    /// The line went on beyond what IRC allows (512 bytes, 8191 more for tags): this is its beginning.
    pub cut: bool,
}

/// Who sent a line: a server, a nick, or `nick!user@host`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prefix<'a>(pub &'a [u8]);

impl<'a> Message<'a> {
    /// The `n`th parameter, counted from 0; empty where there is none.
    #[must_use]
    #[inline]
    pub fn param(&self, n: usize) -> Wire<'a> {
        Wire(self.params.get(n).unwrap_or_default())
    }

    /// The sender; all empty where the line does not tell.
    #[must_use]
    #[inline]
    pub fn source(&self) -> Source<'a> {
        self.prefix.map_or_else(Source::default, Prefix::source)
    }
}

impl<'a> Prefix<'a> {
    /// The nick or the server's name: what stands before `!` or `@`.
    #[must_use]
    #[inline(always)]
    pub fn name(self) -> &'a [u8] {
        self.0.get(..end(self.0, *b"!@")).unwrap_or_default()
    }

    /// Name, user and host apart.
    #[must_use]
    #[inline(always)]
    pub fn source(self) -> Source<'a> {
        let (name, rest) = self.0.split_at_checked(end(self.0, *b"!@")).unwrap_or_default();
        let (user, host) = match rest {
            [b'!', rest @ ..] => match rest.split_at_checked(end(rest, *b"@")) {
                Some((user, [_, host @ ..])) => (user, host),
                _ => (rest, &[][..]),
            },
            [_, host @ ..] => (&[][..], host),
            [] => (&[][..], &[][..]),
        };
        Source { name: Wire(name), user: Wire(user), host: Wire(host) }
    }

    /// It can only be a server: there is a dot in it, and neither `!` nor `@`.
    #[must_use]
    pub fn is_server(self) -> bool {
        !holds(self.0, *b"!@") && holds(self.0, *b".")
    }
}

/// A sender: name, and user and host where known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Source<'a> {
    /// Nick or server name.
    pub name: Wire<'a>,
    /// User name.
    pub user: Wire<'a>,
    /// Host, as the network shows it.
    pub host: Wire<'a>,
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.tags.is_empty() {
            write!(f, "@{} ", Wire(self.tags.as_wire()))?;
        }
        if let Some(prefix) = self.prefix {
            write!(f, ":{} ", Wire(prefix.0))?;
        }
        write!(f, "{:?} {:?}", self.command, self.params)?;
        if self.cut { f.write_str(" (cut)") } else { Ok(()) }
    }
}

impl fmt::Debug for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Wire(self.0).fmt(f)
    }
}

// Where the first of some bytes is, or the end.
#[inline(always)]
fn end<const N: usize>(text: &[u8], any: [u8; N]) -> usize {
    first(text, any).unwrap_or(text.len())
}
