//! Are these first bytes Secure Shell's?

use wiretale_protocol::{Opening, Probe};
use wiretale_websocket::{Sight, look};

/// Looks at what stands inside a WebSocket where the client asks for one.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    match look(opening) {
        Sight::None => bare(opening),
        Sight::Unsure if opening.last => Probe::No,
        Sight::Unsure => Probe::Unsure,
        Sight::Asked(inside) => bare(&Opening { client: &inside.client, server: &inside.server, ..*opening }),
    }
}

/// May a client that said something else before go on so?
pub(crate) fn resumes(client: &[u8]) -> Probe {
    side(client)
}

/// Does the client name itself to a server that sends packets already?
pub(crate) fn has_begun(opening: &Opening<'_>) -> bool {
    side(opening.client) == Probe::Yes && opening.server.first() == Some(&0)
}

// Yes where either side identifies itself as SSH does, unless the client begins with something else.
fn bare(opening: &Opening<'_>) -> Probe {
    match (side(opening.client), server(opening.server)) {
        (Probe::No, _) => Probe::No,
        (Probe::Yes, _) | (_, Probe::Yes) => Probe::Yes,
        (_, Probe::No) if opening.client.is_empty() => Probe::No,
        _ if opening.last => Probe::No,
        _ => Probe::Unsure,
    }
}

// What begins with the identification, leading line ends aside.
fn side(bytes: &[u8]) -> Probe {
    let start = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let bytes = bytes.get(start..).unwrap_or_default();
    let known = bytes.len().min(MARK.len());
    match (bytes.get(..known), MARK.get(..known)) {
        (Some(own), Some(mark)) if own.eq_ignore_ascii_case(mark) => version(bytes.get(MARK.len())),
        _ => Probe::No,
    }
}

fn version(digit: Option<&u8>) -> Probe {
    match digit {
        None => Probe::Unsure,
        Some(b'1' | b'2') => Probe::Yes,
        Some(_) => Probe::No,
    }
}

// A server may send lines of text first (RFC 4253 §4.2): any of its lines may be the identification, and while there is
// nothing but text the client has to tell. Behind what is no text nothing counts.
fn server(bytes: &[u8]) -> Probe {
    let text = |&byte: &u8| byte >= b' ' || matches!(byte, b'\r' | b'\n' | b'\t');
    let lines = bytes.iter().position(|byte| !text(byte)).and_then(|end| bytes.get(..end));
    if lines.unwrap_or(bytes).split(|&byte| byte == b'\n').any(|line| side(line) == Probe::Yes) {
        Probe::Yes
    } else if lines.is_none() {
        Probe::Unsure
    } else {
        Probe::No
    }
}

const MARK: &[u8] = b"SSH-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_what_is_no_text_nothing_counts() {
        assert_eq!(server(b"Welcome\r\nSSH-2.0-b\r\n"), Probe::Yes);
        assert_eq!(server(b"Welcome\r\nSSH-"), Probe::Unsure);
        assert_eq!(server(b"SSH-2.0-a\r\n\0\0\x01"), Probe::Yes);
        // Whoever said no does not come back on it.
        assert_eq!(server(b"\0\0\x01"), Probe::No);
        assert_eq!(server(b"\0\0\x01\r\nSSH-2.0-b\r\n"), Probe::No);
    }
}
