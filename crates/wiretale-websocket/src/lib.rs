//! What a WebSocket carries (RFC 6455), as the stream it stands for.
//!
//! [`WebSocket`] takes both directions of a connection, the upgrade by HTTP first, and hands on what the data frames
//! carry, piece by piece: a slice of the packet where the payload is not masked, else through a small window in which
//! it is unmasked. [`look`] does the same with a flow's first bytes, so that a protocol can say whether it is the one
//! inside.
//!
//! It refuses to know what it carries, to gather messages, and to undo compression: of a compressed message it says so
//! and passes it over. Control frames are passed over too. Where bytes are lost inside a payload it goes on behind them;
//! where a frame's head is lost, the direction is lost with it, for frames have no marks by which to find the next.
//!
//! ```
//! use wiretale_protocol::Direction;
//! use wiretale_websocket::{Piece, WebSocket};
//!
//! let mut websocket = WebSocket::default();
//! let mut carried = Vec::new();
//! let mut with = |piece: Piece<'_>| match piece {
//!     Piece::Bytes(bytes) => carried.extend_from_slice(bytes),
//!     Piece::End => carried.push(b'\n'),
//!     _ => {}
//! };
//! websocket.feed(Direction::Client, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", &mut with);
//! websocket.feed(Direction::Server, b"HTTP/1.1 101 Switching Protocols\r\n\r\n", &mut with);
//! websocket.feed(Direction::Client, b"\x81\x85\x01\x02\x03\x04igohn", &mut with);
//! assert_eq!(carried, b"hello\n");
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation
    )
)]

extern crate alloc;

mod frames;
mod look;
mod upgrade;
mod websocket;

pub use look::{Inside, Sight, look};
pub use upgrade::{head, is_upgrade, may_be_upgrade, resumes};
pub use websocket::{Piece, WebSocket};

#[cfg(test)]
mod tests;
