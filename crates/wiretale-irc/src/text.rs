//! Text for people: formatting taken off, encoding guessed. For the moment of printing only; decoders never ask.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use chardetng::EncodingDetector;

/// Takes off mIRC's formatting: bold, italics, underline, strike-through, monospace, reverse, colours by number
/// (`\x03`) and by hexadecimal value (`\x04`), reset. <https://modern.ircdocs.horse/formatting.html>
///
/// ```
/// assert_eq!(*wiretale_irc::text::plain(b"\x02\x0304,01owned\x03\x0f now"), *b"owned now");
/// ```
#[must_use]
pub fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    // Most text has nothing below the space in it, which can be told of many bytes at once.
    if text.iter().fold(u8::MAX, |least, &byte| least.min(byte)) >= b' ' || !text.iter().copied().any(is_format) {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut left = text;
    while let Some((&byte, rest)) = left.split_first() {
        left = match byte {
            COLOUR => behind_colours(rest, 2, |byte| byte.is_ascii_digit()),
            HEX_COLOUR => behind_colours(rest, 6, |byte| byte.is_ascii_hexdigit()),
            byte => {
                if !is_format(byte) {
                    plain.push(byte);
                }
                rest
            }
        };
    }
    Cow::Owned(plain)
}

/// The text as Unicode: UTF-8 where it is that, else the most likely of the encodings in use on IRC (Windows-1252 and
/// its kin, ISO-8859-*, Windows-1251, KOI8, Shift_JIS, …). Bytes that fit no encoding become U+FFFD.
#[must_use]
pub fn decode(text: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => guess(text).decode_without_bom_handling(text).0,
    }
}

/// The name of the encoding that [`decode`] takes the text to be in.
#[must_use]
pub fn encoding(text: &[u8]) -> &'static str {
    if text.is_ascii() {
        "US-ASCII"
    } else if core::str::from_utf8(text).is_ok() {
        "UTF-8"
    } else {
        guess(text).name()
    }
}

/// [`plain`] and [`decode`] together, control characters left over shown as `\xNN`.
#[must_use]
pub fn readable(text: &[u8]) -> String {
    let plain = plain(text);
    let mut shown = String::with_capacity(plain.len());
    for c in decode(&plain).chars() {
        if c.is_control() {
            let _ = core::fmt::Write::write_fmt(&mut shown, format_args!("\\x{:02x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

fn guess(text: &[u8]) -> &'static encoding_rs::Encoding {
    let mut detector = EncodingDetector::new();
    detector.feed(text, true);
    detector.guess(None, true)
}

// Foreground, and background where a comma and a digit follow.
fn behind_colours(text: &[u8], most: usize, is_digit: impl Fn(&u8) -> bool) -> &[u8] {
    let digits = |text: &[u8]| text.iter().take(most).take_while(|byte| is_digit(byte)).count();
    let rest = text.get(digits(text)..).unwrap_or_default();
    if rest.len() == text.len() {
        return text;
    }
    match rest.split_first() {
        Some((b',', background)) if digits(background) > 0 => background.get(digits(background)..).unwrap_or_default(),
        _ => rest,
    }
}

const fn is_format(byte: u8) -> bool {
    matches!(byte, 0x02 | COLOUR | HEX_COLOUR | 0x0f | 0x11 | 0x16 | 0x1d | 0x1e | 0x1f)
}

const COLOUR: u8 = 0x03;
const HEX_COLOUR: u8 = 0x04;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_goes_and_the_words_stay() {
        for (text, want) in [
            (&b"\x02bold\x02 \x1dit\x1d"[..], &b"bold it"[..]),
            (b"\x0304red\x03,12 x", b"red,12 x"),
            (b"\x03100", b"0"),
            (b"\x034,5a\x034,b", b"a,b"),
            (b"\x04ff0000,00FF00hex", b"hex"),
            (b"plain", b"plain"),
        ] {
            assert_eq!(*plain(text), *want);
        }
    }

    #[test]
    fn encodings_are_guessed() {
        assert_eq!(decode("grüße".as_bytes()), "grüße");
        assert_eq!(decode(b"caf\xe9 au lait, d\xe9j\xe0 vu"), "café au lait, déjà vu");
        let (russian, _, _) = encoding_rs::WINDOWS_1251.encode("привет всем, как дела сегодня");
        assert_eq!(decode(&russian), "привет всем, как дела сегодня");
        let (japanese, _, _) = encoding_rs::SHIFT_JIS.encode("こんにちは、今日はいい天気ですね");
        assert_eq!(decode(&japanese), "こんにちは、今日はいい天気ですね");
        assert_eq!((encoding(b"abc"), encoding("é".as_bytes())), ("US-ASCII", "UTF-8"));
        assert_eq!(readable(b"\x02a\x07b\xc3\xa9"), "a\\x07bé");
    }
}
