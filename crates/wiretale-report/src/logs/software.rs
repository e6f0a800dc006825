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
    /// Reads the name up to the first number that stands behind a separator, or behind letters and has a dot
    /// (`u2.10.12.19`), then up to four numbers with dots between. What is a version and nothing else (`2.11.2p3`) has no
    /// name.
    pub(crate) fn read(text: &'a [u8]) -> Self {
        let bare = is_version(text) && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
        match (0..text.len()).find(|&at| (at == 0 && bare) || starts(text, at)) {
            Some(start) => Self::of(&text[..start], without_epoch(&text[start..]), text),
            None => Self::of(text, b"", text),
        }
    }

    /// Of a name and a version that were found apart in `text`.
    pub(crate) fn of(name: &'a [u8], version: &'a [u8], text: &'a [u8]) -> Self {
        let mut numbers = [None; 4];
        let mut rest = version;
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
        let filled = |text: &'a [u8]| Some(text).filter(|text| !text.is_empty());
        Self { name: filled(trim(name)), numbers, addl: filled(closed(rest)), text }
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

/// Does a version begin here?
fn starts(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let behind_letters = text[before].is_ascii_alphabetic() && is_version(&text[at..]);
    text[at].is_ascii_digit() && (behind_letters || is_separator(text, before))
}

/// Two numbers with a dot between them, and whatever follows.
fn is_version(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(text[digits..], [b'.', next, ..] if next.is_ascii_digit())
}

/// Debian puts a number and a colon before a version (`1:8.2.43`) whose numbers began anew.
fn without_epoch(version: &[u8]) -> &[u8] {
    let digits = version.iter().take_while(|byte| byte.is_ascii_digit()).count();
    version[digits..].strip_prefix(b":").filter(|behind| is_version(behind)).unwrap_or(version)
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

/// Trimmed, and without the ends of brackets whose beginnings went with what stood before.
fn closed(text: &[u8]) -> &[u8] {
    let mut text = trim(text);
    let count = |text: &[u8], sign: u8| text.iter().filter(|byte| **byte == sign).count();
    while let Some(open) = text.strip_suffix(b")")
        && count(text, b')') > count(text, b'(')
    {
        text = trim(open);
    }
    text
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
            ("(vsFTPd 3.0.3)", "vsFTPd", &[3, 0, 3], ""),
            ("plexus-4(hybrid-8.1.20)", "plexus", &[4], "hybrid-8.1.20"),
            ("mod (hybrid-8.1 (a))", "mod (hybrid", &[8, 1], "a"),
            ("ircd-hybrid-1:8.2.43+dfsg.1-1", "ircd-hybrid", &[8, 2, 43], "+dfsg.1-1"),
            ("client-2:30", "client", &[2], "30"),
            ("u2.10.12.19", "u", &[2, 10, 12, 19], ""),
            ("u2.10.12.10+snircd(1.3.4a)", "u", &[2, 10, 12, 10], "+snircd(1.3.4a)"),
            ("Unreal3.2.8.1-1", "Unreal", &[3, 2, 8, 1], "1"),
            ("2.11.2p3", "", &[2, 11, 2], "p3"),
            ("mIRC32", "mIRC32", &[], ""),
            ("libssh2_1.9.0", "libssh2", &[1, 9, 0], ""),
            ("9.9.9 FlowSsh: WinSSHD", "9.9.9 FlowSsh: WinSSHD", &[], ""),
            ("irssi v1.4.3", "irssi", &[1, 4, 3], ""),
            ("hybrid-8.2.43", "hybrid", &[8, 2, 43], ""),
            ("WeeChat", "WeeChat", &[], ""),
        ] {
            assert_eq!(read(text), (name.to_owned(), numbers.to_vec(), addl.to_owned()), "{text}");
        }
    }
}
