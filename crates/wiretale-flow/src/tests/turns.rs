//! What a client begins with a turn of its own, behind what was nobody's.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol, Services};
use wiretale_testkit::flow;

use super::behind::heard;
use super::script::{Heard, Script, start};
use crate::{Analyzer, Settings};

/// Takes what is left over.
struct Rest;

impl Protocol for Rest {
    const TAG: &'static str = "rest";
    type Event<'a> = &'a str;
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.server.is_empty() { Probe::Unsure } else { Probe::Leftover }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>(std::str::from_utf8(data).unwrap());
        }
        Demand::Stream
    }
}

/// Its client goes on with `N`, and its server with a line.
struct Resumed;

impl Protocol for Resumed {
    const TAG: &'static str = "behind";
    const BEHIND: bool = true;
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.client.starts_with(b"N") { Probe::Yes } else { Probe::No }
    }

    fn resumes(client: &[u8]) -> Probe {
        Self::probe(&Opening { client, server: b"", flow: &flow(), last: true })
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>((std::str::from_utf8(data).unwrap().trim_end(), 0));
        }
        Demand::Stream
    }
}

#[test]
fn a_dialogue_of_nobody_s_hides_nothing_that_its_client_begins() {
    type Two = (Resumed, (Rest, ()));
    let begun = || Script::new().handshake().tcp("C:PA", "hello").tcp("S:PA", "hi\n");
    let found = "Client (\"N\", 0), Server (\"yes\", 0), Client (\"more\", 0)";
    for first in [begun(), (0..80).fold(begun(), |script, _| script.tcp("C:PA", "xxx").tcp("S:PA", "x\n"))] {
        let script = first.tcp("C:PA", "N").tcp("S:PA", "yes\n").tcp("C:PA", "more").farewell();
        assert_eq!(heard::<Two>(&script), found);
    }
    // Not by what comes back as it was typed, nor where the server says no more than half a line; and there is a bound.
    for server in ["N\n", "yes"] {
        assert_eq!(heard::<Two>(&begun().tcp("C:PA", "N").tcp("S:PA", server).farewell()), "");
    }
    let much = (0..100).fold(begun(), |script, _| script.tcp("C:PA", "x").tcp("S:PA", "x\n"));
    assert_eq!(heard::<Two>(&much.tcp("C:PA", "N").tcp("S:PA", "yes\n").farewell()), "");
}

#[test]
fn words_of_nobody_s_hide_nothing_that_the_client_begins() {
    type One = (Resumed, ());
    let begun = || Script::new().handshake().tcp("C:PA", "hello").tcp("S:PA", "hi\n");
    let found = "Client (\"N\", 0), Server (\"yes\", 0)";
    let cut = (0..300).fold(begun(), |script, _| script.tcp("C:PA", "x"));
    let many = (0..80).fold(begun(), |script, _| script.tcp("C:PA", "x").tcp("S:PA", "no\n"));
    for script in [begun(), cut.tcp("S:PA", "no\n"), many] {
        assert_eq!(heard::<One>(&script.tcp("C:PA", "N").tcp("S:PA", "yes\n").farewell()), found);
    }
    // What stands in the middle of a turn begins nothing, however it is cut, and there is a bound.
    let much = (0..100).fold(begun(), |script, _| script.tcp("C:PA", "x").tcp("S:PA", "no\n"));
    let binary = (0..20).fold(begun(), |script, _| script.tcp("C:PA", b"\x17xx").tcp("S:PA", "no\n"));
    assert_eq!(heard::<One>(&binary.tcp("C:PA", "N").tcp("S:PA", "yes\n").farewell()), "");
    for script in [begun().tcp("C:PA", "xN"), begun().tcp("C:PA", "x").tcp("C:PA", "N"), much.tcp("C:PA", "N")] {
        assert_eq!(heard::<One>(&script.tcp("S:PA", "yes\n").farewell()), "");
    }
}

#[test]
fn what_is_lost_of_a_server_that_is_heard_only_for_when_it_speaks_is_not_told() {
    let script = Script::new().handshake().tcp("C:PA", "hello").tcp("S:PA", "hi\n").tcp("C:PA", "x");
    let [client, server] = script.next;
    let script = script
        .seq(client, server + 7)
        .tcp("S:PA", "more\n")
        .wait(Duration::from_secs(100))
        .tcp("C:A", "")
        .tcp("S:PA", "more\n");
    let (heard, _) = script.play_to(Analyzer::<(Resumed, ()), _>::new(Heard::default(), Settings::default()));
    assert!(heard.said.iter().all(|line| !line.starts_with("weird")), "{:?}", heard.said);
}

/// Its client says `N`, and its server `yes` first of all.
struct Answered;

impl Protocol for Answered {
    const TAG: &'static str = "behind";
    const BEHIND: bool = true;
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        match (opening.client, opening.server) {
            (b"", _) | ([b'N', ..], b"") if !opening.last => Probe::Unsure,
            ([b'N', ..], [b'y', b'e', b's', ..]) => Probe::Yes,
            _ => Probe::No,
        }
    }

    fn resumes(client: &[u8]) -> Probe {
        Resumed::resumes(client)
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>((std::str::from_utf8(data).unwrap().trim_end(), 0));
        }
        Demand::Stream
    }
}

