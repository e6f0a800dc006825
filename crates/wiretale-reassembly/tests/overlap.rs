//! Overlaps: published vectors, a model of bytes at offsets, and what must not change a stream.

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use support::{Wire, data};
use wiretale_packet::Direction::Client;
use wiretale_reassembly::{Host, Overlap, Policy};

const POLICIES: [&str; 7] = ["first", "last", "bsd", "linux", "old-linux", "solaris", "windows"];

fn receiver(name: &str) -> Policy {
    Policy::same(Host { overlap: Overlap::named(name).unwrap(), ..Host::default() })
}

/// First sequence numbers: the wrap lies before, behind and inside everything tested here.
fn first_numbers() -> impl Iterator<Item = u32> {
    [0, 1, 1 << 31].into_iter().chain((0..9).map(|k| u32::MAX - k))
}

/// Delivers `segments` behind a hole of one byte, so that nothing leaves before all are there, then fills it.
fn reassemble(policy: &str, first: u32, segments: &[(usize, &[u8])]) -> (String, usize) {
    let mut wire = Wire::open(receiver(policy), first, 1000);
    for (offset, bytes) in segments {
        let seq = first.wrapping_add(1).wrapping_add(u32::try_from(*offset).unwrap());
        wire.send(Client, data(seq, 1000, bytes));
    }
    wire.send(Client, data(first, 1000, b"!"));
    wire.close();
    (wire.out.dotted(Client).split_off(1), wire.out.conflicts.len())
}

/// The slow reference: each byte at its offset, each pair of segments compared as they arrived, the nearest earlier one
/// first.
fn model(policy: &str, segments: &[(usize, &[u8])]) -> (String, usize) {
    let mask = Overlap::named(policy).unwrap().mask();
    let relation = |new: usize, old: usize| if new < old { 0 } else { usize::from(new > old) + 1 };
    let size = segments.iter().map(|(offset, bytes)| offset + bytes.len()).max().unwrap_or(0);
    let mut stream = vec![b'.'; size];
    let mut seen = BTreeSet::new();
    let mut conflicts = 0;
    for (start, bytes) in segments {
        let (key, end) = ((*start, bytes.len()), start + bytes.len());
        let mut bytes = bytes.to_vec();
        let earlier = seen.range(..=key).rev();
        let later = seen.range(key..).filter(|old| **old != key);
        for (old_start, old_len) in earlier.chain(later).copied().collect::<Vec<_>>() {
            let old_end = old_start + old_len;
            let (from, to) = ((*start).max(old_start), end.min(old_end));
            if from >= to {
                continue;
            }
            conflicts += usize::from(stream[from..to] != bytes[from - start..to - start]);
            if mask >> (3 * relation(*start, old_start) + relation(end, old_end)) & 1 == 0 {
                bytes[from - start..to - start].copy_from_slice(&stream[from..to]);
            }
        }
        stream[*start..end].copy_from_slice(&bytes);
        seen.insert(key);
    }
    while stream.last() == Some(&b'.') {
        stream.pop();
    }
    (stream.into_iter().map(char::from).collect(), conflicts)
}

#[test]
fn every_published_vector_at_every_first_number() {
    let mut cases = 0;
    for line in include_str!("data/vectors.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let (policy, _, given, want, conflicts) = (
            cells.next().unwrap(),
            cells.next().unwrap(),
            cells.next().unwrap(),
            cells.next().unwrap(),
            cells.next().unwrap(),
        );
        let segments: Vec<(usize, &[u8])> = given
            .split(' ')
            .map(|segment| segment.split_once(':').unwrap())
            .map(|(seq, bytes)| (seq.parse().unwrap(), bytes.as_bytes()))
            .collect();
        let want = (want.trim_end_matches('.').to_owned(), conflicts.parse::<usize>().unwrap());
        assert_eq!(model(policy, &segments), want, "the model: {line}");
        for first in [0, 1, 1 << 31, u32::MAX - 3] {
            assert_eq!(reassemble(policy, first, &segments), want, "from {first}: {line}");
            cases += 1;
        }
    }
    assert_eq!(cases, 10_563 * 4);
}

