//! Identification strings (RFC 4253 §4.2).

use core::fmt;

use wiretale_protocol::Escaped;

/// An identification string, without its line end: `SSH-2.0-OpenSSH_9.2p1 Debian-2`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ident<'a> {
    /// All of it, at most 255 bytes.
    pub line: &'a [u8],
    /// `2.0`, `1.99`, `1.5`.
    pub protocol: &'a [u8],
    /// What follows: software and, after a space, comments.
    pub software: &'a [u8],
}

/// What an identification string lets its side speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaks {
    /// SSH1 only.
    One,
    /// Both: `1.99` (RFC 4253 §5.1).
    Both,
    /// SSH2 only.
    Two,
    /// Something else.
    Unknown,
}

impl<'a> Ident<'a> {
    /// Reads a line; `None` if it is no identification string. `SSH` is taken in any case.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let (head, rest) = line.split_at_checked(4)?;
        if !head.eq_ignore_ascii_case(b"SSH-") {
            return None;
        }
        let dash = memchr::memchr(b'-', rest).unwrap_or(rest.len());
        let (protocol, tail) = rest.split_at_checked(dash)?;
        Some(Self { line, protocol, software: tail.get(1..).unwrap_or_default() })
    }

    /// What its protocol field promises.
    #[must_use]
    pub fn speaks(&self) -> Speaks {
        match self.protocol {
            [b'1', b'.', b'9', b'9', ..] => Speaks::Both,
            [b'1', ..] => Speaks::One,
            [b'2', ..] => Speaks::Two,
            _ => Speaks::Unknown,
        }
    }
}

impl Speaks {
    /// The major version two sides come to, in the way Zeek fills `version`; `None` where there is none.
    #[must_use]
    pub const fn agree(self, other: Self) -> Option<u8> {
        match (self, other) {
            (Self::Two, Self::Two | Self::Both) | (Self::Both, Self::Two | Self::Both) => Some(2),
            (Self::One, Self::One | Self::Both) | (Self::Both, Self::One) => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped(self.line), f)
    }
}

impl fmt::Debug for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped(self.line), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(a: &str, b: &str) -> Option<u8> {
        Ident::parse(a.as_bytes()).unwrap().speaks().agree(Ident::parse(b.as_bytes()).unwrap().speaks())
    }

    #[test]
    fn two_sides_come_to_the_version_zeek_writes() {
        assert_eq!(agree("SSH-2.0-a", "SSH-1.99-b"), Some(2));
        assert_eq!(agree("SSH-1.99-a", "SSH-1.99-b"), Some(2));
        assert_eq!(agree("SSH-1.5-a", "SSH-1.99-b"), Some(1));
        assert_eq!(agree("SSH-1.99-a", "SSH-1.5-b"), Some(1));
        assert_eq!(agree("SSH-1.5-a", "SSH-2.0-b"), None);
        assert_eq!(agree("SSH-9-a", "SSH-2.0-b"), None);
    }

    #[test]
    fn software_may_hold_dashes_and_be_missing() {
        let ident = Ident::parse(b"SSH-2.0-a-b c").unwrap();
        assert_eq!((ident.protocol, ident.software), (&b"2.0"[..], &b"a-b c"[..]));
        assert_eq!(Ident::parse(b"SSH-2.0").unwrap().software, b"");
        assert_eq!(Ident::parse(b"SSHD"), None);
    }
}
