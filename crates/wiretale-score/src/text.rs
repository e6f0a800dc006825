//! What is said on IRC, looked at as text.

use std::collections::BTreeSet;
use std::fmt;

pub(crate) use wiretale_irc::text::plain;
pub(crate) use wiretale_protocol::scan::Sorts;
use wiretale_protocol::{Escaped, scan};

/// At most 80 bytes of it, printed safely: escaped, and without the user and password of a URL.
pub(crate) fn shown(text: &[u8]) -> Shown<'_> {
    Shown(text)
}

/// Text from the wire in a sentence for a person.
pub(crate) struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut told = Vec::new();
        while told.len() < SHOWN
            && let Some(at) = rest.windows(3).position(|window| window == b"://")
        {
            let (head, tail) = rest.split_at(at + 3);
            let authority = tail.iter().position(|byte| matches!(byte, b'/' | b' ' | b'"')).unwrap_or(tail.len());
            let user = tail[..authority].iter().rposition(|byte| *byte == b'@');
            told.extend_from_slice(head);
            told.extend_from_slice(if user.is_some() { b"<hidden>" } else { b"" });
            rest = &tail[user.unwrap_or(0)..];
        }
        told.extend_from_slice(rest);
        told.truncate(SHOWN);
        Escaped(&told).fmt(f)
    }
}

/// A number of bytes for a person: `1 byte`, `302 bytes`, `301.9 kB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        1 => return "1 byte".to_owned(),
        ..1000 => return format!("{bytes} bytes"),
        _ => {}
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = "kB";
    for next in ["MB", "GB", "TB"] {
        // As it is shown: what would be 1000.0 of a unit is 1.0 of the next.
        if (value * 10.0).round() < 10_000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// So many of something for a person: `1 host`, `12,345 hosts`.
#[must_use]
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), one_or(n, one, many))
}

/// The word for one, or the word for any other number.
#[must_use]
pub const fn one_or<'t>(n: u64, one: &'t str, many: &'t str) -> &'t str {
    if n == 1 { one } else { many }
}

/// A number for a person: `12,345`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A formatting byte of IRC.
pub(crate) const fn is_format(byte: u8) -> bool {
    matches!(byte, 0x02..=0x04 | 0x0f | 0x11 | 0x16 | 0x1d..=0x1f)
}

/// Words between blanks.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Words between blanks, of so many bytes and more. Looks at few bytes of a text of short words.
pub(crate) fn long_words(text: &[u8], least: usize) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            // The last blank among the bytes that a long word would be made of: no such word begins before it.
            let window = text.get(from..from + least)?;
            if let Some(blank) = window.iter().rposition(u8::is_ascii_whitespace) {
                from += blank + 1;
                continue;
            }
            let rest = &text[from..];
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            from += end;
            return Some(&rest[..end]);
        }
    })
}

/// Where a URL stands in it, as far as `://` tells: the first one.
pub(crate) fn first_link(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b':', text).find(|at| text[*at..].starts_with(b"://"))
}

/// Those of the first `most` words in which `://` stands; `first` is where it does so first.
pub(crate) fn linked_words(text: &[u8], first: usize, most: usize) -> impl Iterator<Item = &[u8]> {
    let mut done = 0;
    memchr::memchr_iter(b':', &text[first..]).filter_map(move |at| {
        let at = first + at;
        if at < done || !text[at..].starts_with(b"://") {
            return None;
        }
        let start = text[..at].iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
        done = scan::first(&text[at..], *b" \t\n\x0c\r").map_or(text.len(), |blank| at + blank);
        // A word and its blank take two bytes and more.
        let early = start < 2 * most || words(&text[..start]).count() < most;
        early.then_some(&text[start..done])
    })
}

/// Which sorts of bytes stand in it. Without control characters, long words are those of [`LONG_WORD`] bytes and more.
#[inline]
pub(crate) fn sorts(text: &[u8]) -> Sorts {
    scan::sorts(text, LONG_WORD)
}

/// Does `text` hold `part`, in any case?
pub(crate) fn holds(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else { return true };
    let places = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    places.filter_map(|at| text.get(at..at + part.len())).any(|window| window.eq_ignore_ascii_case(part))
}

/// How alike two texts are, 0 to 1: Dice's coefficient of their pairs of letters, case and digits aside.
pub(crate) fn alike(a: &[u8], b: &[u8]) -> f64 {
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return f64::from(u8::from(a == b));
    }
    2.0 * a.intersection(&b).count() as f64 / (a.len() + b.len()) as f64
}

