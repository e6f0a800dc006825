//! What a connection says to hold is what the allocator gave for it, and about sixteen bytes for each piece that an
//! allocator keeps to itself.

use std::time::Duration;

use allocation_counter::measure;
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Address, Direction, Flags, Fragment, Ip, Segment, SeqNumber, Timestamp};
use wiretale_reassembly::{
    Anomaly, Arrival, Chunk, Connection, End, FragmentAnomaly, FragmentLimits, FragmentSink, Fragments, Limits, Policy,
    Sink,
};

struct Deaf;

impl Sink for Deaf {
    fn chunk(&mut self, _: Direction, _: u64, _: Chunk<'_>) {}
    fn anomaly(&mut self, _: Direction, _: Anomaly<'_>) {}
}

struct Bench {
    connection: Connection,
    /// Bytes that the allocator gave for the connection.
    live: i64,
}

impl Bench {
    fn new() -> Self {
        Self { connection: Connection::new(Policy::default()), live: 0 }
    }

    fn open() -> Self {
        let mut bench = Self::new();
        bench.send(Client, Flags::SYN, 99, 0, b"");
        bench.send(Server, Flags::SYN.with(Flags::ACK), 999, 100, b"");
        bench.send(Client, Flags::ACK, 100, 1000, b"");
        bench
    }

    fn send(&mut self, from: Direction, flags: Flags, seq: u32, ack: u32, payload: &[u8]) {
        let (seq, ack) = (SeqNumber(seq), SeqNumber(ack));
        let segment = Segment { seq, ack, flags, window: 65_535, urgent: 0, options: &[], payload, missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        let limits = Limits { doubts: 64, ..Limits::default() };
        self.live += measure(|| _ = self.connection.segment(from, &arrival, &limits, &mut Deaf)).bytes_current;
    }

    fn close(&mut self) {
        self.live += measure(|| self.connection.close(End::Abandoned, &mut Deaf)).bytes_current;
    }

    /// What the allocator gave for the connection.
    fn live(&self) -> usize {
        self.live.try_into().unwrap()
    }

    /// Holds `bytes` of payload in so many pieces, and says so.
    #[track_caller]
    fn holds(&self, bytes: usize, pieces: usize) {
        assert_eq!(self.connection.held_bytes(), bytes);
        let (said, live) = (self.connection.held_memory(), self.live() + 16 * pieces);
        // A box or two whose size does not depend on the payload are not worth counting.
        assert!(said <= live && live <= said + 64, "{said} said, {live} live with {pieces} pieces");
    }
}

#[test]
fn where_nothing_waits_nothing_is_held() {
    let mut bench = Bench::open();
    bench.send(Client, Flags::ACK, 100, 1000, b"hello");
    // Nor for a keep-alive, nor for a SYN that comes again.
    bench.send(Client, Flags::ACK, 104, 1000, b"");
    bench.send(Client, Flags::SYN, 99, 0, b"");
    assert_eq!((bench.connection.held_bytes(), bench.connection.held_memory(), bench.live()), (0, 0, 0));
}

#[test]
fn what_waits_out_of_order_is_told_with_its_lists() {
    let mut bench = Bench::open();
    for n in 1..=100 {
        bench.send(Client, Flags::ACK, 100 + n * 20, 1000, b"ten bytes.");
        bench.holds(10 * n as usize, n as usize);
    }
    // The server's waits beside it.
    bench.send(Server, Flags::ACK, 1010, 100, b"three");
    bench.holds(1005, 101);
}

#[test]
fn a_hole_that_was_filled_gives_its_lists_back() {
    let mut bench = Bench::open();
    for n in 1..=2000 {
        bench.send(Client, Flags::ACK, 100 + n, 1000, b"x");
    }
    bench.send(Client, Flags::ACK, 100, 1000, b"x");
    assert_eq!((bench.connection.held_memory(), bench.connection.length(Client)), (0, 2001));
    assert!(bench.live() < 1000, "{} bytes", bench.live());
}

#[test]
fn what_was_cut_off_behind_a_fin_gives_its_lists_back() {
    let mut bench = Bench::open();
    bench.send(Client, Flags::FIN.with(Flags::ACK), 100, 1000, b"");
    for n in 1..=2049 {
        bench.send(Client, Flags::ACK, 100 + n, 1000, b"x");
    }
    assert_eq!(bench.connection.held_bytes(), 0);
    assert!(bench.live() < 1000, "{} bytes", bench.live());
}

#[test]
fn what_is_in_doubt_is_told_with_its_list() {
    let mut bench = Bench::open();
    for n in 0..64 {
        // It acknowledges what the server was not seen to send.
        bench.send(Client, Flags::ACK, 100 + n * 10, 5000, b"ten bytes.");
        bench.holds(10 * (n as usize + 1), n as usize + 1);
    }
}

#[test]
fn data_on_a_syn_is_held_until_it_is_judged() {
    let mut bench = Bench::new();
    bench.send(Client, Flags::SYN, 99, 0, b"early");
    assert_eq!((bench.connection.held_bytes(), bench.connection.held_memory()), (5, 5));
    bench.send(Server, Flags::SYN.with(Flags::ACK), 999, 105, b"");
    assert_eq!((bench.connection.held_bytes(), bench.connection.held_memory()), (0, 0));
}

#[test]
fn nothing_is_left_of_a_connection_that_is_closed() {
    let mut bench = Bench::open();
    for n in 1..=20 {
        bench.send(Client, Flags::ACK, 100 + n * 20, 1000, b"ten bytes.");
        bench.send(Server, Flags::ACK, 1000 + n * 20, 9000, b"ten bytes.");
    }
    bench.close();
    assert_eq!(bench.connection.held_bytes(), 0);
    assert!(bench.live() < 1000, "{} bytes", bench.live());
}

struct Last(&'static str);

impl FragmentSink for Last {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        self.0 = anomaly.name();
    }
}

/// Packets that were completed stand behind one that waits.
#[test]
fn what_was_put_together_leaves_no_memory_and_what_waits_its_age() {
    let (mut table, mut last) = (Fragments::new(FragmentLimits::default()), Last(""));
    let (src, dst) = (Address::v4([10, 20, 0, 1]), Address::v4([198, 51, 100, 7]));
    let ip = Ip { src, dst, protocol: 17, ttl: 64, total_len: 0, header_len: 20, header_ok: true };
    let mut push = |id, offset, more| {
        let fragment = Fragment { id, offset, more, payload: &[7; 8], missing: 0 };
        table.push(Timestamp::from_nanos(0), &ip, &fragment, &mut last).is_some()
    };
    push(0, 8, true);
    let more = measure(|| (1..20_000).for_each(|id| assert!(!push(id, 8, false) && push(id, 0, true)))).bytes_current;
    assert!(more < 150 << 10, "{more} bytes");
    let age = FragmentLimits::default().age;
    table.expire(Timestamp::from_nanos(0) + (age - Duration::from_nanos(1)), &mut last);
    assert_eq!((last.0, table.len()), ("", 1));
    table.expire(Timestamp::from_nanos(0) + age, &mut last);
    assert_eq!((last.0, table.len()), ("fragment_timeout", 0));
}

/// Tables grow by doubling, so that what one packet takes is known to a third.
#[test]
fn what_it_takes_to_hold_fragments_is_told_to_a_third() {
    let (src, dst) = (Address::v4([10, 20, 0, 1]), Address::v4([198, 51, 100, 7]));
    let ip = Ip { src, dst, protocol: 17, ttl: 64, total_len: 0, header_len: 20, header_ok: true };
    for packets in [7000, 7200, 14_000] {
        let mut table = Fragments::new(FragmentLimits { bytes: 64 << 20, ..FragmentLimits::default() });
        let live = measure(|| {
            for id in 0..packets {
                let fragment = Fragment { id, offset: 8, more: true, payload: &[7; 8], missing: 0 };
                table.push(Timestamp::from_nanos(0), &ip, &fragment, &mut Last(""));
            }
        });
        let (said, live) = (table.held_bytes(), usize::try_from(live.bytes_current).unwrap());
        assert!((live * 2 / 3..live * 4 / 3).contains(&said), "{said} said, {live} live with {packets}");
    }
}
