//! Tables that do not grow, and what has to go.

use std::time::Duration;

use wiretale_packet::{Address, Direction, Endpoint, Flags};
use wiretale_protocol::{Chunk, Context, Demand, Lines, Observe, Opening, Probe, Protocol};
use wiretale_testkit::build::{TcpHeader, tcp_frame};
use wiretale_testkit::lend;

use super::script::{Heard, Script, end, start};
use crate::{Analyzer, Limits, Settings};

#[test]
fn half_open_flows_go_first_then_the_idle() {
    let limits = Limits { flows: 3, ..Limits::default() };
    let idle = Script::new().ends(end(1, 1), end(9, 7000)).handshake();
    let busy = Script::new().ends(end(2, 1), end(9, 7000)).at(1).handshake().tcp("C:PA", "x");
    let half = Script::new().ends(end(3, 1), end(9, 7000)).at(2).tcp("C:S", "");
    let fourth = Script::new().ends(end(4, 1), end(9, 7000)).at(3).handshake();
    let fifth = Script::new().ends(end(5, 1), end(9, 7000)).at(4).handshake();
    let script = idle.then(busy).then(half).then(fourth).then(fifth);
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings { limits, ..Settings::default() });
    for (number, frame) in script.frames.iter().enumerate() {
        analyzer.packet(lend(frame), number as u64 + 1);
    }
    assert_eq!(analyzer.open_flows(), 3);
    let (heard, stats) = analyzer.finish_with_stats();
    assert_eq!((stats.evicted_half_open, stats.evicted, stats.flows_opened, stats.flows_closed), (1, 1, 5, 5));
    assert_eq!(heard.said, ["stray flow_table_full"]);
    assert!(
        heard.closed[0].starts_with("10.0.0.3:1 ") && heard.closed[1].starts_with("10.0.0.1:1 "),
        "{:?}",
        heard.closed
    );
}

#[test]
fn what_is_over_is_told_when_the_packets_of_others_show_it() {
    let [tcp, udp] = [2, 3].map(|host| Script::new().ends(end(host, 1), end(9, 7000)));
    let silent = tcp.handshake().then(udp.udp(Direction::Client, b"x"));
    let second = Duration::from_secs(1);
    let others = Script::new().ends(end(7, 1), end(8, 2));
    let others = (0..310).fold(others, |others, _| others.udp(Direction::Client, b"tick").wait(second));
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings::default());
    let mut times = Vec::new();
    for frame in &silent.then(others).frames {
        analyzer.packet(lend(frame), 1);
        times.resize(analyzer.observer().closed.len(), frame.0.since(start()).as_secs());
    }
    let [udp, tcp] = times[..] else { panic!("{times:?}") };
    assert!((60..=62).contains(&udp) && (300..=303).contains(&tcp), "{times:?}");
}

/// They stand in the table at the time they would have ended without what came since.
#[test]
fn of_flows_that_are_open_the_one_that_was_silent_longest_goes() {
    let limits = Limits { flows: 3, ..Limits::default() };
    let host = |host: u8, second: u64| Script::new().ends(end(host, 1), end(9, 7000)).at(second);
    let busy = |first: u8| host(first, 1).handshake().wait(Duration::from_secs(200)).tcp("C:PA", "x");
    let silent = host(3, 100).handshake();
    let script = busy(1).then(busy(2)).then(silent).then(host(4, 210).handshake());
    let heard = script.play::<()>(Settings { limits, ..Settings::default() });
    assert!(heard.closed[0].starts_with("10.0.0.3:1 "), "{:?}", heard.closed);
}

#[test]
fn a_flood_of_syns_stays_small_and_leaves_nothing() {
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings::default());
    let header = TcpHeader { seq: 7, ack: 0, flags: Flags::SYN, window: 1024, options: vec![2, 4, 5, 180] };
    let server = end(9, 80);
    for n in 0..20_000u32 {
        let [a, b, c, d] = n.to_be_bytes();
        let client = Endpoint::new(Address::v4([11 + a, b, c, d]), 1024);
        let frame = tcp_frame(client, server, 64, &header, b"");
        analyzer.packet(lend(&(start() + Duration::from_micros(u64::from(n)), frame)), u64::from(n) + 1);
    }
    assert_eq!(analyzer.open_flows(), 20_000);
    let of_flows = |analyzer: &Analyzer<(), Heard>| analyzer.memory() - analyzer.memory_beside_flows();
    assert!(of_flows(&analyzer) <= 20_000 * 96, "{}", of_flows(&analyzer));
    assert_eq!(analyzer.observer().opened, 0);
    let later = tcp_frame(end(1, 1), server, 64, &header, b"");
    analyzer.packet(lend(&(start() + Duration::from_secs(7), later)), 20_001);
    assert_eq!(analyzer.open_flows(), 1);
    // A page, and an empty one beside it.
    assert!(of_flows(&analyzer) <= 100_000, "{}", of_flows(&analyzer));
    let heard = analyzer.finish();
    assert_eq!((heard.opened, heard.closed.len()), (20_001, 20_001));
}

