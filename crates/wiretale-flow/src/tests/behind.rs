//! What is asked about once more, behind what was somebody else's or nobody's.

use wiretale_packet::Direction;
use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use super::script::{Heard, Script};
use crate::{Analyzer, Settings};

/// Its server's first bytes are `HEY`, whatever stood before; but it is none as long as the client's first is seen to be
/// `?`.
struct Behind;

impl Protocol for Behind {
    const TAG: &'static str = "behind";
    const BEHIND: bool = true;
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        match opening.server {
            _ if opening.client.starts_with(b"?") => Probe::No,
            b"H" | b"HE" | b"" if opening.client.is_empty() => Probe::Unsure,
            [b'H', b'E', b'Y', ..] => Probe::Yes,
            _ => Probe::No,
        }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>((std::str::from_utf8(data).unwrap(), 0));
        }
        Demand::Stream
    }
}

/// A client's first byte is `X`; it takes a server that begins with anything but `X` for somebody else.
struct Claims;

impl Protocol for Claims {
    const TAG: &'static str = "claims";
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        if opening.client.starts_with(b"X") { Probe::Yes } else { Probe::No }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        cx.confirm("claims");
        match (cx.moment().direction, chunk) {
            (Direction::Server, Chunk::Data([b'X', ..])) => Demand::Nothing,
            (Direction::Server, _) => Demand::Anew,
            _ => Demand::Lengths,
        }
    }
}

#[test]
fn nobody_hides_behind_bytes_for_somebody_else_or_for_nobody() {
    type Two = (Claims, (Behind, ()));
    let said = |script: Script| script.farewell().play::<Two>(Settings::default()).said;
    let heard = |said: &[String]| {
        said.iter().filter_map(|line| line.split_once("behind#")).map(|(_, event)| event[2..].to_owned()).collect()
    };
    let all: Vec<String> = vec!["Server (\"HE\", 0)".into(), "Server (\"Y\", 0)".into(), "Client (\"you\", 0)".into()];
    for first in ["X", "nobody's"] {
        let script = Script::new().handshake().tcp("C:PA", first).tcp("C:PA", "more");
        let said = said(script.tcp("S:PA", "HE").tcp("S:PA", "Y").tcp("C:PA", "you"));
        let heard: Vec<String> = heard(&said);
        assert_eq!(heard.iter().map(|event| event.trim_start_matches(' ')).collect::<Vec<_>>(), all, "{said:?}");
        assert_eq!(said.contains(&"recognized claims".to_owned()), first == "X");
    }
    // It is asked about once, and not at all where the answer is as it should be.
    for server in [["X", "HEY"], ["Z", "HEY"]] {
        let script = Script::new().handshake().tcp("C:PA", "X").tcp("S:PA", server[0]).tcp("S:PA", server[1]);
        assert!(said(script).iter().all(|line| !line.contains("behind")), "{server:?}");
    }
}

/// Known by two bytes of its client; else as [`Claims`].
struct Slow;

impl Protocol for Slow {
    const TAG: &'static str = "slow";
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        match opening.client {
            b"?" => Probe::Unsure,
            [b'?', b'?', ..] => Probe::Yes,
            _ => Probe::No,
        }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>((): &mut (), cx: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
        if cx.moment().direction == Direction::Server { Demand::Anew } else { Demand::Lengths }
    }
}

#[test]
fn what_is_asked_about_anew_while_it_is_read_has_its_own_frames_too() {
    let script = Script::new().handshake().tcp("C:PA", "?").tcp("S:PA", "HEY").tcp("C:PA", "?").tcp("S:PA", "you");
    let (heard, stats) =
        script.play_to(Analyzer::<(Slow, (Behind, ())), _>::new(Heard::default(), Settings::default()));
    let expected = ["behind#5 Server (\"HEY\", 0)", "behind#6 Client (\"?\", 0)", "behind#7 Server (\"you\", 0)"];
    assert_eq!(heard.said, expected);
    assert_eq!((stats.probed_bytes, stats.decoder_bytes), (0, 0));
}

