//! What an offer leaves for the connection that follows it.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use wiretale_protocol::{Address, Endpoint, Escaped, FlowId, Timestamp};

use crate::Kind;

/// An offer's number: the session that carried it and its place there, the same in every run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OfferId {
    /// The IRC session.
    pub session: FlowId,
    /// Counted from 1 in that session.
    pub number: u32,
}

/// An announced connection: the note that [`crate::Negotiation`] leaves and [`crate::Dcc`] and [`crate::DccChat`] find.
#[derive(Clone, PartialEq, Eq)]
pub struct Announced {
    /// The offer it comes from.
    pub offer: OfferId,
    /// When that was made.
    pub offered: Timestamp,
    /// Of what.
    pub kind: Kind,
    /// The nick that offered; of a file, its sender.
    pub from: Box<[u8]>,
    /// The nick it was offered to.
    pub to: Box<[u8]>,
    /// The file's name as the wire had it, at most [`Announced::LONGEST_NAME`] bytes of it.
    pub name: Box<[u8]>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Where in the file the transfer starts.
    pub start: u64,
    /// When the file was last changed at its sender's, in Unix time: what an XMIT begins with.
    pub modified: Option<u32>,
    /// The token of a passive offer, else empty.
    pub token: Box<[u8]>,
    /// The connection is to be TLS.
    pub tls: bool,
    /// The sender will not wait for acknowledgements.
    pub turbo: bool,
    /// Passive: the offerer connects, and the one it was offered to listens.
    pub reverse: bool,
    /// Where the connection will be made to; port 0 while a passive offer is unanswered.
    pub server: Endpoint,
    /// Whose address that is, as far as can be told.
    pub provenance: Provenance,
    /// It is an address that is of no use across the Internet: private, link-local, loopback.
    pub private: bool,
}

impl Announced {
    /// The most bytes kept of a name, a nick or a token.
    pub const LONGEST_NAME: usize = 512;

    /// As much of a name, a nick or a token as is kept.
    pub(crate) fn kept(text: &[u8]) -> Box<[u8]> {
        text.get(..Self::LONGEST_NAME).unwrap_or(text).into()
    }

    /// Did one nick offer it to the other?
    pub(crate) fn is_between(&self, from: &[u8], to: &[u8]) -> bool {
        same_nick(&self.from, from) && same_nick(&self.to, to)
    }

    /// Is it offered once more by `made`?
    pub(crate) fn is_repeated(&self, made: &Self) -> bool {
        let what = |announced: &Self| (announced.kind, announced.size, announced.reverse, announced.tls);
        what(self) == what(made)
            && self.name == made.name
            && self.token == made.token
            && (self.reverse || self.server == made.server)
            && self.is_between(&made.from, &made.to)
    }

    /// Would an offer like it be its echo? A server may send a client's own message back to it.
    pub(crate) fn may_echo(&self, now: Timestamp) -> bool {
        now.since(self.offered) < ECHO
    }
}

impl fmt::Debug for Announced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offer, kind, from, to, name, size, start, reverse, server, provenance, .. } = self;
        write!(f, "{kind:?} {:?} of {size:?} bytes at {start}", Escaped(name))?;
        write!(f, " from {:?} to {:?}, {server} reverse {reverse}", Escaped(from), Escaped(to))?;
        write!(f, " {provenance:?} offer {}", offer.number)
    }
}

/// Whose address an offer names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Provenance {
    /// Its sender's: the IRC client's own, or the one its host mask shows.
    Own,
    /// Someone else's: a sender behind address translation, or one who points his peer at a third party.
    Foreign {
        /// The sender's, as seen.
        sender: Address,
    },
    /// The sender is behind a server and its address is not known.
    Unknown,
}

// In the widest of the case mappings in use (rfc1459): it can only take two offers of one person for the same.
fn same_nick(one: &[u8], other: &[u8]) -> bool {
    let folded = |byte: &u8| match byte {
        b'A'..=b'Z' | b'['..=b'^' => byte | 0x20,
        _ => *byte,
    };
    one.iter().map(folded).eq(other.iter().take(Announced::LONGEST_NAME).map(folded))
}

const ECHO: Duration = Duration::from_secs(10);
