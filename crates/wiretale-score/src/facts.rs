//! What a flow has shown so far, kept once for all detectors.

use wiretale_protocol::{Direction, Packets};

use crate::IrcSession;
use crate::pairs::Pair;

/// A flow's account up to now.
#[derive(Clone, Default, Debug)]
pub struct Facts {
    /// The service it was found to be, the first one where there are several.
    pub service: Option<&'static str>,
    /// Packets that were told one by one: [`Facts::FIRST`] at least, if there are so many.
    pub packets: u32,
    /// Packets with fresh payload, client's and server's, as far as they are told: two at least, if there are so many.
    pub data_packets: [u32; 2],
    /// Who sent the first payload.
    pub first_speaker: Option<Direction>,
    /// Bytes of the server's first payload, as far as they are fresh: a greeting is as long every time.
    pub greeting: u32,
    /// Ends that took part: of each something was seen but a reset, as far as packets are told.
    pub took_part: [bool; 2],
    /// The client is home, and went to this server's address before.
    pub returns: bool,
    /// Of an IRC connection: who the client is and where.
    pub irc: Option<Box<IrcSession>>,
    // Whether the client and the server are home, once it was looked up.
    pub(crate) ends: Option<[bool; 2]>,
    // Who met whom in it, where one of them is home.
    pub(crate) pair: Option<Pair>,
}

impl Facts {
    /// Is there a home host in it that is only spoken to? Anybody can do that, under any address.
    #[inline]
    pub(crate) const fn is_home_silent(&self) -> bool {
        let [client, server] = self.took_part;
        matches!(self.ends, Some(home) if home[0] && !client || home[1] && !server)
    }

    /// Is the flow's server out of sight, as far as packets are told? What it said can only be guessed.
    #[must_use]
    pub const fn is_server_unseen(&self) -> bool {
        !self.took_part[Direction::Server.index()]
    }

    /// How many of a flow's packets are told one by one.
    pub const FIRST: u32 = 8;

    /// Of which packets a scorer wants to hear.
    pub(crate) const PACKETS: Packets = Packets { first: Self::FIRST as u8, fresh: [2; 2], all: false };
}

/// A file as it crossed, at its end.
#[derive(Clone, Copy, Debug)]
pub struct SeenFile<'a> {
    /// What carried it: `"dcc"`, `"ftp"`.
    pub carrier: &'static str,
    /// Its name as the wire has it, never a path.
    pub name: Option<&'a [u8]>,
    /// Its first bytes, at most 512.
    pub head: &'a [u8],
    /// Its bytes that crossed.
    pub bytes: u64,
    /// Bytes of it that were not captured.
    pub missed: u64,
    /// Which end of the flow sent it.
    pub sender: Direction,
    /// Its announcement was not seen: it was known by its acknowledgements alone.
    pub unannounced: bool,
}