/// Begins as [`Claims`], and says only by the server's second byte that it is somebody else's.
struct Hesitant;

impl Protocol for Hesitant {
    const TAG: &'static str = "hesitant";
    type Event<'a> = ();
    type Decoder = Vec<u8>;

    fn probe(opening: &Opening<'_>) -> Probe {
        Claims::probe(opening)
    }

    fn start(_: &Opening<'_>) -> Vec<u8> {
        Vec::new()
    }

    fn feed<O: Observe<Self>>(before: &mut Vec<u8>, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        match (cx.moment().direction, chunk) {
            (Direction::Server, Chunk::Data([byte])) if before.is_empty() => {
                before.push(*byte);
                Demand::Stream
            }
            (Direction::Server, _) => Demand::Anew,
            _ => Demand::Lengths,
        }
    }

    fn before_anew(before: &Vec<u8>) -> &[u8] {
        before
    }
}

/// What is heard of the protocol behind.
pub(super) fn heard<P: wiretale_protocol::Services<Heard>>(script: &Script) -> String {
    let (heard, stats) = script.play_to(Analyzer::<P, _>::new(Heard::default(), Settings::default()));
    assert_eq!((stats.probed_bytes, stats.decoder_bytes), (0, 0));
    let said = heard.said.iter().filter_map(|line| line.strip_prefix("behind#")?.split_once(' '));
    said.map(|(_, event)| event).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_a_decoder_kept_before_it_demands_that_is_read_anew() {
    let script = Script::new().handshake().tcp("C:PA", "X").tcp("S:PA", "H").tcp("S:PA", "EY").tcp("C:PA", "you");
    assert_eq!(
        heard::<(Hesitant, (Behind, ()))>(&script.farewell()),
        "Server (\"H\", 0), Server (\"EY\", 0), Client (\"you\", 0)"
    );
}

#[test]
fn a_client_that_speaks_in_between_hides_nothing_of_what_its_server_says() {
    type Two = (Claims, (Behind, ()));
    for first in [&["C:PA X", "S:PA HE", "C:PA ?", "S:PA Y"][..], &["S:PA HE", "C:PA ?", "C:PA ?", "S:PA Y"]] {
        let steps = first.iter().filter_map(|step| step.split_once(' '));
        let script = steps.fold(Script::new().handshake(), |script, (who, text)| script.tcp(who, text));
        let said = heard::<Two>(&script.farewell());
        assert_eq!(said, "Server (\"HE\", 0), Server (\"Y\", 0)", "{first:?}");
    }
    // However much it says.
    let much = (0..300).fold(Script::new().handshake().tcp("S:PA", "HE"), |script, _| script.tcp("C:PA", "?"));
    assert_eq!(heard::<Two>(&much.tcp("S:PA", "Y").farewell()), "Server (\"HE\", 0), Server (\"Y\", 0)");
}

/// Its server says `HEY`, which it knows to be all by the end.
struct Short;

impl Protocol for Short {
    const TAG: &'static str = "behind";
    const BEHIND: bool = true;
    type Event<'a> = (&'a str, u64);
    type Decoder = ();

    fn probe(opening: &Opening<'_>) -> Probe {
        match (b"HEY".starts_with(opening.server), opening.last) {
            (true, true) => Probe::Yes,
            (true, false) => Probe::Unsure,
            _ => Probe::No,
        }
    }

    fn start(_: &Opening<'_>) -> Self::Decoder {}

    fn feed<O: Observe<Self>>(decoder: &mut (), cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if let Chunk::Data(data) = chunk {
            cx.emit::<Self>((std::str::from_utf8(data).unwrap(), 0));
        }
        let () = decoder;
        Demand::Stream
    }
}

#[test]
fn at_the_end_it_is_asked_with_all_there_is() {
    let script = Script::new().handshake().tcp("C:PA", "X").tcp("S:PA", "HEY");
    for script in [script.farewell(), Script::new().handshake().tcp("C:PA", "X").tcp("S:PA", "HEY")] {
        assert_eq!(heard::<(Claims, (Short, ()))>(&script), "Server (\"HEY\", 0)");
    }
}
