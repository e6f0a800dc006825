//! A line without its secrets.

use alloc::vec::Vec;
use core::ops::Range;

use smallvec::SmallVec;

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &[u8] = b"<hidden>";

/// Places of secrets on a line.
pub(crate) type Places = SmallVec<[Range<usize>; 2]>;

/// Where `part`, a slice of `line`, lies in it.
pub(crate) fn place(line: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= line.len()).then_some(start..end)
}

/// Writes `line` to `masked` with all `places` replaced.
pub(crate) fn mask(line: &[u8], places: &mut Places, masked: &mut Vec<u8>) {
    masked.clear();
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut at = 0;
    for place in places.iter() {
        if place.end <= at {
            continue;
        }
        masked.extend_from_slice(line.get(at..place.start).unwrap_or_default());
        if place.start >= at {
            masked.extend_from_slice(HIDDEN);
        }
        at = place.end;
    }
    masked.extend_from_slice(line.get(at..).unwrap_or_default());
}

/// Adds the places where `word` stands in `words`, a part of `line`, as a word of its own.
pub(crate) fn find_words(line: &[u8], words: &[u8], word: &[u8], places: &mut Places) {
    let Some(start) = place(line, words).map(|place| place.start) else { return };
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    for at in memchr::memmem::find_iter(words, word) {
        let end = at + word.len();
        if is_edge(at.checked_sub(1).and_then(|before| words.get(before))) && is_edge(words.get(end)) {
            places.push(start + at..start + end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_wherever_they_stand() {
        let line = b"JOIN #a,#b k1,k2";
        let mut places = Places::new();
        for word in [&b"k2"[..], b"k1"] {
            find_words(line, line, word, &mut places);
        }
        let mut masked = Vec::new();
        mask(line, &mut places, &mut masked);
        assert_eq!(masked, b"JOIN #a,#b <hidden>,<hidden>");
    }

    #[test]
    fn only_whole_words_are_the_secret_again() {
        let mut places = Places::new();
        let line = b"foo :foobar foo \x02foo\x02 barfoo";
        find_words(line, &line[5..], b"foo", &mut places);
        assert_eq!(places.to_vec(), [12..15, 17..20]);
    }
}
