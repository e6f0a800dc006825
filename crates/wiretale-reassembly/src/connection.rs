//! Both halves of a connection.

use wiretale_packet::{Direction, Timestamp};

use crate::{Arrival, Chunk, Demand, End, Ledger, Limits, Policy, Sink, Verdict};

/// Both halves of a TCP connection.
#[derive(Debug)]
pub struct Connection {
    next: [Option<u32>; 2],
    offset: [u64; 2],
    policy: Policy,
}

impl Connection {
    /// A connection between two hosts of which nothing has been seen yet.
    #[must_use]
    pub const fn new(policy: Policy) -> Self {
        Self { next: [None; 2], offset: [0; 2], policy }
    }

    /// Takes the next segment of the connection.
    pub fn segment(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let _ = limits;
        let s = &arrival.segment;
        let syn = s.flags.has(wiretale_packet::Flags::SYN);
        let start = s.seq.advance(u32::from(syn)).0;
        let (Some(next), Some(offset)) = (self.next.get_mut(from.index()), self.offset.get_mut(from.index())) else {
            return Verdict::Accepted;
        };
        if *next.get_or_insert(start) == start && !s.payload.is_empty() {
            sink.chunk(from, *offset, Chunk::Data(s.payload));
            *offset = offset.saturating_add(s.payload.len() as u64);
            *next = Some(start.wrapping_add(s.wire_len()));
        }
        Verdict::Accepted
    }

    /// The SYN that a live connection had not believed, once [`Verdict::NewConnection`] confirms it.
    pub fn take_pending_syn(&mut self) -> Option<(Direction, Arrival<'static>)> {
        None
    }

    /// Swaps the halves: who is client and who is server was guessed wrong.
    pub fn flip(&mut self) {
        self.next.swap(0, 1);
        self.offset.swap(0, 1);
        core::mem::swap(&mut self.policy.client, &mut self.policy.server);
    }

    /// Says what is wanted of what `direction` sends.
    pub fn demand(&mut self, direction: Direction, demand: Demand) {
        let _ = (direction, demand);
    }

    /// Declares holes past their grace as gaps.
    pub fn expire(&mut self, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        let _ = (now, limits, sink);
    }

    /// Delivers what waits, with gaps between, and the end of each half that is still open.
    pub fn close(&mut self, end: End, sink: &mut impl Sink) {
        for (direction, offset) in Direction::BOTH.into_iter().zip(self.offset) {
            sink.chunk(direction, offset, Chunk::End(end));
        }
    }

    /// Bytes of memory in waiting payload.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        0
    }

    /// The account of what `direction` sent.
    #[must_use]
    pub fn ledger(&self, direction: Direction) -> Ledger {
        let _ = direction;
        Ledger::default()
    }
}
