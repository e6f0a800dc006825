//! What a modern host takes and what it ignores, how connections begin and end, and what a capture may have lost.

mod support;

use std::time::Duration;

use support::{Wire, data, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Flags, Segment, Timestamp};
use wiretale_reassembly::{Delivery, End, Host, Limits, Policy, Reason, Urgent, Verdict, Why};

const ACK: Flags = Flags::ACK;
const SYN: Flags = Flags::SYN;
const FIN: Flags = Flags(0x11);
const RST: Flags = Flags::RST;
const SYN_ACK: Flags = Flags(0x12);

/// The client's first byte has number 100, the server's 1000; both have said hello.
fn talk() -> Wire {
    let mut wire = Wire::open(Policy::default(), 100, 1000);
    wire.send(Client, data(100, 1000, b"hello"));
    wire.send(Server, data(1000, 105, b"HELLO"));
    wire.send(Client, segment(105, 1005, ACK, b""));
    wire
}

fn with<'a>(options: &'a [u8], segment: Segment<'a>) -> Segment<'a> {
    Segment { options, ..segment }
}

fn stamp(n: u8) -> [u8; 12] {
    [1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 0]
}

#[test]
fn a_reset_at_the_next_number_ends_the_connection() {
    let mut wire = talk();
    assert_eq!(wire.send(Server, segment(1005, 0, RST, b"why")), Verdict::Accepted);
    assert!(wire.connection.closed());
    wire.close();
    assert_eq!(wire.out.ends, [Some(End::Reset); 2]);
    assert_eq!(wire.out.names, ["rst_with_data"]);
    assert_eq!(wire.out.bytes(Server), b"HELLO");
}

#[test]
fn a_reset_anywhere_else_does_not() {
    for seq in [1004, 1006, 5000, 0] {
        let mut wire = talk();
        assert_eq!(wire.send(Server, segment(seq, 0, RST, b"")), Verdict::Ignored(Why::BadReset));
        assert!(!wire.connection.closed());
        assert_eq!(wire.out.names, ["rst_out_of_sequence"]);
    }
}

#[test]
fn whoever_goes_on_after_his_reset_did_not_send_it() {
    let mut wire = talk();
    wire.send_ttl(Client, segment(105, 0, RST, b""), 64);
    wire.send(Client, data(105, 1005, b"still"));
    assert!(wire.out.has("reopened_after_reset"));
    assert_eq!(wire.out.bytes(Client), b"hellostill");
    assert!(!wire.connection.closed());
}

#[test]
fn data_after_the_receivers_reset_waits_for_his_word() {
    let mut wire = talk();
    wire.send(Server, segment(1005, 0, RST, b""));
    assert_eq!(wire.send(Client, data(105, 1005, b"still")), Verdict::Doubted);
    assert_eq!(wire.out.bytes(Client), b"hello");
    wire.send(Server, segment(1005, 110, ACK, b""));
    assert_eq!(wire.out.bytes(Client), b"hellostill");
    assert_eq!(wire.out.names, ["data_after_reset", "reopened_after_reset"]);

    let mut wire = talk();
    wire.send(Server, segment(1005, 0, RST, b""));
    wire.send(Client, data(105, 1005, b"still"));
    wire.close();
    assert_eq!(wire.out.bytes(Client), b"hello");
    assert_eq!(wire.connection.ledger(Client).dropped(Reason::Reset), 5);
}

#[test]
fn a_signed_segment_on_an_unsigned_connection_is_ignored() {
    let md5 = [19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1];
    let mut wire = talk();
    assert_eq!(wire.send(Client, with(&md5, data(105, 1005, b"forged"))), Verdict::Ignored(Why::Signature));
    assert_eq!(wire.send(Server, with(&md5, segment(1005, 0, RST, b""))), Verdict::Ignored(Why::Signature));
    wire.send(Client, data(105, 1005, b"honest"));
    assert_eq!(wire.out.bytes(Client), b"hellohonest");
    assert_eq!(wire.out.names, ["tcp_signature_mismatch"; 2]);
}

#[test]
fn an_old_timestamp_is_refused_where_timestamps_are_agreed() {
    for (agreed, want) in [(true, "honest"), (false, "forged")] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&stamp(10), segment(99, 0, SYN, b"")));
        let answer = if agreed { stamp(5).to_vec() } else { vec![] };
        wire.send(Server, with(&answer, segment(999, 100, SYN_ACK, b"")));
        wire.send(Client, with(&stamp(12), segment(100, 1000, ACK, b"")));
        wire.send(Client, with(&stamp(10), data(100, 1000, b"forged")));
        wire.send(Client, with(&stamp(12), data(100, 1000, b"honest")));
        assert_eq!(wire.out.bytes(Client), want.as_bytes());
        assert_eq!(wire.out.has("paws_failed"), agreed);
    }
}

