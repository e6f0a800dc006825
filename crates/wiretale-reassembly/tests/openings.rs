//! What opens a connection and what only looks so, and what an opening leaves behind.

mod support;

use support::{Wire, data, segment};
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Flags, Segment};
use wiretale_reassembly::{Policy, Verdict, Why};

const ACK: Flags = Flags::ACK;
const SYN: Flags = Flags::SYN;
const SYN_ACK: Flags = Flags(0x12);

const MD5: [u8; 20] = [19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1];

fn with<'a>(options: &'a [u8], segment: Segment<'a>) -> Segment<'a> {
    Segment { options, ..segment }
}

#[test]
fn a_handshake_is_complete_with_its_third_segment() {
    let mut wire = Wire::new(Policy::default());
    assert!(!wire.connection.established());
    for (from, flags, seq, ack, established) in
        [(Client, SYN, 99, 0, false), (Server, SYN_ACK, 999, 100, false), (Client, ACK, 100, 1000, true)]
    {
        wire.send(from, segment(seq, ack, flags, b""));
        assert_eq!(wire.connection.established(), established, "{flags:?}");
    }
}

#[test]
fn a_bare_acknowledgement_of_the_opener_needs_an_answer_to_acknowledge() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.send(Client, segment(100, 1000, ACK, b"")), Verdict::Accepted);
    assert!(!wire.connection.established());
    wire.send(Server, data(1000, 100, b"220 ready"));
    assert!(wire.connection.established());
    assert_eq!(wire.out.bytes(Server), b"220 ready");
}

#[test]
fn where_both_open_at_once_an_answer_or_bytes_make_it_a_connection() {
    for (answers, payload, established) in [(0, &b""[..], false), (0, b"hi", true), (1, b"", true), (2, b"", true)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        wire.send(Server, segment(999, 0, SYN, b""));
        let replies = [(Server, segment(999, 100, SYN_ACK, b"")), (Client, segment(99, 1000, SYN_ACK, b""))];
        for (from, reply) in replies.into_iter().take(answers) {
            wire.send(from, reply);
            assert!(!wire.connection.established());
        }
        wire.send(Client, segment(100, 1000, ACK, payload));
        assert_eq!(wire.connection.established(), established, "{answers} {payload:?}");
        assert_eq!(wire.out.names, ["simultaneous_open"]);
    }
}

#[test]
fn nobody_answers_his_own_syn() {
    for ack in [0, 100, 1000] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        assert_eq!(wire.send(Client, segment(500, ack, SYN_ACK, b"")), Verdict::Ignored(Why::BadHandshake), "{ack}");
        assert_eq!(wire.out.names, ["bad_SYN_ack"]);
    }
}

#[test]
fn a_syn_captured_behind_what_followed_it_is_no_news() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, data(100, 1000, b"first"));
    assert_eq!(wire.send(Client, segment(99, 0, SYN, b"")), Verdict::Accepted);
    assert_eq!(wire.send(Client, segment(98, 0, SYN, b"")), Verdict::NewConnection, "another SYN is");
    assert_eq!(wire.out.bytes(Client), b"first");
}

#[test]
fn an_answer_that_is_refused_begins_nobody_s_stream_earlier() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Server, data(1000, 100, b"220 ready"));
    wire.send(Client, segment(100, 1009, ACK, b""));
    assert_eq!(wire.send(Server, segment(5000, 50, SYN_ACK, b"")), Verdict::Ignored(Why::BadHandshake));
    wire.send(Client, data(100, 1009, b"hello"));
    wire.close();
    assert_eq!((wire.out.dotted(Client), wire.out.dotted(Server)), ("hello".to_owned(), "220 ready".to_owned()));
}

