//! Where exactly a host begins to refuse: of windows, acknowledgements, timestamps and waiting, one step on either side.

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

/// The client's first byte has number 100, the server's 1000.
fn open() -> Wire {
    Wire::open(Policy::default(), 100, 1000)
}

#[test]
fn bytes_a_quarter_of_the_numbers_behind_are_old_and_before_that_wrapped_round() {
    for payload in [&b""[..], b"old bytes"] {
        for (behind, verdict) in [(1 << 30, Verdict::Accepted), ((1 << 30) + 1, Verdict::Ignored(Why::OutOfWindow))] {
            let mut wire = open();
            assert_eq!(wire.send(Client, data(100u32.wrapping_sub(behind), 1000, payload)), verdict, "{behind}");
        }
    }
}

/// RFC 5961 section 5: as far back as the widest window that was offered.
#[test]
fn an_acknowledgement_is_too_old_beyond_the_widest_window() {
    for (behind, verdict) in [(65_535, Verdict::Accepted), (65_536, Verdict::Ignored(Why::BadAck))] {
        let mut wire = open();
        assert_eq!(wire.send(Client, data(100, 1000u32.wrapping_sub(behind), b"hi")), verdict, "{behind}");
    }
}

/// RFC 7323 section 5.5.
#[test]
fn any_timestamp_will_do_after_twenty_four_days_of_silence() {
    const DAYS: i64 = 24 * 24 * 3600 * 1_000_000_000;
    for (silence, verdict) in [(DAYS - 1, Verdict::Ignored(Why::OldTimestamp)), (DAYS, Verdict::Accepted)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&stamp(90), data(100, 1000, b"a")));
        // The next packet takes a millisecond of its own.
        wire.now += silence - 1_000_000;
        assert_eq!(wire.send(Client, with(&stamp(10), data(101, 1000, b"b"))), verdict, "{silence}");
        // Those behind it are compared with that.
        assert_eq!(wire.send(Client, with(&stamp(50), data(102, 1000, b"c"))), verdict, "{silence}");
    }
}

#[test]
fn a_pause_as_long_as_its_grace_gives_a_hole_up_before_what_comes_then_is_looked_at() {
    for (pause, want) in [(99, "before after"), (100, ".......after")] {
        let mut wire = open();
        wire.send(Client, data(107, 1000, b"after"));
        for _ in 0..7 {
            wire.send(Server, segment(1000, 112, ACK, b""));
            wire.now -= 1_000_000;
        }
        wire.now += pause * 1_000_000;
        wire.send(Client, data(100, 1000, b"before "));
        assert_eq!(wire.out.dotted(Client), want, "{pause} ms");
    }
}

/// Twenty times as long is enough where hardly any packets come.
#[test]
fn without_packets_a_hole_is_given_up_after_twenty_times_its_grace() {
    for (age, want) in [(1999, ""), (2000, ".......after")] {
        let mut wire = open();
        wire.send(Client, data(107, 1000, b"after"));
        wire.send(Server, segment(1000, 112, ACK, b""));
        for pause in [age / 2, age - age / 2] {
            wire.now += pause * 1_000_000 - 1_000_000;
            wire.send(Server, segment(1000, 112, ACK, b""));
        }
        assert_eq!(wire.out.dotted(Client), want, "{age} ms");
    }
}

/// Also the second of two, which was acknowledged no longer ago than that.
#[test]
fn a_pause_of_twenty_times_the_grace_gives_up_all_that_was_acknowledged_before_it() {
    for (pause, want) in [(1999, ".bcd"), (2000, ".b.d")] {
        let mut wire = open();
        for (seq, ack, byte) in [(101, 102, b"b"), (103, 104, b"d")] {
            wire.send(Client, data(seq, 1000, byte));
            wire.send(Server, segment(1000, ack, ACK, b""));
        }
        wire.now += pause * 1_000_000 - 1_000_000;
        wire.send(Client, data(102, 1000, b"c"));
        assert_eq!(wire.out.dotted(Client), want, "{pause} ms");
    }
}

#[test]
fn an_idle_connection_gives_an_acknowledged_hole_up_when_its_grace_is_over() {
    for (past, want) in [(99_999_999, ""), (100_000_000, ".......after")] {
        let mut wire = open();
        wire.send(Client, data(107, 1000, b"after"));
        wire.send(Server, segment(1000, 112, ACK, b""));
        wire.connection.expire(Timestamp::from_nanos(wire.now + past), &wire.limits, &mut wire.out);
        assert_eq!(wire.out.dotted(Client), want, "{past} ns");
    }
}

/// RFC 7323 section 2.3: by fourteen at the most, and as far where its SYN was not seen.
#[test]
fn a_window_is_scaled_by_fourteen_at_the_most() {
    let joined = || {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, Segment { window: 1, ..data(100, 1000, b"a") });
        wire.send(Server, Segment { window: 1, ..segment(1000, 101, ACK, b"") });
        (wire, 101)
    };
    let past = || {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, with(&[3, 3, 2, 0], segment(99, 0, Flags::SYN, b"")));
        let answer = Segment { window: 1, ..segment(999, 100, Flags::SYN.with(ACK), b"") };
        wire.send(Server, with(&[3, 3, 20, 0], answer));
        wire.send(Server, Segment { window: 1, ..segment(1000, 100, ACK, b"") });
        (wire, 100)
    };
    for (wire, acknowledged) in [joined, past].map(|f: fn() -> (Wire, u32)| [f(), f()]).into_iter().flatten() {
        let mut wire = wire;
        let edge = acknowledged + (1 << 14);
        assert_eq!(wire.send(Client, data(edge, 1000, b"!")), Verdict::Doubted);
        assert_eq!(wire.send(Client, data(edge - 1, 1000, b"!")), Verdict::Accepted);
    }
}

