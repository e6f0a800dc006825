//! Telnet commands inside the control connection (RFC 959 section 4.1, RFC 854).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use memchr::memchr;

/// Takes telnet commands out of a stream: `IAC IP IAC DM ABOR` is `ABOR`. What is left comes as slices of the input.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Nvt {
    #[default]
    Text,
    // After IAC.
    Command,
    // After IAC WILL, WONT, DO, DONT.
    Negotiation,
    // After IAC SB.
    Option,
    // After an IAC in there.
    OptionCommand,
}

impl Nvt {
    /// The next run of text in `input`, which is moved on behind it; `None` when `input` is used up.
    pub(crate) fn next<'a>(&mut self, input: &mut &'a [u8]) -> Option<&'a [u8]> {
        loop {
            let (&first, rest) = input.split_first()?;
            match *self {
                Self::Text => {
                    let text = memchr(IAC, input).unwrap_or(input.len());
                    if let Some((head, tail)) = input.split_at_checked(text)
                        && text > 0
                    {
                        *input = tail;
                        return Some(head);
                    }
                    *self = Self::Command;
                }
                Self::Command => match first {
                    IAC => {
                        *self = Self::Text;
                        *input = rest;
                        return Some(&[IAC]);
                    }
                    WILL..=DONT => *self = Self::Negotiation,
                    SB => *self = Self::Option,
                    SE..SB => *self = Self::Text,
                    // No telnet command: a byte of a name that was not doubled.
                    _ => {
                        *self = Self::Text;
                        return Some(&[IAC]);
                    }
                },
                Self::Negotiation => *self = Self::Text,
                // An option that is not closed swallows the line, not the stream.
                Self::Option if first == b'\n' => {
                    *self = Self::Text;
                    continue;
                }
                Self::Option if first == IAC => *self = Self::OptionCommand,
                Self::Option => {}
                Self::OptionCommand => *self = if first == SE { Self::Text } else { Self::Option },
            }
            *input = rest;
        }
    }
}

/// The beginning of a stream less its commands, if it begins as text does.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    if matches!(bytes, [0..=8 | 11..=31, ..]) || memchr(IAC, bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let (mut nvt, mut input, mut text) = (Nvt::default(), bytes, Vec::new());
    while let Some(run) = nvt.next(&mut input) {
        text.extend_from_slice(run);
    }
    Cow::Owned(text)
}

const SE: u8 = 240;
const SB: u8 = 250;
const WILL: u8 = 251;
const DONT: u8 = 254;
pub(crate) const IAC: u8 = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn strip(pieces: &[&[u8]]) -> Vec<u8> {
        let mut nvt = Nvt::default();
        let mut out = Vec::new();
        for &piece in pieces {
            let mut input = piece;
            while let Some(text) = nvt.next(&mut input) {
                out.extend_from_slice(text);
            }
        }
        out
    }

    #[test]
    fn telnet_commands_are_taken_out_wherever_they_are_cut() {
        let bytes = b"\xff\xf4\xff\xf2ABOR\r\n\xff\xfb\x01a\xff\xffb\xff\xfax\ny\xff\xfa\x18\xff\xf0z\xffq";
        let want = b"ABOR\r\na\xffb\nyz\xffq";
        assert_eq!(strip(&[bytes]), want);
        assert_eq!(strip(&bytes.chunks(1).collect::<Vec<_>>()), want);
    }
}
