//! Zeek's states, histories and counts.

use std::time::Duration;

use wiretale_packet::{Direction, Flags, Timestamp};
use wiretale_testkit::build::{TcpHeader, tcp_frame};

use super::script::{Script, end};
use crate::{Checksums, Settings};

fn one(script: &Script) -> String {
    let mut closed = script.closed();
    assert_eq!(closed.len(), 1, "{closed:?}");
    closed.remove(0).replace("10.0.0.1:5000 > 10.0.0.2:7000 ", "")
}

#[test]
fn a_whole_connection() {
    let script = Script::new().handshake().tcp("C:PA", "hello").tcp("S:PA", "you too").farewell();
    // The last acknowledgement is not part of the duration.
    assert_eq!(one(&script), "SF ShADdFf 0.6 5/7 5/3");
}

#[test]
fn attempts() {
    assert_eq!(one(&Script::new().tcp("C:S", "")), "S0 S - -/- 1/0");
    assert_eq!(one(&Script::new().tcp("C:S", "").tcp("S:RA", "")), "REJ Sr 0.1 0/0 1/1");
    assert_eq!(one(&Script::new().tcp("C:S", "").tcp("C:R", "")), "RSTOS0 SR 0.1 0/0 2/0");
    assert_eq!(one(&Script::new().tcp("C:S", "").tcp("C:FA", "")), "SH SF 0.1 0/0 2/0");
    assert_eq!(one(&Script::new().tcp("C:S", "").tcp("C:A", "").tcp("C:R", "")), "OTH SAR 0.2 0/0 3/0");
}

#[test]
fn a_capture_that_begins_in_second_zero_keeps_its_timeouts() {
    let from = |second: i64| {
        let mut script = Script::new();
        script.now = Timestamp::from_parts(second, 500_000_000);
        let apart = Duration::from_secs(200);
        let script = script.udp(Direction::Client, b"x").wait(apart).udp(Direction::Client, b"y");
        let mut beside = Script::new().ends(end(3, 1), end(4, 2));
        beside.now = Timestamp::from_parts(second, 600_000_000);
        let second = Duration::from_secs(1);
        script.then((0..300).fold(beside, |beside, _| beside.udp(Direction::Client, b"t").wait(second))).closed()
    };
    assert_eq!(from(0), from(1_000_000_000));
    assert_eq!(from(0).len(), 3);
}

#[test]
fn connections_that_end_on_one_side() {
    let open = || Script::new().handshake();
    assert_eq!(one(&open()), "S1 ShA 0.2 0/0 2/1");
    assert_eq!(one(&open().tcp("C:FA", "")), "S2 ShAF 0.3 0/0 3/1");
    assert_eq!(one(&open().tcp("S:FA", "")), "S3 ShAf 0.3 0/0 2/2");
    assert_eq!(one(&open().tcp("C:RA", "")), "RSTO ShAR 0.3 0/0 3/1");
    assert_eq!(one(&open().tcp("S:RA", "")), "RSTR ShAr 0.3 0/0 2/2");
}

#[test]
fn beginnings_that_were_not_seen() {
    assert_eq!(one(&Script::new().tcp("C:PA", "data")), "OTH D - -/- 1/0");
    // The sender of a SYN-ACK is the server.
    assert_eq!(one(&Script::new().tcp("S:SA", "").tcp("S:RA", "")), "RSTRH ^hr 0.1 0/0 0/2");
    assert_eq!(one(&Script::new().tcp("S:SA", "").tcp("S:FA", "")), "SHR ^hf 0.1 0/0 0/2");
    let joined = Script::new().tcp("S:SA", "").tcp("C:A", "").tcp("C:PA", "x").farewell();
    assert_eq!(one(&joined), "SF ^hADFf 0.4 1/0 4/2");
}

#[test]
fn a_likely_server_port_turns_the_roles() {
    let from_server = Script::new().ends(end(1, 80), end(2, 9999)).tcp("C:PA", "response");
    assert_eq!(from_server.closed(), ["10.0.0.2:9999 > 10.0.0.1:80 OTH ^d - -/- 0/1"]);
    let both = Script::new().ends(end(1, 6667), end(2, 80)).tcp("C:PA", "request");
    assert_eq!(both.closed(), ["10.0.0.1:6667 > 10.0.0.2:80 OTH D - -/- 1/0"]);
}