#[test]
fn timestamps_go_on_behind_a_hole_that_was_acknowledged() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&stamp(10), data(100, 1000, b"a")));
    wire.send(Server, with(&stamp(10), segment(1000, 151, ACK, b"")));
    wire.send(Client, with(&stamp(90), data(151, 1000, b"b")));
    assert_eq!(wire.send(Client, with(&stamp(20), data(152, 1000, b"!"))), Verdict::Doubted);
}

/// The client's stamp is 10, and it is heard.
fn stamped() -> Wire {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&stamp(10), data(100, 1000, b"a")));
    wire.send(Server, with(&stamp(10), segment(1000, 101, ACK, b"")));
    wire
}

#[test]
fn an_echo_speaks_for_all_that_it_is_not_too_new_for() {
    let mut wire = stamped();
    wire.send(Server, with(&stamp(19), segment(1000, 141, ACK, b"")));
    wire.send(Client, with(&stamp(19), data(131, 1000, b"dddddddddd")));
    for (seq, when, bytes) in [(121, 17, b"cccccccccc"), (111, 16, b"bbbbbbbbbb"), (101, 16, b"aaaaaaaaaa")] {
        assert_eq!(wire.send(Client, with(&stamp(when), data(seq, 1000, bytes))), Verdict::Doubted);
    }
    let echo = [1, 1, 8, 10, 0, 0, 0, 20, 0, 0, 0, 17];
    wire.send(Server, with(&echo, segment(1000, 131, ACK, b"")));
    assert_eq!(wire.out.bytes(Client), b"aaaaaaaaaaabbbbbbbbbbccccccccccdddddddddd");
    assert!(!wire.out.has("paws_failed"));
}

#[test]
fn a_timestamp_counts_behind_data_in_doubt_if_that_was_taken() {
    let mut wire = stamped();
    // The server's bytes up to 1050 were not captured.
    assert_eq!(wire.send(Client, with(&stamp(90), data(101, 1050, b"b"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(20), data(102, 1000, b"!"))), Verdict::Doubted);
    wire.send(Server, with(&stamp(90), segment(1050, 102, ACK, b"")));
    wire.send(Client, with(&stamp(91), data(102, 1050, b"c")));
    assert_eq!(wire.out.bytes(Client), b"abc");
    assert!(wire.out.has("paws_failed"));
}

#[test]
fn so_does_one_that_came_behind_that_and_was_taken_at_once() {
    let mut wire = stamped();
    wire.send(Client, with(&stamp(11), data(101, 1050, b"b")));
    assert_eq!(wire.send(Client, with(&stamp(90), data(102, 1000, b"c"))), Verdict::Accepted);
    wire.send(Server, with(&stamp(90), segment(1050, 102, ACK, b"")));
    assert_eq!(wire.send(Client, with(&stamp(20), data(103, 1000, b"!"))), Verdict::Doubted);
    assert_eq!(wire.out.bytes(Client), b"abc");
}

#[test]
fn a_timestamp_in_doubt_that_was_refused_does_not_count() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamp(90), data(101, 5000, b"!"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(20), data(101, 1000, b"honest"))), Verdict::Doubted);
    wire.now += 1_000_000_000;
    for _ in 0..20 {
        wire.send(Server, with(&stamp(30), segment(1000, 107, ACK, b"")));
    }
    assert_eq!(wire.out.dotted(Client), "ahonest");
    assert!(!wire.out.has("paws_failed"));
}

#[test]
fn data_in_doubt_is_not_older_than_what_came_after_it() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamp(11), data(101, 1050, b"b"))), Verdict::Doubted);
    wire.send(Client, with(&stamp(40), segment(101, 1050, ACK, b"")));
    wire.send(Server, with(&stamp(90), segment(1050, 102, ACK, b"")));
    assert_eq!(wire.out.bytes(Client), b"ab");
}

#[test]
fn two_copies_in_doubt_are_told() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, data(101, 1050, b"one")), Verdict::Doubted);
    assert_eq!(wire.send(Client, data(102, 1050, b"two")), Verdict::Doubted);
    wire.send(Server, segment(1050, 105, ACK, b""));
    assert_eq!(wire.out.dotted(Client), "aoneo");
    assert!(wire.out.has("rexmit_inconsistency"));
}

#[test]
fn what_repeats_old_bytes_in_doubt_still_tells_the_time() {
    let mut wire = stamped();
    assert_eq!(wire.send(Client, with(&stamp(90), data(100, 1050, b"a"))), Verdict::Doubted);
    assert_eq!(wire.send(Client, with(&stamp(20), data(101, 1000, b"!"))), Verdict::Doubted);
    wire.send(Server, with(&stamp(90), segment(1050, 101, ACK, b"")));
    assert_eq!(wire.send(Client, with(&stamp(91), data(101, 1050, b"b"))), Verdict::Accepted);
    assert_eq!(wire.out.bytes(Client), b"ab");
}

