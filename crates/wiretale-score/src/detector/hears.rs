//! What a detector waits for: kinds of facts, in kinds of flows.

use std::ops::BitOr;

#[cfg(doc)]
use crate::{Fact, Facts};

/// Kinds of facts, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hears(u32);

impl Hears {
    /// [`Fact::Opened`].
    pub const OPENED: Self = Self(1);
    /// [`Fact::Passed`].
    pub const PASSED: Self = Self(1 << 1);
    /// [`Fact::Recognized`].
    pub const RECOGNIZED: Self = Self(1 << 2);
    /// [`Fact::Weird`].
    pub const WEIRD: Self = Self(1 << 3);
    /// [`Fact::Exposed`].
    pub const EXPOSED: Self = Self(1 << 4);
    /// [`Fact::Irc`], but for what has a kind of its own.
    pub const IRC: Self = Self(1 << 5);
    /// [`Fact::Dcc`] and [`Fact::Chat`].
    pub const DCC: Self = Self(1 << 6);
    /// [`Fact::Ftp`] and [`Fact::FtpData`].
    pub const FTP: Self = Self(1 << 7);
    /// [`Fact::Ssh`].
    pub const SSH: Self = Self(1 << 8);
    /// [`Fact::Dns`].
    pub const DNS: Self = Self(1 << 9);
    /// [`Fact::Text`].
    pub const TEXT: Self = Self(1 << 10);
    /// [`Fact::File`].
    pub const FILE: Self = Self(1 << 11);
    /// [`Fact::Closed`].
    pub const CLOSED: Self = Self(Self::TALKED.0 | Self::IN_VAIN.0);

    /// [`Fact::Irc`] with a line itself ([`wiretale_irc::Event::Message`]): one for each line, beside what it means, but
    /// for those that are [`Hears::IRC_UNKNOWN`] or [`Hears::IRC_ASKED`].
    pub const IRC_LINE: Self = Self(1 << 13);

    /// [`Fact::Irc`] with words ([`wiretale_irc::Event::Text`]) that reach the client.
    pub const IRC_HEARD: Self = Self(1 << 14);

    /// [`Fact::Irc`] with words that the client says.
    pub const IRC_SAID: Self = Self(1 << 15);

    /// [`Fact::Irc`] with somebody else who joins, leaves, quits or changes the nick.
    pub const IRC_OTHERS: Self = Self(1 << 16);

    /// [`Fact::Irc`] with a line whose command nobody knows; the others are [`Hears::IRC_LINE`].
    pub const IRC_UNKNOWN: Self = Self(1 << 17);

    /// [`Fact::Closed`] of a flow that carried IRC.
    pub const IRC_CLOSED: Self = Self(1 << 18);

    /// Those of [`Hears::IRC_HEARD`] and topics in which an order to a bot may stand.
    pub const IRC_ORDER: Self = Self(1 << 19);

    /// Those of [`Hears::IRC_HEARD`] and topics in which `://` stands.
    pub const IRC_LINK: Self = Self(1 << 20);

    /// Those of [`Hears::IRC_HEARD`] and [`Hears::IRC_SAID`] that may be no language: with control characters, with a
    /// word of 24 bytes or more, or with the sign of a cipher.
    pub const IRC_CODE: Self = Self(1 << 21);

    /// [`Fact::Irc`] with a CTCP request or reply.
    pub const IRC_CTCP: Self = Self(1 << 22);

    /// [`Fact::Irc`] with a mode, or with an entry of a list that a mode keeps.
    pub const IRC_MODE: Self = Self(1 << 23);

    /// [`Fact::Irc`] with replies put together ([`wiretale_irc::Event::Record`]).
    pub const IRC_RECORD: Self = Self(1 << 24);

    /// [`Fact::Irc`] with what the server supports, or with capabilities.
    pub const IRC_SUPPORT: Self = Self(1 << 25);

    /// [`Fact::Closed`] of all flows but those of [`Hears::IN_VAIN`].
    pub const TALKED: Self = Self(1 << 12 | Self::IRC_CLOSED.0);

    /// [`Fact::Closed`] of a connection that nothing answered, or that was refused, and in which no byte passed: nearly
    /// all that a scan brings.
    pub const IN_VAIN: Self = Self(1 << 26);

    /// [`Fact::Served`].
    pub const SERVED: Self = Self(1 << 27);

    /// [`Fact::Irc`] with a line in which the client asks to be let into channels.
    pub const IRC_ASKED: Self = Self(1 << 28);

    /// What stands in a flow's bytes.
    pub(crate) const WORDS: Self =
        Self(!(Self::OPENED.0 | Self::PASSED.0 | Self::WEIRD.0 | Self::DNS.0 | Self::CLOSED.0));

    /// How many kinds there are.
    pub(crate) const KINDS: u32 = 29;

    /// No kind.
    pub(crate) const NONE: Self = Self(0);

    /// Is it in the set, or one of them?
    #[must_use]
    pub const fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// Is it one kind and no more?
    pub(crate) const fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    /// Do they stand in a flow's bytes?
    #[inline]
    pub(crate) const fn is_words(self) -> bool {
        self.has(Self::WORDS)
    }

    pub(crate) const fn nth(index: u32) -> Self {
        Self(1 << index)
    }

    /// The number of the first kind of the set.
    pub(crate) const fn index(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The kind, and what a fact of it may be beside.
    pub(crate) const fn family(self) -> Self {
        match self {
            Self::IRC_HEARD => Self(self.0 | Self::IRC_ORDER.0 | Self::IRC_LINK.0 | Self::IRC_CODE.0),
            Self::IRC_SAID => Self(self.0 | Self::IRC_CODE.0),
            // Topics are among them.
            Self::IRC => Self(self.0 | Self::IRC_ORDER.0 | Self::IRC_LINK.0),
            _ => self,
        }
    }
}

impl BitOr for Hears {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Kinds of flows, by which of their ends are home, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends(u8);

impl Ends {
    /// All flows.
    pub const ANY: Self = Self(0b1111);
    /// From home to elsewhere.
    pub const OUT: Self = Self(1 << Self::kind([true, false]));
    /// From elsewhere to home.
    pub const IN: Self = Self(1 << Self::kind([false, true]));
    /// One end is home, and one is not.
    pub const ONE: Self = Self(Self::OUT.0 | Self::IN.0);
    /// The client is home.
    pub const CLIENT: Self = Self(Self::OUT.0 | Self::WITHIN);
    /// The server is home.
    pub const SERVER: Self = Self(Self::IN.0 | Self::WITHIN);

    const WITHIN: u8 = 1 << Self::kind([true, true]);

    /// How many kinds there are.
    pub(crate) const KINDS: usize = 4;

    /// The kind of a flow's ends, client and server, as a number.
    pub(crate) const fn kind([client, server]: [bool; 2]) -> usize {
        client as usize | (server as usize) << 1
    }

    pub(crate) const fn has(self, kind: usize) -> bool {
        self.0 >> kind & 1 == 1
    }
}