/// Refused, and then, in the same second, each gone on with: what needs a record then has room made for it.
#[test]
fn a_flood_of_refusals_stays_small_and_what_goes_on_stays_bounded() {
    let limits = Limits { memory: 1_500_000, ..Limits::default() };
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings { limits, ..Settings::default() });
    let server = end(9, 80);
    let client = |n: u32| {
        let [_, b, c, d] = n.to_be_bytes();
        Endpoint::new(Address::v4([11, b, c, d]), 1024)
    };
    let mut number = 0;
    let mut send = |analyzer: &mut Analyzer<(), Heard>, from, to, seq, ack, flags| {
        number += 1;
        let header = TcpHeader { seq, ack, flags, window: 1024, options: vec![] };
        analyzer
            .packet(lend(&(start() + Duration::from_micros(number), tcp_frame(from, to, 64, &header, b""))), number);
    };
    for n in 0..5000 {
        send(&mut analyzer, client(n), server, 7, 0, Flags::SYN);
        send(&mut analyzer, server, client(n), 0, 8, Flags::RST.with(Flags::ACK));
    }
    assert_eq!((analyzer.open_flows(), analyzer.observer().opened), (5000, 0));
    let of_flows = |analyzer: &Analyzer<(), Heard>| analyzer.memory() - analyzer.memory_beside_flows();
    assert!(of_flows(&analyzer) <= 5000 * 180, "{}", of_flows(&analyzer));
    for n in 0..5000 {
        send(&mut analyzer, client(n), server, 8, 0, Flags::RST);
        assert!(analyzer.memory() <= 1_510_000, "{}", analyzer.memory());
    }
    let (heard, stats) = analyzer.finish_with_stats();
    assert!(stats.evicted > 1000 && stats.flows_opened == stats.flows_closed, "{stats:?}");
    assert_eq!(heard.opened, heard.closed.len());
}

#[test]
fn flows_end_in_the_order_of_their_time_though_they_came_in_another() {
    let stamps = [0u64, 300, 100, 400, 200, 500, 50];
    let header = TcpHeader { seq: 7, ack: 0, flags: Flags::SYN, window: 1024, options: vec![] };
    let feed = |analyzer: &mut Analyzer<(), Heard>| {
        for (n, stamp) in stamps.into_iter().enumerate() {
            let frame = tcp_frame(end(n as u8 + 1, 1), end(9, 80), 64, &header, b"");
            analyzer.packet(lend(&(start() + Duration::from_millis(stamp), frame)), n as u64 + 1);
        }
        // One of them with an answer, so that it is no lone SYN.
        let answer = TcpHeader { seq: 9, ack: 8, flags: Flags::SYN.with(Flags::ACK), window: 1024, options: vec![] };
        let frame = tcp_frame(end(9, 80), end(2, 1), 64, &answer, b"");
        analyzer.packet(lend(&(start() + Duration::from_millis(301), frame)), 8);
    };
    let hosts = |heard: &Heard| -> Vec<String> {
        heard.closed.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    };
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings::default());
    feed(&mut analyzer);
    let expected = ["10.0.0.1", "10.0.0.7", "10.0.0.3", "10.0.0.5", "10.0.0.2", "10.0.0.4", "10.0.0.6"];
    assert_eq!(hosts(&analyzer.finish()), expected);
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings::default());
    feed(&mut analyzer);
    let later = tcp_frame(end(8, 1), end(9, 80), 64, &header, b"");
    analyzer.packet(lend(&(start() + Duration::from_secs(8), later)), 9);
    let expected = ["10.0.0.1", "10.0.0.7", "10.0.0.3", "10.0.0.5", "10.0.0.4", "10.0.0.6"];
    assert_eq!(hosts(analyzer.observer()), expected);
}

#[test]
fn memory_is_bounded() {
    let limits = Limits { memory: 100_000, ..Limits::default() };
    let mut analyzer = Analyzer::<(), Heard>::new(Heard::default(), Settings { limits, ..Settings::default() });
    for n in 0..2000u16 {
        let script = Script::new().ends(end(1, n), end(2, 7000)).at(u64::from(n) / 100).handshake();
        for frame in &script.frames {
            analyzer.packet(lend(frame), 1);
        }
        // One flow more than fits is there while room is made.
        assert!(analyzer.memory() <= 103_000);
    }
    let (_, stats) = analyzer.finish_with_stats();
    assert!(stats.evicted > 1000);
}

