use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use wiretale_packet::{Segment, Timestamp};

use super::*;
use crate::{Anomaly, Chunk, Delivery, Demand, Host, Policy, Sink, Urgent};

/// Whatever a connection yields, as text.
#[derive(Default)]
struct Heard(Vec<String>);

impl Sink for Heard {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        self.0.push(format!("{from:?} {offset} {chunk:?}"));
    }

    fn anomaly(&mut self, from: Direction, anomaly: Anomaly<'_>) {
        self.0.push(format!("{from:?} {anomaly:?}"));
    }
}

/// Of the client, what is odd about it, its length, how far its numbers are off, its options.
type Step = (bool, u8, usize, i8, i8, u8);

/// Segments as two hosts send them, with something wrong now and then.
fn segments() -> impl Strategy<Value = (u32, Vec<Step>)> {
    let step = (any::<bool>(), 0u8..60, 0usize..60, -3i8..3, -3i8..3, 0u8..10);
    (prop_oneof![Just(0u32), Just(u32::MAX - 500), any::<u32>()], vec(step, 0..80))
}

fn policies() -> impl Strategy<Value = Policy> {
    let host = (any::<bool>(), any::<bool>()).prop_map(|(late, skip)| Host {
        delivery: if late { Delivery::OnAck } else { Delivery::OnArrival },
        urgent: if skip { Urgent::Skip } else { Urgent::Inline },
        ..Host::default()
    });
    prop_oneof![3 => Just(Policy::default()), 1 => host.prop_map(Policy::same)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_short_way_comes_out_where_the_long_one_does(
        (start, steps) in segments(),
        policy in policies(),
        history in prop_oneof![5 => Just(0usize), 1 => Just(100)],
    ) {
        let limits = Limits { history, ..Limits::default() };
        let (mut short, mut long) = (Connection::new(policy), Connection::new(policy));
        let (mut one, mut other) = (Heard::default(), Heard::default());
        let mut next = [start, start ^ 0x5555];
        let open = [(Direction::Client, Flags::SYN), (Direction::Server, Flags::SYN.with(Flags::ACK))];
        let opening = open.into_iter().map(|(from, flags)| (from, flags, 0, 0, 0, 9));
        let steps = steps.into_iter().map(|(client, odd, len, seq, ack, options)| {
            let from = if client { Direction::Client } else { Direction::Server };
            let flags = match odd {
                0 => Flags::FIN.with(Flags::ACK),
                1 => Flags::RST,
                2 => Flags::SYN,
                3 => Flags::default(),
                4 => Flags::ACK.with(Flags::URG),
                5..8 => Flags::ACK.with(Flags::PSH).with(Flags::ECE),
                _ => Flags::ACK,
            };
            // Most are where they belong.
            let jump = |by: i8| if odd % 4 == 0 { i32::from(by) * 9 } else { 0 };
            (from, flags, len.saturating_sub(20), jump(seq), jump(ack), options)
        });
        for (n, (from, flags, len, seq, ack, options)) in opening.chain(steps).enumerate() {
            let (own, peer) = (from.index(), from.opposite().index());
            let payload = vec![b'a' + (n % 7) as u8; len];
            let stamp = (n as u32 * 3).wrapping_sub(u32::from(options == 2) * 9).to_be_bytes();
            let stamped = [1, 1, 8, 10, stamp[0], stamp[1], stamp[2], stamp[3], 0, 0, 0, 0];
            let segment = Segment {
                seq: SeqNumber(next[own].wrapping_add_signed(seq)),
                ack: SeqNumber(if flags.has(Flags::ACK) { next[peer].wrapping_add_signed(ack) } else { 0 }),
                flags,
                window: if options == 3 { 0 } else { 100 },
                urgent: 3,
                options: if options < 3 || start % 2 == 1 { &stamped } else if options == 4 { &[19, 2] } else { &[] },
                payload: &payload,
                missing: u32::from(options == 5 && len > 20),
            };
            next[own] = next[own].wrapping_add(segment.seq_len());
            let at = Timestamp::from_nanos(n as i64 * 10_000_000);
            let origin = (start % 3 != 0).then_some(n as u64 * 100);
            let arrival = Arrival { at, segment, ttl: if options == 6 { 50 } else { 64 }, origin };
            let verdict = short.segment(from, &arrival, &limits, &mut one);
            prop_assert_eq!(verdict, long.any_segment(from, &arrival, &limits, &mut other));
            if options == 7 && n > 40 {
                short.demand(from, Demand::Lengths);
                long.demand(from, Demand::Lengths);
            }
            prop_assert_eq!(format!("{short:?}"), format!("{long:?}"));
            prop_assert_eq!(&one.0, &other.0);
        }
    }
}

#[test]
fn it_is_the_way_of_a_plain_conversation() {
    let (mut connection, mut heard, limits) = (Connection::new(Policy::default()), Heard::default(), Limits::default());
    let open = Flags::SYN.with(Flags::ACK);
    for (n, (from, flags, seq, ack, payload)) in [
        (Direction::Client, Flags::SYN, 100, 0, &b""[..]),
        (Direction::Server, open, 500, 101, b""),
        (Direction::Client, Flags::ACK, 101, 501, b""),
        (Direction::Client, Flags::ACK, 101, 501, b"NICK a\r\n"),
        (Direction::Server, Flags::ACK, 501, 109, b""),
        (Direction::Server, Flags::ACK.with(Flags::PSH), 501, 109, b"PING :b\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let (seq, ack) = (SeqNumber(seq), SeqNumber(ack));
        let segment = Segment { seq, ack, flags, window: 1000, urgent: 0, options: &[], payload, missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        assert_eq!(connection.is_next(from, &arrival, &limits).is_some(), n > 1, "{n}");
        connection.segment(from, &arrival, &limits, &mut heard);
    }
    assert_eq!(heard.0.len(), 2);
}

/// After a handshake with timestamps, the client's last being 10; the server takes four bytes.
fn stamped() -> Connection {
    let (mut connection, limits) = (Connection::new(Policy::default()), Limits::default());
    for (from, flags, seq, ack) in [
        (Direction::Client, Flags::SYN, 100, 0),
        (Direction::Server, Flags::SYN.with(Flags::ACK), 500, 101),
        (Direction::Client, Flags::ACK, 101, 501),
    ] {
        let (seq, ack) = (SeqNumber(seq), SeqNumber(ack));
        let options = &[1, 1, 8, 10, 0, 0, 0, 10, 0, 0, 0, 0];
        let segment = Segment { seq, ack, flags, window: 4, urgent: 0, options, payload: &[], missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        connection.segment(from, &arrival, &limits, &mut Heard::default());
    }
    connection
}

#[test]
fn timestamps_may_stand_or_go_back_by_one_tick_and_bytes_must_fit_the_window() {
    for (stamp, sent, payload, next) in [
        (10, &b""[..], &b"abcd"[..], true),
        (11, b"", b"abcd", true),
        (9, b"", b"abcd", true),
        (8, b"", b"abcd", false),
        (10, b"abc", b"d", true),
        (10, b"abcd", b"", true),
        (10, b"abcd", b"e", false),
    ] {
        let (mut connection, limits) = (stamped(), Limits::default());
        let options = [1, 1, 8, 10, 0, 0, 0, stamp, 0, 0, 0, 0];
        let segment = |seq, payload, options| {
            let (seq, ack, flags) = (SeqNumber(seq), SeqNumber(501), Flags::ACK);
            let segment = Segment { seq, ack, flags, window: 4, urgent: 0, options, payload, missing: 0 };
            Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None }
        };
        connection.segment(Direction::Client, &segment(101, sent, &[]), &limits, &mut Heard::default());
        let arrival = segment(101 + sent.len() as u32, payload, &options);
        assert_eq!(connection.is_next(Direction::Client, &arrival, &limits).is_some(), next, "{stamp} {payload:?}");
    }
}

#[test]
fn a_hole_that_was_filled_is_not_in_the_way() {
    let (mut connection, limits) = (stamped(), Limits::default());
    for (seq, payload, next) in [(103, &b"cd"[..], false), (101, b"ab", false), (105, b"", true)] {
        let (seq, ack, flags) = (SeqNumber(seq), SeqNumber(501), Flags::ACK);
        let segment = Segment { seq, ack, flags, window: 4, urgent: 0, options: &[], payload, missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        assert_eq!(connection.is_next(Direction::Client, &arrival, &limits).is_some(), next, "{seq:?}");
        connection.segment(Direction::Client, &arrival, &limits, &mut Heard::default());
    }
}

/// Bytes that acknowledge what was not seen, until their receiver acknowledges them.
#[test]
fn nor_is_what_was_in_doubt_once_it_was_judged() {
    let (mut connection, limits) = (stamped(), Limits::default());
    for (from, seq, ack, payload, next) in [
        (Direction::Client, 101, 503, &b"ab"[..], false),
        (Direction::Client, 103, 501, b"", false),
        (Direction::Server, 503, 103, b"", false),
        (Direction::Client, 103, 503, b"", true),
    ] {
        let (seq, ack, flags) = (SeqNumber(seq), SeqNumber(ack), Flags::ACK);
        let segment = Segment { seq, ack, flags, window: 4, urgent: 0, options: &[], payload, missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        assert_eq!(connection.is_next(from, &arrival, &limits).is_some(), next, "{seq:?}");
        connection.segment(from, &arrival, &limits, &mut Heard::default());
    }
    assert!(connection.doubts.is_none());
}

/// Numbers of a side that was not seen stand at 0, and mean nothing.
#[test]
fn nothing_is_next_where_one_side_is_seen_alone() {
    let (mut connection, limits) = (Connection::new(Policy::default()), Limits::default());
    for seq in [0x9000_0000, 0x9000_0004, 0x9000_0008] {
        let (seq, ack, flags) = (SeqNumber(seq), SeqNumber(0), Flags::ACK);
        let segment = Segment { seq, ack, flags, window: 4, urgent: 0, options: &[], payload: b"text", missing: 0 };
        let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
        assert!(connection.is_next(Direction::Client, &arrival, &limits).is_none());
        connection.segment(Direction::Client, &arrival, &limits, &mut Heard::default());
    }
}
