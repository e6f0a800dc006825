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

mod channels;
mod client;
mod command;
pub mod ctcp;
mod dcc;
mod event;
mod gather;
mod ledger;
mod link;
mod linked;
mod mask;
mod message;
mod modes;
mod owned;
mod parse;
mod probe;
mod protocol;
mod record;
mod replies;
mod sasl;
mod secrets;
mod server;
mod services;
mod session;
mod support;
mod tags;
mod talk;
mod websocket;
mod wire;

pub use channels::{Channel, Channels, Member, Topic};
pub use command::{COMMANDS, Command, Origin};
pub use event::{Dialect, Event, ModeChange, ModeKind, Refusal};
pub use message::{Message, Params, ParamsIter, Prefix, Source};
pub use parse::{Malformed, parse};
pub use protocol::{Decoder, Irc};
pub use record::{Record, RecordKind, Rows};
pub use session::Session;
pub use support::{Casemapping, Support};
pub use tags::{MessageTag, Tags};
pub use wire::Wire;
