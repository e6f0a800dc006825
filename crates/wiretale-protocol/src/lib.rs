//! The seam between streams and protocols.
//!
//! A [`Protocol`] says whether the first bytes of a flow are its own ([`Protocol::probe`]) and turns the [`Chunk`]s of
//! both directions into borrowed events. An [`Observer`] hears of flows; `Observe<P>` hears the events of protocol `P`,
//! each with the observer's own state for that flow. A protocol set is a list type, `(Irc, (Ssh, ()))`, which
//! [`Services`] walks; no file names all protocols but the one that writes that list.
//!
//! It refuses to name a protocol, to own a flow table, to read a clock and to fail: bytes from the wire make an event
//! or a [`Weird`], never an error.
//!
//! ```
//! use wiretale_protocol::Lines;
//!
//! let mut lines = Lines::new(512);
//! let mut seen = Vec::new();
//! for chunk in [&b"NICK ali"[..], b"ce\r\nUSER a 0 * :Alice\r\n"] {
//!     let mut input = chunk;
//!     while let Some(line) = lines.next(&mut input) {
//!         seen.push(line.bytes.to_vec());
//!     }
//! }
//! assert_eq!(seen, [&b"NICK alice"[..], b"USER a 0 * :Alice"]);
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

mod content;
mod context;
mod expectation;
mod lend;
mod lines;
mod observer;
mod pair;
mod passed;
mod place;
mod protocol;
mod records;
pub mod scan;
mod secret;
mod services;
mod summary;
mod text;
mod weirds;

pub use content::Content;
pub use context::{Context, Shared};
pub use expectation::{Expectation, Note};
pub use lend::Lend;
pub use lines::{Line, Lines};
pub use observer::{Flow, FlowId, Moment, Observe, Observer, Stray, Weird};
pub use passed::{Packets, Passed};
pub use place::{Began, Place, Step};
pub use protocol::{Demand, Opening, Probe, Protocol};
pub use records::{Record, Records};
pub use secret::{Exposure, Outcome, SecretKey, Tag};
pub use services::{Either, Identified, Services};
pub use summary::{Side, State, Summary};
pub use text::Escaped;
pub use weirds::{Quota, Weirds};
pub use wiretale_packet::{Address, Direction, Endpoint, Timestamp, Transport};
pub use wiretale_reassembly::{Chunk, End};