#[test]
fn a_stray_answer_leaves_nothing_behind() {
    let options = [&MD5[..], &[1, 1, 8, 10, 0, 0, 9, 0, 0, 0, 0, 0], &[3, 3, 9, 1]].concat();
    let mut wire = Wire::new(Policy::default());
    wire.send(Server, with(&options, segment(7000, 8000, SYN_ACK, b"")));
    assert_eq!(wire.send(Client, segment(99, 0, SYN, b"")), Verdict::Accepted);
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, segment(100, 1000, ACK, b""));
    assert_eq!(wire.send(Server, data(1000, 100, b"welcome")), Verdict::Accepted, "not signed, as its SYN-ACK");
    // Nor did the server ever use timestamps, so that the client's do not count.
    let stamp = |n| [1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 0];
    wire.send(Client, with(&stamp(90), data(100, 1007, b"one ")));
    wire.send(Client, with(&stamp(10), data(104, 1007, b"two")));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"one two".to_vec(), b"welcome".to_vec()));
}

#[test]
fn bytes_that_came_with_an_answer_keep_their_place_whichever_answer_is_acknowledged() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire.send(Server, segment(999, 100, SYN_ACK, b"220"));
    wire.send(Server, segment(1009, 100, SYN_ACK, b""));
    wire.send(Client, segment(100, 1010, ACK, b""));
    wire.send(Server, data(1010, 100, b"ready"));
    wire.close();
    assert_eq!(wire.out.dotted(Server), "220.......ready");
}

#[test]
fn where_only_the_opener_is_seen_he_tells_how_much_of_his_syn_was_taken() {
    for (taken, want) in [(0, &b"rest"[..]), (1, b"arest"), (3, b"abcrest")] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b"abc"));
        wire.send(Client, data(100 + taken, 1000, b"rest"));
        wire.now += 1_000_000_000;
        for _ in 0..10 {
            wire.send(Client, segment(104 + taken, 1000, ACK, b""));
        }
        assert_eq!(wire.out.bytes(Client), want, "{taken}");
    }
}

#[test]
fn window_scales_end_at_fourteen() {
    for (scale, odd) in [(0, false), (14, false), (15, true), (255, true)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&[3, 3, scale, 0], segment(99, 0, SYN, b"")));
        assert_eq!(wire.out.has("TCP_scale_range"), odd, "{scale}");
    }
}

/// Both sides must announce a scale on their SYNs for either to count (RFC 7323 section 2.2).
#[test]
fn windows_are_scaled_where_both_sides_said_so() {
    for (client, server, scaled) in [(true, true, true), (true, false, false), (false, true, false)] {
        let scale = |announced| if announced { &[3u8, 3, 4, 0][..] } else { &[] };
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, Segment { window: 10, ..with(scale(client), segment(99, 0, SYN, b"")) });
        wire.send(Server, with(scale(server), segment(999, 100, SYN_ACK, b"")));
        wire.send(Client, Segment { window: 10, ..segment(100, 1000, ACK, b"") });
        let verdict = |taken| if taken { Verdict::Accepted } else { Verdict::Doubted };
        assert_eq!(wire.send(Server, data(1159, 100, b"last")), verdict(scaled), "{client} {server}");
        assert_eq!(wire.send(Server, data(1160, 100, b"beyond")), Verdict::Doubted);
    }
}

#[test]
fn a_window_is_scaled_as_its_syn_says_where_the_answer_was_not_captured() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&[3, 3, 4, 0], segment(99, 0, SYN, b"")));
    assert_eq!(wire.send(Client, Segment { window: 10, ..data(100, 1000, b"hi") }), Verdict::Doubted);
    assert_eq!(wire.send(Server, data(1000, 100, b"welcome")), Verdict::Accepted);
    assert_eq!(wire.send(Server, data(1159, 102, b"last")), Verdict::Accepted);
    assert_eq!(wire.send(Server, data(1163, 102, b"beyond")), Verdict::Doubted);
    assert_eq!(wire.out.bytes(Client), b"hi");
}

