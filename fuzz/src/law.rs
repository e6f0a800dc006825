//! The split law for any conversation.

use std::time::Duration;

use wiretale::protocol::{Chunk, Demand, Direction, Protocol};
use wiretale_testkit::{Solo, cut};

/// What a decoder says of a conversation must not depend on how its turns are cut; a turn may also be a gap.
pub(crate) fn holds<P: Protocol>(data: &[u8]) {
    holds_for::<P>(data, Solo::new);
}

/// The same for decoders made by `make`.
pub(crate) fn holds_for<P: Protocol>(data: &[u8], make: impl Fn() -> Solo<P>) {
    let (turns, cuts) = (turns(data), cuts(data));
    let whole = hear(make(), &turns, |bytes| cut(bytes, &[]));
    let pieces = hear(make(), &turns, |bytes| cut(bytes, &cuts));
    assert_eq!(whole, pieces, "the events depend on the cuts {cuts:?}");
    let bytewise = hear(make(), &turns, |bytes| bytes.chunks(1).collect());
    assert_eq!(whole, bytewise, "the events depend on the cuts: one byte at a time");
}

/// A step of a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// Bytes.
    Says(Direction, Vec<u8>),
    /// So many are lost.
    Loses(Direction, u64),
}

/// A conversation: pieces behind the mark `\1PKT` and a byte whose lowest bit is the direction, as Zeek's fuzzers write
/// them; without a mark, the client's bytes. A byte above 0xf0 stands for a gap.
pub(crate) fn turns(data: &[u8]) -> Vec<Turn> {
    let mut turns = Vec::new();
    let (mut rest, mut direction) = (data, Direction::Client);
    loop {
        let at = rest.windows(MARK.len()).position(|window| window == MARK);
        let (bytes, after) = rest.split_at(at.unwrap_or(rest.len()));
        if !bytes.is_empty() {
            turns.push(Turn::Says(direction, bytes.to_vec()));
        }
        let Some((byte, after)) = after.get(MARK.len()..).and_then(<[u8]>::split_first) else { return turns };
        direction = if byte & 1 == 1 { Direction::Client } else { Direction::Server };
        if *byte > 0xf0 {
            turns.push(Turn::Loses(direction, 1 + u64::from(*byte >> 1 & 7) * 1000));
        }
        rest = after;
    }
}

fn cuts(data: &[u8]) -> Vec<usize> {
    data.iter().rev().take(4).map(|&byte| usize::from(byte) * 3).collect()
}

// As an engine feeds: nothing that is not wanted, and all pieces of a turn at one time. Steps of a file's contents are
// put together.
fn hear<P: Protocol>(mut solo: Solo<P>, turns: &[Turn], cut: impl Fn(&[u8]) -> Vec<&[u8]>) -> Vec<String> {
    let (mut wants, mut now) = ([true; 2], solo.now);
    for turn in turns {
        now = now + Duration::from_millis(1);
        let mut feed = |direction: Direction, chunk: Chunk<'_>| {
            if wants[direction.index()] {
                solo.now = now;
                match solo.chunk(direction, chunk) {
                    Demand::Stream => {}
                    Demand::Lengths => wants[direction.index()] = false,
                    Demand::Nothing => wants = [false; 2],
                }
            }
        };
        match turn {
            Turn::Says(direction, bytes) => {
                cut(bytes).into_iter().for_each(|piece| feed(*direction, Chunk::Data(piece)));
            }
            Turn::Loses(direction, len) => feed(*direction, Chunk::Gap(*len)),
        }
    }
    solo.now = now;
    joined(solo.end().said())
}

// What else is said between two pieces of contents does not part them.
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
