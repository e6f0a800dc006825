//! A WebSocket seen by a flow's first bytes.

use alloc::vec::Vec;

use wiretale_protocol::{Direction, Opening};

use crate::upgrade::{LONGEST, fields, request};
use crate::{Piece, WebSocket, is_upgrade, may_be_upgrade};

/// What a flow's first bytes show.
#[derive(Debug)]
pub enum Sight<'a> {
    /// It is no WebSocket.
    None,
    /// More bytes would tell.
    Unsure,
    /// The client asks for one, and the server has not refused.
    Asked(Inside<'a>),
}

/// What is inside, as far as it is known.
#[derive(Debug)]
pub struct Inside<'a> {
    /// The client's request up to the empty line.
    pub request: &'a [u8],
    /// Both sides have agreed.
    pub open: bool,
    /// What the client sent in messages, one behind the other.
    pub client: Vec<u8>,
    /// What the server sent.
    pub server: Vec<u8>,
    ends: [Option<usize>; 2],
}

impl Inside<'_> {
    /// The first message of a side, if it is whole.
    #[must_use]
    pub fn first(&self, direction: Direction) -> Option<&[u8]> {
        let [client, server] = self.ends;
        match direction {
            Direction::Client => self.client.get(..client?),
            Direction::Server => self.server.get(..server?),
        }
    }

    /// Does the client ask for a subprotocol whose name ends so?
    #[must_use]
    pub fn asks_for(&self, suffix: &[u8]) -> bool {
        let values = fields(self.request, b"sec-websocket-protocol");
        values.flat_map(|value| value.split(|&byte| byte == b',')).any(|name| {
            let name = name.trim_ascii();
            let at = name.len().saturating_sub(suffix.len());
            name.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
        })
    }
}

/// Looks for a WebSocket in the first bytes of a flow, and into it.
#[must_use]
pub fn look<'a>(opening: &Opening<'a>) -> Sight<'a> {
    if !is_upgrade(opening.client) {
        return if may_be_upgrade(opening.client) { Sight::Unsure } else { Sight::None };
    }
    let (end, asks) = request(opening.client);
    let Some(request) = end.and_then(|end| opening.client.get(..end)) else {
        return if opening.client.len() >= LONGEST { Sight::None } else { Sight::Unsure };
    };
    if !asks {
        return Sight::None;
    }
    let mut inside = Inside { request, open: false, client: Vec::new(), server: Vec::new(), ends: [None; 2] };
    let mut websocket = WebSocket::default();
    for (direction, bytes) in [(Direction::Client, opening.client), (Direction::Server, opening.server)] {
        websocket.feed(direction, bytes, |piece| inside.take(direction, piece));
    }
    if websocket.is_foreign() { Sight::None } else { Sight::Asked(inside) }
}

impl Inside<'_> {
    fn take(&mut self, direction: Direction, piece: Piece<'_>) {
        let Self { open, client, server, ends: [client_end, server_end], .. } = self;
        let (bytes, end) = match direction {
            Direction::Client => (client, client_end),
            Direction::Server => (server, server_end),
        };
        match piece {
            Piece::Opened => *open = true,
            Piece::Bytes(more) => bytes.extend_from_slice(more),
            Piece::End => _ = end.get_or_insert(bytes.len()),
            Piece::Lost(_) | Piece::Compressed => {}
        }
    }
}
