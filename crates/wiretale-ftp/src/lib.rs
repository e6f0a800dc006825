//! File Transfer Protocol off the wire: commands, replies, data connections, directories.
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

mod address;
mod channel;
mod data;
mod decoder;
mod event;
mod listing;
mod login;
mod nvt;
mod path;
mod pending;
mod probe;
mod replies;
mod reply;
mod session;
mod tls;
mod verb;

pub use data::{DataDecoder, DataEvent, FtpData, Opened};
pub use decoder::{Decoder, Ftp};
pub use event::{Answer, Channel, Command, Event, Exchange, Login, Reply, Transfer};
pub use listing::{Entry, Kind};
pub use verb::Verb;

// Arguments and reply texts are cut here, as Zeek does.
const MAX_TEXT: usize = 4096;
