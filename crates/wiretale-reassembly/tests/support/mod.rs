//! A recorder of what a connection yields, and short ways to make segments.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
use wiretale_reassembly::{Anomaly, Arrival, Chunk, Connection, End, Limits, Policy, Sink, Verdict};

/// Everything a connection yielded. A stream's missing bytes are `None`.
#[derive(Default, Debug)]
pub struct Recorder {
    pub streams: [Vec<Option<u8>>; 2],
    pub ends: [Option<End>; 2],
    pub names: Vec<&'static str>,
    /// Whose segments the names speak of.
    pub whose: Vec<Direction>,
    pub conflicts: Vec<(u64, Vec<u8>, Vec<u8>)>,
    pub chunks: usize,
    /// The capture, for looking back.
    pub capture: Option<Vec<u8>>,
}

impl Recorder {
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    pub fn bytes(&self, from: Direction) -> Vec<u8> {
        self.streams[from.index()].iter().copied().flatten().collect()
    }

    /// The stream with `.` for missing bytes.
    pub fn dotted(&self, from: Direction) -> String {
        self.streams[from.index()].iter().map(|byte| byte.map_or('.', char::from)).collect()
    }
}

impl Sink for Recorder {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        self.chunks += 1;
        let stream = &mut self.streams[from.index()];
        assert_eq!(self.ends[from.index()], None, "nothing follows the end");
        if stream.len() as u64 <= offset && offset < 1 << 24 {
            stream.resize(usize::try_from(offset).unwrap(), None);
        }
        match chunk {
            Chunk::Data(data) => {
                assert!(!data.is_empty());
                stream.extend(data.iter().map(|byte| Some(*byte)));
            }
            Chunk::Gap(len) => {
                assert!(len > 0);
                if len < 1 << 24 {
                    stream.resize(stream.len() + usize::try_from(len).unwrap(), None);
                }
            }
            Chunk::End(end) => self.ends[from.index()] = Some(end),
        }
    }

    fn anomaly(&mut self, from: Direction, anomaly: Anomaly<'_>) {
        self.names.push(anomaly.name());
        self.whose.push(from);
        if let Anomaly::Conflict(conflict) = anomaly {
            assert_eq!(conflict.old.len(), conflict.new.len());
            assert_ne!(conflict.old, conflict.new);
            self.conflicts.push((conflict.offset, conflict.old.to_vec(), conflict.new.to_vec()));
        }
    }

    fn recall(&self, origin: u64, bytes: &mut [u8]) -> bool {
        let start = usize::try_from(origin).unwrap();
        let there = self.capture.as_ref().and_then(|capture| capture.get(start..start + bytes.len()));
        there.is_some_and(|there| {
            bytes.copy_from_slice(there);
            true
        })
    }
}

/// A connection under test with its recorder and a clock of 1 ms a packet.
pub struct Wire {
    pub connection: Connection,
    pub out: Recorder,
    pub limits: Limits,
    pub now: i64,
}

impl Wire {
    pub fn new(policy: Policy) -> Self {
        Self { connection: Connection::new(policy), out: Recorder::default(), limits: Limits::default(), now: 0 }
    }

    /// With a handshake done: the client's first byte has the number `client`, the server's `server`.
    pub fn open(policy: Policy, client: u32, server: u32) -> Self {
        let mut wire = Self::new(policy);
        wire.send(Direction::Client, segment(client.wrapping_sub(1), 0, Flags::SYN, b""));
        wire.send(Direction::Server, segment(server.wrapping_sub(1), client, Flags::SYN.with(Flags::ACK), b""));
        wire.send(Direction::Client, segment(client, server, Flags::ACK, b""));
        wire
    }

    pub fn send(&mut self, from: Direction, segment: Segment<'_>) -> Verdict {
        self.send_ttl(from, segment, 64)
    }

    pub fn send_ttl(&mut self, from: Direction, segment: Segment<'_>, ttl: u8) -> Verdict {
        self.now += 1_000_000;
        let origin = self.out.capture.as_mut().map(|capture| {
            capture.extend_from_slice(segment.payload);
            (capture.len() - segment.payload.len()) as u64
        });
        let arrival = Arrival { at: Timestamp::from_nanos(self.now), segment, ttl, origin };
        let verdict = self.connection.segment(from, &arrival, &self.limits, &mut self.out);
        self.check();
        verdict
    }

    pub fn close(&mut self) {
        self.connection.close(End::Abandoned, &mut self.out);
        self.check();
        assert_eq!(self.connection.held_bytes(), 0, "nothing is held after the end");
    }

    /// The conservation law.
    pub fn check(&self) {
        for from in Direction::BOTH {
            let ledger = self.connection.ledger(from);
            assert!(ledger.balanced(), "{from:?} {ledger:?}");
        }
    }
}

pub fn segment(seq: u32, ack: u32, flags: Flags, payload: &[u8]) -> Segment<'_> {
    Segment {
        seq: SeqNumber(seq),
        ack: SeqNumber(ack),
        flags,
        window: 65_535,
        urgent: 0,
        options: &[],
        payload,
        missing: 0,
    }
}

pub fn data(seq: u32, ack: u32, payload: &[u8]) -> Segment<'_> {
    segment(seq, ack, Flags::ACK.with(Flags::PSH), payload)
}
