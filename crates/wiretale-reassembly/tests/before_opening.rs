//! What comes before a connection is open, forged or astray, leaves nothing behind.

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

fn stamp(n: u8) -> [u8; 12] {
    [1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 0]
}

/// The client has sent his SYN; his first byte has the number 100.
fn asked() -> Wire {
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, segment(99, 0, SYN, b""));
    wire
}

#[test]
fn no_host_takes_a_syn_with_a_fin() {
    for flags in [SYN, SYN_ACK] {
        let mut wire = Wire::new(Policy::default());
        let verdict = wire.send(Client, segment(99, 0, flags.with(Flags::FIN), b"data"));
        assert_eq!((verdict, &wire.out.names[..]), (Verdict::Ignored(Why::BadFlags), &["baroque_SYN"][..]));
        assert_eq!(wire.send(Client, segment(99, 0, SYN, b"")), Verdict::Accepted);
        assert!(!wire.connection.established());
    }
}

/// A window from before the answer, scaled by the most there is, would make all that follows fit.
#[test]
fn bytes_before_the_answer_offer_no_window() {
    let mut wire = asked();
    assert_eq!(wire.send(Server, data(5000, 7777, b"forged")), Verdict::Doubted);
    wire.send(Server, Segment { window: 1000, ..segment(999, 100, SYN_ACK, b"") });
    wire.send(Client, segment(100, 1000, ACK, b""));
    assert_eq!(wire.send(Client, data(1099, 1000, b"!")), Verdict::Accepted);
    assert_eq!(wire.send(Client, data(1100, 1000, b"!")), Verdict::Doubted, "beyond the window");
}

/// RFC 7323 section 3.2: timestamps begin with the SYN. A challenge may bear any (RFC 5961 section 4).
#[test]
fn a_timestamp_before_the_answer_makes_nobody_deaf() {
    for seq in [5000, 0xf000_0000] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&stamp(1), segment(99, 0, SYN, b"")));
        wire.send(Server, with(&stamp(90), segment(seq, 77, ACK, b"")));
        wire.send(Server, with(&stamp(5), segment(999, 100, SYN_ACK, b"")));
        wire.send(Client, with(&stamp(2), segment(100, 1000, ACK, b"")));
        assert_eq!(wire.send(Server, with(&stamp(6), data(1000, 100, b"welcome"))), Verdict::Accepted, "{seq}");
    }
}

#[test]
fn a_challenge_shows_how_far_its_sender_is() {
    for (ttl, changed) in [(64, false), (200, true)] {
        let mut wire = asked();
        wire.send(Server, segment(5000, 77, ACK, b""));
        wire.send_ttl(Server, segment(999, 100, SYN_ACK, b""), ttl);
        assert_eq!(wire.out.has("ttl_changed"), changed, "{ttl}");
    }
}

#[test]
fn a_stray_answer_shows_nothing_of_him_who_answers_then() {
    for early in [false, true] {
        let mut wire = Wire::new(Policy::default());
        wire.send_ttl(Server, segment(7000, 8000, SYN_ACK, b""), 200);
        wire.send_ttl(Server, segment(7500, 8000, SYN_ACK, b""), 200);
        wire.send(Client, segment(99, 0, SYN, b""));
        if early {
            wire.send(Server, data(1000, 100, b"wel"));
        }
        wire.send(Server, segment(999, 100, SYN_ACK, b""));
        // Nor does whoever acknowledges the second stray one make it the one that counts.
        wire.send(Client, segment(100, 7501, ACK, b""));
        wire.send(Server, data(1000, 100, b"welcome"));
        assert_eq!((wire.out.dotted(Server), wire.out.has("ttl_changed")), ("welcome".into(), false), "{early}");
    }
}

