//! Direct client-to-client connections: offers, file transfers with their acknowledgements, chats.
//!
//! IRC carries the offers, inside CTCP messages: [`parse`] reads one, and a session's [`Negotiation`] follows what
//! becomes of them and announces the connections they lead to. [`Dcc`] decodes a transfer and its acknowledgements,
//! [`DccChat`] the lines of a chat. [`Offers`] folds all of it into one record per offer, from offer to outcome.
//!
//! It refuses to know IRC (who said it and to whom is told to it), to decode what TLS hides, and to believe an offer
//! more than the flow itself: an offer adds a reading, and the bytes decide.
//!
//! ```
//! use wiretale_dcc::{Message, parse};
//!
//! let Ok(Message::Offer(offer)) = parse(b"SEND \"my song.mp3\" 3325256905 33000 150245") else {
//!     panic!("an offer")
//! };
//! assert_eq!(offer.name, b"my song.mp3");
//! assert_eq!(offer.address.to_string(), "198.51.100.201");
//! assert_eq!((offer.port, offer.size), (33000, Some(150_245)));
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

mod acknowledgements;
mod address;
mod announced;
mod chat;
mod event;
mod grammar;
mod message;
mod negotiation;
mod offers;
mod relend;
mod transfer;

pub use announced::{Announced, OfferId, Provenance};
pub use chat::{ChatDecoder, DccChat};
pub use event::{Event, Outcome};
pub use grammar::parse;
pub use message::{Kind, Malformed, Message, Offer, Place};
pub use negotiation::{Change, Negotiation, Step};
pub use offers::{Fate, Offers, Record, Resumed};
pub use relend::LendOffers;
pub use transfer::{Dcc, TransferDecoder};
