//! A transfer known by its acknowledgements alone.

use wiretale_protocol::{Direction, Opening, Probe};

/// Whether the first bytes look like a transfer, and if so which side sends the file.
pub(super) fn probe(opening: &Opening<'_>) -> (Probe, Option<Direction>) {
    let by_server = one_way(opening.server, opening.client, opening.last);
    let by_client = one_way(opening.client, opening.server, opening.last);
    match (by_server, by_client) {
        (Probe::Yes, _) => (Probe::Yes, Some(Direction::Server)),
        (_, Probe::Yes) => (Probe::Yes, Some(Direction::Client)),
        (Probe::No, Probe::No) => (Probe::No, None),
        _ if opening.last => (Probe::No, None),
        _ => (Probe::Unsure, None),
    }
}

// Are `counts` the acknowledgements of `file`? Nothing but whole words, growing, none beyond what was sent.
fn one_way(file: &[u8], counts: &[u8], last: bool) -> Probe {
    let (words, rest) = counts.as_chunks::<4>();
    // No more than this has been shown; the sender may have sent more.
    let sent = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let mut before = 0;
    for word in words {
        let count = u32::from_be_bytes(*word);
        if count <= before || count - before > WINDOW || (before == 0 && file.is_empty()) {
            return Probe::No;
        }
        before = count;
    }
    let whole = rest.is_empty();
    if whole && before != 0 && before <= sent && (words.len() >= ENOUGH || (last && before == sent)) {
        return Probe::Yes;
    }
    if last { Probe::No } else { Probe::Unsure }
}

// So many growing counts are no accident.
const ENOUGH: usize = 3;

// The most that a receiver lets pass between two counts.
const WINDOW: u32 = 1 << 20;
