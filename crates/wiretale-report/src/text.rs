//! Wire text on its way to an eye: what may be shown as it is, and what must not.

use std::fmt;

use unicode_width::UnicodeWidthChar as _;
use wiretale::protocol::scan;

/// One step through wire text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// A character that shows as itself and moves nothing else on the screen.
    Plain(char),
    /// A character that is valid but must not reach a screen: a control, a change of direction, an invisible.
    Hidden(char),
    /// A byte that is no part of valid UTF-8.
    Byte(u8),
}

/// `text` in pieces, each with the bytes it came from.
pub(crate) fn pieces(text: &[u8]) -> impl Iterator<Item = (Piece, &[u8])> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid();
        let chars = valid.char_indices().map(move |(at, c)| {
            let bytes = &valid.as_bytes()[at..at + c.len_utf8()];
            (if is_plain(c) { Piece::Plain(c) } else { Piece::Hidden(c) }, bytes)
        });
        chars.chain(chunk.invalid().chunks(1).map(|byte| (Piece::Byte(byte[0]), byte)))
    })
}

/// Wire text for a person: valid UTF-8 stays readable; bytes that are none, controls, changes of direction and
/// invisible characters show as `\xNN`, a backslash as `\\`. It never ends a line and never speaks to a terminal.
#[derive(Clone, Copy)]
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pieces(self.0).try_for_each(|(piece, bytes)| match piece {
            Piece::Plain('\\') => f.write_str("\\\\"),
            Piece::Plain(c) => fmt::Write::write_char(f, c),
            Piece::Hidden(_) | Piece::Byte(_) => bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}")),
        })
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The columns that `text` takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Two for a wide character of East Asia, none for a mark that stands over another one.
pub(crate) fn columns_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// At most `most` columns, three dots for the rest.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut column = 0;
    let kept = text.chars().take_while(|c| {
        column += columns_of(*c);
        column + 3 <= most
    });
    kept.chain("...".chars()).collect()
}

/// Appends `\xNN`.
pub(crate) fn hex(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(&[b'\\', b'x', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

/// The bytes that are written as they are, up to the first that needs a look: one of `signs`, or one that ASCII does not
/// print.
#[inline]
pub(crate) fn plain_run<const N: usize>(text: &[u8], signs: [u8; N]) -> usize {
    scan::first_odd(text, signs).unwrap_or(text.len())
}

fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_run_ends_at_the_first_byte_that_needs_a_look() {
        for len in 0..70 {
            let text = vec![b'x'; len];
            assert_eq!(plain_run(&text, *b"\\,"), len);
            for at in 0..len {
                for odd in [b'\\', b',', b'\t', 0x7f, 0xc3] {
                    let mut text = text.clone();
                    (text[at], text[len - 1]) = (odd, if at + 1 < len { b',' } else { odd });
                    assert_eq!(plain_run(&text, *b"\\,"), at, "{len} {odd}");
                    let first = text.iter().position(|byte| *byte != b'x' && *byte != b',').unwrap_or(len);
                    assert_eq!(plain_run(&text, *b"\\"), first, "{len} {odd}");
                }
            }
        }
    }

    #[test]
    fn what_is_clipped_keeps_to_its_columns() {
        assert_eq!(clipped("abcdefgh", 6), "abc...");
        assert_eq!(clipped("abcdef", 6), "abcdef");
        assert_eq!((columns("\u{4f60}\u{597d}"), columns("e\u{301}")), (4, 1));
        assert_eq!(clipped("\u{4f60}\u{597d}\u{4f60}\u{597d}", 7), "\u{4f60}\u{597d}...");
        assert_eq!(clipped("\u{4f60}\u{597d}\u{4f60}\u{597d}", 6), "\u{4f60}...");
    }

    #[test]
    fn readable_text_stays_readable() {
        assert_eq!(
            Shown("<b>caf\u{e9}</b> \u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}".as_bytes()).to_string(),
            "<b>café</b> привет"
        );
    }

    #[test]
    fn what_would_move_the_screen_is_spelled_out() {
        assert_eq!(Shown(b"a\tb\r\nc\x1b[31m\x07\\").to_string(), "a\\x09b\\x0d\\x0ac\\x1b[31m\\x07\\\\");
        assert_eq!(Shown("exe\u{202e}gpj".as_bytes()).to_string(), "exe\\xe2\\x80\\xaegpj");
        assert_eq!(Shown(b"caf\xe9!").to_string(), "caf\\xe9!");
        assert_eq!(Shown("\u{9b}31m".as_bytes()).to_string(), "\\xc2\\x9b31m");
    }
}