/// The first answer counts unless another is acknowledged; five more are remembered.
#[test]
fn of_many_answers_the_one_that_is_acknowledged_counts() {
    for (acknowledged, counts) in [(0, 0), (1, 1), (3, 3), (5, 5), (6, 0)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        for n in 0..8 {
            wire.send(Server, segment(999 + 100 * n, 100, SYN_ACK, b""));
        }
        // Without the flag it is no acknowledgement.
        wire.send(Client, segment(100, 1200, Flags::default(), b""));
        wire.send(Client, segment(100, 1000 + 100 * acknowledged, ACK, b""));
        wire.send(Server, data(1000 + 100 * counts, 100, b"220 ready"));
        assert_eq!(wire.out.dotted(Server), "220 ready", "{acknowledged}");
    }
}

/// What the client acknowledges is one of them, though it was not kept.
#[test]
fn of_more_answers_than_are_kept_the_last_may_count() {
    for (answers, spread, lost) in [(6, 1000, 0), (6, 1000, 4), (30, 1 << 26, 0), (6, 10_000_000, 2000)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        for n in 0..answers {
            wire.send_ttl(Server, with(&MD5, segment(10_000_000 + n * spread, 100, SYN_ACK, b"")), 2);
        }
        wire.send(Server, segment(999, 100, SYN_ACK, b""));
        wire.send(Client, segment(100, 1000, ACK, b""));
        // What lies nowhere tells nothing.
        wire.send_ttl(Server, data(0x8000_0000, 100, b"?"), 2);
        for n in 0..50u32 {
            wire.send(Server, data(1000 + lost + n * 4, 100, b"abcd"));
            wire.send(Client, segment(100, 1004 + lost + n * 4, ACK, b""));
        }
        wire.close();
        assert_eq!(wire.out.bytes(Server).len(), 200, "{answers} {spread}");
        assert_eq!(wire.connection.ledger(Server).gap, u64::from(lost));
    }
}

#[test]
fn only_a_syn_with_data_is_judged_by_it() {
    for (payload, names) in
        [(&b""[..], &["SYN_seq_jump"][..]), (b"abc", &["SYN_seq_jump", "SYN_with_data", "syn_data_judged"])]
    {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        wire.send(Client, segment(599, 0, SYN, payload));
        wire.send(Server, segment(999, 600 + payload.len() as u32, SYN_ACK, b""));
        assert_eq!((wire.out.bytes(Client), &wire.out.names[..]), (payload.to_vec(), names));
    }
}

#[test]
fn of_two_syns_with_data_that_of_the_answered_one_is_taken() {
    for (ack, taken, names) in [(103, &b"abc"[..], 1), (602, b"xy", 1), (700, b"", 0)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b"abc"));
        wire.send(Client, segment(599, 0, SYN, b"xyz"));
        wire.send(Server, segment(999, ack, SYN_ACK, b""));
        assert_eq!(wire.out.bytes(Client), taken, "{ack}");
        assert_eq!(wire.out.names.iter().filter(|name| **name == "syn_data_judged").count(), names);
    }
}

/// The same numbers or others, and the forged one first or last.
#[test]
fn a_signature_on_a_syn_that_was_not_answered_makes_nobody_deaf() {
    for (numbers, forged) in [([99, 99], 0), ([99, 99], 1), ([99, 599], 0), ([599, 99], 1)] {
        let real = numbers[1 - forged];
        let mut wire = Wire::new(Policy::default());
        for (n, seq) in numbers.into_iter().enumerate() {
            wire.send(Client, with(if n == forged { &MD5 } else { &[] }, segment(seq, 0, SYN, b"")));
        }
        wire.send(Server, segment(999, real + 1, SYN_ACK, b""));
        wire.send(Client, data(real + 1, 1000, b"hi"));
        wire.send(Server, data(1000, real + 3, b"ho"));
        assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"hi".to_vec(), b"ho".to_vec()), "{numbers:?}");
        let signed = wire.send(Client, with(&MD5, data(real + 3, 1002, b"!")));
        assert_eq!(signed, Verdict::Ignored(Why::Signature));
    }
}

