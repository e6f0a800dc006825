//! Laws that hold for any packets whatever: conservation, order, bounds, one end.

mod support;

use proptest::prelude::*;
use support::{Wire, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Direction, Flags, Segment, Timestamp};
use wiretale_reassembly::{
    Anomaly, Arrival, Chunk, Connection, Delivery, Demand, End, Host, Limits, Overlap, Policy, Reason, Sink, Urgent,
    Verdict,
};

/// One packet, numbers relative to where the conversation is.
#[derive(Clone, Debug)]
struct Op {
    from: bool,
    seq: i32,
    ack: i32,
    flags: u8,
    len: usize,
    fill: u8,
    window: u16,
    urgent: u16,
    options: Vec<u8>,
    missing: u32,
    ttl: u8,
    pause: i64,
    also: u8,
}

fn op() -> impl Strategy<Value = Op> {
    let seq = prop_oneof![8 => -8..40i32, 1 => -5000..100_000i32, 1 => any::<i32>()];
    let ack = prop_oneof![8 => Just(0), 2 => -40..40i32, 1 => any::<i32>()];
    let flags = prop_oneof![8 => Just(0x10u8), 2 => Just(0x18), 1 => Just(2), 1 => Just(0x12), 1 => Just(0x11), 1 => any::<u8>()];
    let options = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(any::<u8>(), 0..20), 1 => Just(vec![3, 3, 20]),
        2 => any::<[u8; 1]>().prop_map(|[n]| vec![1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 0])];
    let missing = prop_oneof![8 => Just(0u32), 1 => 0..50u32, 1 => Just(u32::MAX)];
    (
        (any::<bool>(), seq, ack, flags, 0..40usize, b'a'..b'd'),
        (prop_oneof![Just(0u16), Just(65_535), any::<u16>()], 0..60u16, options, missing),
        (
            prop::sample::select(vec![2u8, 64]),
            prop_oneof![9 => 0..1_000_000i64, 1 => -1_000_000_000i64..100_000_000_000],
            any::<u8>(),
        ),
    )
        .prop_map(
            |((from, seq, ack, flags, len, fill), (window, urgent, options, missing), (ttl, pause, also))| Op {
                from,
                seq,
                ack,
                flags,
                len,
                fill,
                window,
                urgent,
                options,
                missing,
                ttl,
                pause,
                also,
            },
        )
}

/// Checks that steps follow one another without a hole and end once.
#[derive(Default)]
struct Strict {
    next: [u64; 2],
    delivered: [u64; 2],
    gaps: [u64; 2],
    ended: [bool; 2],
    skips: bool,
}

impl Sink for Strict {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        let side = from.index();
        assert!(!self.ended[side], "nothing follows the end");
        // Only urgent bytes and unwanted ones leave no trace.
        assert!(if self.skips { offset >= self.next[side] } else { offset == self.next[side] });
        let len = match chunk {
            Chunk::Data(data) => {
                assert!(!data.is_empty());
                self.delivered[side] += data.len() as u64;
                data.len() as u64
            }
            Chunk::Gap(len) => {
                assert!(len > 0);
                self.gaps[side] += len;
                len
            }
            Chunk::End(_) => {
                self.ended[side] = true;
                0
            }
        };
        self.next[side] = offset + len;
    }

    fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
        assert!(!anomaly.name().is_empty());
        if let Anomaly::Conflict(conflict) = anomaly {
            assert_eq!(conflict.old.len(), conflict.new.len());
            assert_ne!(conflict.old, conflict.new);
        }
    }

    /// A capture of nothing but zeros.
    fn recall(&self, _: u64, bytes: &mut [u8]) -> bool {
        bytes.fill(0);
        bytes.len() <= 64
    }
}

fn run(ops: &[Op], host: Host, limits: &Limits, interrupts: bool) {
    let mut connection = Connection::new(Policy::same(host));
    let mut sink = Strict { skips: interrupts || host.urgent == Urgent::Skip, ..Strict::default() };
    let mut next = [u32::MAX - 60, 1000u32];
    let mut now = 0i64;
    for op in ops {
        let from = if op.from { Client } else { Server };
        let seq = next[from.index()].wrapping_add_signed(op.seq);
        let ack = next[from.opposite().index()].wrapping_add_signed(op.ack);
        let payload = vec![op.fill; op.len];
        let segment = Segment {
            window: op.window,
            urgent: op.urgent,
            options: &op.options,
            missing: op.missing,
            ..segment(seq, ack, Flags(op.flags), &payload)
        };
        now += op.pause;
        let at = Timestamp::from_nanos(now);
        let arrival = Arrival { at, segment, ttl: op.ttl, origin: (op.fill == b'a').then_some(0) };
        let verdict = connection.segment(from, &arrival, limits, &mut sink);
        if verdict == Verdict::NewConnection {
            connection.take_pending_syn();
        }
        if op.seq == 0 && verdict == Verdict::Accepted {
            next[from.index()] = seq.wrapping_add(segment.seq_len());
        }
        match op.also {
            0 if interrupts => connection.demand(from, Demand::Lengths),
            1 if interrupts => connection.demand(from, Demand::Stream),
            2..8 => connection.expire(at, limits, &mut sink),
            _ => {}
        }
        check(&connection, &sink, limits);
    }
    connection.close(End::Abandoned, &mut sink);
    check(&connection, &sink, limits);
    assert_eq!(connection.held_bytes(), 0);
    assert_eq!(sink.ended, [true, true]);
}