#[test]
fn however_much_a_server_says_first_it_hides_nothing_that_its_client_begins_however_that_is_cut() {
    let much = "hi there\n".repeat(300);
    let heard = |turn: &[&str]| {
        let begun =
            much.as_bytes().chunks(1000).fold(Script::new().handshake(), |script, said| script.tcp("S:PA", said));
        let script = turn.iter().fold(begun, |script, said| script.tcp("C:PA", said)).tcp("S:PA", "yes\n").farewell();
        [heard::<(Answered, ())>(&script), heard::<(Answered, (Rest, ()))>(&script)]
    };
    for (turn, found) in [
        (&["N"][..], "Client (\"N\", 0), Server (\"yes\", 0)"),
        (&["hello\nN"], "Client (\"N\", 0), Server (\"yes\", 0)"),
        (&["hello\n", "N"], "Client (\"N\", 0), Server (\"yes\", 0)"),
        (&["hello", "N"], ""),
        (&["helloN"], ""),
    ] {
        assert_eq!(heard(turn), [found; 2], "{turn:?}");
    }
}

/// Its client says `N`, or a line `P` and then `N` with anything but `!` behind it; and its server `yes`.
struct Introduced;

impl Protocol for Introduced {
    const TAG: &'static str = "behind";
    const BEHIND: bool = true;
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        match (introduces(opening.client), opening.server) {
            (Probe::Yes, [b'y', b'e', b's', ..]) => Probe::Yes,
            (Probe::Yes | Probe::Unsure, server) if b"yes".starts_with(server) && !opening.last => Probe::Unsure,
            _ => Probe::No,
        }
    }

    fn resumes(client: &[u8]) -> Probe {
        assert!(!client.is_empty(), "asked about nothing");
        introduces(client)
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    /// The time of an event is in seconds from the start.
    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let seconds = cx.moment().at.since(start()).as_secs();
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>((std::str::from_utf8(data).unwrap().trim_end(), seconds));
        }
        Demand::Stream
    }
}

fn introduces(client: &[u8]) -> Probe {
    match client.strip_prefix(b"P\n") {
        Some([] | [b'N']) => Probe::Unsure,
        Some([b'N', second, ..]) if *second != b'!' => Probe::Yes,
        None if matches!(client, [] | [b'P']) => Probe::Unsure,
        None if client.starts_with(b"N") => Probe::Yes,
        _ => Probe::No,
    }
}

/// What its client said, of a turn cut into pieces of so many bytes, but for the ends of lines.
fn introduced<P: Services<Heard>>(turn: &str, piece: usize) -> String {
    let begun = Script::new().handshake().tcp("C:PA", "hello").tcp("S:PA", "hi\n");
    let script = turn.as_bytes().chunks(piece).fold(begun, |script, said| script.tcp("C:PA", said));
    let heard = heard::<P>(&script.tcp("S:PA", "yes\n").farewell());
    let said = heard.split(", ").filter_map(|event| event.strip_prefix("Client (\"")?.split_once('"'));
    said.map(|(text, _)| text.replace("\\n", "")).collect()
}

#[test]
fn a_line_that_needs_another_hides_none_of_those_behind_it_however_they_are_cut() {
    for (turn, found) in [
        ("P\nNick", "PNick"),
        ("P\nFOO\nNick", "Nick"),
        ("P\nFOO\nP\nFOO\nNick", "Nick"),
        ("P\nFOO\nP\nNick", "PNick"),
        // A line may begin within what was kept of one that is nothing.
        ("P\nN!", "N!"),
        ("P\nP\nN!", "N!"),
        ("P\nFOO", ""),
    ] {
        for piece in 1..=turn.len() {
            let alone = introduced::<(Introduced, ())>(turn, piece);
            let beside = introduced::<(Introduced, (Rest, ()))>(turn, piece);
            assert_eq!([&*alone, &*beside], [found, found], "{turn:?} {piece}");
        }
    }
}

/// Knows by three bytes of its client that they are none of its own.
struct Late;

impl Protocol for Late {
    const TAG: &'static str = "late";
    type Event<'a> = ();
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.client.len() < 3 && !opening.last { Probe::Unsure } else { Probe::No }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), _: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
        Demand::Nothing
    }
}

#[test]
fn what_was_kept_for_somebody_else_is_told_at_the_time_it_came() {
    let told = |greeting: usize| {
        let ten = Duration::from_secs(10);
        let said = "hi there\n".repeat(greeting);
        let begun =
            said.as_bytes().chunks(1000).fold(Script::new().handshake(), |script, said| script.tcp("S:PA", said));
        let script = begun.tcp("C:PA", "P").wait(ten).tcp("C:PA", "\nN").wait(ten).tcp("C:PA", "ick");
        let script = script.tcp("S:PA", "yes\n").farewell();
        [heard::<(Late, (Introduced, ()))>(&script), heard::<(Late, (Introduced, (Rest, ())))>(&script)]
    };
    let came = "Client (\"P\", 0), Client (\"\\nN\", 10), Client (\"ick\", 20), Server (\"yes\", 20)";
    for greeting in [1, 300] {
        assert_eq!(told(greeting), [came; 2], "{greeting}");
    }
}

proptest! {
    /// What is asked about is never nothing, which its [`Introduced::resumes`] holds, and nothing is left behind.
    #[test]
    fn whatever_is_lost_nobody_is_asked_about_nothing(
        steps in vec((any::<bool>(), 0_usize..8, 0_u32..4), 1..12),
    ) {
        let mut script = Script::new().handshake();
        for (client, text, lost) in steps {
            let (who, side) = if client { ("C:PA", 0) } else { ("S:PA", 1) };
            script.next[side] += if lost == 0 { 3 } else { 0 };
            script = script.tcp(who, ["P\n", "P", "N", "ick", "hello\n", "yes\n", "y", "!"][text]);
            script = script.wait(Duration::from_secs(if lost == 0 { 100 } else { 1 })).tcp("C:A", "");
        }
        let script = script.farewell();
        heard::<(Introduced, ())>(&script);
        heard::<(Late, (Introduced, ()))>(&script);
        heard::<(Late, (Introduced, (Rest, ())))>(&script);
    }
}
