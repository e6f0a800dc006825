//! Internet Relay Chat off the wire: lines, messages, sessions, server links, CTCP.
//!
//! [`parse`] reads one line into a borrowed [`Message`] (RFC 1459 section 2.3.1, with the tags of IRCv3). [`Irc`] is the
//! protocol: its [`Decoder`] cuts both directions into lines, follows who the client is, in which channels, and with whom
//! where the observer wants to hear of others, and says so as [`Event`]s: every line, and behind it what the line means.
//! Links between servers (RFC 2813, TS6, InspIRCd, UnrealIRCd) and IRC inside WebSockets are read alike. What stands
//! behind `DCC` goes to `wiretale-dcc`.
//!
//! It refuses to let a secret out: passwords, keys and their like are `<hidden>` in every event, and told of only as an
//! [`Exposure`](wiretale_protocol::Exposure). It refuses to believe the client where only the server can know, to grow
//! without bound, and to guess encodings anywhere but in [`text`].
//!
//! ```
//! use wiretale_irc::{Command, parse};
//!
//! let message = parse(b"@time=12:00 :ann!a@host.example PRIVMSG #garden :tomatoes!").unwrap();
//! assert_eq!(message.command, Command::Privmsg);
//! assert_eq!(message.source().name, b"ann");
//! assert_eq!(message.param(0), b"#garden");
//! assert_eq!(message.param(1), b"tomatoes!");
//! assert_eq!(message.tags.get(b"time"), Some(&b"12:00"[..]));
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
#[cfg(test)]
extern crate std;

mod behind;
mod brief;
mod casemapping;
mod channels;
mod client;
mod command;
pub mod ctcp;
mod dcc;
mod event;
mod gather;
mod introduced;
mod labels;
mod ledger;
mod link;
mod linked;
mod mask;
mod masks;
mod member;
mod members;
mod message;
mod modes;
mod name;
pub mod numerics;
mod owned;
mod params;
mod parse;
mod probe;
mod protocol;
mod proxy;
#[cfg(test)]
mod readme;
mod record;
mod relend;
mod replies;
mod rows;
mod said;
mod sasl;
mod secret;
mod secrets;
mod server;
mod services;
mod session;
mod shelf;
mod support;
mod tags;
mod talk;
pub mod text;
mod whois;
mod whose;
mod whox;
mod wire;

pub use casemapping::Casemapping;
pub use channels::{Channel, Channels, Topic};
pub use command::{COMMANDS, Command, Origin};
pub use event::{Dialect, Event, ModeChange, ModeKind, Refusal, Severity};
pub use masks::{Listed, Mask};
pub use member::Member;
pub use message::{Message, Prefix, Source};
pub use params::{Params, ParamsIter};
pub use parse::{Malformed, parse};
pub use protocol::{Decoder, Irc};
pub use record::{LinkRow, ListRow, Record, RecordKind, WhoRow};
pub use rows::Rows;
pub use session::Session;
pub use shelf::{Shelf, ShelfMark};
pub use support::Support;
pub use tags::{MessageTag, Tags};
pub use whois::Whois;
pub use whox::Whox;
pub use wire::Wire;
