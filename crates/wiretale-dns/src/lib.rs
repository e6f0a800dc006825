//! Names for addresses, from the DNS answers seen on the wire.
//!
//! [`Message`] reads one DNS message (RFC 1035) without copying: header, questions, records, each name a [`Name`] that
//! follows its compression only when it is read. [`Dns`] decodes a flow, over UDP and TCP, multicast and link-local
//! included, and pairs replies with queries. [`Names`] keeps what addresses were called.
//!
//! The parser is our own. The libraries for this format (`simple-dns`, `hickory-proto`) read a message whole or not at
//! all; here an answer that is cut off, or has one bad record, still yields all records before that place.
//!
//! It refuses to follow a name forward or in a circle, to resolve anything, and to decode what a record's type does not
//! make clear.
//!
//! ```
//! use wiretale_dns::Message;
//!
//! let bytes = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03irc\x07example\x03edu\0\0\x01\0\x01";
//! let message = Message::parse(bytes).unwrap();
//! let question = message.questions().next().unwrap().unwrap();
//! assert_eq!(question.name.to_string(), "irc.example.edu");
//! assert_eq!(wiretale_dns::type_name(question.kind), Some("A"));
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

mod codes;
mod decoder;
mod event;
mod message;
mod name;
mod names;
mod netbios;
mod pending;
mod probe;
mod record;
mod relend;

pub use codes::{class_name, is_readable, netbios_opcode_name, opcode_name, rcode_name, type_name};
pub use decoder::{Decoder, Dns};
pub use event::{Answer, Asked, Event, Query, Reply};
pub use message::{Flags, Message, Question, Questions, Records, Section, Unreadable};
pub use name::Name;
pub use names::Names;
pub use netbios::{is_netbios, netbios_type_name};
pub use record::{Data, Record};
