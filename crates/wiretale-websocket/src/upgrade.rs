//! The request and its answer, in HTTP.

use alloc::vec::Vec;

use memchr::{memchr, memchr_iter, memmem};
use wiretale_protocol::{Direction, Probe, scan};

/// Could a client that begins so be asking for a WebSocket?
#[must_use]
pub fn is_upgrade(client: &[u8]) -> bool {
    client.starts_with(METHOD)
}

/// The same, of bytes that may be fewer than tell.
#[must_use]
pub fn may_be_upgrade(client: &[u8]) -> bool {
    is_upgrade(client) || !client.is_empty() && METHOD.starts_with(client)
}

/// Does a client go on so to ask for one, behind other requests?
#[must_use]
pub fn resumes(client: &[u8]) -> Probe {
    if !is_upgrade(client) {
        return if may_be_upgrade(client) { Probe::Unsure } else { Probe::No };
    }
    match request(client) {
        (Some(end), true) if end <= LONGEST => Probe::Yes,
        (None, _) if client.len() < LONGEST => Probe::Unsure,
        _ => Probe::No,
    }
}

/// How many of these bytes are a request's head: all of them while it is not over.
#[must_use]
pub fn head(client: &[u8]) -> usize {
    let over = |end: &&[u8]| Some(memmem::find(client, end)? + end.len());
    HEAD_ENDS.iter().filter_map(over).min().unwrap_or(client.len())
}

/// A head of HTTP, up to the empty line.
#[derive(Debug, Default)]
pub(crate) struct Upgrade(Vec<u8>);

impl Upgrade {
    pub(crate) const fn held(&self) -> usize {
        self.0.capacity()
    }

    /// Takes what belongs to the head, and says what it comes to; `None` while more must come.
    pub(crate) fn read(&mut self, bytes: &mut &[u8], direction: Direction) -> Option<bool> {
        let Self(head) = self;
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            head.push(byte);
            // Who does not answer in HTTP does not agree.
            if direction == Direction::Server && head.len() <= ANSWER.len() && !ANSWER.starts_with(head) {
                return Some(false);
            }
            if is_over(head) {
                return Some(match direction {
                    Direction::Client => asks(head),
                    Direction::Server => agrees(head),
                });
            }
            if head.len() >= LONGEST {
                return Some(false);
            }
        }
        None
    }
}

// Does it end with an empty line?
fn is_over(head: &[u8]) -> bool {
    HEAD_ENDS.iter().any(|end| head.ends_with(end))
}

/// Does this request ask for a WebSocket?
pub(crate) fn asks(head: &[u8]) -> bool {
    is_upgrade(head) && request(head).1
}

/// Where the head of a request ends, if it is over, and whether it asks for a WebSocket: in one walk, as every request of
/// HTTP is looked at.
pub(crate) fn request(bytes: &[u8]) -> (Option<usize>, bool) {
    let mut asks = false;
    for at in memchr_iter(b'\n', bytes) {
        let Some((head, line)) = bytes.split_at_checked(at + 1) else { break };
        let end = LINE_ENDS.iter().find(|end| line.starts_with(end));
        if let Some(end) = end {
            return (Some(head.len() + end.len()), asks);
        }
        asks |= field(line, b"upgrade").is_some_and(|value| value.eq_ignore_ascii_case(b"websocket"));
    }
    (None, asks)
}

/// Does this answer agree to it?
pub(crate) fn agrees(head: &[u8]) -> bool {
    head.starts_with(ANSWER) && head.get(9..12) == Some(b"101")
}

/// The values of the header fields of this name.
pub(crate) fn fields<'a>(head: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    scan::pieces(head, b'\n').filter_map(move |line| field(line, name))
}

/// The value of the header field with which these bytes begin, if it is of this name.
fn field<'a>(bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = bytes.split_at_checked(name.len())?;
    // Nearly always the colon stands elsewhere.
    let value = value.strip_prefix(b":")?;
    if !start.eq_ignore_ascii_case(name) {
        return None;
    }
    let end = memchr(b'\n', value).unwrap_or(value.len());
    value.get(..end).map(<[u8]>::trim_ascii)
}

const METHOD: &[u8] = b"GET ";
const ANSWER: &[u8] = b"HTTP/1.";
pub(crate) const LONGEST: usize = 8192;
// A lone LF ends a line, too (RFC 9112 section 2.2).
const LINE_ENDS: [&[u8]; 2] = [b"\r\n", b"\n"];
const HEAD_ENDS: [&[u8]; 2] = [b"\n\r\n", b"\n\n"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const PIECES: [&[u8]; 9] = [
        b"GET / HTTP/1.1",
        b"\r\n",
        b"\n",
        b"\r",
        b"Upgrade:",
        b"upgrade: WebSocket",
        b" websocket ",
        b"Host: a",
        b":",
    ];

    // Line by line, in a head that is cut off first.
    fn plainly(bytes: &[u8]) -> (Option<usize>, bool) {
        let over = (0..=bytes.len()).find(|end| is_over(&bytes[..*end]));
        let lines = bytes[..over.unwrap_or(bytes.len())].split(|byte| *byte == b'\n').skip(1);
        let asks = lines.filter_map(|line| line.split_at_checked(8)).any(|(name, value)| {
            name.eq_ignore_ascii_case(b"upgrade:") && value.trim_ascii().eq_ignore_ascii_case(b"websocket")
        });
        (over, asks)
    }

    proptest! {
        #[test]
        fn one_walk_finds_what_a_look_at_each_line_does(pieces in vec(0..PIECES.len(), 0..12)) {
            let bytes: Vec<u8> = pieces.iter().flat_map(|at| PIECES[*at]).copied().collect();
            for cut in 0..=bytes.len() {
                let (over, asks) = plainly(&bytes[..cut]);
                prop_assert_eq!(request(&bytes[..cut]), (over, asks), "{:?}", bytes[..cut].escape_ascii());
                prop_assert_eq!(head(&bytes[..cut]), over.unwrap_or(cut));
            }
        }
    }

    #[test]
    fn fields_have_their_values() {
        let head = b"GET / HTTP/1.1\r\nUpgrade:\r\nwebsocket\r\nUPGRADE: h2c \nupgrade";
        assert!(fields(head, b"upgrade").eq([&b""[..], b"h2c"]));
        assert!(!asks(head));
    }
}
