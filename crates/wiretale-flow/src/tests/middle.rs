//! Flows met in the middle.

use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};
use wiretale_testkit::lend;

use super::script::{Heard, Script, end};
use crate::{Analyzer, Limits, Settings};

/// Knows its own bytes at once, and repeats them.
struct Echo;

impl Protocol for Echo {
    const TAG: &'static str = "echo";
    type Event<'a> = &'a str;
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.client.starts_with(b"no") { Probe::No } else { Probe::Yes }
    }

    fn start(_: &Opening<'_>) {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>(std::str::from_utf8(data).unwrap());
        }
        Demand::Stream
    }
}

fn begun() -> Script {
    Script::new().ends(end(1, 41045), end(2, 7000))
}

// How many events were heard after each frame, and all of them.
fn heard(script: &Script, limits: Limits) -> (Vec<usize>, Vec<String>) {
    let settings = Settings { limits, ..Settings::default() };
    let mut analyzer = Analyzer::<(Echo, ()), Heard>::new(Heard::default(), settings);
    let events = |said: &[String]| said.iter().filter(|line| line.starts_with("echo#")).cloned().collect::<Vec<_>>();
    let mut heard = Vec::new();
    for (frame, number) in script.frames.iter().zip(1..) {
        analyzer.packet(lend(frame), number);
        heard.push(events(&analyzer.observer().said).len());
    }
    (heard, events(&analyzer.finish().said))
}

#[test]
fn what_one_side_says_waits_for_the_other() {
    let script = begun().tcp("S:PA", "one").tcp("S:PA", "two").tcp("C:A", "").tcp("S:PA", "three");
    let (after, said) = heard(&script, Limits::default());
    assert_eq!(after, [0, 0, 0, 3]);
    assert_eq!(said, ["echo#1 Server \"one\"", "echo#2 Server \"two\"", "echo#4 Server \"three\""]);
    let answered = begun().tcp("S:PA", "one").tcp("C:PA", "two");
    assert_eq!(heard(&answered, Limits::default()).0, [0, 2]);
}

#[test]
fn where_the_other_side_is_out_of_sight_it_waits_for_no_more_than_may_be_kept() {
    let script = (0..5).fold(begun(), |script, _| script.tcp("S:PA", "word"));
    let few = Limits { probe_bytes: 16, ..Limits::default() };
    assert_eq!(heard(&script, few).0, [0, 0, 0, 4, 5]);
    let (after, said) = heard(&script, Limits::default());
    assert_eq!((after, said.len()), (vec![0; 5], 5), "told at its end");
}

#[test]
fn what_begins_with_a_handshake_waits_for_nobody() {
    for open in [begun().tcp("C:S", "").tcp("S:SA", ""), begun().tcp("S:SA", "").tcp("S:A", "")] {
        let script = open.tcp("S:PA", "one").tcp("S:PA", "two");
        assert_eq!(heard(&script, Limits::default()).0, [0, 0, 1, 2]);
    }
}

#[test]
fn the_end_with_the_passing_port_is_the_client() {
    let roles = |from: u16, to: u16| {
        let script = Script::new().ends(end(1, from), end(2, to)).tcp("C:PA", "x");
        script.closed()[0].starts_with("10.0.0.2")
    };
    assert!(roles(8998, 41045) && roles(7001, 32768) && roles(6667, 41045));
    assert!(!roles(41045, 8998) && !roles(7001, 8998) && !roles(41045, 40000) && !roles(8998, 32767));
    assert!(!roles(31337, 80), "a port that speaks for a server is a server's");
}
