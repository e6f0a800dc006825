//! What goes into a connection and what comes out.

use wiretale_packet::{Direction, Segment, Timestamp};

use crate::{Anomaly, Chunk};

/// One segment as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// When.
    pub at: Timestamp,
    /// The segment. Whoever checks checksums has done so.
    pub segment: Segment<'a>,
    /// TTL or hop limit of its packet.
    pub ttl: u8,
    /// Where its payload begins in a capture that can be looked back into, as [`Sink::recall`] understands it.
    pub origin: Option<u64>,
}

/// Who takes what a connection yields.
pub trait Sink {
    /// The next step of the stream that `from` sends. `offset` counts its payload bytes, gaps included, from 0.
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>);

    /// Something odd about what `from` sent.
    fn anomaly(&mut self, from: Direction, anomaly: Anomaly<'_>);

    /// Puts what stands at `origin` into `bytes` again, where the capture can be looked back into; false where not.
    fn recall(&self, origin: u64, bytes: &mut [u8]) -> bool {
        let _ = (origin, bytes);
        false
    }
}

/// What became of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// It counts as the receiving host counts it.
    Accepted,
    /// It is kept aside until later packets show whether the host took it.
    Doubted,
    /// The receiving host would have ignored it, or it says nothing new.
    Ignored(Why),
    /// It begins a new connection on the same addresses and ports. The caller closes this one, makes a fresh one, feeds
    /// it what [`Connection::take_pending_syn`](crate::Connection::take_pending_syn) gives, if anything, then this
    /// segment.
    NewConnection,
}

/// Why a segment does not count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// No ACK flag where hosts want one.
    NoAck,
    /// Its timestamp is too old (PAWS).
    OldTimestamp,
    /// Signature option where there should be none, or none where there should be one.
    Signature,
    /// It acknowledges what was never sent, or what is long acknowledged.
    BadAck,
    /// It lies outside the receive window.
    OutOfWindow,
    /// A RST that is not at the next sequence number.
    BadReset,
    /// A SYN or SYN-ACK that does not fit.
    BadHandshake,
    /// A flag combination that hosts drop.
    BadFlags,
}

/// What is wanted of a direction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Demand {
    /// Its bytes.
    #[default]
    Stream,
    /// Only that they are counted: nothing is held, nothing delivered but the end.
    Lengths,
}