fn check(connection: &Connection, sink: &Strict, limits: &Limits) {
    for from in Direction::BOTH {
        let ledger = connection.ledger(from);
        assert!(ledger.balanced(), "{ledger:?}");
        assert_eq!(ledger.delivered, sink.delivered[from.index()]);
        assert_eq!(ledger.gap, sink.gaps[from.index()]);
    }
    assert!(connection.held_bytes() <= 2 * (limits.held + 100) + (limits.doubts + 10) * 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_packets_whatever(
        ops in prop::collection::vec(op(), 1..60),
        overlap in (0u16..512).prop_map(Overlap::from_mask),
        skip in any::<bool>(),
        on_ack in any::<bool>(),
        tight in any::<bool>(),
        interrupts in any::<bool>(),
        history in prop::sample::select(vec![0usize, 16]),
    ) {
        let host = Host {
            overlap,
            urgent: if skip { Urgent::Skip } else { Urgent::Inline },
            delivery: if on_ack { Delivery::OnAck } else { Delivery::OnArrival },
        };
        let mut limits = Limits { history, ..Limits::default() };
        if tight {
            limits = Limits { held: 60, pieces: 4, doubts: 2, recent: 3, ..limits };
        }
        run(&ops, host, &limits, interrupts);
    }

    /// Delivery on acknowledgement gives the same bytes as on arrival where nothing is ambiguous.
    #[test]
    fn on_acknowledgement_the_same_bytes(cuts in prop::collection::vec(1usize..50, 1..30), late in any::<bool>()) {
        let text: Vec<u8> = (0..cuts.iter().sum::<usize>()).map(|n| n as u8).collect();
        let mut wire = Wire::open(Policy::same(Host { delivery: Delivery::OnAck, ..Host::default() }), 5, 1000);
        let mut seq = 0;
        for len in cuts {
            wire.send(Client, support::data(5 + seq as u32, 1000, &text[seq..seq + len]));
            seq += len;
            if !late {
                prop_assert_eq!(wire.out.bytes(Client).len(), seq - len, "held until acknowledged");
                wire.send(Server, support::data(1000, 5 + seq as u32, b""));
                prop_assert_eq!(wire.out.bytes(Client).len(), seq);
            }
        }
        wire.close();
        prop_assert_eq!(wire.out.bytes(Client), text);
    }
}

/// Bytes of each kind are found in their account.
#[test]
fn every_byte_has_its_account() {
    let mut wire = Wire::open(Policy::default(), 0, 1000);
    wire.send(Client, support::data(0, 1000, b"abcd"));
    wire.send(Client, support::data(0, 1000, b"abcd"));
    wire.send(Client, support::data(6, 1000, b"gh"));
    wire.send(Client, support::data(6, 1000, b"gX"));
    wire.send(Client, segment(4, 1000, Flags(0), b"zz"));
    let ledger = wire.connection.ledger(Client);
    assert_eq!(
        (ledger.received, ledger.delivered, ledger.duplicate, ledger.conflict_lost, ledger.held),
        (14, 4, 5, 1, 2)
    );
    assert_eq!(ledger.dropped(Reason::Refused), 2);
    wire.close();
    let ledger = wire.connection.ledger(Client);
    assert_eq!((ledger.delivered, ledger.gap, ledger.held), (6, 2, 0));
}

/// The adversaries of the complexity law: what waits stays bounded, whatever the order, so that each packet's work is.
#[test]
fn hostile_orders_stay_within_their_bounds() {
    let one = b"x";
    let many = [b'y'; 1400];
    let limits = Limits::default();
    type Place = fn(u32) -> (u32, usize);
    let orders: [(&str, Place); 5] = [
        ("descending bytes", |n| (60_000 - n, 1)),
        ("alternating holes", |n| (2 * n + 1, 1)),
        ("staircase", |n| (n + 1, 1400)),
        ("each covers all before", |n| (20_000 - n, 1400)),
        ("the same again", |n| (7 + n % 2, 1400)),
    ];
    for (name, place) in orders {
        let mut wire = Wire::open(Policy::default(), 0, 1000);
        for n in 0..20_000 {
            let (offset, len) = place(n);
            wire.now = 0;
            wire.send(Client, support::data(offset, 1000, if len == 1 { one } else { &many[..len] }));
            assert!(wire.connection.held_bytes() <= limits.held, "{name}");
        }
        wire.close();
        assert!(wire.out.conflicts.is_empty(), "{name}");
    }
}