#[test]
fn one_tick_and_a_month_of_silence_are_forgiven() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&stamp(10), data(100, 1000, b"a")));
    wire.send(Client, with(&stamp(9), data(101, 1000, b"b")));
    wire.now += 25 * 24 * 3600 * 1_000_000_000;
    wire.send(Client, with(&stamp(1), data(102, 1000, b"c")));
    assert_eq!(wire.out.bytes(Client), b"abc");
}

#[test]
fn a_fin_counts_after_its_data_and_when_it_is_acknowledged() {
    let mut wire = talk();
    wire.send(Client, segment(109, 1005, FIN, b"end"));
    assert_eq!(wire.out.ends, [None, None]);
    wire.send(Client, data(105, 1005, b"the "));
    assert_eq!(wire.out.bytes(Client), b"hellothe end");
    assert_eq!(wire.out.ends[0], None, "not before the server has seen it");
    wire.send(Server, segment(1005, 113, ACK, b""));
    assert_eq!(wire.out.ends[0], Some(End::Finished));
    wire.send(Server, segment(1005, 113, FIN, b""));
    wire.send(Client, segment(113, 1006, ACK, b""));
    assert_eq!(wire.out.ends[1], Some(End::Finished));
    assert!(wire.connection.closed());
    assert_eq!(wire.out.names, [""; 0]);
}

#[test]
fn a_fin_without_ack_flag_is_none() {
    let mut wire = talk();
    assert_eq!(wire.send(Client, segment(105, 1005, Flags::FIN, b"")), Verdict::Ignored(Why::NoAck));
    wire.send(Client, data(105, 1005, b"on"));
    assert_eq!(wire.out.bytes(Client), b"helloon");
}

#[test]
fn where_a_byte_came_in_its_place_a_fin_is_not_proven_by_its_acknowledgement() {
    for forged_first in [true, false] {
        let mut wire = talk();
        if forged_first {
            wire.send_ttl(Client, segment(105, 1005, FIN, b""), 2);
        }
        wire.send(Client, data(105, 1005, b"x"));
        wire.send(Server, segment(1005, 106, ACK, b""));
        if !forged_first {
            wire.send_ttl(Client, segment(105, 1005, FIN, b""), 2);
        }
        for n in 0..20 {
            wire.send(Client, data(106 + n, 1005, b"y"));
            wire.send(Server, segment(1005, 107 + n, ACK, b""));
        }
        assert_eq!(wire.out.bytes(Client).len(), 5 + 21, "{forged_first}");
        wire.send(Client, segment(126, 1005, FIN, b""));
        wire.send(Server, segment(1005, 127, ACK, b""));
        assert_eq!(wire.out.ends[0], Some(End::Finished));
    }
}

/// The FIN is as good as the byte: nobody goes on.
#[test]
fn of_a_fin_and_a_byte_in_the_same_place_the_fin_is_the_end() {
    let mut wire = talk();
    wire.send(Client, segment(105, 1005, FIN, b""));
    wire.send_ttl(Client, data(105, 1005, b"x"), 2);
    wire.send(Server, segment(1005, 106, ACK, b""));
    wire.send(Server, segment(1005, 106, FIN, b""));
    wire.send(Client, segment(106, 1006, ACK, b""));
    assert!(wire.connection.closed());
    wire.close();
    assert_eq!((wire.out.bytes(Client), wire.out.ends), (b"hello".to_vec(), [Some(End::Finished); 2]));
    assert!(wire.out.has("data_after_fin"));
}

#[test]
fn data_behind_an_acknowledged_fin_is_dropped() {
    let mut wire = talk();
    wire.send(Client, segment(105, 1005, FIN, b""));
    wire.send(Client, data(106, 1005, b"more"));
    wire.send(Server, segment(1005, 106, ACK, b""));
    assert_eq!(wire.out.ends[0], Some(End::Finished));
    wire.send(Client, data(106, 1005, b"and more"));
    assert_eq!(wire.out.bytes(Client), b"hello");
    assert_eq!(wire.out.names, ["data_after_fin"; 2]);
    assert_eq!(wire.connection.ledger(Client).dropped(Reason::AfterFin), 12);
}

#[test]
fn a_hole_that_is_acknowledged_becomes_a_gap_after_its_grace() {
    let mut wire = talk();
    wire.send(Client, data(110, 1005, b"after"));
    wire.send(Server, segment(1005, 115, ACK, b""));
    for _ in 0..20 {
        wire.send(Server, segment(1005, 115, ACK, b""));
        assert!(!wire.out.has("content_gap"), "20 ms are too early");
    }
    wire.now += 100_000_000;
    wire.send(Server, segment(1005, 115, ACK, b""));
    assert_eq!(wire.out.dotted(Client), "hello.....after");
    wire.send(Client, data(105, 1005, b"late?"));
    assert_eq!(wire.connection.ledger(Client).dropped(Reason::Late), 5);
    wire.send(Client, data(115, 1005, b"!"));
    assert_eq!(wire.out.dotted(Client), "hello.....after!");
}

