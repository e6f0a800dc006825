//! One line of IRC.

use core::fmt;

use wiretale_protocol::scan::{first, holds};

use crate::{Command, Tags, Wire};

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

/// The parameters of a line, split while they are walked. At most [`Params::MAX`]; the last takes what is left.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a> {
    rest: &'a [u8],
    // Where the first one ends: it is asked for again and again.
    first: usize,
}

/// Walks over [`Params`].
#[derive(Clone, Copy, Debug)]
pub struct ParamsIter<'a> {
    rest: &'a [u8],
    seen: usize,
}

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

impl<'a> Params<'a> {
    /// RFC 1459 section 2.3 allows fifteen.
    pub const MAX: usize = 15;

    /// The parameters in `rest`, which is what follows the command.
    #[must_use]
    #[inline]
    pub fn new(rest: &'a [u8]) -> Self {
        let mut iter = ParamsIter { rest, seen: 0 };
        iter.step();
        Self { rest, first: rest.len() - iter.rest.len() }
    }

    /// The same, where it is known that the first one takes so many bytes.
    #[inline]
    pub(crate) const fn with_first(rest: &'a [u8], first: usize) -> Self {
        Self { rest, first }
    }

    /// The first one and all that follows it, as they stand on the line.
    #[inline]
    pub(crate) fn split_first(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.rest.split_at_checked(self.first)
    }

    /// Walks over them.
    #[must_use]
    #[inline]
    pub const fn iter(&self) -> ParamsIter<'a> {
        ParamsIter { rest: self.rest, seen: 0 }
    }

    /// The `n`th, counted from 0.
    #[must_use]
    #[inline]
    pub fn get(&self, n: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.split_first()?;
        match n.checked_sub(1) {
            None => {
                let first = skip_spaces(first);
                if first.is_empty() { None } else { Some(first.strip_prefix(b":").unwrap_or(first)) }
            }
            Some(n) => ParamsIter { rest, seen: 1 }.nth(n),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&'a [u8]> {
        self.iter().last()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Did the last one stand behind a colon?
    #[must_use]
    pub fn has_trailing(&self) -> bool {
        let mut iter = self.iter();
        loop {
            let colon = skip_spaces(iter.rest).first() == Some(&b':');
            match iter.step() {
                Some((_, true)) => return colon,
                Some(_) => {}
                None => return false,
            }
        }
    }

    /// All of them as they stood on the line, spaces and colon included.
    #[must_use]
    pub const fn as_wire(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> ParamsIter<'a> {
    /// What was not walked over yet, without leading spaces and the colon: the words of a free-text command.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        let rest = skip_spaces(self.rest);
        rest.strip_prefix(b":").unwrap_or(rest)
    }

    /// The same, `n` parameters on.
    #[must_use]
    pub fn skipped(mut self, n: usize) -> Self {
        for _ in 0..n {
            self.next();
        }
        self
    }

    // The next parameter, and whether it is the trailing one.
    #[inline]
    fn step(&mut self) -> Option<(&'a [u8], bool)> {
        let rest = skip_spaces(self.rest);
        let (&first, after) = rest.split_first()?;
        if first == b':' || self.seen + 1 == Params::MAX {
            self.rest = &[];
            return Some((if first == b':' { after } else { rest }, true));
        }
        self.seen += 1;
        let (param, rest) = rest.split_at_checked(end(rest, *b" "))?;
        self.rest = rest;
        Some((param, false))
    }
}

impl<'a> Iterator for ParamsIter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.step().map(|(param, _)| param)
    }
}

impl<'a> IntoIterator for Params<'a> {
    type Item = &'a [u8];
    type IntoIter = ParamsIter<'a>;

    fn into_iter(self) -> ParamsIter<'a> {
        self.iter()
    }
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

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Wire)).finish()
    }
}

// Where the first of some bytes is, or the end.
#[inline(always)]
fn end<const N: usize>(text: &[u8], any: [u8; N]) -> usize {
    first(text, any).unwrap_or(text.len())
}

#[inline]
fn skip_spaces(mut bytes: &[u8]) -> &[u8] {
    while let Some((b' ', rest)) = bytes.split_first() {
        bytes = rest;
    }
    bytes
}
