//! The in-order path: no copy, no allocation after warm-up, and small connections.

use allocation_counter::measure;
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
use wiretale_reassembly::{Anomaly, Arrival, Chunk, Connection, Demand, End, Limits, Policy, Sink};

/// Checks that what it is handed lies in the buffer of the packet at hand.
#[derive(Default)]
struct InPlace {
    packet: (usize, usize),
    bytes: u64,
    ends: usize,
}

impl Sink for InPlace {
    fn chunk(&mut self, _: Direction, _: u64, chunk: Chunk<'_>) {
        match chunk {
            Chunk::Data(data) => {
                assert_eq!((data.as_ptr().addr(), data.len()), self.packet, "the very slice of the packet");
                self.bytes += data.len() as u64;
            }
            Chunk::Gap(_) => panic!("nothing is missing"),
            Chunk::End(_) => self.ends += 1,
        }
    }

    fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
        panic!("{anomaly:?}");
    }
}

struct Talk {
    connection: Connection,
    sink: InPlace,
    next: [u32; 2],
    now: i64,
    origin: Option<u64>,
}

impl Talk {
    fn new(first: u32, origin: Option<u64>) -> Self {
        let connection = Connection::new(Policy::default());
        let mut talk = Self { connection, sink: InPlace::default(), next: [first, !first], now: 0, origin };
        talk.send(Client, Flags::SYN, &[]);
        talk.send(Server, Flags::SYN.with(Flags::ACK), &[]);
        talk.send(Client, Flags::ACK, &[]);
        talk
    }

    fn send(&mut self, from: Direction, flags: Flags, payload: &[u8]) {
        let [seq, ack] = [from, from.opposite()].map(|side| SeqNumber(self.next[side.index()]));
        let options = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1];
        let segment = Segment { seq, ack, flags, window: 65_535, urgent: 0, options: &options, payload, missing: 0 };
        self.sink.packet = (payload.as_ptr().addr(), payload.len());
        self.now += 1000;
        let arrival = Arrival { at: Timestamp::from_nanos(self.now), segment, ttl: 64, origin: self.origin };
        self.connection.segment(from, &arrival, &Limits::default(), &mut self.sink);
        let next = &mut self.next[from.index()];
        *next = next.wrapping_add(segment.seq_len());
    }

    /// A burst of segments in each direction, acknowledged after it.
    fn talk(&mut self, rounds: usize, payload: &[u8]) {
        for _ in 0..rounds {
            for from in Direction::BOTH {
                for _ in 0..20 {
                    self.send(from, Flags::ACK, payload);
                }
                self.send(from.opposite(), Flags::ACK, &[]);
            }
        }
    }
}

#[test]
fn in_order_bytes_are_neither_copied_nor_allocated_for() {
    let payload = [b'x'; 1448];
    for origin in [None, Some(0)] {
        let mut talk = Talk::new(u32::MAX - 5000, origin);
        talk.talk(3, &payload);
        let allocations = measure(|| talk.talk(200, &payload));
        assert_eq!(allocations.count_total, 0, "no allocation after warm-up");
        assert_eq!(talk.sink.bytes, 203 * 40 * 1448);
        assert_eq!(talk.connection.held_bytes(), 0);
        for from in Direction::BOTH {
            let ledger = talk.connection.ledger(from);
            assert_eq!(ledger.delivered, 203 * 20 * 1448);
            assert!(ledger.balanced());
        }
    }
}

#[test]
fn without_a_capture_to_look_back_into_nothing_is_ever_allocated() {
    let allocations = measure(|| {
        let mut talk = Talk::new(7, None);
        talk.talk(10, &[1; 100]);
        talk.send(Client, Flags::ACK.with(Flags::FIN), &[]);
        talk.send(Server, Flags::ACK.with(Flags::FIN), &[]);
        talk.send(Client, Flags::ACK, &[]);
        talk.connection.close(End::Abandoned, &mut talk.sink);
        assert_eq!(talk.sink.ends, 2);
    });
    assert_eq!(allocations.count_total, 0);
}

#[test]
fn streams_go_beyond_four_gigabytes() {
    let payload = vec![0u8; 65_000];
    let mut talk = Talk::new(u32::MAX - 1, None);
    for _ in 0..70_000 {
        talk.send(Client, Flags::ACK, &payload);
        talk.send(Server, Flags::ACK, &[]);
    }
    assert_eq!(talk.connection.length(Client), 70_000 * 65_000);
    assert!(talk.connection.length(Client) > 1 << 32);
    talk.send(Server, Flags::ACK, b"still in step");
}

#[test]
fn lengths_only_delivers_nothing_but_the_end() {
    let mut talk = Talk::new(7, None);
    talk.connection.demand(Client, Demand::Lengths);
    for _ in 0..100 {
        talk.send(Client, Flags::ACK, &[1; 100]);
    }
    talk.send(Server, Flags::ACK, b"hello");
    talk.send(Client, Flags::ACK.with(Flags::FIN), &[]);
    talk.send(Server, Flags::ACK, &[]);
    assert_eq!(talk.sink.bytes, 5);
    assert_eq!(talk.sink.ends, 1);
    assert_eq!(talk.connection.length(Client), 10_000);
    let ledger = talk.connection.ledger(Client);
    assert_eq!(ledger.dropped(wiretale_reassembly::Reason::Unwanted), 10_000);
    assert!(ledger.balanced());
}

#[test]
fn lengths_only_counts_past_a_hole_to_the_fin() {
    let mut talk = Talk::new(7, None);
    talk.connection.demand(Client, Demand::Lengths);
    talk.send(Client, Flags::ACK, &[1; 100]);
    talk.next[Client.index()] += 1000;
    talk.send(Client, Flags::ACK.with(Flags::FIN), &[]);
    for _ in 0..20 {
        talk.now += 100_000_000;
        talk.send(Server, Flags::ACK, &[]);
    }
    assert_eq!((talk.sink.ends, talk.connection.length(Client)), (1, 1100));
    assert_eq!(talk.connection.ledger(Client).gap, 0);
}

/// A million flows must fit.
#[test]
fn an_idle_connection_is_small() {
    assert!(size_of::<Connection>() <= 200, "{} bytes", size_of::<Connection>());
}
