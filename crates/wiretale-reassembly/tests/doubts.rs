//! Segments in doubt among others in doubt: what hangs on which, and what becomes of those behind.

mod support;

use support::{Wire, data, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Flags, Segment, Timestamp};
use wiretale_reassembly::{Policy, Verdict, Why};

const ACK: Flags = Flags::ACK;

fn with<'a>(options: &'a [u8], segment: Segment<'a>) -> Segment<'a> {
    Segment { options, ..segment }
}

fn stamp(n: u8) -> [u8; 12] {
    [1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 0]
}

/// Both were picked up in the middle; the client's stamp is 10, and it is heard.
fn stamped() -> Wire {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&stamp(10), data(100, 1000, b"a")));
    wire.send(Server, with(&stamp(10), segment(1000, 101, ACK, b"")));
    wire
}

/// Lets the server repeat himself until all that is due was judged.
fn repeat(wire: &mut Wire, segment: Segment<'_>) {
    wire.now += 1_000_000_000;
    for _ in 0..20 {
        wire.send(Server, segment);
    }
}

#[test]
fn a_segment_hangs_on_the_newest_of_all_in_doubt() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamp(90), data(101, 1050, b"?"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(20), data(101, 1000, b"b"))), Verdict::Doubted, "older than 90");
    assert_eq!(wire.send(Client, with(&stamp(50), data(102, 1000, b"c"))), Verdict::Doubted, "still older than 90");
    assert_eq!(wire.send(Client, with(&stamp(89), data(103, 1000, b"d"))), Verdict::Accepted, "one tick is forgiven");
}

#[test]
fn what_was_taken_tells_the_time_and_what_was_refused_does_not() {
    let mut wire = stamped();
    // Both acknowledge what was not captured, but the second what was never sent.
    assert_eq!(wire.send(Client, with(&stamp(40), data(101, 1010, b"b"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(90), data(102, 5000, b"!"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(50), data(102, 1000, b"c"))), Verdict::Doubted);
    wire.send(Server, with(&stamp(20), segment(1010, 102, ACK, b"")));
    repeat(&mut wire, with(&stamp(30), segment(1010, 103, ACK, b"")));
    assert_eq!(wire.out.dotted(Client), "abc");
    assert!(!wire.out.has("paws_failed"));
}

/// What follows a segment in doubt tells the time, but not against that segment itself.
#[test]
fn what_was_acknowledged_before_a_reset_was_taken() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamp(90), data(101, 5000, b"!"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(20), data(101, 1000, b"b"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(91), data(102, 1000, b"c"))), Verdict::Accepted);
    wire.send(Server, with(&stamp(30), segment(1000, 103, ACK, b"")));
    wire.send(Server, segment(1000, 0, Flags::RST, b""));
    assert_eq!(wire.out.dotted(Client), "a");
    let now = Timestamp::from_nanos(wire.now + 1_000_000_000);
    wire.connection.expire(now, &wire.limits, &mut wire.out);
    assert_eq!(wire.out.dotted(Client), "abc");
}

#[test]
fn what_is_in_doubt_changes_sides_with_its_sender() {
    let mut wire = Wire::open(Policy::default(), 100, 1000);
    assert_eq!(wire.send(Client, data(100, 1050, b"later")), Verdict::Doubted);
    wire.connection.flip();
    wire.out.streams.swap(0, 1);
    assert_eq!((wire.connection.ledger(Client).held, wire.connection.ledger(Server).held), (0, 5));
    wire.send(Client, segment(1050, 105, ACK, b""));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (vec![], b"later".to_vec()));
}

#[test]
fn timestamps_begin_anew_after_a_month_of_silence() {
    // In order, and with the second before the first.
    for order in [[102, 103, 104], [103, 102, 104]] {
        let mut wire = stamped();
        wire.send(Client, with(&stamp(90), data(101, 1000, b"b")));
        wire.now += 25 * 24 * 3600 * 1_000_000_000;
        for (seq, n) in order.into_iter().zip(20..) {
            assert_eq!(wire.send(Client, with(&stamp(n), data(seq, 1000, b"c"))), Verdict::Accepted, "{seq}");
        }
        assert_eq!(wire.out.bytes(Client), b"abccc");
        assert_eq!(wire.send(Client, with(&stamp(10), data(105, 1000, b"!"))), Verdict::Doubted);
        wire.close();
        assert!(wire.out.has("paws_failed") && wire.out.bytes(Client) == b"abccc");
    }
}