/// The first number of one who was not heard is none, though it is kept as 0.
#[test]
fn no_number_is_known_before_it_was_heard() {
    for first in [u32::MAX, 5] {
        for flags in [SYN, SYN_ACK] {
            let mut wire = Wire::new(Policy::default());
            wire.send(Client, data(100, 1000, b"joined"));
            let verdict = wire.send(Server, segment(first, 106, flags, b""));
            assert_eq!(verdict, Verdict::Ignored(Why::BadHandshake), "{first} {flags:?}");
        }
        let mut wire = Wire::new(Policy::default());
        wire.send(Server, segment(999, 8000, SYN_ACK, b""));
        wire.send(Server, segment(first, 0, SYN, b""));
        assert!(wire.out.has("unsolicited_SYN_response"), "{first}: nobody answers himself");
    }
}

#[test]
fn a_syn_behind_its_answer_opens_once() {
    let mut wire = Wire::new(Policy::default());
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    assert_eq!(wire.send(Client, segment(99, 0, SYN, b"early")), Verdict::Accepted);
    assert_eq!(wire.send(Client, segment(99, 0, SYN, b"")), Verdict::Accepted);
    assert_eq!(wire.send(Client, segment(599, 0, SYN, b"")), Verdict::Ignored(Why::BadHandshake));
    assert_eq!(wire.out.names, ["SYN_seq_jump"]);
    wire.send(Client, data(100, 1000, b"hi"));
    wire.send(Server, data(1000, 102, b"ho"));
    assert_eq!((wire.out.bytes(Client), wire.out.bytes(Server)), (b"hi".to_vec(), b"ho".to_vec()));
}

#[test]
fn who_signs_is_settled_by_the_answer() {
    let mut wire = asked();
    wire.send(Client, with(&MD5, segment(99, 0, SYN, b"")));
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    assert_eq!(wire.send(Client, with(&MD5, data(100, 1000, b"!"))), Verdict::Ignored(Why::Signature));
    // The same SYN behind that, signed, tells nothing any more.
    let mut wire = asked();
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Client, with(&MD5, segment(99, 0, SYN, b"")));
    assert_eq!(wire.send(Client, with(&MD5, data(100, 1000, b"!"))), Verdict::Ignored(Why::Signature));
    assert_eq!(wire.send(Client, data(100, 1000, b"hi")), Verdict::Accepted);
}

/// Where the answer was not captured, either side's next segment tells it for both.
#[test]
fn who_signs_is_settled_by_whoever_speaks_next() {
    for next in [Client, Server] {
        let mut wire = asked();
        wire.send(Client, with(&MD5, segment(99, 0, SYN, b"")));
        match next {
            Client => wire.send(Client, with(&MD5, segment(100, 1000, ACK, b""))),
            Server => wire.send(Server, with(&MD5, segment(999, 100, SYN_ACK, b""))),
        };
        assert_eq!(wire.send(Client, data(100, 1000, b"!")), Verdict::Ignored(Why::Signature), "{next:?}");
    }
}

#[test]
fn where_both_open_at_once_an_answer_repeats_the_number_of_its_syn() {
    for (seq, verdict) in [(999, Verdict::Accepted), (5555, Verdict::Ignored(Why::BadHandshake))] {
        let mut wire = asked();
        wire.send(Server, segment(999, 0, SYN, b""));
        assert_eq!(wire.send(Server, segment(seq, 100, SYN_ACK, b"")), verdict, "{seq}");
    }
}

#[test]
fn where_the_answer_was_not_captured_the_first_bytes_tell_which_syn_it_was() {
    let mut wire = asked();
    wire.send(Client, segment(599, 0, SYN, b""));
    assert_eq!(wire.send(Server, data(1000, 600, b"220 ready")), Verdict::Doubted);
    wire.now += 1_000_000_000;
    for _ in 0..10 {
        wire.send(Server, segment(1009, 600, ACK, b""));
    }
    wire.send(Client, data(600, 1009, b"USER"));
    assert_eq!((wire.out.dotted(Client), wire.out.dotted(Server)), ("USER".into(), "220 ready".into()));
}

