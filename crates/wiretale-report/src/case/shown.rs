//! Text that is escaped once already, made sure of.

use std::borrow::Cow;

use crate::Shown;
use crate::text::{Piece, columns, columns_of, pieces};

/// Text of ours with escaped wire text in it: it stays as it is, but for what must never reach a screen, which is
/// spelled out. Detectors escape what they quote; a file of evidence may hold anything.
pub(super) fn calm(text: &str) -> String {
    calmed(text).into_owned()
}

/// The same; mostly there is nothing to spell out.
pub(super) fn calmed(text: &str) -> Cow<'_, str> {
    // All of it is looked at, many bytes at once.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (piece, bytes) in pieces(text.as_bytes()) {
        match piece {
            Piece::Plain(c) => out.push(c),
            Piece::Hidden(_) | Piece::Byte(_) => bytes.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}"))),
        }
    }
    Cow::Owned(out)
}

/// Lines of at most `width` columns, broken at spaces where there are any.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if column > 0 && column + 1 + columns(word) <= width {
            push(&mut lines, ' ');
            column += 1;
        } else if column > 0 {
            lines.push(String::new());
            column = 0;
        }
        for c in word.chars() {
            // Too long for a line of its own.
            if column + columns_of(c) > width {
                lines.push(String::new());
                column = 0;
            }
            push(&mut lines, c);
            column += columns_of(c);
        }
    }
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

/// `+3.0`, `-30.0`.
pub(super) fn signed(db: f64) -> String {
    format!("{:+.1}", tenths(db))
}

/// Rounded to a tenth; never a negative zero.
pub(super) fn tenths(db: f64) -> f64 {
    (db * 10.0).round() / 10.0 + 0.0
}

/// `1 connection`, `12,345 connections`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    crate::digest::plural(n as u64, one, many)
}

/// So many texts of the wire, escaped, and how many more there are.
pub(super) fn several<'t>(texts: impl ExactSizeIterator<Item = &'t Box<[u8]>>, most: usize) -> String {
    let more = texts.len().saturating_sub(most);
    and_more(texts.take(most).map(|text| Shown(text).to_string()).collect(), more, true)
}

/// `a, b, and 3 more`; where not all are known, `a, b, and 3 or more others`.
pub(super) fn and_more(mut names: Vec<String>, more: usize, all: bool) -> String {
    let others = if all { "more" } else { "or more others" };
    names.extend((more > 0).then(|| format!("and {more} {others}")));
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_their_width() {
        for long in ["x", "\u{4f60}"] {
            let text = format!("a few words and {} one long", long.repeat(50));
            let lines = wrapped(&text, 20);
            assert!(lines.iter().all(|line| columns(line) <= 20), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn what_is_escaped_is_not_escaped_again_and_the_rest_is() {
        assert_eq!(calm("said \"\\x1b[31m\""), "said \"\\x1b[31m\"");
        assert_eq!(calm("a\u{1b}[2J\n\u{202e}b"), "a\\x1b[2J\\x0a\\xe2\\x80\\xaeb");
    }
}
