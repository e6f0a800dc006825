//! Zeek's tab-separated logs.

use std::io::Write as _;

use wiretale::packet::Timestamp;

use crate::table::Table;
use crate::text::{Piece, hex, pieces, plain_run};

/// The lines before the first row. `opened` is the time of the capture's first packet, not of the clock: the same
/// capture gives the same bytes.
pub(crate) fn header(out: &mut Vec<u8>, table: &Table, opened: Timestamp) {
    out.extend_from_slice(b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n");
    let _ = writeln!(out, "#path\t{}\n#open\t{}", table.name, stamp(opened));
    out.extend_from_slice(b"#fields");
    table.columns.iter().for_each(|column| {
        let _ = write!(out, "\t{}", column.name);
    });
    out.extend_from_slice(b"\n#types");
    table.columns.iter().for_each(|column| {
        let _ = write!(out, "\t{}", column.kind.as_str());
    });
    out.push(b'\n');
}

/// The line after the last row. `closed` is the time of the capture's last packet.
pub(crate) fn footer(out: &mut Vec<u8>, closed: Timestamp) {
    let _ = writeln!(out, "#close\t{}", stamp(closed));
}

/// A text as a cell, or as an element of a set. A text that would read as "unset" or as "empty" has its first byte
/// escaped; valid UTF-8 stays as it is, as in Zeek, but for what [`crate::Shown`] holds back.
pub(crate) fn text(out: &mut Vec<u8>, text: &[u8], in_set: bool) {
    if text.is_empty() {
        return out.extend_from_slice(b"(empty)");
    }
    let mut rest = text;
    if rest == b"-" || rest == b"(empty)" {
        hex(out, rest[0]);
        rest = &rest[1..];
    }
    let run = if in_set { plain_run(rest, *b"\\,") } else { plain_run(rest, *b"\\") };
    out.extend_from_slice(&rest[..run]);
    for (piece, bytes) in pieces(&rest[run..]) {
        match piece {
            Piece::Plain('\\') => out.extend_from_slice(b"\\\\"),
            Piece::Plain(',') if in_set => hex(out, b','),
            Piece::Plain(_) => out.extend_from_slice(bytes),
            Piece::Hidden(_) | Piece::Byte(_) => bytes.iter().for_each(|&byte| hex(out, byte)),
        }
    }
}

/// `2026-11-21-22-13-20`, in UTC.
fn stamp(at: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(at.nanos().into())
        .map_or_else(|_| at.to_string(), |at| at.strftime("%Y-%m-%d-%H-%M-%S").to_string())
}