#[test]
fn a_stream_begins_a_megabyte_behind_what_was_acknowledged_or_where_it_was_first_seen() {
    for (lead, begins) in [(0, true), ((1 << 20) - 1, false), (1 << 20, true)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, segment(100, 1000, ACK, b""));
        wire.send(Server, data(1000 + lead, 100, b"first"));
        assert_eq!(!wire.out.bytes(Server).is_empty(), begins, "{lead}");
    }
}

#[test]
fn a_segment_hangs_on_one_in_doubt_only_where_there_is_room_for_both() {
    for (doubts, verdict) in [(1, Verdict::Accepted), (2, Verdict::Doubted)] {
        let mut wire = Wire::new(Policy::default());
        wire.limits.doubts = doubts;
        wire.send(Client, with(&stamp(10), data(100, 1000, b"a")));
        wire.send(Server, with(&stamp(10), segment(1000, 101, ACK, b"")));
        assert_eq!(wire.send(Client, with(&stamp(90), data(101, 1050, b"?"))), Verdict::Doubted);
        assert_eq!(wire.send(Client, with(&stamp(20), data(101, 1000, b"b"))), verdict, "{doubts}");
        assert!(!wire.out.has("reassembly_limit"));
    }
}

/// One byte may be a FIN that was not captured; sixteen megabytes are no tail of anything.
#[test]
fn what_was_acknowledged_but_not_captured_is_missing_at_the_end() {
    for (tail, gap) in [(1, 0), (2, 2), ((1 << 24) - 1, (1 << 24) - 1), (1 << 24, 0)] {
        let mut wire = open();
        wire.send(Client, data(100, 1000, b"hello"));
        wire.send(Server, segment(1000, 105 + tail, ACK, b""));
        wire.close();
        assert_eq!(wire.connection.ledger(Client).gap, gap, "{tail}");
    }
}

/// Where the other side was not seen, no number of his can be new.
#[test]
fn a_bare_acknowledgement_belies_no_reset_of_its_sender_who_is_seen_alone() {
    for ack in [1, 1000, 0x7fff_ffff, 0x9000_0000] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, data(100, ack, b"hello"));
        wire.send(Client, segment(105, 0, Flags::RST, b""));
        wire.send(Client, segment(105, ack, ACK, b""));
        assert!(wire.connection.closed(), "{ack}");
        wire.send(Client, data(105, ack, b"on"));
        assert!(!wire.connection.closed() && wire.out.has("reopened_after_reset"), "{ack}");
    }
}

/// Of a packet that the capture cut, as much is missing as lies behind the first byte of the stream.
#[test]
fn what_was_cut_off_before_the_start_is_not_missing() {
    for (before, captured, missing, gap) in
        [(1400, 40, 1360, 0), (60, 10, 100, 50), (60, 10, 50, 0), (60, 10, 51, 1), (10, 10, 5, 5), (60, 0, 61, 1)]
    {
        let mut wire = Wire::open(Policy::default(), 100_000, 1000);
        wire.send(Client, Segment { missing, ..data(100_000 - before, 1000, &[b'?'; 40][..captured]) });
        assert_eq!(wire.connection.ledger(Client).gap, gap, "{before} {captured} {missing}");
        wire.send(Client, data(100_000 + gap as u32, 1000, b"NICK alice"));
        assert_eq!(wire.out.bytes(Client), b"NICK alice");
    }
}

/// RFC 9293 section 3.10.7.4: whoever sent the bytes answers such an acknowledgement, and drops it.
#[test]
fn an_acknowledgement_far_from_all_that_was_sent_moves_no_window() {
    for far in [i32::MAX as u32, 1 << 31, (1 << 31) + 1, (1 << 31) + 70_000, 1_950_000_000, 0xc000_0000, 70_000] {
        let mut wire = open();
        wire.send(Client, data(100, 1000, b"hello"));
        wire.send(Server, segment(1000, 105, ACK, b""));
        wire.send(Server, segment(1000, 105u32.wrapping_add(far), ACK, b""));
        // As much on its way as the window takes.
        for n in 0..400u32 {
            wire.send(Client, data(105 + n * 1000, 1000, &[b'x'; 1000]));
            if n >= 60 {
                wire.send(Server, segment(1000, 105 + (n - 60) * 1000, ACK, b""));
            }
        }
        wire.close();
        assert_eq!(wire.out.bytes(Client).len(), 400_005, "{far}");
        assert!(!wire.out.has("out_of_window"), "{far}");
    }
}

/// Whose bytes nobody acknowledged has none missing at the end, wherever his numbers are.
#[test]
fn where_nothing_was_acknowledged_nothing_is_missing_at_the_end() {
    for first in [100, 0u32.wrapping_sub(100)] {
        let mut wire = Wire::new(Policy::default());
        wire.send(Client, data(first, 1000, b"hello"));
        wire.close();
        assert_eq!((wire.connection.ledger(Client).gap, wire.out.dotted(Client)), (0, "hello".into()));
    }
}