#[test]
fn what_came_after_a_month_of_silence_is_forgiven_though_it_is_judged_later() {
    let mut wire = stamped();
    wire.send(Client, with(&stamp(90), data(101, 1000, b"b")));
    wire.now += 25 * 24 * 3600 * 1_000_000_000;
    assert_eq!(wire.send(Client, with(&stamp(20), data(102, 1050, b"c"))), Verdict::Doubted);
    wire.send(Server, with(&stamp(10), segment(1050, 103, ACK, b"")));
    assert_eq!(wire.out.bytes(Client), b"abc");
}

fn stamps(own: u8, echo: u8) -> [u8; 12] {
    [1, 1, 8, 10, 0, 0, 0, own, 0, 0, 0, echo]
}

/// As [`stamped`], and then an acknowledgement with a timestamp of the future, which the server never gets.
fn forged() -> Wire {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamps(90, 10), segment(101, 1000, ACK, b""))), Verdict::Accepted);
    wire
}

#[test]
fn a_timestamp_of_the_future_that_never_came_there_makes_nobody_deaf() {
    let mut wire = forged();
    assert_eq!(wire.send(Client, with(&stamps(20, 10), data(101, 1000, b"b"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamps(21, 10), data(102, 1000, b"c"))), Verdict::Doubted);
    // Sent before it got these: it says nothing of them.
    wire.send(Server, with(&stamps(15, 10), segment(1000, 101, ACK, b"")));
    assert_eq!(wire.out.dotted(Client), "a");
    wire.send(Server, with(&stamps(16, 20), segment(1000, 103, ACK, b"")));
    assert_eq!(wire.out.dotted(Client), "abc");
    assert_eq!(wire.send(Client, with(&stamps(22, 16), data(103, 1000, b"d"))), Verdict::Accepted);
    assert_eq!((wire.out.dotted(Client).as_str(), wire.out.has("paws_failed")), ("abcd", false));
}

#[test]
fn one_not_yet_acknowledged_is_not_too_old_any_more() {
    let mut wire = forged();
    for (n, bytes) in [(20, b"b"), (21, b"c")] {
        wire.send(Client, with(&stamps(n, 10), data(81 + u32::from(n), 1000, bytes)));
    }
    wire.send(Server, with(&stamps(16, 20), segment(1000, 102, ACK, b"")));
    assert_eq!(wire.out.dotted(Client), "abc");
}

#[test]
fn what_the_receiver_has_newer_timestamps_than_is_refused() {
    // 90 came there; 20 is an old copy of what was not captured, and acknowledged for that.
    let mut wire = forged();
    assert_eq!(wire.send(Client, with(&stamps(20, 10), data(101, 1000, b"!"))), Verdict::Doubted);
    for echo in [90, 19, 30] {
        wire.send(Server, with(&stamps(16, echo), segment(1000, 102, ACK, b"")));
    }
    repeat(&mut wire, with(&stamps(40, 90), segment(1000, 102, ACK, b"")));
    wire.send(Client, with(&stamps(91, 40), data(102, 1000, b"c")));
    wire.close();
    assert_eq!((wire.out.dotted(Client).as_str(), wire.out.has("paws_failed")), ("a.c", true));
}

#[test]
fn where_there_is_no_room_for_doubt_the_timestamp_tells() {
    let mut wire = forged();
    for n in 0..16 {
        assert_eq!(wire.send(Client, with(&stamps(20, 10), data(101 + n, 1000, b"b"))), Verdict::Doubted);
    }
    let more = wire.send(Client, with(&stamps(20, 10), data(117, 1000, b"b")));
    assert_eq!(more, Verdict::Ignored(Why::OldTimestamp));
}

/// Where the first shows that the receiver is not to be heard, the second need not wait as long.
#[test]
fn of_two_in_doubt_the_second_does_not_wait_for_a_word_that_did_not_come() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, data(101, 1050, b"b")), Verdict::Doubted);
    wire.now += 95_000_000;
    assert_eq!(wire.send(Client, data(102, 1050, b"c")), Verdict::Doubted);
    for _ in 0..6 {
        wire.send(Client, segment(103, 1000, ACK, b""));
    }
    assert_eq!(wire.out.bytes(Client), b"abc");
    assert_eq!(wire.connection.held_memory(), 0);
}
