//! The split law for any conversation.

use std::time::Duration;

use wiretale::protocol::{Chunk, Demand, Direction, Observe, Protocol};
use wiretale_testkit::{Deaf, Heard, Solo, plain};

use crate::ear::{Ear, Said};

/// What a decoder says of a conversation must not depend on how its turns are cut; a turn may also be a gap.
pub(crate) fn holds<P: Said>(data: &[u8]) {
    holds_for::<P>(data, plain::<P>);
}

/// The same for decoders made by `make`.
pub(crate) fn holds_for<P: Said>(data: &[u8], make: impl Fn() -> P::Decoder) {
    let turns = turns(data);
    let sum = |cutting| hear::<P, Ear>(make(), &turns, cutting).sum();
    let whole = sum(Cutting::None);
    for cutting in [Cutting::At(cuts(data)), Cutting::Bytes] {
        if sum(cutting) != whole {
            differs::<P>(make(), make(), &turns, cutting);
        }
    }
}

// The same once more, in words.
fn differs<P: Said>(one: P::Decoder, other: P::Decoder, turns: &[Turn<'_>], cutting: Cutting) -> ! {
    let whole = joined(hear::<P, Heard>(one, turns, Cutting::None).said);
    let pieces = joined(hear::<P, Heard>(other, turns, cutting).said);
    assert_eq!(whole, pieces, "the events depend on the cuts: {cutting:?}");
    panic!("the events depend on the cuts: {cutting:?}, but not in words: {whole:?}");
}

/// Feeds a conversation as it comes, to nobody's ears.
pub(crate) fn fed<P: Protocol>(data: &[u8]) {
    let mut solo = Solo::<P, _>::heard_by(plain::<P>(), Deaf);
    for turn in turns(data) {
        match turn {
            Turn::Says(direction, bytes) => solo.chunk(direction, Chunk::Data(bytes)),
            Turn::Loses(direction, len) => solo.chunk(direction, Chunk::Gap(len)),
        };
    }
    solo.end();
}

/// Where turns are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cutting {
    None,
    /// At these places, modulo the length of the turn.
    At([usize; 4]),
    Bytes,
}

impl Cutting {
    pub(crate) fn pieces(self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        match self {
            Self::None => each(bytes),
            Self::Bytes => bytes.chunks(1).for_each(each),
            Self::At(places) => {
                let mut places = places.map(|place| place % bytes.len().max(1));
                places.sort_unstable();
                let mut from = 0;
                for to in places.into_iter().chain([bytes.len()]) {
                    if to > from {
                        each(&bytes[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
}

/// A step of a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn<'a> {
    /// Bytes.
    Says(Direction, &'a [u8]),
    /// So many are lost.
    Loses(Direction, u64),
}

/// A conversation: pieces behind the mark `\1PKT` and a byte whose lowest bit is the direction, as Zeek's fuzzers write
/// them; without a mark, the client's bytes. A byte above 0xf0 stands for a gap.
pub(crate) fn turns(data: &[u8]) -> Vec<Turn<'_>> {
    let mut turns = Vec::new();
    let (mut rest, mut direction) = (data, Direction::Client);
    loop {
        let at = rest.windows(MARK.len()).position(|window| window == MARK);
        let (bytes, after) = rest.split_at(at.unwrap_or(rest.len()));
        if !bytes.is_empty() {
            turns.push(Turn::Says(direction, bytes));
        }
        let Some((byte, after)) = after.get(MARK.len()..).and_then(<[u8]>::split_first) else { return turns };
        direction = if byte & 1 == 1 { Direction::Client } else { Direction::Server };
        if *byte > 0xf0 {
            turns.push(Turn::Loses(direction, 1 + u64::from(*byte >> 1 & 7) * 1000));
        }
        rest = after;
    }
}

pub(crate) fn cuts(data: &[u8]) -> [usize; 4] {
    let mut last = data.iter().rev();
    [(); 4].map(|()| last.next().map_or(0, |&byte| usize::from(byte) * 3))
}

// As an engine feeds: nothing that is not wanted, and all pieces of a turn at one time.
fn hear<P, O>(decoder: P::Decoder, turns: &[Turn<'_>], cutting: Cutting) -> O
where
    P: Protocol,
    O: Observe<P, Flow = ()> + Default,
{
    let mut solo = Solo::<P, O>::heard_by(decoder, O::default());
    let (mut wants, mut now) = ([true; 2], solo.now);
    for turn in turns {
        now = now + Duration::from_millis(1);
        let mut feed = |direction: Direction, chunk: Chunk<'_>| {
            if wants[direction.index()] {
                solo.now = now;
                match solo.chunk(direction, chunk) {
                    Demand::Stream => {}
                    Demand::Lengths => wants[direction.index()] = false,
                    Demand::Nothing | Demand::Rest | Demand::Anew => wants = [false; 2],
                }
            }
        };
        match *turn {
            Turn::Says(direction, bytes) => cutting.pieces(bytes, |piece| feed(direction, Chunk::Data(piece))),
            Turn::Loses(direction, len) => feed(direction, Chunk::Gap(len)),
        }
    }
    solo.now = now;
    solo.end();
    solo.heard
}

// Steps of a file's contents are put together: what else is said between two of them does not part them.
fn joined(said: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in said {
        let open = joined.iter().rposition(|before| before.contains(CONTENT)).and_then(|at| joined.get_mut(at));
        match (line.split_once(OPENS), open) {
            (Some((who, bytes)), Some(open)) if open.split_once(OPENS).is_some_and(|(before, _)| before == who) => {
                open.truncate(open.len() - CLOSES.len());
                open.push_str(", ");
                open.push_str(bytes);
            }
            _ => joined.push(line),
        }
    }
    joined
}

const CONTENT: &str = " Content(";
const OPENS: &str = " Content(Data([";
const CLOSES: &str = "]))";
const MARK: &[u8] = b"\x01PKT";
