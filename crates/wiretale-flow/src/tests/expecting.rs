//! Flows that were announced.

use std::time::Duration;

use wiretale_packet::{Address, Endpoint, Timestamp};
use wiretale_protocol::{Chunk, Context, Demand, Expectation, Note, Observe, Opening, Probe, Protocol};
use wiretale_testkit::lend;

use super::probing::Greeting;
use super::script::{Heard, Script, end, start};
use crate::{Analyzer, Limits, Settings, Share};

/// Lines `ANNOUNCE host port note`, each of which announces a connection to 10.0.0.host from anybody.
struct Control;

/// What was announced: a note, then whatever bytes.
struct Announced;

impl Protocol for Control {
    const TAG: &'static str = "control";
    type Event<'a> = &'a str;
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.client.starts_with(b"ANNOUNCE") { Probe::Yes } else { Probe::No }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let Chunk::Data(data) = chunk else { return Demand::Stream };
        for line in std::str::from_utf8(data).unwrap().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let (host, port) = (words[1].parse().unwrap(), words[2].parse().unwrap());
            cx.expect(Expectation {
                tag: "announced",
                server: Endpoint::new(Address::v4([10, 0, 0, host]), port),
                client: None,
                note: Note::new(words[3].to_owned()),
                parent: cx.moment().flow.id,
                announced: cx.moment().at,
            });
        }
        Demand::Stream
    }
}

impl Protocol for Announced {
    const TAG: &'static str = "announced";
    type Event<'a> = (&'a str, &'a str);
    type Decoder = String;

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::No
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {
        String::new()
    }

    fn start_expected(note: Note) -> Option<Self::Decoder> {
        note.take::<String>()
    }

    fn feed<O: Observe<Self>>(note: &mut String, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        cx.confirm("announced");
        match chunk {
            Chunk::Data(data) => cx.emit::<Self>((note.as_str(), std::str::from_utf8(data).unwrap())),
            Chunk::End(_) => cx.emit::<Self>((note.as_str(), "<end>")),
            Chunk::Gap(_) => {}
        }
        Demand::Stream
    }
}

type All = (Control, (Announced, (Greeting, ())));

fn control(lines: &str) -> Script {
    Script::new().ends(end(1, 4000), end(9, 21)).handshake().tcp("C:PA", lines)
}

fn data(second: u64) -> Script {
    Script::new().ends(end(3, 4001), end(4, 5555)).at(second).handshake()
}

fn play(script: &Script) -> Heard {
    script.play::<All>(Settings::default())
}

fn said(heard: &Heard) -> Vec<&str> {
    heard.said.iter().map(String::as_str).filter(|line| !line.starts_with("recognized")).collect()
}

#[test]
fn an_announced_flow_is_read_from_its_first_byte() {
    let heard = play(&control("ANNOUNCE 4 5555 file").then(data(2).tcp("S:PA", "bytes").farewell()));
    assert_eq!(
        said(&heard),
        [
            "announced#8 Server (\"file\", \"bytes\")",
            "announced#10 Client (\"file\", \"<end>\")",
            "announced#11 Server (\"file\", \"<end>\")"
        ]
    );
}

#[test]
fn the_announcement_may_come_after_the_handshake() {
    let late = Script::new().ends(end(1, 4000), end(9, 21)).handshake().wait(Duration::from_secs(3));
    let heard =
        play(&late.tcp("C:PA", "ANNOUNCE 4 5555 late").then(data(1).wait(Duration::from_secs(5)).tcp("S:PA", "x")));
    assert!(said(&heard).contains(&"announced#8 Server (\"late\", \"x\")"), "{:?}", heard.said);
}

#[test]
fn a_fuller_announcement_takes_the_place_of_the_first() {
    let heard = play(&control("ANNOUNCE 4 5555 first\nANNOUNCE 4 5555 fuller").then(data(2).tcp("S:PA", "x")));
    assert!(said(&heard)[0].contains("fuller"), "{:?}", heard.said);
    assert!(!heard.said.iter().any(|line| line.contains("lapsed")), "{:?}", heard.said);
}

#[test]
fn both_copies_of_a_translated_conversation_are_linked() {
    let control =
        |host| Script::new().ends(end(host, 4000), end(9, 21)).handshake().tcp("C:PA", "ANNOUNCE 4 5555 file");
    let data = |host| Script::new().ends(end(host, 4001), end(4, 5555)).at(2).handshake().tcp("S:PA", "x");
    // Outside first, inside first, and the announcement taken from inside or outside.
    for (first, second) in [(1, 3), (3, 1)] {
        let heard = play(&control(1).then(control(3)).then(data(first)).then(data(second)));
        let read = heard.said.iter().filter(|line| line.ends_with("(\"file\", \"x\")")).count();
        assert_eq!(read, 2, "{:?}", heard.said);
        assert!(!heard.said.iter().any(|line| line.contains("lapsed")), "{:?}", heard.said);
    }
    // Another one much later is a new one.
    let again = control(3).wait(Duration::from_secs(2)).tcp("C:PA", "ANNOUNCE 4 5555 newer");
    let late = Script::new().ends(end(3, 4001), end(4, 5555)).at(9).handshake().tcp("S:PA", "x");
    let heard = play(&control(1).then(again).then(late));
    assert!(heard.said.iter().any(|line| line.ends_with("(\"newer\", \"x\")")), "{:?}", heard.said);
}

