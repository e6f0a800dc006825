//! Internet Relay Chat off the wire: lines, messages, sessions, server links, CTCP.
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
#[cfg(test)]
extern crate std;

mod command;
mod event;
mod message;
mod parse;
mod protocol;
mod record;
mod tags;
mod wire;

pub use command::{COMMANDS, Command, Origin};
pub use event::{Dialect, Event, ModeChange, ModeKind, Refusal};
pub use message::{Message, Params, ParamsIter, Prefix, Source};
pub use parse::{Malformed, parse};
pub use protocol::{Decoder, Irc};
pub use record::{Record, RecordKind, Rows};
pub use tags::{MessageTag, Tags};
pub use wire::Wire;