fn pairs(text: &[u8]) -> BTreeSet<[u8; 2]> {
    let fold = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() };
    text.windows(2).take(512).map(|pair| [fold(pair[0]), fold(pair[1])]).collect()
}

/// Shannon's entropy in bits a byte.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let all = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / all)
        .map(|share| -share * share.log2())
        .sum()
}

/// Bytes of a word of no language that is written in letters.
pub(crate) const LONG_WORD: usize = 24;
const SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_s_password_is_not_shown() {
        let text = b"get ftp://bob:s3cret@192.0.2.1/x and http://a/b@c\x07";
        assert_eq!(shown(text).to_string(), "get ftp://<hidden>@192.0.2.1/x and http://a/b@c\\x07");
        let cut = [&[b'x'; 65][..], b" ftp://bob:s3cret@192.0.2.1/"].concat();
        assert!(!shown(&cut).to_string().contains("bob"));
        assert_eq!(shown(&[b'x'; 200]).to_string().len(), 80);
    }

    #[test]
    fn sizes_are_for_a_person() {
        let told = [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (301_947, "301.9 kB")];
        for (bytes, text) in told {
            assert_eq!(size(bytes), text);
        }
        assert_eq!([999_949, 999_950, 999_960, 1_000_000].map(size), ["999.9 kB", "1.0 MB", "1.0 MB", "1.0 MB"]);
        assert_eq!([999_950_000, 5_000_000_000_000_000].map(size), ["1.0 GB", "5000.0 TB"]);
    }

    #[test]
    fn numbers_for_a_person() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 1, 2].map(|n| plural(n, "host", "hosts")), ["0 hosts", "1 host", "2 hosts"]);
    }

    #[test]
    fn long_words_are_the_long_ones_among_words() {
        for text in [&b"a bb ccc dddd eeeee"[..], b"", b"dddd", b" dddd ", b"eeeee\tdddd\neeeee", b"ccc dddd", b"    a"]
        {
            let all: Vec<&[u8]> = words(text).filter(|word| word.len() >= 4).collect();
            assert_eq!(long_words(text, 4).collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn sorts_are_told_wherever_they_stand() {
        let sorts = |text: &[u8]| {
            let Sorts { controls, colons, long_words } = sorts(text);
            (controls, colons, long_words)
        };
        for len in 0..200 {
            let plain = vec![b' '; len];
            assert_eq!(sorts(&plain), (false, false, false));
            for at in 0..len {
                let with = |byte| {
                    let mut text = plain.clone();
                    text[at] = byte;
                    sorts(&text)
                };
                assert_eq!((with(0x1f), with(0x7f)), ((true, false, false), (true, false, false)), "{at} of {len}");
                assert_eq!((with(b':'), with(0xff)), ((false, true, false), (false, false, false)), "{at} of {len}");
                let mut word = plain.clone();
                word[at..].iter_mut().take(LONG_WORD).for_each(|byte| *byte = b'x');
                assert_eq!(sorts(&word), (false, false, len - at >= LONG_WORD), "{at} of {len}");
                word[at] = b' ';
                assert_eq!(sorts(&word), (false, false, false), "{at} of {len}");
            }
        }
    }

    #[test]
    fn linked_words_are_those_with_a_link_among_words() {
        for text in
            [&b"see http://a/ and ftp://b:c"[..], b"x://y://z w", b"://", b" a:b ://\t:// ", b"a b c d ://e", b""]
        {
            for most in 0..6 {
                let all: Vec<&[u8]> = words(text).take(most).filter(|word| first_link(word).is_some()).collect();
                let first = first_link(text).unwrap_or(text.len());
                assert_eq!(linked_words(text, first, most).collect::<Vec<_>>(), all, "{most}");
            }
        }
    }

    #[test]
    fn parts_are_found_in_any_case() {
        assert!(
            holds(b"** 5 of 5 Slots Open", b"slots open") && holds(b"slots open", b"SLOTS OPEN") && holds(b"", b"")
        );
        assert!(!holds(b"slots ope", b"slots open") && !holds(b"sslots-open", b"slots open"));
    }

    #[test]
    fn answers_of_a_kind_are_alike() {
        assert!(alike(b"[MAIN]: Uptime: 0d 19h 42m.", b"[MAIN]: Uptime: 2d 16h 53m.") > 0.8);
        assert!(alike(b"yes, looks good", b"then wait until february") < 0.4);
    }
}