#[test]
fn what_the_flow_shows_wins_over_what_was_announced() {
    let heard = play(&control("ANNOUNCE 4 5555 file").then(data(2).tcp("C:PA", "HELO").tcp("S:PA", "OK")));
    assert!(said(&heard)[0].starts_with("greeting#8"), "{:?}", heard.said);
    assert!(said(&heard).last().unwrap().starts_with("lapsed announced 10.0.0.4:5555"), "{:?}", heard.said);
}

#[test]
fn an_announcement_decides_where_evidence_stays_away() {
    let heard = play(&control("ANNOUNCE 4 5555 file").then(data(2).tcp("C:PA", "HEL").farewell()));
    assert_eq!(said(&heard)[0], "announced#8 Client (\"file\", \"HEL\")");
}

#[test]
fn an_empty_announced_flow_is_read_too_but_a_refused_one_leaves_the_announcement() {
    let heard = play(&control("ANNOUNCE 4 5555 empty").then(data(2).farewell()));
    assert!(said(&heard)[0].ends_with("Client (\"empty\", \"<end>\")"), "{:?}", heard.said);
    let refused = Script::new().ends(end(3, 4001), end(4, 5555)).at(1).tcp("C:S", "").tcp("S:RA", "");
    let retried = Script::new().ends(end(3, 4002), end(4, 5555)).at(3).handshake().tcp("S:PA", "x");
    let heard = play(&control("ANNOUNCE 4 5555 again").then(refused).then(retried));
    assert_eq!(said(&heard)[0], "announced#10 Server (\"again\", \"x\")");
}

/// Refused before the announcement, after it, and gone on with: by the short way as by the long one.
#[test]
fn a_refused_flow_that_is_announced_comes_out_where_the_long_way_does() {
    let refused = |second| Script::new().ends(end(3, 4001), end(4, 5555)).at(second).tcp("C:S", "").tcp("S:RA", "");
    let announced = |second| {
        control("").then(
            Script::new().ends(end(1, 4003), end(9, 21)).at(second).handshake().tcp("C:PA", "ANNOUNCE 4 5555 file"),
        )
    };
    let more = |script: Script| script.wait(Duration::from_secs(1)).tcp("S:SA", "").tcp("C:A", "").tcp("S:PA", "x");
    for script in [
        announced(1).then(refused(3)),
        announced(3).then(refused(1)),
        announced(1).then(more(refused(3))),
        announced(3).then(more(refused(1))),
        announced(60).then(refused(1)),
    ] {
        let analyzer = || Analyzer::<All, _>::new(Heard::default(), Settings::default());
        let (mut short, counted) = script.play_to(analyzer());
        let (mut long, stats) = script.play_to(Analyzer { long_way: true, ..analyzer() });
        // Told of at its end, its packets come behind those of others.
        for heard in [&mut short, &mut long] {
            heard.packets.sort_by_key(|(flow, ..)| *flow);
        }
        assert_eq!((short, counted), (long, stats));
    }
}

#[test]
fn an_announcement_is_used_once_and_lapses_in_five_minutes() {
    let second = Script::new().ends(end(3, 4002), end(4, 5555)).at(4).handshake().tcp("S:PA", "again");
    let heard = play(&control("ANNOUNCE 4 5555 once").then(data(2).tcp("S:PA", "x")).then(second));
    assert!(!heard.said.iter().any(|line| line.contains("\"again\"")), "{:?}", heard.said);
    let heard = play(&control("ANNOUNCE 4 5555 old\nANNOUNCE 5 1 older").then(data(400).tcp("S:PA", "x")));
    let at = Timestamp::from_parts(1_000_000_300, 300_000_000);
    assert_eq!(
        said(&heard),
        [format!("lapsed announced 10.0.0.4:5555 at {at}"), format!("lapsed announced 10.0.0.5:1 at {at}")]
    );
}

#[test]
fn the_table_of_announcements_is_bounded() {
    let lines: Vec<String> = (1..=40).map(|port| format!("ANNOUNCE 4 {port} x")).collect();
    let limits = Limits { expectations: 10, ..Limits::default() };
    let heard = control(&lines.join("\n")).play::<All>(Settings { limits, ..Settings::default() });
    assert_eq!(heard.said[0], "lapsed announced 10.0.0.4:1 at 1000000000.300000");
    assert_eq!(heard.said[1], "weird expectation_table_full");
    assert_eq!(heard.said.iter().filter(|line| line.starts_with("lapsed")).count(), 40);
}

#[test]
fn announcements_do_not_pile_up_where_no_flow_asks_for_them() {
    const COUNT: u64 = 20_000;
    let shares = Share::among(2);
    let host = (1..250).find(|host| Share::of(end(*host, 0).address, end(9, 0).address, 2) == 0).unwrap();
    let script = Script::new().ends(end(host, 4000), end(9, 21)).handshake();
    let line = |n| format!("ANNOUNCE 9 {n} x\n");
    let script = (0..COUNT).fold(script, |script, n| script.tcp("C:PA", line(1024 + n)));
    let sharing =
        |index: usize| Analyzer::<All, _>::sharing(Heard::default(), Settings::default(), shares[index].clone());
    let (mut busy, mut idle) = (sharing(0), sharing(1));
    shares[1].reach_frame(COUNT * 2);
    for (number, frame) in (1..).zip(&script.frames) {
        busy.now(frame.0);
        busy.packet(lend(frame), number);
    }
    shares[0].reach_frame(COUNT * 2);
    assert!(shares[1].unheard() as u64 >= COUNT);
    idle.time(start() + Duration::from_secs(1), COUNT + 4);
    assert_eq!(shares[1].unheard(), 0);
    assert!(idle.memory() < 5_000_000, "{}", idle.memory());
}
