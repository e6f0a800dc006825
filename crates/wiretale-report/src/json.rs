//! JSON lines: one object a row, dotted keys, unset cells left out, as Zeek writes them.

use std::io::Write as _;

use crate::text::{Piece, pieces, plain_run};

/// A quoted string. Bytes that are no UTF-8 become the text `\xNN`, as in Zeek; what [`crate::Shown`] holds back is
/// written as JSON's own escape.
pub(crate) fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let run = plain_run(text, *b"\\\"");
    out.extend_from_slice(&text[..run]);
    for (piece, bytes) in pieces(&text[run..]) {
        match piece {
            Piece::Plain('"') => out.extend_from_slice(b"\\\""),
            Piece::Plain('\\') => out.extend_from_slice(b"\\\\"),
            Piece::Plain(_) => out.extend_from_slice(bytes),
            Piece::Hidden('\n') => out.extend_from_slice(b"\\n"),
            Piece::Hidden('\r') => out.extend_from_slice(b"\\r"),
            Piece::Hidden('\t') => out.extend_from_slice(b"\\t"),
            Piece::Hidden(c) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
            Piece::Byte(byte) => {
                let _ = write!(out, "\\\\x{byte:02x}");
            }
        }
    }
    out.push(b'"');
}