#[test]
fn within_the_grace_the_data_may_still_come() {
    let mut wire = talk();
    wire.send(Server, segment(1005, 115, ACK, b""));
    wire.send(Client, data(110, 1005, b"after"));
    for _ in 0..10 {
        wire.send(Server, segment(1005, 115, ACK, b""));
    }
    wire.send(Client, data(105, 1005, b"there"));
    assert_eq!(wire.out.bytes(Client), b"hellothereafter");
    assert!(!wire.out.has("content_gap"));
}

#[test]
fn time_alone_is_no_grace_while_packets_come() {
    let mut wire = talk();
    wire.send(Client, data(110, 1005, b"after"));
    wire.send(Server, segment(1005, 115, ACK, b""));
    wire.now += 1_000_000_000;
    for _ in 0..usize::from(wire.limits.grace_packets) - 1 {
        wire.send(Server, segment(1005, 115, ACK, b""));
        assert!(!wire.out.has("content_gap"));
    }
    wire.send(Server, segment(1005, 115, ACK, b""));
    assert!(wire.out.has("content_gap"));
}

#[test]
fn a_hole_nobody_acknowledges_waits_for_its_retransmission() {
    let mut wire = talk();
    wire.send(Client, data(110, 1005, b"after"));
    wire.now += 30_000_000_000;
    wire.send(Server, segment(1005, 105, ACK, b""));
    assert!(!wire.out.has("content_gap"));
    wire.now += 31_000_000_000;
    wire.send(Server, segment(1005, 105, ACK, b""));
    assert_eq!(wire.out.names, ["reassembly_limit", "content_gap"]);
}

#[test]
fn an_idle_connection_is_settled_by_the_clock() {
    let mut wire = talk();
    wire.send(Client, data(110, 1005, b"after"));
    wire.send(Server, segment(1005, 115, ACK, b""));
    let later = Timestamp::from_nanos(wire.now) + Duration::from_millis(50);
    wire.connection.expire(later, &wire.limits, &mut wire.out);
    assert!(!wire.out.has("content_gap"));
    wire.connection.expire(later + Duration::from_secs(1), &wire.limits, &mut wire.out);
    assert_eq!(wire.out.dotted(Client), "hello.....after");
}

#[test]
fn a_bogus_acknowledgement_tears_no_hole() {
    let mut wire = talk();
    wire.send(Server, segment(1005, 5000, ACK, b""));
    wire.now += 1_000_000_000;
    for n in 0..20 {
        wire.send(Client, data(105 + n, 1005, b"x"));
        wire.send(Server, segment(1005, 5000, ACK, b""));
    }
    assert_eq!(wire.out.bytes(Client).len(), 25);
    assert!(!wire.out.has("content_gap"));
}

#[test]
fn a_limit_declares_a_gap_and_goes_on() {
    for limits in [Limits { held: 64, ..Limits::default() }, Limits { pieces: 8, ..Limits::default() }] {
        let mut wire = talk();
        wire.limits = limits;
        for n in 0..100 {
            wire.send(Client, data(110 + 8 * n, 1005, b"12345678"));
        }
        assert!(wire.connection.held_bytes() <= 72);
        assert!(wire.out.dotted(Client).starts_with("hello.....12345678"));
        assert_eq!(wire.out.names, ["reassembly_limit", "content_gap"], "once, then all is in order");
        assert_eq!(wire.out.bytes(Client).len(), 805);
    }
}

#[test]
fn a_cut_packet_is_data_then_gap() {
    let mut wire = talk();
    wire.send(Client, Segment { missing: 4, ..data(105, 1005, b"begi") });
    wire.send(Client, Segment { missing: 3, ..data(113, 1005, b"") });
    wire.send(Client, data(116, 1005, b"end"));
    assert_eq!(wire.out.dotted(Client), "hellobegi.......end");
    assert_eq!(wire.connection.ledger(Client).gap, 7);
}

#[test]
fn a_response_to_a_request_that_was_not_captured_is_delivered() {
    let mut wire = talk();
    assert_eq!(wire.send(Server, data(1005, 200, b"answer")), Verdict::Doubted);
    wire.send(Server, data(1011, 200, b" goes on"));
    wire.send(Client, segment(200, 1019, ACK, b""));
    assert_eq!(wire.out.bytes(Server), b"HELLOanswer goes on");
    assert_eq!(wire.out.names, [""; 0], "the client's number tells that it was sent");
    wire.send(Client, data(200, 1019, b"next"));
    wire.close();
    assert_eq!(wire.out.dotted(Client).len(), 104);
    assert_eq!(wire.connection.ledger(Client).gap, 95);
}

