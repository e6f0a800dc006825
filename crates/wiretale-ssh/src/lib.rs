//! Secure Shell off the wire: identification, key exchange, and what lengths and times tell of the rest.
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

mod algorithms;
mod clear;
mod decoder;
mod event;
mod fingerprint;
mod frames;
mod hassh;
mod ident;
mod kexinit;
mod line;
mod method;
mod names;
mod probe;
mod protocol;
mod sealed;
mod ssh1;

pub use algorithms::{Algorithms, Choice};
pub use decoder::Decoder;
pub use event::{Event, Text};
pub use fingerprint::{HostKey, Md5Fingerprint, Sha256Fingerprint};
pub use hassh::Hassh;
pub use ident::{Ident, Speaks};
pub use kexinit::{Both, KexInit};
pub use method::Method;
pub use names::NameList;
pub use protocol::Ssh;
pub use sealed::{Confidence, Login, Session, Transfer, Typing, Volume};