/// Reads lines, and says how much of them it holds.
struct Liner;

impl Protocol for Liner {
    const TAG: &'static str = "liner";
    type Event<'a> = ();
    type Decoder = Lines;

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::Yes
    }

    fn start(_: &Opening<'_>) -> Lines {
        Lines::new(8192)
    }

    fn feed<O: Observe<Self>>(lines: &mut Lines, _: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(mut bytes) = chunk {
            while lines.next(&mut bytes).is_some_and(|line| line.bytes != b"enough") {}
            return if bytes.is_empty() { Demand::Stream } else { Demand::Nothing };
        }
        Demand::Stream
    }

    fn memory(lines: &Lines) -> usize {
        lines.held()
    }
}

#[test]
fn endless_lines_count_and_make_flows_go() {
    let limits = Limits { memory: 200_000, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    let mut analyzer = Analyzer::<(Liner, ()), Heard>::new(Heard::default(), settings);
    for n in 0..200u16 {
        let mut script = Script::new().ends(end(1, n), end(2, 7000)).at(u64::from(n) / 10).handshake();
        for _ in 0..5 {
            script = script.tcp("C:PA", [b'x'; 1000]).tcp("S:A", "");
        }
        if n == 0 {
            script = script.tcp("C:PA", "\nenough\nno more").tcp("S:A", "");
        }
        for frame in &script.frames {
            analyzer.packet(lend(frame), 1);
            assert!(analyzer.memory() <= 210_000, "{}", analyzer.memory());
        }
        let held = analyzer.stats().decoder_bytes;
        assert!(if n == 0 { held == 0 } else { held >= 5000 }, "{n}: {held}");
    }
    let (_, stats) = analyzer.finish_with_stats();
    assert!(stats.evicted > 150, "{stats:?}");
    assert_eq!(stats.decoder_bytes, 0);
}

#[test]
fn weirds_of_one_kind_are_few() {
    let mut script = Script::new().tcp("C:S", "").tcp("S:RA", "");
    for _ in 0..20 {
        script = script.tcp("S:FA", "");
    }
    let heard = script.play::<()>(Settings::default());
    let count = heard.said.iter().filter(|line| *line == "weird FIN_after_reset").count();
    assert_eq!(count, 5);
    assert!(heard.said.contains(&"weird weirds_suppressed FIN_after_reset 15".to_owned()), "{:?}", heard.said);
}

/// Complains of every chunk.
struct Critic;

impl Protocol for Critic {
    const TAG: &'static str = "critic";
    type Event<'a> = ();
    type Decoder = ();

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::Yes
    }

    fn start(_: &Opening<'_>) {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(bytes) = chunk {
            cx.weird(if bytes == b"." { "a_full_stop" } else { "a_word" }, b"");
        }
        Demand::Stream
    }
}

#[test]
fn weirds_of_decoders_are_few_as_well() {
    let mut script = Script::new().handshake();
    for _ in 0..20 {
        script = script.tcp("C:PA", "no").tcp("S:A", "").tcp("S:PA", ".").tcp("C:A", "");
    }
    let heard = script.play::<(Critic, ())>(Settings::default());
    for (name, left_out) in [("a_word", 15), ("a_full_stop", 15)] {
        assert_eq!(heard.said.iter().filter(|line| **line == format!("weird {name}")).count(), 5, "{:?}", heard.said);
        assert!(heard.said.contains(&format!("weird weirds_suppressed {name} {left_out}")), "{:?}", heard.said);
    }
}

#[test]
fn flows_that_end_while_their_packets_are_awaited_are_looked_for_anew() {
    // So many that their pages go with them; then, within a few packets, a day later, they all go on.
    let ends = |n: u16| (end((n >> 8) as u8, n), end(200, 80));
    let mut script = Script::new();
    for n in 0..3000 {
        let (client, server) = ends(n);
        script = script.at(1).ends(client, server).seq(1, 1).handshake();
    }
    script = script.wait(Duration::from_secs(86_400));
    for n in (0..3000).rev().step_by(40) {
        let (client, server) = ends(n);
        script = script.ends(client, server).seq(2, 2).tcp("C:PA", "still here");
    }
    let analyzer = || Analyzer::<(), _>::new(Heard::default(), Settings::default());
    let (one_by_one, ahead) = (script.play_to(analyzer()), script.play_ahead(analyzer()));
    assert_eq!(one_by_one.1.flows_closed, 3000 + 75);
    assert_eq!(one_by_one, ahead);
}