#[test]
fn both_sides_go_on_from_a_request_that_was_not_captured() {
    for closed in [false, true] {
        let mut wire = talk();
        assert_eq!(wire.send(Server, data(1005, 200, b"answer")), Verdict::Doubted);
        assert_eq!(wire.send(Client, data(200, 1011, b"next")), Verdict::Doubted, "nobody says which is right");
        if !closed {
            wire.now += 1_000_000_000;
            for _ in 0..20 {
                wire.send(Client, segment(5000, 0, RST, b""));
            }
            assert_eq!(wire.out.bytes(Server), b"HELLOanswer");
        }
        wire.close();
        assert_eq!(wire.out.bytes(Server), b"HELLOanswer");
        assert_eq!(wire.out.dotted(Client), format!("hello{}next", ".".repeat(95)));
        assert!(wire.out.has("ack_of_unseen_data"), "what cannot be checked is told");
    }
}

#[test]
fn what_acknowledged_too_much_is_not_taken_once_that_was_sent() {
    let mut wire = talk();
    assert_eq!(wire.send(Client, data(112, 1008, b"forged\r\n")), Verdict::Doubted);
    wire.send(Client, data(105, 1005, b"rosebud"));
    wire.send(Server, segment(1005, 112, ACK, b""));
    wire.send(Server, data(1005, 112, b"230 in\r\n"));
    wire.send(Client, data(112, 1013, b"the truth\r\n"));
    wire.send(Server, segment(1013, 123, ACK, b""));
    wire.close();
    assert_eq!(wire.out.dotted(Client), "hellorosebudthe truth\r\n");
    assert_eq!(wire.out.names, ["ack_of_unseen_data"]);
}

#[test]
fn what_was_acknowledged_waits_for_no_second_word() {
    let mut wire = talk();
    wire.send(Server, data(1005, 200, b"answer"));
    wire.send(Client, data(201, 1011, b"Y"));
    wire.send(Client, data(200, 1011, b"X"));
    wire.send(Client, data(202, 1011, b"Z"));
    wire.send(Server, segment(1011, 203, ACK, b""));
    wire.now += 30_000_000_000;
    wire.send(Server, data(1011, 203, b"more"));
    wire.close();
    assert!(wire.out.dotted(Client).ends_with(".XYZ"));
}

#[test]
fn what_may_fill_a_hole_comes_before_it_is_given_up() {
    let mut wire = talk();
    wire.send(Server, data(1005, 200, b"answer"));
    wire.send(Client, data(200, 1011, b"more"));
    wire.send(Client, segment(203, 1011, ACK, b""));
    wire.send(Client, segment(203, 1011, ACK, b"\0"));
    wire.now += 100_000_000_000;
    wire.send(Server, data(1011, 204, b"fine"));
    wire.close();
    // Of the keep-alive's byte nobody could tell that it repeats one in doubt.
    assert!(wire.out.dotted(Client).ends_with(".mor\0") && wire.out.has("rexmit_inconsistency"));
    assert_eq!(wire.out.bytes(Server), b"HELLOanswerfine");
}

#[test]
fn what_nobody_believes_is_no_answer() {
    let mut wire = talk();
    wire.send(Server, data(1005, 200, b"answer"));
    wire.now += 1_000_000_000;
    for _ in 0..20 {
        wire.send(Client, segment(5000, 0, RST, b""));
    }
    wire.send(Client, segment(200, 1011, ACK, b""));
    assert_eq!(wire.out.bytes(Server), b"HELLOanswer");
}

#[test]
fn bytes_missing_at_the_end_are_a_gap_too() {
    let mut wire = talk();
    wire.send(Server, segment(1005, 205, ACK, b""));
    wire.close();
    assert_eq!(wire.connection.ledger(Client).gap, 100);
    let mut wire = talk();
    wire.send(Server, segment(1005, 106, ACK, b""));
    wire.close();
    assert_eq!(wire.connection.ledger(Client).gap, 0, "one may be a FIN");
}

#[test]
fn one_side_alone_is_enough() {
    // The client alone, from his SYN.
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Client, segment(100, 1000, ACK, b""));
    for n in 0..50 {
        wire.send(Client, data(100 + n, 1000, b"x"));
    }
    wire.send(Client, segment(150, 1000, FIN, b""));
    wire.close();
    assert_eq!(wire.out.bytes(Client).len(), 50);
    assert!(wire.out.has("one_sided"));
    assert!(!wire.out.has("content_gap"));
    assert_eq!(wire.out.ends[0], Some(End::Finished));
    // The server alone, with the other side's acknowledgements moving on.
    let mut wire = Wire::new(Policy::default());
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    for n in 0..50 {
        wire.send(Server, data(1000 + n, 100 + 10 * n, b"y"));
    }
    wire.close();
    assert_eq!(wire.out.bytes(Server).len(), 50);
    assert!(wire.out.has("one_sided"));
}