#[test]
fn ports_are_used_again_after_the_end_or_before_it() {
    for (flags, name) in [(Flags(0x11), "SYN_after_close"), (ACK, "active_connection_reuse")] {
        let mut wire = Wire::open(Policy::default(), 100, 1000);
        wire.send(Client, segment(7776, 0, SYN, b""));
        wire.send(Client, segment(100, 1000, flags, b""));
        wire.send(Server, segment(1000, 100 + u32::from(flags.has(Flags::FIN)), flags, b""));
        wire.out.names.clear();
        assert_eq!(wire.send(Server, segment(8887, 7777, SYN_ACK, b"")), Verdict::NewConnection);
        assert_eq!(wire.out.names, [name]);
    }
    let mut wire = asked();
    wire.send(Server, segment(0, 100, Flags::RST.with(ACK), b""));
    assert_eq!(wire.send(Client, segment(599, 0, SYN, b"")), Verdict::NewConnection);
    assert_eq!(wire.out.names, ["SYN_after_close"]);
}

#[test]
fn a_syn_that_comes_again_as_it_was_leaves_no_doubt_who_signs() {
    let mut wire = asked();
    wire.send(Client, segment(99, 0, SYN, b""));
    assert_eq!(wire.send(Client, with(&MD5, segment(100, 1000, ACK, b""))), Verdict::Ignored(Why::Signature));
    // Of one who was not heard it is not known.
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&MD5, segment(99, 0, SYN, b"")));
    assert_eq!(wire.send(Server, with(&MD5, segment(0, 100, Flags::RST.with(ACK), b""))), Verdict::Accepted);
}

#[test]
fn no_host_takes_a_reset_with_a_syn() {
    let mut wire = Wire::open(Policy::default(), 100, 1000);
    let verdict = wire.send(Client, segment(100, 1000, SYN.with(Flags::RST), b""));
    assert_eq!((verdict, &wire.out.names[..]), (Verdict::Ignored(Why::BadFlags), &["baroque_SYN"][..]));
    assert!(!wire.connection.closed());
}

/// The scale goes with the number.
#[test]
fn the_syn_and_the_answer_that_count_tell_the_scale() {
    let scale = [3, 3, 4, 0];
    let few = |segment| Segment { window: 10, ..segment };
    let mut wire = asked();
    wire.send(Client, with(&scale, segment(599, 0, SYN, b"")));
    wire.send(Server, with(&scale, segment(999, 600, SYN_ACK, b"")));
    wire.send(Client, few(segment(600, 1000, ACK, b"")));
    assert_eq!(wire.send(Server, data(1159, 600, b"!")), Verdict::Accepted);
    assert_eq!(wire.send(Server, data(1160, 600, b"!")), Verdict::Doubted);
    let mut wire = Wire::new(Policy::default());
    wire.send(Client, with(&scale, segment(99, 0, SYN, b"")));
    wire.send(Server, few(segment(999, 100, SYN_ACK, b"")));
    wire.send(Server, few(with(&scale, segment(1999, 100, SYN_ACK, b""))));
    wire.send(Client, segment(100, 2000, ACK, b""));
    wire.send(Server, few(segment(2000, 100, ACK, b"")));
    assert_eq!(wire.send(Client, data(259, 2000, b"!")), Verdict::Accepted);
    assert_eq!(wire.send(Client, data(260, 2000, b"!")), Verdict::Doubted);
}

#[test]
fn answers_change_sides_with_their_sender() {
    let mut wire = asked();
    wire.send(Server, segment(999, 100, SYN_ACK, b""));
    wire.send(Server, segment(1999, 100, SYN_ACK, b""));
    wire.connection.flip();
    wire.send(Server, segment(100, 2000, ACK, b""));
    wire.send(Client, data(2000, 100, b"220 ready"));
    assert_eq!(wire.out.dotted(Client), "220 ready");
}

#[test]
fn nobody_confirms_his_own_syn() {
    let mut wire = Wire::open(Policy::default(), 100, 1000);
    wire.send(Client, segment(7776, 0, SYN, b""));
    assert_eq!(wire.send(Client, segment(8887, 7777, SYN_ACK, b"")), Verdict::Ignored(Why::BadHandshake));
}
