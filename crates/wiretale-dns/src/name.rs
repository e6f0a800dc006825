//! Domain names.

use alloc::vec::Vec;
use core::fmt;

use wiretale_protocol::Lend;

use crate::Unreadable;

/// A domain name inside a message. Its compression is followed while it is read (RFC 1035, section 4.1.4): always
/// towards the message's beginning, so that it ends, and never past 255 bytes or 128 pointers.
#[derive(Clone, Copy)]
pub struct Name<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Name<'a> {
    /// The name at `at`, and where what follows it begins. Only what lies there is checked, not what it points to.
    pub(crate) fn parse(message: &'a [u8], at: usize) -> Result<(Self, usize), Unreadable> {
        let mut end = at;
        loop {
            match label(message, end)? {
                Label::Text(text) => end += 1 + text.len(),
                Label::End => return Ok((Self { message, at }, end + 1)),
                Label::Pointer(to) if to < end => return Ok((Self { message, at }, end + 2)),
                Label::Pointer(_) => return Err(Unreadable::ForwardPointer),
            }
            if end - at > LONGEST {
                return Err(Unreadable::LongName);
            }
        }
    }

    /// The same name in a message that `lender` lends.
    pub(crate) fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Name<'b> {
        Name { message: lender.lend(self.message), at: self.at }
    }

    /// Its labels, as written. Ends early where the name is broken, or passes 255 bytes or 128 pointers.
    pub fn labels(&self) -> impl Iterator<Item = &'a [u8]> {
        let message = self.message;
        let mut at = self.at;
        let mut length = 0;
        let mut jumps = 0;
        core::iter::from_fn(move || {
            loop {
                match label(message, at).ok()? {
                    Label::Text(text) => {
                        at += 1 + text.len();
                        length += 1 + text.len();
                        return (length <= LONGEST).then_some(text);
                    }
                    Label::Pointer(to) if to < at && jumps < MOST_JUMPS => {
                        at = to;
                        jumps += 1;
                    }
                    Label::Pointer(_) | Label::End => return None,
                }
            }
        })
    }

    /// Its labels with dots between them, ASCII letters in lower case; empty for the root. At most 254 bytes of
    /// anything: to be escaped where it is printed.
    #[must_use]
    pub fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for label in self.labels() {
            if !text.is_empty() {
                text.push(b'.');
            }
            text.extend(label.iter().map(u8::to_ascii_lowercase));
        }
        text
    }

    /// The same number for the same name, without regard to the case of ASCII letters (FNV-1a).
    pub(crate) fn digest(&self) -> u32 {
        let mix = |digest: u32, byte: u8| (digest ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        self.labels()
            .fold(0x811c_9dc5, |digest, label| label.iter().fold(mix(digest, b'.'), |digest, &byte| mix(digest, byte)))
    }

    /// Is it the root?
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.labels().next().is_none()
    }
}

/// Escaped.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        wiretale_protocol::Escaped(&self.to_text()).fmt(f)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Without regard to the case of ASCII letters.
impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut mine = self.labels();
        let mut theirs = other.labels();
        loop {
            match (mine.next(), theirs.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {}
                _ => return false,
            }
        }
    }
}

impl Eq for Name<'_> {}

enum Label<'a> {
    Text(&'a [u8]),
    Pointer(usize),
    End,
}

fn label(message: &[u8], at: usize) -> Result<Label<'_>, Unreadable> {
    let (&length, rest) = message.get(at..).and_then(<[u8]>::split_first).ok_or(Unreadable::Short)?;
    match length {
        0 => Ok(Label::End),
        1..=63 => rest.get(..usize::from(length)).map(Label::Text).ok_or(Unreadable::Short),
        0xc0.. => {
            let low = *rest.first().ok_or(Unreadable::Short)?;
            Ok(Label::Pointer(usize::from(u16::from_be_bytes([length & 0x3f, low]))))
        }
        _ => Err(Unreadable::LongLabel),
    }
}

// The most bytes of a name with its lengths (RFC 1035, section 2.3.4).
const LONGEST: usize = 255;
// The longest name has 127 labels. A pointer may lead to a pointer, and thousands of names to a chain of thousands.
const MOST_JUMPS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    // `a`, then pointers each of which leads to the one before it.
    fn chain(pointers: u16) -> Vec<u8> {
        let mut message = b"\x01a\0\xc0\0".to_vec();
        message.extend((1..pointers).flat_map(|n| (0xc001 + 2 * n).to_be_bytes()));
        message
    }

    #[test]
    fn a_chain_of_pointers_is_followed_128_times() {
        let text = |pointers: u16| {
            let message = chain(pointers);
            Name::parse(&message, message.len() - 2).unwrap().0.to_text()
        };
        assert_eq!((text(128), text(129)), (b"a".to_vec(), Vec::new()));
    }
}