#[test]
fn of_a_connection_seen_on_one_side_it_is_told_which() {
    for (from, whose) in [(Client, &[Client; 2]), (Server, &[Server; 2])] {
        let mut wire = Wire::new(Policy::default());
        wire.send(from, data(100, 1000, b"hello"));
        wire.close();
        assert_eq!((&wire.out.names[..], &wire.out.whose[..]), (&["midstream_pickup", "one_sided"][..], &whose[..]));
        // Who sent nothing but a SYN was not answered.
        let mut wire = Wire::new(Policy::default());
        wire.send(from, segment(99, 0, SYN, b""));
        wire.close();
        assert_eq!(wire.out.names, [""; 0]);
    }
}

#[test]
fn a_side_that_falls_silent_is_not_waited_for() {
    let mut wire = talk();
    wire.send(Server, Segment { window: 10, ..segment(1005, 105, ACK, b"") });
    let edge = 105 + 65_535;
    for n in 0..50u32 {
        wire.send(Client, data(105 + n * 2000, 1005, &[b'x'; 2000]));
        wire.now += 50_000_000;
    }
    wire.close();
    assert!(105 + 50 * 2000 > edge);
    assert_eq!(wire.out.bytes(Client).len(), 5 + 50 * 2000);
    assert!(wire.out.has("one_sided"));
}

#[test]
fn the_number_begins_where_the_acknowledgement_says() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(105, 1000, ACK, b""));
    wire.send(Server, data(1005, 105, b"world"));
    wire.send(Server, data(1000, 105, b"hello"));
    assert_eq!(wire.out.bytes(Server), b"helloworld");
    assert_eq!(wire.out.names, ["midstream_pickup"]);
}

#[test]
fn a_handshake_captured_out_of_order() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Client, segment(100, 1000, ACK, b""));
    wire.send(Client, data(100, 1000, b"hi"));
    wire.send(Server, data(1000, 102, b"ho"));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"hi".to_vec(), b"ho".to_vec()));
    assert_eq!(wire.out.names, [""; 0]);
    // Data before the SYN-ACK that it acknowledges.
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.send(Client, data(100, 1000, b"hi")), Verdict::Doubted);
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    assert_eq!(wire.out.bytes(Client), b"hi");
}

#[test]
fn repeated_handshakes_are_no_oddity() {
    let mut wire = Wire::new(Policy::default());
    for _ in 0..3 {
        wire.send(Client, segment(99, 0, SYN, b""));
    }
    for _ in 0..3 {
        wire.send(Server, segment(999, 100, SYN_ACK, b""));
    }
    wire.send(Client, data(100, 1000, b"hi"));
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.out.bytes(Client), b"hi");
    assert_eq!(wire.out.names, [""; 0]);
}

#[test]
fn data_on_a_syn_is_taken_as_far_as_it_is_acknowledged() {
    for taken in 0..=4u32 {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b"fast"));
        assert_eq!(wire.connection.held_bytes(), 4, "held until it is answered");
        wire.send(Server, segment(999, 100 + taken, SYN_ACK, b""));
        wire.send(Client, data(100 + taken, 1000, b"slow"));
        let want = [&b"fast"[..taken as usize], b"slow"].concat();
        assert_eq!(wire.out.bytes(Client), want);
        assert_eq!(wire.connection.ledger(Client).dropped(Reason::OnSyn), u64::from(4 - taken));
    }
}

#[test]
fn a_wrong_syn_ack_is_ignored() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.send(Server, segment(5, 77, SYN_ACK, b"")), Verdict::Ignored(Why::BadHandshake));
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, data(100, 1000, b"hi"));
    wire.send(Server, data(1000, 102, b"ho"));
    assert_eq!(wire.out.bytes(Server), b"ho");
    assert_eq!(wire.out.names, ["bad_SYN_ack"]);
}

#[test]
fn a_refused_connection() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.send(Server, segment(0, 500, RST.with(ACK), b"")), Verdict::Ignored(Why::BadReset));
    assert_eq!(wire.send(Server, segment(0, 100, RST.with(ACK), b"")), Verdict::Accepted);
    assert!(wire.connection.closed());
    assert_eq!(wire.send(Client, segment(599, 0, SYN, b"")), Verdict::NewConnection);
}