#[test]
fn losses_and_repetitions_leave_letters() {
    let lost = Script::new().handshake().tcp("C:PA", "one").lose(Direction::Client, 40).tcp("S:A", "").farewell();
    assert_eq!(one(&lost), "SF ShADaGFf 0.6 43/0 5/3 missed 40");
    let again = Script::new().handshake().tcp("C:PA", "one").seq(1001, 9001).tcp("C:PA", "one").tcp("S:A", "");
    assert_eq!(one(&again), "S1 ShADTa 0.5 3/0 4/2");
}

#[test]
fn an_end_behind_its_acknowledgement_is_no_byte_that_was_missed() {
    let mut swapped = Script::new().handshake().tcp("C:PA", "one").tcp("S:A", "").farewell();
    // The server's FIN and what acknowledges it change places.
    let at = swapped.frames.len() - 2;
    let (fin, ack) = (swapped.frames[at].1.clone(), swapped.frames[at + 1].1.clone());
    (swapped.frames[at].1, swapped.frames[at + 1].1) = (ack, fin);
    assert!(!one(&swapped).contains("missed"), "{}", one(&swapped));
}

#[test]
fn gigabytes_that_were_not_captured_are_missed_wherever_numbers_begin() {
    const HOLE: u32 = 300_000_000;
    for begin in [0, 9000, 0x7000_0000, 0x7fff_ffff, 0x8000_0000, 0xf000_0000, u32::MAX] {
        // Of 1 GiB, past 2 GiB, past 4 GiB and past 8 GiB.
        for holes in [3, 8, 15, 30] {
            let lost = |script: Script| script.lose(Direction::Server, HOLE).tcp("C:A", "").tcp("S:PA", "data");
            let open = Script::new().seq(1000, begin).handshake().tcp("S:PA", "data");
            let seen = (0..holes).fold(open, |script, _| lost(script)).farewell();
            let missed = u64::from(HOLE) * holes;
            let counts = format!(" 0/{} {}/{} missed {missed}", 4 + missed + 4 * holes, 4 + holes, 3 + holes);
            let row = one(&seen);
            assert!(row.starts_with("SF ") && row.ends_with(&counts), "from {begin:#x}: {row}, not {counts}");
        }
    }
}

#[test]
fn an_acknowledgement_captured_before_its_data_loses_nothing() {
    let script =
        Script::new().handshake().lose(Direction::Client, 4).tcp("S:A", "").seq(1001, 9001).tcp("C:PA", "late");
    assert_eq!(one(&script), "S1 ShAaD 0.4 4/0 3/2");
}

#[test]
fn a_reused_port_is_another_flow() {
    let first = Script::new().handshake().farewell();
    let second = Script::new().wait(Duration::from_secs(2)).seq(77_777, 88_888).handshake().tcp("C:RA", "");
    let heard = first.then(second).play::<()>(Settings::default());
    assert_eq!(heard.closed.len(), 2);
    assert!(heard.closed[0].contains(" SF ShAFf "), "{:?}", heard.closed);
    assert!(heard.closed[1].contains(" RSTO ShAR "), "{:?}", heard.closed);
    assert_ne!(heard.ids[0], heard.ids[1]);
}

#[test]
fn an_attempt_with_another_number_is_another_attempt() {
    let script = Script::new().tcp("C:S", "").seq(5555, 0).tcp("C:S", "").seq(5555, 0).tcp("C:S", "");
    let closed = script.closed();
    assert_eq!(closed.len(), 2);
    assert!(closed[0].ends_with("S0 S - -/- 1/0"), "{closed:?}");
    assert!(closed[1].ends_with("S0 S 0.1 0/0 2/0"), "{closed:?}");
}

