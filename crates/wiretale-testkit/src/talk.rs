//! One TCP connection on a [`Wire`].

use std::time::Duration;

use wiretale_packet::{Direction, Endpoint, Flags, Timestamp};

use crate::build::{TcpHeader, tcp_frame};
use crate::wire::{IpVersion, Wire};

/// A TCP connection being written to a wire: handshake, turns of data, an end.
///
/// The capture point is beside the home host: what home sends is recorded before the network can lose it (and again
/// when it is sent anew), what the other side sends is recorded only when it gets through.
pub struct Talk<'w> {
    wire: &'w mut Wire,
    now: Timestamp,
    ends: [Endpoint; 2],
    next: [u32; 2],
    home: Direction,
}

impl<'w> Talk<'w> {
    pub(crate) fn open(wire: &'w mut Wire, at: Timestamp, client: Endpoint, server: Endpoint) -> Self {
        let mut talk = Self::new(wire, at, client, server);
        talk.segment(Direction::Client, Flags::SYN, &[]);
        talk.travel(Direction::Client);
        talk.segment(Direction::Server, Flags::SYN.with(Flags::ACK), &[]);
        talk.travel(Direction::Server);
        talk.segment(Direction::Client, Flags::ACK, &[]);
        talk
    }

    pub(crate) fn attempt(wire: &'w mut Wire, at: Timestamp, client: Endpoint, server: Endpoint, refused: bool) {
        let mut talk = Self::new(wire, at, client, server);
        talk.segment(Direction::Client, Flags::SYN, &[]);
        if refused {
            talk.travel(Direction::Client);
            talk.segment(Direction::Server, Flags::RST.with(Flags::ACK), &[]);
        }
    }

    /// Nothing happens for a while.
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.pause(time);
        self
    }

    /// Nothing happens for a while.
    pub fn pause(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// Nothing happens before `at`.
    pub fn until(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    /// The client says something.
    #[must_use]
    pub fn client(self, bytes: impl AsRef<[u8]>) -> Self {
        self.say(Direction::Client, bytes.as_ref())
    }

    /// The server says something.
    #[must_use]
    pub fn server(self, bytes: impl AsRef<[u8]>) -> Self {
        self.say(Direction::Server, bytes.as_ref())
    }

    /// One side says something; the other acknowledges it.
    #[must_use]
    pub fn say(mut self, from: Direction, bytes: &[u8]) -> Self {
        self.speak(from, bytes);
        self
    }

    /// One side says something; the other acknowledges it.
    pub fn speak(&mut self, from: Direction, bytes: &[u8]) {
        let mut late = Vec::new();
        for piece in bytes.chunks(SEGMENT) {
            let seq = self.next[from.index()];
            let lost = self.wire.random.chance(self.wire.weather.loss);
            if !lost || from == self.home {
                self.data(from, seq, piece);
            }
            if lost {
                late.push((seq, piece));
            }
            self.next[from.index()] = seq.wrapping_add(piece.len() as u32);
            self.now = self.now + Duration::from_micros(50);
        }
        for (seq, piece) in late {
            self.now = self.now + self.wire.weather.rtt + Duration::from_millis(200);
            self.data(from, seq, piece);
        }
        self.travel(from);
        self.segment(from.opposite(), Flags::ACK, &[]);
    }

    /// Both sides close, `first` before the other. Returns when.
    pub fn close(mut self, first: Direction) -> Timestamp {
        let fin = Flags::FIN.with(Flags::ACK);
        self.segment(first, fin, &[]);
        self.travel(first);
        self.segment(first.opposite(), fin, &[]);
        self.travel(first.opposite());
        self.segment(first, Flags::ACK, &[]);
        self.now
    }

    /// One side resets. Returns when.
    pub fn reset(mut self, from: Direction) -> Timestamp {
        self.segment(from, Flags::RST.with(Flags::ACK), &[]);
        self.now
    }

    /// The connection stays open. Returns the time so far.
    #[must_use]
    pub fn leave(self) -> Timestamp {
        self.now
    }

    /// The time so far.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The protocol that both sides speak.
    #[must_use]
    pub const fn version(&self) -> IpVersion {
        self.wire.version
    }

    fn new(wire: &'w mut Wire, at: Timestamp, client: Endpoint, server: Endpoint) -> Self {
        let next = [wire.random.next_u64() as u32, wire.random.next_u64() as u32];
        let inside = |end: Endpoint| end.address.as_v4().is_some_and(|octets| octets[0] == 10);
        let home = if inside(server) && !inside(client) { Direction::Server } else { Direction::Client };
        let ends = [client, server].map(|end| wire.version.end(end));
        Self { wire, now: at, ends, next, home }
    }

    // Until an answer to what `from` sent passes the capture point: home answers at once, the rest a round trip later.
    fn travel(&mut self, from: Direction) {
        let time = if from == self.home { self.wire.weather.rtt } else { AT_ONCE };
        self.now = self.now + time;
    }

    // A segment at the sender's next sequence number; SYN and FIN take one.
    fn segment(&mut self, from: Direction, flags: Flags, payload: &[u8]) {
        let seq = self.next[from.index()];
        self.put(from, seq, flags, payload);
        let takes = u32::from(flags.has(Flags::SYN)) + u32::from(flags.has(Flags::FIN));
        self.next[from.index()] = seq.wrapping_add(takes + payload.len() as u32);
    }

    fn data(&mut self, from: Direction, seq: u32, payload: &[u8]) {
        self.put(from, seq, Flags::PSH.with(Flags::ACK), payload);
    }

    fn put(&mut self, from: Direction, seq: u32, flags: Flags, payload: &[u8]) {
        let ack = if flags.has(Flags::ACK) { self.next[from.opposite().index()] } else { 0 };
        let options = if flags.has(Flags::SYN) { vec![2, 4, 5, 180, 1, 3, 3, 7] } else { Vec::new() };
        let header = TcpHeader { seq, ack, flags, window: 64240, options };
        let (src, dst) = (self.ends[from.index()], self.ends[from.opposite().index()]);
        let ttl = if from == self.home { 64 } else { 52 };
        self.wire.push(self.now, tcp_frame(src, dst, ttl, &header, payload));
    }
}

const SEGMENT: usize = 1448;
const AT_ONCE: Duration = Duration::from_micros(200);