/// Windows hosts went on after these (CVE-2019-18792 and its like).
#[test]
fn forged_answers_before_the_syn_ack_change_nothing() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Server, segment(0, 100, RST.with(ACK), b""));
    assert_eq!(wire.send(Server, segment(0, 100, FIN, b"")), Verdict::Doubted);
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, segment(100, 1000, ACK, b""));
    wire.send(Client, data(100, 1000, b"GET /"));
    wire.send(Server, data(1000, 105, b"200 OK"));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"GET /".to_vec(), b"200 OK".to_vec()));
    assert!(wire.out.has("reopened_after_reset"));
}

#[test]
fn a_syn_ack_that_was_not_captured() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Client, segment(100, 1000, ACK, b""));
    wire.send(Server, data(1000, 100, b"220 ready"));
    assert_eq!(wire.out.bytes(Server), b"220 ready");
    wire.send(Client, data(100, 1009, b"USER"));
    assert_eq!(wire.out.bytes(Client), b"USER");
    // Even where the client's acknowledgement was lost, too.
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Server, data(1000, 100, b"220 ready"));
    wire.send(Client, data(100, 1009, b"USER"));
    wire.close();
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"USER".to_vec(), b"220 ready".to_vec()));
}

/// Numbers are compared with what is expected, so holes of gigabytes must be given up before the next comes.
#[test]
fn a_capture_that_lost_gigabytes() {
    let mut wire = talk();
    let mut seq = 105u32;
    for _ in 0..5 {
        seq = seq.wrapping_add(1_900_000_000);
        wire.now += 50_000_000_000;
        wire.send(Server, segment(1005, seq, ACK, b""));
        wire.send(Client, data(seq, 1005, b"sample"));
        seq = seq.wrapping_add(6);
    }
    wire.send(Client, segment(seq, 1005, FIN, b""));
    wire.close();
    assert_eq!(wire.connection.length(Client), 5 + 5 * 1_900_000_006);
    assert_eq!(wire.connection.ledger(Client).gap, 9_500_000_000);
    assert_eq!(wire.connection.ledger(Client).delivered, 35);
}

#[test]
fn a_syn_opens_anew_only_where_it_is_believed() {
    // Both sides seen: the other must confirm.
    let mut wire = talk();
    assert_eq!(wire.send(Client, segment(7777, 0, SYN, b"")), Verdict::Ignored(Why::BadHandshake));
    wire.send(Client, data(105, 1005, b"on"));
    assert_eq!(wire.out.bytes(Client), b"helloon");
    assert_eq!(wire.send(Server, segment(8888, 7778, SYN_ACK, b"")), Verdict::NewConnection);
    let (from, arrival) = wire.connection.take_pending_syn().expect("the SYN");
    assert_eq!((from, arrival.segment.seq.0), (Client, 7777));
    // One side seen: nobody can.
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, data(100, 1000, b"a"));
    assert_eq!(wire.send(Client, segment(7777, 0, SYN, b"")), Verdict::NewConnection);
}

#[test]
fn a_closed_window_refuses_its_probes() {
    let mut wire = talk();
    wire.send(Server, Segment { window: 0, ..segment(1005, 105, ACK, b"") });
    assert_eq!(wire.send(Client, data(105, 1005, b"?")), Verdict::Doubted);
    wire.send(Server, Segment { window: 0, ..segment(1005, 105, ACK, b"") });
    wire.send(Server, segment(1005, 105, ACK, b""));
    wire.send(Client, data(105, 1005, b"now"));
    wire.close();
    assert_eq!(wire.out.bytes(Client).last_chunk::<2>(), Some(b"ow"));
    assert_eq!(wire.out.bytes(Client).len(), 8);
}

#[test]
fn the_window_ends_before_its_edge() {
    for (ahead, verdict) in [(9, Verdict::Accepted), (10, Verdict::Doubted)] {
        let mut wire = Wire::open(Policy::default(), 100, 1000);
        // The offer of the SYN-ACK and this one end at the same place.
        wire.send(Server, Segment { window: 10, ..segment(1000, 100 + 65_525, ACK, b"") });
        assert_eq!(wire.send(Client, data(100 + 65_525 + ahead, 1000, b"x")), verdict, "{ahead}");
    }
}

#[test]
fn a_flood_of_syns_on_one_connection_is_bounded() {
    let mut wire = Wire::new(Policy::default());
    for n in 0..50 {
        wire.send(Client, segment(99 + 1000 * n, 0, SYN, b"0123456789"));
        assert!(wire.connection.held_bytes() <= 100);
    }
    wire.send(Server, segment(999, 3100 + 10, SYN_ACK, b""));
    assert_eq!(wire.out.bytes(Client), b"0123456789", "the one that is answered counts");
    wire.send(Client, data(3110, 1000, b"!"));
    wire.close();
    assert_eq!(wire.out.bytes(Client), b"0123456789!");
}

