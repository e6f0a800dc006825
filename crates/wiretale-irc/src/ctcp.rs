//! Client-to-client protocol: what stands between `\x01` in a message.
//!
//! <https://modern.ircdocs.horse/ctcp.html>, and for its two levels of quoting the older "The Client-To-Client Protocol"
//! of Zeuge, Rollo and Mesander (1994).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use wiretale_protocol::scan;

/// A part of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<'a> {
    /// Words.
    Text(&'a [u8]),
    /// A CTCP message: verb, and what follows it. Still quoted at the CTCP level.
    Tagged {
        /// Its verb, as written.
        verb: &'a [u8],
        /// What follows the first space.
        args: &'a [u8],
    },
}

/// Cuts a message into words and CTCP messages. Only `\x01` makes one; the last may lack its closing one, where the
/// line was cut or the client is lax. The low level's quoting ([`dequote_low`]) is taken off before.
pub fn parts(text: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut left = text;
    let mut inside = false;
    core::iter::from_fn(move || {
        loop {
            if left.is_empty() {
                return None;
            }
            let end = scan::first(left, [DELIMITER]).unwrap_or(left.len());
            let (part, rest) = left.split_at_checked(end)?;
            let tagged = inside;
            inside = !inside;
            left = rest.get(1..).unwrap_or_default();
            if !part.is_empty() {
                return Some(if tagged { tagged_part(part) } else { Part::Text(part) });
            }
        }
    })
}

/// Takes off the low level's quoting: `\x10` before `0`, `n`, `r` or itself.
#[must_use]
pub fn dequote_low(text: &[u8]) -> Cow<'_, [u8]> {
    dequote(text, LOW_QUOTE, |byte| match byte {
        b'0' => 0,
        b'n' => b'\n',
        b'r' => b'\r',
        other => other,
    })
}

/// Takes off the CTCP level's quoting: `\a` is `\x01`, `\\` is one backslash. A backslash before anything else stays:
/// clients that do not quote send Windows paths.
#[must_use]
pub fn dequote_ctcp(text: &[u8]) -> Cow<'_, [u8]> {
    if !scan::holds(text, *b"\\") {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut left = text;
    while let Some((&byte, rest)) = left.split_first() {
        let (byte, rest) = match (byte, rest.split_first()) {
            (b'\\', Some((b'a', rest))) => (DELIMITER, rest),
            (b'\\', Some((b'\\', rest))) => (b'\\', rest),
            _ => (byte, rest),
        };
        plain.push(byte);
        left = rest;
    }
    Cow::Owned(plain)
}

/// Could there be CTCP or its quoting in these words?
#[inline]
pub(crate) fn is_plain(text: &[u8]) -> bool {
    !scan::holds(text, [DELIMITER, LOW_QUOTE])
}

fn tagged_part(part: &[u8]) -> Part<'_> {
    let end = scan::first(part, *b" ").unwrap_or(part.len());
    let (verb, rest) = part.split_at_checked(end).unwrap_or((part, &[]));
    Part::Tagged { verb, args: rest.get(1..).unwrap_or_default() }
}

fn dequote(text: &[u8], quote: u8, meaning: impl Fn(u8) -> u8) -> Cow<'_, [u8]> {
    if !scan::holds(text, [quote]) {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte == quote { plain.extend(bytes.next().map(|&byte| meaning(byte))) } else { plain.push(byte) }
    }
    Cow::Owned(plain)
}

const DELIMITER: u8 = 1;
const LOW_QUOTE: u8 = 0x10;

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8]) -> Vec<Part<'_>> {
        parts(text).collect()
    }

    #[test]
    fn several_in_a_line_with_words_between() {
        assert_eq!(
            split(b"\x01VERSION\x01hi\x01PING 1 2\x01 bye"),
            [
                Part::Tagged { verb: b"VERSION", args: b"" },
                Part::Text(b"hi"),
                Part::Tagged { verb: b"PING", args: b"1 2" },
                Part::Text(b" bye"),
            ]
        );
    }

    #[test]
    fn without_the_mark_it_is_text() {
        assert_eq!(split(b"DCC SEND x 1 2 3"), [Part::Text(b"DCC SEND x 1 2 3")]);
        assert_eq!(split(b""), []);
        assert_eq!(split(b"\x01\x01"), []);
        assert_eq!(split(b"\x01ACTION waves"), [Part::Tagged { verb: b"ACTION", args: b"waves" }]);
    }

    #[test]
    fn both_levels_of_quoting() {
        assert_eq!(*dequote_low(b"a\x10nb\x10rc\x100d\x10\x10e\x10x\x10"), *b"a\nb\rc\0d\x10ex");
        assert_eq!(*dequote_ctcp(br"a\ab\\c\d\"), *b"a\x01b\\c\\d\\");
        assert!(matches!(dequote_low(b"plain"), Cow::Borrowed(_)));
    }
}
