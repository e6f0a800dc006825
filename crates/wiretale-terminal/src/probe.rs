//! Is it text that people and shells write to each other?

use alloc::vec::Vec;

use wiretale_protocol::{Opening, Probe, Transport};

use crate::telnet::{IAC, Telnet};

/// Left over if both sides, as far as they spoke, wrote text.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    if opening.flow.transport != Transport::Tcp || !is_text(opening.client) || !is_text(opening.server) {
        return Probe::No;
    }
    let spoke = opening.client.len() + opening.server.len();
    // A lone side might still turn out to be the first half of a protocol whose other half tells.
    let both = !opening.client.is_empty() && !opening.server.is_empty();
    match () {
        () if spoke == 0 => {
            if opening.last {
                Probe::No
            } else {
                Probe::Unsure
            }
        }
        () if both || opening.last || spoke >= ENOUGH => Probe::Leftover,
        () => Probe::Unsure,
    }
}

/// Does a side begin with what telnet offers or asks for (RFC 854)?
pub(crate) fn is_telnet(opening: &Opening<'_>) -> bool {
    [opening.server, opening.client].iter().any(|bytes| matches!(bytes, [IAC, 0xfa..=0xfe, 0..=50, ..]))
}

/// Text, as it stands or without telnet's commands.
fn is_text(bytes: &[u8]) -> bool {
    is_plain(bytes) || (has_commands(bytes) && is_plain(&without_commands(bytes)))
}

/// At least nineteen bytes in twenty are printable ASCII, UTF-8's upper half or white space. A few NULs are borne, which
/// terminals pass over: what writes a string with the byte behind it is no less a shell.
fn is_plain(bytes: &[u8]) -> bool {
    let is_odd = |byte| !matches!(byte, b'\t' | b'\n' | b'\r' | 0x07 | 0x08 | 0x1b | b' '..=b'~' | 0xa0..=0xff);
    let few = |odd: usize| odd * 20 <= bytes.len();
    let odd = count(bytes, is_odd);
    // Most text has none, and most of what is no text has more than NULs.
    let nuls = if odd == 0 { 0 } else { count(bytes, |byte| byte == 0) };
    few(odd - nuls)
        && (nuls == 0 || few(odd - nuls.min(padding(bytes))))
        && count(bytes, |byte| byte >= 0x80) * 2 <= bytes.len()
}

/// NULs that are no binary's: behind a carriage return, one at the end of some text, and up to four elsewhere if three
/// times as much is text.
fn padding(bytes: &[u8]) -> usize {
    let text = bytes.strip_suffix(b"\0").filter(|text| text.len() >= 2).unwrap_or(bytes);
    let nuls = count(text, |byte| byte == 0);
    let returns = if nuls == 0 { 0 } else { text.windows(2).filter(|pair| pair == b"\r\0").count() };
    let elsewhere = Some(nuls - returns).filter(|nuls| *nuls <= NULS && nuls * 4 <= text.len());
    bytes.len() - text.len() + returns + elsewhere.unwrap_or(0)
}

fn has_commands(bytes: &[u8]) -> bool {
    matches!(bytes, [b'\t' | b'\n' | b'\r' | b' '..=b'~' | IAC, ..])
        && bytes.windows(2).any(|pair| matches!(pair, [IAC, 0xf0..=0xfe]))
}

fn without_commands(bytes: &[u8]) -> Vec<u8> {
    let mut telnet = Telnet::default();
    bytes.iter().filter_map(|&byte| telnet.strip(byte)).collect()
}

/// How many bytes are so. Counted in bytes, of which many are counted at once.
#[inline]
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let count = |block: &[u8]| block.iter().fold(0_u8, |n, &byte| n.wrapping_add(u8::from(is(byte))));
    bytes.chunks(u8::MAX.into()).map(|block| usize::from(count(block))).sum()
}

const ENOUGH: usize = 512;
const NULS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_nuls_and_commands_hide_no_text() {
        for text in [
            &b"Who are you? \0"[..],
            b"# \0",
            b"\0\0\0\0Who are you? ",
            b"id\r\0",
            b"\xff\xfb\x01\xff\xfb\x03Who are you? ",
            b"Who are you? \xff\xfb\x01",
            b"\xff\xfd\x18\xff\xfd\x20",
        ] {
            assert!(is_text(text), "{}", text.escape_ascii());
        }
        for binary in
            [&b"\0\0\x04\0"[..], b"\0\0 \0", b"P\0\0\0", b"\x16\x03\x01\xff\xfb", b"W\0h\0o\0?\0 \0a\0m\0", b"\0\x0c"]
        {
            assert!(!is_text(binary), "{}", binary.escape_ascii());
        }
    }
}