#[test]
fn many_urgent_bytes_are_skipped_once_each_and_bounded() {
    let host = Host { urgent: Urgent::Skip, ..Host::default() };
    let mut wire = Wire::open(Policy::same(host), 100, 1000);
    for _ in 0..3 {
        for n in 1..30u32 {
            wire.send(Client, Segment { urgent: 1, ..segment(100 + n, 1000, ACK.with(Flags::URG), b"u") });
        }
    }
    wire.send(Client, data(100, 1000, b"."));
    wire.close();
    assert_eq!(wire.connection.ledger(Client).dropped(Reason::Urgent), 16);
    assert_eq!(wire.out.bytes(Client).len(), 1 + 29 - 16);
}

#[test]
fn keep_alives_are_silent() {
    let mut wire = talk();
    for garbage in [&b""[..], b"\0", b"?"] {
        wire.send(Client, segment(104, 1005, ACK, garbage));
        wire.send(Server, segment(1005, 105, ACK, b""));
    }
    assert_eq!(wire.out.names, [""; 0]);
    assert_eq!(wire.out.bytes(Client), b"hello");
}

#[test]
fn delivered_bytes_are_compared_where_they_can_be_seen_again() {
    for (capture, history) in [(true, 0), (false, 64), (false, 0)] {
        let mut wire = Wire::open(Policy::default(), 100, 1000);
        wire.out.capture = capture.then(Vec::new);
        wire.limits.history = history;
        for (n, text) in ["one ", "two ", "three "].into_iter().enumerate() {
            wire.send(Client, data(100 + 4 * n as u32, 1000, text.as_bytes()));
        }
        wire.send(Client, data(102, 1000, b"e TWO th"));
        let want: &[(u64, Vec<u8>, Vec<u8>)] = match (capture, history) {
            (true, _) => &[(4, b"two ".to_vec(), b"TWO ".to_vec())],
            (_, 64) => &[(2, b"e two th".to_vec(), b"e TWO th".to_vec())],
            _ => &[],
        };
        assert_eq!(wire.out.conflicts, want);
        assert_eq!(wire.out.bytes(Client), b"one two three ");
    }
}

#[test]
fn an_urgent_byte_is_skipped_once_whatever_is_sent_twice() {
    let host = Host { urgent: Urgent::Skip, ..Host::default() };
    let urgent = |seq, text| Segment { urgent: 4, ..segment(seq, 1000, ACK.with(Flags::URG), text) };
    for order in [[0usize, 1, 1], [1, 1, 0], [1, 0, 1]] {
        let mut wire = Wire::open(Policy::same(host), 100, 1000);
        for which in order {
            wire.send(Client, if which == 0 { data(100, 1000, b"ab") } else { urgent(102, b"cde!fg") });
        }
        wire.close();
        assert_eq!(wire.out.bytes(Client), b"abcdefg");
        assert_eq!(wire.connection.ledger(Client).dropped(Reason::Urgent), 1);
    }
}

#[test]
fn delivery_on_acknowledgement_gives_way_where_nobody_acknowledges() {
    let host = Host { delivery: Delivery::OnAck, ..Host::default() };
    let mut wire = Wire::new(Policy::same(host));
    wire.send(Client, data(100, 1000, b"alone"));
    wire.send(Client, data(105, 1000, b"again"));
    wire.close();
    assert_eq!(wire.out.bytes(Client), b"aloneagain");
    assert!(wire.out.has("delivery_on_arrival"));
}

#[test]
fn forged_bytes_that_are_never_acknowledged_lose_on_acknowledgement() {
    let last = Host { delivery: Delivery::OnAck, overlap: wiretale_reassembly::Overlap::LAST, ..Host::default() };
    let mut wire = Wire::open(Policy::same(last), 100, 1000);
    wire.send(Client, data(100, 1000, b"forged"));
    wire.send(Client, data(100, 1000, b"honest"));
    wire.send(Server, segment(1000, 106, ACK, b""));
    assert_eq!(wire.out.bytes(Client), b"honest");
    assert_eq!(wire.out.conflicts.len(), 1);
}

#[test]
fn halves_can_be_swapped_in_the_middle() {
    let mut wire = talk();
    wire.send(Server, data(1010, 105, b"later"));
    wire.connection.flip();
    wire.out.streams.swap(0, 1);
    wire.send(Client, data(1005, 105, b"first"));
    assert_eq!(wire.out.bytes(Client), b"HELLOfirstlater");
}

#[test]
fn a_reset_changes_sides_with_its_sender() {
    let mut wire = talk();
    wire.send(Server, segment(1005, 0, RST, b""));
    wire.connection.flip();
    assert!(wire.connection.closed());
    assert_eq!(wire.send(Server, data(105, 1005, b"still")), Verdict::Doubted, "he waits for the other's word");
    wire.send(Client, data(1005, 105, b"on"));
    assert_eq!((wire.out.names.last(), wire.connection.closed()), (Some(&"reopened_after_reset"), false));
}
