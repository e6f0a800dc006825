//! Whose bytes they are, and that none is lost or turned around while that is found out.

use std::time::Duration;

use wiretale_packet::Direction;
use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use super::script::{Heard, Script, end, start};
use crate::{Analyzer, Limits, Settings};

/// Its first bytes are `HELO` of the client and `OK` of the server; it needs both, and repeats every chunk.
pub(super) struct Greeting;

impl Protocol for Greeting {
    const TAG: &'static str = "greeting";
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        let begins = |bytes: &[u8], with: &[u8]| bytes.iter().zip(with).all(|(a, b)| a == b);
        if !begins(opening.client, b"HELO") || !begins(opening.server, b"OK") {
            Probe::No
        } else if opening.client.len() >= 4 && opening.server.len() >= 2 {
            Probe::Yes
        } else if opening.last {
            Probe::No
        } else {
            Probe::Unsure
        }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        match chunk {
            Chunk::Data(data) => {
                cx.confirm("greeting");
                cx.emit::<Self>((std::str::from_utf8(data).unwrap(), data.len() as u64));
                if data == b"STOP" { Demand::Nothing } else { Demand::Stream }
            }
            Chunk::Gap(len) => {
                cx.emit::<Self>(("gap", len));
                Demand::Stream
            }
            Chunk::End(_) => {
                cx.emit::<Self>(("end", 0));
                Demand::Stream
            }
        }
    }
}

type One = (Greeting, ());

#[test]
fn what_waited_is_read_in_the_order_it_came_with_its_own_frames() {
    let script = Script::new()
        .handshake()
        .tcp("C:PA", "HE")
        .tcp("S:PA", "O")
        .tcp("C:PA", "LO you")
        .tcp("S:PA", "K")
        .tcp("C:PA", "bye")
        .farewell();
    let heard = script.play::<One>(Settings::default());
    let expected = [
        "greeting#4 Client (\"HE\", 2)",
        "recognized greeting",
        "greeting#5 Server (\"O\", 1)",
        "greeting#6 Client (\"LO you\", 6)",
        "greeting#7 Server (\"K\", 1)",
        "greeting#8 Client (\"bye\", 3)",
        "greeting#10 Client (\"end\", 0)",
        "greeting#11 Server (\"end\", 0)",
    ];
    assert_eq!(heard.said, expected);
    assert!(heard.closed[0].ends_with(" greeting"));
}

#[test]
fn bytes_of_nobody_are_counted_only() {
    let script = Script::new().handshake().tcp("C:PA", "SOMETHING").tcp("S:PA", "else").farewell();
    let heard = script.play::<One>(Settings::default());
    assert!(heard.said.is_empty(), "{:?}", heard.said);
    assert_eq!(heard.passed, 13);
}

#[test]
fn at_the_limit_it_is_decided() {
    let limits = Limits { probe_bytes: 8, ..Limits::default() };
    let script = Script::new().handshake().tcp("S:PA", "O").tcp("C:PA", "HELO").tcp("C:PA", "HELO").tcp("S:PA", "K");
    let heard = script.play::<One>(Settings { limits, ..Settings::default() });
    assert!(heard.said.is_empty(), "{:?}", heard.said);
    let limits = Limits { probe_pieces: 1, ..Limits::default() };
    let heard = script.play::<One>(Settings { limits, ..Settings::default() });
    assert!(heard.said.is_empty(), "{:?}", heard.said);
}

