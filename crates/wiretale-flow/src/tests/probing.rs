//! Whose bytes they are, and that none is lost or turned around while that is found out.

use wiretale_packet::Direction;
use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use super::script::{Heard, Script};
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