#[test]
fn all_triples_on_seven_offsets() {
    let ranges: Vec<(usize, usize)> = (0..6).flat_map(|from| (from + 1..=6).map(move |to| (from, to))).collect();
    assert_eq!(ranges.len(), 21);
    let first_numbers: Vec<u32> = first_numbers().collect();
    let letters: [&[u8]; 3] = [b"AAAAAA", b"BBBBBB", b"CCCCCC"];
    let mut turn = 0;
    for policy in POLICIES {
        for triple in (0..21 * 21 * 21).map(|n| [n / 441, n / 21 % 21, n % 21]) {
            let segments: Vec<(usize, &[u8])> = triple
                .iter()
                .zip(letters)
                .map(|(range, letter)| (ranges[*range].0, &letter[..ranges[*range].1 - ranges[*range].0]))
                .collect();
            turn += 1;
            let first = first_numbers[turn % first_numbers.len()];
            assert_eq!(reassemble(policy, first, &segments), model(policy, &segments), "{policy} {segments:?}");
        }
    }
}

fn segments(most: usize, span: usize) -> impl Strategy<Value = Vec<(usize, Vec<u8>)>> {
    let segment = (0..span, prop::collection::vec(prop::sample::select(b"abAB".to_vec()), 1..24));
    prop::collection::vec(segment, 1..most)
}

fn borrow(segments: &[(usize, Vec<u8>)]) -> Vec<(usize, &[u8])> {
    segments.iter().map(|(offset, bytes)| (*offset, bytes.as_slice())).collect()
}

proptest! {
    /// What waits is as the model has it, for every policy. Few enough segments that each pair is told apart.
    #[test]
    fn random_segments_equal_the_model(
        given in segments(30, 100),
        policy in prop::sample::select(POLICIES.to_vec()),
        first in prop::sample::select(first_numbers().collect::<Vec<_>>()),
    ) {
        let given = borrow(&given);
        prop_assert_eq!(reassemble(policy, first, &given), model(policy, &given));
    }

    /// Very many segments on few offsets: the bytes are the model's, only the reports are fewer.
    #[test]
    fn crowded_segments_have_the_models_bytes(
        given in segments(200, 60),
        policy in prop::sample::select(POLICIES.to_vec()),
    ) {
        let given = borrow(&given);
        prop_assert_eq!(reassemble(policy, 7, &given).0, model(policy, &given).0);
    }

    /// Delivered on arrival: what is delivered never changes, so with the first copy winning the stream is, at each
    /// offset, the first byte that came.
    #[test]
    fn on_arrival_the_first_byte_at_each_offset_counts(given in segments(40, 120), first in any::<u32>()) {
        let mut wire = Wire::open(receiver("first"), first, 1000);
        let mut want: Vec<Option<u8>> = Vec::new();
        for (offset, bytes) in &given {
            wire.send(Client, data(first.wrapping_add(u32::try_from(*offset).unwrap()), 1000, bytes));
            want.resize(want.len().max(offset + bytes.len()), None);
            for (place, byte) in want[*offset..].iter_mut().zip(bytes) {
                place.get_or_insert(*byte);
            }
        }
        wire.close();
        prop_assert_eq!(&wire.out.streams[0], &want);
    }

    /// Any order of segments that agree gives the same stream, repeated ones change nothing, and no conflict is seen.
    #[test]
    fn order_and_repetition_change_nothing(
        cuts in prop::collection::btree_set(1usize..400, 0..30),
        order in prop::collection::vec((any::<prop::sample::Index>(), 0usize..20), 1..60),
        first in any::<u32>(),
        policy in prop::sample::select(POLICIES.to_vec()),
    ) {
        let text: Vec<u8> = (0..400u32).map(|n| (n % 251) as u8).collect();
        let edges: Vec<usize> = [0].into_iter().chain(cuts).chain([400]).collect();
        let pieces: Vec<(usize, usize)> = edges.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let mut wire = Wire::open(receiver(policy), first, 1000);
        let shuffled = order.iter().map(|(index, more)| {
            let (from, to) = pieces[index.index(pieces.len())];
            (from, (to + more).min(400))
        });
        for (from, to) in shuffled.chain(pieces.iter().copied()) {
            wire.send(Client, data(first.wrapping_add(u32::try_from(from).unwrap()), 1000, &text[from..to]));
        }
        wire.close();
        prop_assert_eq!(wire.out.bytes(Client), text);
        prop_assert!(wire.out.conflicts.is_empty());
        prop_assert!(!wire.out.has("content_gap"));
    }
}

/// What was left of a new segment behind a held one was once stored again although it had been delivered.
#[test]
fn the_rest_of_a_segment_is_not_stored_when_stale() {
    let mut wire = Wire::open(receiver("first"), 0, 1000);
    wire.send(Client, data(4, 1000, b"ef"));
    wire.send(Client, data(0, 1000, b"abcdefgh"));
    assert_eq!(wire.connection.held_bytes(), 0);
    wire.send(Client, data(8, 1000, b"ij"));
    wire.close();
    assert_eq!(wire.out.bytes(Client), b"abcdefghij");
}