#[test]
fn when_a_silent_side_speaks_at_last_it_is_asked_again_with_what_came_last() {
    let limits = Limits { probe_bytes: 8, ..Limits::default() };
    let begun = (0..1000).fold(Script::new().handshake(), |script, _| script.tcp("C:PA", "HELO"));
    let mut analyzer = Analyzer::<One, Heard>::new(Heard::default(), Settings { limits, ..Settings::default() });
    for frame in &begun.frames {
        analyzer.packet(wiretale_testkit::lend(frame), 1);
        assert!(analyzer.stats().probed_bytes < 200, "{:?}", analyzer.stats());
    }
    let script = begun.tcp("S:PA", "O").tcp("C:PA", "HELO").tcp("S:PA", "K").tcp("C:PA", "bye").farewell();
    let settings = Settings { limits, ..Settings::default() };
    let (heard, stats) = script.play_to(Analyzer::<One, Heard>::new(Heard::default(), settings));
    let events: Vec<_> = heard.said.iter().filter_map(|line| line.split_once("#100")).map(|(_, event)| event).collect();
    let expected = ["4 Server (\"O\", 1)", "5 Client (\"HELO\", 4)", "6 Server (\"K\", 1)", "7 Client (\"bye\", 3)"];
    assert_eq!(events[..4], expected, "{:?}", heard.said);
    assert_eq!((stats.probed_bytes, stats.decoder_bytes), (0, 0));
    let silent = (0..9).fold(Script::new().handshake(), |script, _| script.tcp("C:PA", "HELO")).farewell();
    let settings = Settings { limits, ..Settings::default() };
    let (_, stats) = silent.play_to(Analyzer::<One, Heard>::new(Heard::default(), settings));
    assert_eq!((stats.probed_bytes, stats.decoder_bytes), (0, 0));
}

#[test]
fn many_small_pieces_of_one_side_are_few() {
    let limits = Limits { probe_pieces: 3, ..Limits::default() };
    let script =
        "HELO you and you".split_inclusive(' ').fold(Script::new().handshake().tcp("C:PA", "HE"), |script, word| {
            script.tcp("C:PA", word.strip_prefix("HE").unwrap_or(word))
        });
    let heard = script.tcp("S:PA", "OK").farewell().play::<One>(Settings { limits, ..Settings::default() });
    assert!(heard.said.contains(&"greeting#6 Client (\"HELO you \", 9)".to_owned()), "{:?}", heard.said);
}

#[test]
fn a_decoder_that_wants_nothing_more_hears_nothing_more() {
    let script = Script::new().handshake().tcp("C:PA", "HELO").tcp("S:PA", "OK").tcp("C:PA", "STOP").tcp("C:PA", "x");
    let heard = script.play::<One>(Settings::default());
    assert_eq!(heard.said.last().unwrap(), "greeting#6 Client (\"STOP\", 4)");
}

#[test]
fn datagrams_are_read_one_by_one() {
    let script = Script::new()
        .udp(Direction::Client, b"HELO")
        .udp(Direction::Client, b"more")
        .udp(Direction::Server, b"OK")
        .udp(Direction::Client, b"again");
    let heard = script.play::<One>(Settings::default());
    let data: Vec<_> = heard.said.iter().filter(|line| !line.contains("end") && !line.contains("rec")).collect();
    let expected = [
        "greeting#1 Client (\"HELO\", 4)",
        "greeting#2 Client (\"more\", 4)",
        "greeting#3 Server (\"OK\", 2)",
        "greeting#4 Client (\"again\", 5)",
    ];
    assert_eq!(data, expected);
}

#[test]
fn of_two_syns_the_answered_one_counts() {
    for (first, second, real) in [(1000, 77_777, 1000), (77_777, 1000, 1000)] {
        let script = Script::new().seq(first, 9000).tcp("C:S", "").seq(second, 9000).tcp("C:S", "").seq(real + 1, 9000);
        let script = script.tcp("S:SA", "").tcp("C:A", "").tcp("C:PA", "HELO").tcp("S:PA", "OK").farewell();
        let heard = script.play::<One>(Settings::default());
        assert!(
            heard.said.iter().any(|line| line.contains("(\"HELO\", 4)")),
            "{first} {:?} {:?}",
            heard.said,
            heard.closed
        );
    }
}

#[test]
fn what_is_kept_of_small_chunks_counts_with_its_list() {
    let script = (0..50).fold(Script::new().handshake().tcp("C:PA", "HELO"), |script, _| script.tcp("C:PA", "x"));
    let mut analyzer = Analyzer::<One, Heard>::new(Heard::default(), Settings::default());
    for frame in &script.frames {
        analyzer.packet(wiretale_testkit::lend(frame), 1);
    }
    assert!(analyzer.stats().probed_bytes >= 54 + 51 * 40, "{:?}", analyzer.stats());
    let end = script.then(Script::new().at(600).farewell());
    for script in
        [&end, &Script::new().handshake().tcp("C:PA", "HELO").tcp("S:PA", "OK"), &Script::new().tcp("C:FA", "")]
    {
        let (_, stats) = script.play_to(Analyzer::<One, Heard>::new(Heard::default(), Settings::default()));
        assert_eq!(stats.probed_bytes, 0);
    }
}

