//! `software.log`: programs that named themselves.

use crate::row::Row;
use crate::table::{Table, columns};

/// Zeek's 11 columns.
pub const TABLE: Table = Table {
    name: "software",
    columns: columns! {
        "ts": Time, "host": Addr, "host_p": Port, "software_type": Enum, "name": Text, "version.major": Count,
        "version.minor": Count, "version.minor2": Count, "version.minor3": Count, "version.addl": Text,
        "unparsed_version": Text,
    },
};

/// A program's name and version, read from how it names itself: `OpenSSH_9.2p1 Debian-2` is OpenSSH, 9, 2, `p1 Debian-2`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version<'a> {
    name: Option<&'a [u8]>,
    numbers: [Option<u64>; 4],
    addl: Option<&'a [u8]>,
    text: &'a [u8],
}

impl<'a> Version<'a> {
    /// Reads the name up to the first number that stands behind a separator, then up to four numbers with dots between.
    pub(crate) fn read(text: &'a [u8]) -> Self {
        let starts = |at: &usize| text[*at].is_ascii_digit() && (*at == 0 || is_separator(text, *at - 1));
        let Some(start) = (1..text.len()).find(starts) else {
            return Self { name: Some(trim(text)), numbers: [None; 4], addl: None, text };
        };
        let mut numbers = [None; 4];
        let mut rest = &text[start..];
        for number in &mut numbers {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let Some(value) = decimal(&rest[..digits]) else { break };
            *number = Some(value);
            rest = &rest[digits..];
            match rest {
                [b'.', next, ..] if next.is_ascii_digit() => rest = &rest[1..],
                _ => break,
            }
        }
        let name = trim(&text[..start]);
        Self {
            name: (!name.is_empty()).then_some(name),
            numbers,
            addl: Some(trim(rest)).filter(|rest| !rest.is_empty()),
            text,
        }
    }
}

/// The rest of a row, from the name on.
pub(crate) fn row<'r>(row: Row<'r>, version: &Version<'_>) -> Row<'r> {
    let [major, minor, minor2, minor3] = version.numbers;
    row.text(version.name).count(major).count(minor).count(minor2).count(minor3).text(version.addl).text(version.text)
}

fn decimal(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A separator, or the `v` of `v1.2` behind one.
fn is_separator(text: &[u8], at: usize) -> bool {
    match text[at] {
        b' ' | b'-' | b'_' | b'/' | b'(' | b':' => true,
        b'v' | b'V' => at == 0 || matches!(text[at - 1], b' ' | b'-' | b'_' | b'/' | b'('),
        _ => false,
    }
}

fn trim(text: &[u8]) -> &[u8] {
    let inner = |byte: &u8| !matches!(byte, b' ' | b'-' | b'_' | b'/' | b'(' | b':');
    let start = text.iter().position(inner).unwrap_or(text.len());
    let end = text.iter().rposition(inner).map_or(start, |at| at + 1);
    let text = &text[start..end];
    text.strip_suffix(b" v").or_else(|| text.strip_suffix(b" (v")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Vec<u64>, String) {
        let version = Version::read(text.as_bytes());
        let string = |text: Option<&[u8]>| String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
        (string(version.name), version.numbers.iter().flatten().copied().collect(), string(version.addl))
    }

    #[test]
    fn names_and_versions_come_apart() {
        for (text, name, numbers, addl) in [
            ("OpenSSH_9.2p1 Debian-2+deb12u10", "OpenSSH", &[9, 2][..], "p1 Debian-2+deb12u10"),
            ("dropbear_2022.83", "dropbear", &[2022, 83], ""),
            ("(vsFTPd 3.0.3)", "vsFTPd", &[3, 0, 3], ")"),
            ("irssi v1.4.3", "irssi", &[1, 4, 3], ""),
            ("hybrid-8.2.43", "hybrid", &[8, 2, 43], ""),
            ("WeeChat", "WeeChat", &[], ""),
        ] {
            assert_eq!(read(text), (name.to_owned(), numbers.to_vec(), addl.to_owned()), "{text}");
        }
    }
}
