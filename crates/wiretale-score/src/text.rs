//! What is said on IRC, looked at as text.

use std::collections::BTreeSet;

pub(crate) use wiretale_irc::text::plain;
use wiretale_protocol::Escaped;

/// At most 80 bytes of it, printed safely.
pub(crate) fn shown(text: &[u8]) -> Escaped<'_> {
    Escaped(&text[..text.len().min(80)])
}

/// A formatting byte of IRC.
pub(crate) const fn is_format(byte: u8) -> bool {
    matches!(byte, 0x02..=0x04 | 0x0f | 0x11 | 0x16 | 0x1d..=0x1f)
}

/// Words between blanks.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Does `text` hold `part`, in any case?
pub(crate) fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_a_kind_are_alike() {
        assert!(alike(b"[MAIN]: Uptime: 0d 19h 42m.", b"[MAIN]: Uptime: 2d 16h 53m.") > 0.8);
        assert!(alike(b"yes, looks good", b"then wait until february") < 0.4);
    }
}