/// A hole that nobody acknowledges is given up after a minute.
#[test]
fn where_nothing_more_comes_the_packets_of_others_tell_the_time() {
    let broken = Script::new().handshake().tcp("C:PA", "HELO").tcp("S:PA", "OK").lose(Direction::Client, 3);
    let broken = broken.tcp("C:PA", "later");
    let second = Duration::from_secs(1);
    let others = Script::new().ends(end(7, 1), end(8, 2));
    let others = (0..70).fold(others, |others, _| others.udp(Direction::Client, b"tick").wait(second));
    let mut analyzer = Analyzer::<One, Heard>::new(Heard::default(), Settings::default());
    let mut given_up = None;
    for frame in &broken.then(others).frames {
        analyzer.packet(wiretale_testkit::lend(frame), 1);
        if analyzer.observer().said.iter().any(|line| line.contains("(\"gap\", 3)")) {
            given_up.get_or_insert(frame.0);
        }
    }
    let age = given_up.expect("a gap").since(start());
    assert!((Duration::from_secs(60)..Duration::from_secs(64)).contains(&age), "{age:?}");
    assert!(analyzer.observer().said.iter().any(|line| line.contains("(\"later\", 5)")));
    assert_eq!(analyzer.stats().held_bytes, 0);
}

/// Confirms the services that its bytes name by their numbers.
struct Namer;

const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "ssh"];

impl Protocol for Namer {
    const TAG: &'static str = "namer";
    type Event<'a> = ();
    type Decoder = ();

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::Yes
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(digits) = chunk {
            digits.iter().for_each(|digit| cx.confirm(NAMES[usize::from(digit - b'0')]));
        }
        Demand::Stream
    }
}

#[test]
fn a_flow_has_each_service_once_and_no_more_than_eight() {
    let script = Script::new().handshake().tcp("C:PA", "01").tcp("C:PA", "1234").tcp("C:PA", "56789");
    let heard = script.play::<(Namer, ())>(Settings::default());
    assert!(heard.closed[0].ends_with(" a,b,c,d,e,f,g,h"), "{:?}", heard.closed);
    assert_eq!(heard.said.len(), 8);
}

#[test]
fn a_flow_is_as_patient_as_its_service() {
    for (service, flows) in [("0", 2), ("9", 1)] {
        let script = Script::new().handshake().tcp("C:PA", service).wait(Duration::from_secs(1000)).tcp("C:PA", "1");
        assert_eq!(script.play::<(Namer, ())>(Settings::default()).closed.len(), flows, "{service}");
    }
}

thread_local!(static LOOKS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });

/// All that a client says is a head, and nothing ever tells.
struct Heads;

impl Protocol for Heads {
    const TAG: &'static str = "heads";
    type Event<'a> = ();
    type Decoder = ();

    fn probe(_: &Opening<'_>) -> Probe {
        LOOKS.set(LOOKS.get() + 1);
        Probe::Unsure
    }

    fn head(opening: &Opening<'_>) -> usize {
        opening.client.len()
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), _: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
        Demand::Nothing
    }
}

#[test]
fn behind_a_long_head_neither_side_is_looked_at_often() {
    for who in ["C:PA", "S:PA"] {
        LOOKS.set(0);
        let limits = Limits { probe_bytes: 64, probe_pieces: 4, ..Limits::default() };
        let begun = Script::new().handshake().tcp("C:PA", [b'x'; 80]);
        let script = (0..60).fold(begun, |script, _| script.tcp(who, "x"));
        script.farewell().play::<(Heads, ())>(Settings { limits, ..Settings::default() });
        assert!(LOOKS.get() <= 8, "{who} {}", LOOKS.get());
    }
}
