//! What a connection says to hold is what the allocator gave for it, and about sixteen bytes for each piece that an
//! allocator keeps to itself.
#![allow(unsafe_code, reason = "a counting allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
use wiretale_reassembly::{Anomaly, Arrival, Chunk, Connection, End, Limits, Policy, Sink};

struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.with(|live| live.set(live.get().wrapping_add(layout.size())));
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.with(|live| live.set(live.get().wrapping_sub(layout.size())));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Deaf;

impl Sink for Deaf {
    fn chunk(&mut self, _: Direction, _: u64, _: Chunk<'_>) {}
    fn anomaly(&mut self, _: Direction, _: Anomaly<'_>) {}
}

struct Bench {
    connection: Connection,
    /// What lives elsewhere.
    before: usize,
}

impl Bench {
    fn new() -> Self {
        Self { connection: Connection::new(Policy::default()), before: LIVE.with(Cell::get) }
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
        self.connection.segment(from, &arrival, &limits, &mut Deaf);
    }

    /// What the allocator gave for the connection.
    fn live(&self) -> usize {
        LIVE.with(Cell::get).wrapping_sub(self.before)
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
    bench.connection.close(End::Abandoned, &mut Deaf);
    assert_eq!(bench.connection.held_bytes(), 0);
    assert!(bench.live() < 1000, "{} bytes", bench.live());
}
