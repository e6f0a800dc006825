//! A whole conversation that was captured out of order is the conversation, and lacks nothing.

mod support;

use support::{Recorder, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Direction, Flags, Timestamp};
use wiretale_reassembly::{Arrival, Connection, End, Limits, Policy, Verdict};

/// A packet as it was sent.
struct Sent {
    at: i64,
    from: Direction,
    seq: u32,
    ack: u32,
    flags: Flags,
    payload: Vec<u8>,
    options: Vec<u8>,
}

/// A conversation in which both hosts stamp what they send: requests, and answers of many segments.
struct Talk {
    sent: Vec<Sent>,
    next: [u32; 2],
    stamps: [u32; 2],
    now: i64,
    pace: i64,
}

impl Talk {
    /// With a handshake, and then so many nanoseconds from one segment to the next.
    fn new(pace: i64) -> Self {
        let mut talk = Self { sent: Vec::new(), next: [1000, 9000], stamps: [0; 2], now: 0, pace };
        talk.say(Client, Flags::SYN, 0);
        talk.say(Server, Flags::SYN.with(Flags::ACK), 0);
        talk.say(Client, Flags::ACK, 0);
        talk
    }

    fn say(&mut self, from: Direction, flags: Flags, len: u32) {
        self.now += self.pace;
        let (own, peer) = (from.index(), from.opposite().index());
        let stamp = 70_000 + u32::try_from(self.now / 1_000_000).unwrap();
        let [a, b, c, d] = stamp.to_be_bytes();
        let [e, f, g, h] = self.stamps[peer].to_be_bytes();
        let payload = (0..len).map(|n| (self.next[own].wrapping_add(n) % 251) as u8).collect();
        let mut options = vec![1, 1, 8, 10, a, b, c, d, e, f, g, h];
        if flags.has(Flags::SYN) {
            options.extend([1, 3, 3, 7]);
        }
        self.sent.push(Sent {
            at: self.now,
            from,
            seq: self.next[own],
            ack: if flags.has(Flags::ACK) { self.next[peer] } else { 0 },
            flags,
            payload,
            options,
        });
        self.stamps[own] = stamp;
        self.next[own] += len + u32::from(flags.has(Flags::SYN) || flags.has(Flags::FIN));
    }

    fn exchange(&mut self, answer: u32) {
        self.say(Client, Flags::ACK.with(Flags::PSH), 80);
        for n in 0..answer {
            self.say(Server, Flags::ACK, 1448);
            if n % 2 == 1 {
                self.say(Client, Flags::ACK, 0);
            }
        }
        self.say(Client, Flags::ACK, 0);
        self.now += 3_000_000;
    }

    /// A file whose receiver counts what he has, as DCC does.
    fn counted(&mut self, segments: u32) {
        for _ in 0..segments {
            self.say(Server, Flags::ACK, 1448);
            self.say(Client, Flags::ACK.with(Flags::PSH), 4);
        }
        self.now += 3_000_000;
    }

    fn finish(&mut self) {
        for from in Direction::BOTH {
            self.say(from, Flags::FIN.with(Flags::ACK), 0);
        }
        self.say(Client, Flags::ACK, 0);
    }

    /// What is made of it where each packet is captured up to a millisecond before or after its time.
    fn heard(&self, seed: u64) -> Recorder {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut order: Vec<(i64, &Sent)> = Vec::new();
        for sent in &self.sent {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.push((sent.at + (state % 2_000_000) as i64, sent));
        }
        order.sort_by_key(|(at, _)| *at);
        let (mut connection, mut out) = (Connection::new(Policy::default()), Recorder::default());
        for (at, sent) in order {
            let options = &sent.options[..];
            let segment =
                wiretale_packet::Segment { options, ..segment(sent.seq, sent.ack, sent.flags, &sent.payload) };
            let arrival = Arrival { at: Timestamp::from_nanos(at), segment, ttl: 64, origin: None };
            let verdict = connection.segment(sent.from, &arrival, &Limits::default(), &mut out);
            assert_ne!(verdict, Verdict::NewConnection, "seed {seed}");
        }
        connection.close(End::Abandoned, &mut out);
        out
    }
}

#[test]
fn a_conversation_captured_out_of_order_lacks_nothing() {
    for pace in [10_000, 40_000, 500_000] {
        let mut talk = Talk::new(pace);
        for answer in [1, 40, 3, 2, 90, 1].repeat(8) {
            talk.exchange(answer);
        }
        // Segments that acknowledge one another wait for one another, as many as may be in doubt.
        if pace >= 500_000 {
            talk.counted(120);
        }
        talk.finish();
        for seed in 1..40 {
            let out = talk.heard(seed);
            for from in Direction::BOTH {
                let whole: Vec<u8> =
                    talk.sent.iter().filter(|sent| sent.from == from).flat_map(|sent| sent.payload.clone()).collect();
                let why = format!("{from:?}, pace {pace}, seed {seed}: {:?}", out.names);
                assert_eq!(out.bytes(from).len(), whole.len(), "{why}");
                assert!(out.bytes(from) == whole && out.ends[from.index()] == Some(End::Finished), "{why}");
            }
        }
    }
}