#[test]
fn nor_does_one_on_an_answer_that_was_not_acknowledged() {
    for (numbers, forged) in [([999, 999], 0), ([999, 999], 1), ([1999, 999], 0), ([999, 1999], 1)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        for (n, seq) in numbers.into_iter().enumerate() {
            wire.send(Server, with(if n == forged { &MD5 } else { &[] }, segment(seq, 100, SYN_ACK, b"")));
        }
        wire.send(Client, segment(100, 1000, ACK, b""));
        wire.send(Server, data(1000, 100, b"220 ready"));
        assert_eq!(wire.out.bytes(Server), b"220 ready", "{numbers:?} {forged}");
    }
}

#[test]
fn where_the_answer_was_not_captured_the_sender_tells_whether_he_signs() {
    for signs in [false, true] {
        let own = if signs { &MD5[..] } else { &[] };
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&MD5, segment(99, 0, SYN, b"")));
        wire.send(Client, segment(99, 0, SYN, b""));
        wire.send(Client, with(own, segment(100, 1000, ACK, b"")));
        wire.send(Server, with(own, data(1000, 100, b"220 ready")));
        assert_eq!(wire.out.bytes(Server), b"220 ready");
        let other = if signs { &[][..] } else { &MD5 };
        assert_eq!(wire.send(Client, with(other, data(100, 1009, b"!"))), Verdict::Ignored(Why::Signature));
        assert_eq!(wire.send(Client, with(own, data(100, 1009, b"USER"))), Verdict::Accepted);
    }
}

#[test]
fn what_is_kept_of_an_opening_changes_sides_with_its_sender() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b"early"));
    wire.connection.flip();
    assert_eq!((wire.connection.ledger(Client).held, wire.connection.ledger(Server).held), (0, 5));
    wire.send(Client, segment(999, 105, SYN_ACK, b""));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (vec![], b"early".to_vec()));

    let mut wire = Wire::open(Policy::default(), 100, 1000);
    wire.send(Client, segment(7777, 0, SYN, b""));
    wire.connection.flip();
    assert_eq!(wire.send(Client, segment(8888, 7778, SYN_ACK, b"")), Verdict::NewConnection);
    assert_eq!(wire.connection.take_pending_syn().map(|(from, _)| from), Some(Server));
}

/// RFC 9293 section 3.10.7.3. Where something was acknowledged, a RST in answer to that has no flag, either.
#[test]
fn a_reset_in_answer_to_a_syn_acknowledges_it() {
    for (acknowledged, flags, ack, closes) in [
        (false, Flags::RST, 0, false),
        (false, Flags::RST, 100, false),
        (false, Flags::RST.with(ACK), 100, true),
        (false, Flags::RST.with(ACK), 101, false),
        (true, Flags::RST, 0, true),
    ] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(99, 0, SYN, b""));
        if acknowledged {
            wire.send(Client, segment(100, 1000, ACK, b""));
        }
        let verdict = wire.send(Server, segment(1000, ack, flags, b""));
        assert_eq!(wire.connection.closed(), closes, "{acknowledged} {flags:?} {ack}");
        assert_eq!(verdict, if closes { Verdict::Accepted } else { Verdict::Ignored(Why::BadReset) });
    }
}

#[test]
fn a_signed_connection_on_the_ports_of_another_is_signed_from_its_syn() {
    let mut wire = Wire::open(Policy::default(), 100, 1000);
    wire.send(Client, with(&MD5, segment(7776, 0, SYN, b"")));
    let answer = with(&MD5, segment(8887, 7777, SYN_ACK, b""));
    assert_eq!(wire.send(Server, answer), Verdict::NewConnection);
    let (from, arrival) = wire.connection.take_pending_syn().expect("the SYN");
    let mut wire = Wire::new(Policy::default());
    wire.connection.segment(from, &arrival, &wire.limits, &mut wire.out);
    wire.send(Server, answer);
    wire.send(Client, with(&MD5, data(7777, 8888, b"again")));
    assert_eq!(wire.out.bytes(Client), b"again");
    assert_eq!(wire.send(Client, data(7782, 8888, b"!")), Verdict::Ignored(Why::Signature));
}
