//! The request and its answer, in HTTP.

use alloc::vec::Vec;

use memchr::memchr_iter;
use wiretale_protocol::{Direction, scan};

/// Could a client that begins so be asking for a WebSocket?
#[must_use]
pub fn is_upgrade(client: &[u8]) -> bool {
    client.starts_with(METHOD)
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
            if head.ends_with(EMPTY_LINE) {
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

/// Does this request ask for a WebSocket?
pub(crate) fn asks(head: &[u8]) -> bool {
    is_upgrade(head) && fields(head, b"upgrade").any(|value| value.eq_ignore_ascii_case(b"websocket"))
}

/// Does this answer agree to it?
pub(crate) fn agrees(head: &[u8]) -> bool {
    head.starts_with(b"HTTP/1.") && head.get(9..12) == Some(b"101")
}

/// The values of the header fields of this name.
pub(crate) fn fields<'a>(head: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    scan::pieces(head, b'\n').filter_map(move |line| {
        let (start, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// Where a head ends; `None` where it is not over.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    memchr_iter(b'\n', bytes)
        .map(|at| at + 1)
        .find(|&end| bytes.get(..end).is_some_and(|head| head.ends_with(EMPTY_LINE)))
}

pub(crate) const METHOD: &[u8] = b"GET ";
pub(crate) const LONGEST: usize = 8192;
const EMPTY_LINE: &[u8] = b"\r\n\r\n";