#[test]
fn silence_ends_flows_at_zeeks_times() {
    let resumed = |pause: u64, port: u16| {
        let open = Script::new().ends(end(1, 5000), end(2, port)).handshake();
        open.wait(Duration::from_secs(pause)).tcp("C:PA", "more").closed().len()
    };
    assert_eq!((resumed(290, 7000), resumed(310, 7000)), (1, 2));
    assert_eq!((resumed(3500, 22), resumed(3610, 22)), (1, 2));
    let udp = |pause: u64, port: u16| {
        let script = Script::new().ends(end(1, 5000), end(2, port)).udp(Direction::Client, b"a");
        script.wait(Duration::from_secs(pause)).udp(Direction::Client, b"b").closed().len()
    };
    assert_eq!((udp(50, 7000), udp(61, 7000)), (1, 2));
    assert_eq!((udp(8, 53), udp(12, 53)), (1, 2));
    let attempts = Script::new().tcp("C:S", "").seq(1000, 0).wait(Duration::from_secs(6)).tcp("C:S", "");
    assert_eq!(attempts.closed().len(), 2);
}

#[test]
fn who_acknowledges_an_answer_that_was_not_seen_made_more_than_an_attempt() {
    let pause = Duration::from_secs(30);
    let alone = Script::new().tcp("C:S", "").tcp("C:A", "").tcp("C:PA", "one").wait(pause).tcp("C:PA", "two");
    assert_eq!(one(&alone.tcp("C:FA", "")), "SH SADF 30.4 6/0 5/0");
    // Here the answer was seen, and refused nothing.
    let odd = Script::new().tcp("C:S", "").tcp("S:A", "").wait(pause).tcp("C:PA", "two");
    assert_eq!(odd.closed().len(), 2);
}

#[test]
fn who_is_the_client_does_not_hang_on_addresses() {
    let (low, high) = (end(1, 5000), end(2, 7000));
    for (client, server) in [(low, high), (high, low)] {
        let script = || Script::new().ends(client, server);
        let udp = script().udp(Direction::Client, b"x");
        for script in [script().tcp("C:S", ""), script().tcp("C:S", "").tcp("S:RA", ""), script().handshake(), udp] {
            let [row] = &script.closed()[..] else { panic!("one flow") };
            assert!(row.starts_with(&format!("{client} > {server} ")), "{row}");
        }
    }
}

/// RFC 9293 section 3.8.6: nothing may be sent into a closed window, not even on a SYN.
#[test]
fn a_lone_syn_with_a_closed_window_says_so() {
    let mut script = Script::new();
    for (window, history) in [(0, "S0 SW"), (1, "S0 S")] {
        let header = TcpHeader { seq: 7, ack: 0, flags: Flags::SYN, window, options: vec![] };
        script.frames = vec![(script.now, tcp_frame(end(1, 5000), end(2, 7000), 64, &header, b""))];
        assert_eq!(one(&script), format!("{history} - -/- 1/0"));
    }
}

#[test]
fn datagrams() {
    let asked = Script::new().udp(Direction::Client, b"ask");
    assert_eq!(one(&asked), "S0 D - -/- 1/0");
    assert_eq!(one(&asked.then(Script::new().at(1).udp(Direction::Server, b"answer"))), "SF Dd 1.0 3/6 1/1");
}

#[test]
fn a_wrong_checksum_counts_for_nothing_but_its_letter() {
    let verify = || Settings { checksums: Checksums::Verify, ..Settings::default() };
    let script = Script::new().tcp("C:S", "").corrupted();
    let heard = script.play::<()>(verify());
    assert_eq!(heard.closed, ["10.0.0.1:5000 > 10.0.0.2:7000 OTH C - -/- 0/0"]);
    assert_eq!(heard.said, ["weird bad_TCP_checksum"]);
    let udp = Script::new().udp(Direction::Client, b"x").udp(Direction::Client, b"y").corrupted();
    assert_eq!(udp.play::<()>(verify()).closed, ["10.0.0.1:5000 > 10.0.0.2:7000 S0 DC - -/- 1/0"]);
}

#[test]
fn a_sender_that_leaves_checksums_to_its_card_is_recognised_once() {
    let mut script = Script::new();
    for (n, what) in ["C:S", "S:SA", "C:A", "C:PA", "C:PA"].into_iter().enumerate() {
        script = script.tcp(what, if what == "C:PA" { "data" } else { "" });
        if n != 1 {
            script = script.corrupted();
        }
    }
    let heard = script.play::<()>(Settings::default());
    assert_eq!(heard.closed, ["10.0.0.1:5000 > 10.0.0.2:7000 S1 ShAD 0.4 8/0 4/1"]);
    assert_eq!(heard.said, ["weird checksum_offload"]);
}

