//! The commands of IRC, typed.

mod table;

use core::fmt;

use crate::Wire;

pub use table::{COMMANDS, Command};

impl<'a> Command<'a> {
    /// Reads a command, in any case. Three digits are a numeric.
    #[must_use]
    #[inline]
    pub fn from_wire(wire: &'a [u8]) -> Self {
        if let &[a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = wire {
            return Self::Numeric(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'));
        }
        // What most lines are.
        if wire == b"PRIVMSG" {
            return Self::Privmsg;
        }
        if wire == b"NOTICE" {
            return Self::Notice;
        }
        let known = <&[u8; 4]>::try_from(wire).ok().and_then(|wire| FOUR.iter().find(|(name, _)| name == wire));
        known.map_or_else(|| Self::in_any_case(wire), |&(_, command)| command)
    }

    #[cold]
    #[inline(never)]
    fn in_any_case(wire: &'a [u8]) -> Self {
        let mut upper = [0; LONGEST];
        let Some(upper) = upper.get_mut(..wire.len()) else { return Self::Unknown(wire) };
        for (to, from) in upper.iter_mut().zip(wire) {
            *to = from.to_ascii_uppercase();
        }
        Self::named(upper).unwrap_or(Self::Unknown(wire))
    }
}

/// Where a command is specified or spoken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// RFC 1459 or RFC 2812.
    Rfc,
    /// RFC 2813, and what ngIRCd and IRCnet add to it.
    Rfc2813,
    /// The IRCv3 specifications.
    Ircv3,
    /// Ircds in the field, towards clients.
    Ircd,
    /// A shortcut to network services.
    Services,
    /// TS6 server links: Solanum, ircd-seven, hybrid.
    Ts6,
    /// The InspIRCd spanning tree.
    Inspircd,
    /// UnrealIRCd server links.
    Unreal,
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Numeric(number) => write!(f, "{number:03}"),
            Self::Unknown(wire) => write!(f, "{}", Wire(wire)),
            named => f.write_str(named.name().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

// Names of four letters are compared at once.
const FOUR: [([u8; 4], Command<'static>); 7] = [
    (*b"JOIN", Command::Join),
    (*b"PART", Command::Part),
    (*b"QUIT", Command::Quit),
    (*b"MODE", Command::Mode),
    (*b"NICK", Command::Nick),
    (*b"PING", Command::Ping),
    (*b"PONG", Command::Pong),
];

// The longest command name with a type has 12 letters.
const LONGEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_in_any_case() {
        for (name, _) in COMMANDS {
            assert_eq!(Command::from_wire(name.as_bytes()).name(), Some(*name));
            assert_eq!(Command::from_wire(name.to_lowercase().as_bytes()).name(), Some(*name));
        }
    }

    #[test]
    fn only_three_digits_are_a_numeric() {
        assert_eq!(Command::from_wire(b"000"), Command::Numeric(0));
        assert_eq!(Command::from_wire(b"433"), Command::Numeric(433));
        assert_eq!(Command::from_wire(b"43"), Command::Unknown(b"43"));
        assert_eq!(Command::from_wire(b"4333"), Command::Unknown(b"4333"));
    }
}
