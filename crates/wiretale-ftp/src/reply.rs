//! The grammar of reply lines (RFC 959 section 4.2).

use nom::bytes::complete::take_while_m_n;
use nom::character::complete::one_of;
use nom::combinator::{map_opt, opt};
use nom::{IResult, Parser};

/// A line that begins with a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CodeLine<'a> {
    pub(crate) code: u16,
    /// A `-` follows the code: more lines come.
    pub(crate) more: bool,
    pub(crate) text: &'a [u8],
}

/// Reads `NNN text`, `NNN-text` or a bare `NNN`; else Zeek's reason why it is none.
pub(crate) fn parse(line: &[u8]) -> Result<CodeLine<'_>, &'static str> {
    let Ok((rest, code)) = code(line) else {
        return Err("non-numeric reply code");
    };
    if rest.is_empty() {
        return Ok(CodeLine { code, more: false, text: rest });
    }
    match separator(rest) {
        Ok((text, Some(mark))) => Ok(CodeLine { code, more: mark == '-', text }),
        _ => Err("invalid reply line"),
    }
}

/// The number that is last in `text`; 0 where there is none or it is too large.
pub(crate) fn last_number(text: &[u8]) -> u64 {
    let end = text.iter().rposition(u8::is_ascii_digit).map_or(0, |i| i + 1);
    let digits = text.get(..end).unwrap_or_default();
    let start = digits.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |i| i + 1);
    number(digits.get(start..).unwrap_or_default()).unwrap_or(0)
}

/// The size in "Opening BINARY mode data connection for x (301947 bytes)".
pub(crate) fn size_in_words(text: &[u8]) -> Option<u64> {
    let end = text.windows(6).rposition(|window| window.eq_ignore_ascii_case(b" bytes"))?;
    let digits = text.get(..end)?;
    let start = digits.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |i| i + 1);
    // A fraction is no count of bytes.
    if start > 0 && matches!(digits.get(start - 1), Some(b'.' | b',')) {
        return None;
    }
    number(digits.get(start..)?)
}

/// The file that "Opening BINARY mode data connection for x (301947 bytes)" names, and its size: servers tell the size of
/// what they send.
pub(crate) fn file_in_words(text: &[u8]) -> Option<(&[u8], u64)> {
    let size = size_in_words(text)?;
    let at = text.windows(FOR.len()).position(|window| window.eq_ignore_ascii_case(FOR))?;
    let name = text.get(at + FOR.len()..)?;
    let name = name.get(..name.windows(2).position(|window| window == b" (")?)?;
    (!name.is_empty()).then_some((name, size))
}

/// A decimal number that fills `digits`.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |n, b| {
        let digit = b.is_ascii_digit().then(|| u64::from(b - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    })
}

const FOR: &[u8] = b" connection for ";

fn code(input: &[u8]) -> IResult<&[u8], u16> {
    map_opt(take_while_m_n(3, 3, |b: u8| b.is_ascii_digit()), |digits: &[u8]| {
        number(digits).and_then(|n| u16::try_from(n).ok()).filter(|&n| n >= 100)
    })
    .parse(input)
}

fn separator(input: &[u8]) -> IResult<&[u8], Option<char>> {
    opt(one_of(" -\t")).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_alone_or_before_text() {
        assert_eq!(parse(b"220 ok"), Ok(CodeLine { code: 220, more: false, text: b"ok" }));
        assert_eq!(parse(b"220-ok"), Ok(CodeLine { code: 220, more: true, text: b"ok" }));
        assert_eq!(parse(b"220"), Ok(CodeLine { code: 220, more: false, text: b"" }));
        assert_eq!(parse(b"99 PASV invalid"), Err("non-numeric reply code"));
        assert_eq!(parse(b"099 x"), Err("non-numeric reply code"));
        assert_eq!(parse(b"SYST not supported"), Err("non-numeric reply code"));
        assert_eq!(parse(b"230_no_space"), Err("invalid reply line"));
    }

    #[test]
    fn a_file_is_named_where_its_size_is() {
        for (text, file) in [
            (&b"Opening BINARY mode data connection for psy.tgz (40000 bytes)."[..], Some((&b"psy.tgz"[..], 40_000))),
            (b"Opening ASCII mode data connection for /bin/x (192.0.2.9,4321) (7 bytes)", Some((b"/bin/x", 7))),
            (b"Opening BINARY mode data connection for psy.tgz.", None),
            (b"Opening data connection for  (7 bytes)", None),
            (b"File status okay; 7 bytes", None),
        ] {
            assert_eq!(file_in_words(text), file);
        }
    }

    #[test]
    fn sizes_are_read_from_words() {
        assert_eq!(size_in_words(b"Opening for x1 (301947 bytes)."), Some(301_947));
        assert_eq!(size_in_words(b"48.8 kbytes to download"), None);
        assert_eq!(size_in_words(b"1.5 bytes"), None);
        assert_eq!(last_number(b"48.8 kbytes to download"), 8);
        assert_eq!(last_number(b"Here comes"), 0);
    }
}