#[test]
fn what_a_host_put_together_has_no_checksum_of_the_senders() {
    let joined = "x".repeat(3000);
    let script = || Script::new().handshake().tcp("C:PA", "one").tcp("C:PA", &joined).corrupted().tcp("C:PA", "two");
    let heard = script().play::<()>(Settings::default());
    assert_eq!(heard.closed, ["10.0.0.1:5000 > 10.0.0.2:7000 S1 ShAD 0.5 3006/0 5/1"]);
    assert_eq!(heard.said, ["weird checksum_offload"]);
    let verify = script().play::<()>(Settings { checksums: Checksums::Verify, ..Settings::default() });
    assert_eq!(verify.said, ["weird bad_TCP_checksum"]);
}

#[test]
fn a_forged_segment_with_a_wrong_checksum_is_dropped_by_default() {
    let script = Script::new().handshake().tcp("C:PA", "forged").corrupted().seq(1001, 9001).tcp("C:PA", "honest");
    let heard = script.play::<()>(Settings::default());
    assert_eq!(heard.closed, ["10.0.0.1:5000 > 10.0.0.2:7000 S1 ShACD 0.4 6/0 3/1"]);
}

#[test]
fn a_forged_syn_inside_a_connection_moves_nothing_and_a_confirmed_one_opens_another() {
    let open = || Script::new().handshake().tcp("C:PA", "one").tcp("S:A", "").seq(500_000, 9001).tcp("C:S", "");
    let forged = open().seq(1004, 9001).tcp("C:PA", "two").tcp("S:A", "").farewell();
    assert_eq!(one(&forged), "SF ShADaFf 0.9 6/0 7/4");
    let confirmed = open().seq(500_001, 700_000).tcp("S:SA", "").tcp("C:A", "").tcp("C:PA", "three");
    let heard = confirmed.play::<()>(Settings::default());
    assert_eq!(heard.closed.len(), 2, "{:?}", heard.closed);
    // The SYN counts where it belongs.
    assert!(heard.closed[0].ends_with("S1 ShADa 0.4 3/0 3/2"), "{:?}", heard.closed);
    assert!(heard.closed[1].ends_with("S1 ShAD 0.3 5/0 3/1"), "{:?}", heard.closed);
    assert!(heard.said.contains(&"weird active_connection_reuse".to_owned()), "{:?}", heard.said);
}

#[test]
fn each_packet_around_a_reused_port_counts_once_with_its_bytes() {
    let open = || Script::new().handshake().tcp("C:PA", "one").tcp("S:A", "").seq(500_000, 9001);
    let joined = || Script::new().seq(1001, 9001).tcp("C:PA", "one").tcp("S:PA", "two").seq(500_000, 9004);
    // A SYN that is sent again, and one that someone else forged before.
    let again = |script: Script| script.tcp("C:S", "").seq(500_000, 9001).tcp("C:S", "");
    let forged = |script: Script| script.seq(77, 9001).tcp("C:S", "").seq(500_000, 9001).tcp("C:S", "");
    for script in [open().tcp("C:S", ""), again(open()), forged(open()), joined().tcp("C:S", "")] {
        let script = script.seq(500_001, 700_000).tcp("S:SA", "").tcp("C:A", "").tcp("C:PA", "three");
        let heard = script.play::<()>(Settings::default());
        assert_eq!(heard.closed.len(), 2, "{:?}", heard.closed);
        let ip: usize = script.frames.iter().map(|(_, frame)| frame.len() - 14).sum();
        assert_eq!(heard.counted, (script.frames.len() as u64, ip as u64), "{:?}", heard.closed);
    }
}

#[test]
fn a_server_that_opens_a_connection_from_its_own_port_is_the_client_of_that() {
    let open = Script::new().handshake().tcp("C:PA", "one").tcp("S:A", "").seq(1004, 500_000).tcp("S:S", "");
    let heard =
        open.seq(700_000, 500_001).tcp("C:SA", "").tcp("S:A", "").tcp("S:PA", "three").play::<()>(Settings::default());
    assert_eq!(
        heard.closed,
        ["10.0.0.1:5000 > 10.0.0.2:7000 S1 ShADa 0.4 3/0 3/2", "10.0.0.2:7000 > 10.0.0.1:5000 S1 ShAD 0.3 5/0 3/1"]
    );
}
