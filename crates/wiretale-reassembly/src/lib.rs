//! IP fragments into datagrams, TCP segments into streams.
//!
//! A [`Connection`] takes the segments of both sides as they were captured and yields, through a [`Sink`], each side's
//! stream: [`Chunk::Data`] in order, [`Chunk::Gap`] where bytes are not to be had, one [`Chunk::End`]. Bytes that arrive
//! in order are the packet's own slice: no copy, no allocation. What a modern host would ignore does not get in; what
//! can be read in two ways is settled by [`Policy`] and reported as an [`Anomaly`]. [`Fragments`] does the same for the
//! fragments of IP packets.
//!
//! Everything that waits is bounded by [`Limits`], and reaching a bound declares a gap and goes on: no packet that fills a
//! bound makes a stream deaf, and no forged timestamp from the future that never reached the receiver: what is too old by
//! it waits for what the receiver echoes. Every byte is accounted for in a [`Ledger`].
//!
//! It refuses to know what the bytes mean, to read a clock (time is the packets'), to check checksums (a capture on the
//! sending machine has none that are right), to resolve an ambiguity in silence, and to look for connections: whoever
//! has a table of flows does that.
//!
//! ```
//! use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
//! use wiretale_reassembly::{Anomaly, Arrival, Chunk, Connection, End, Limits, Policy, Sink};
//!
//! #[derive(Default)]
//! struct Text(Vec<u8>);
//!
//! impl Sink for Text {
//!     fn chunk(&mut self, _: Direction, _: u64, chunk: Chunk<'_>) {
//!         if let Chunk::Data(data) = chunk {
//!             self.0.extend_from_slice(data);
//!         }
//!     }
//!     fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
//!         assert_eq!(anomaly.name(), "midstream_pickup");
//!     }
//! }
//!
//! let (mut connection, mut text) = (Connection::new(Policy::default()), Text::default());
//! for (seq, payload) in [(1, &b"NICK "[..]), (11, b"\r\n"), (6, b"alice")] {
//!     let (seq, ack, flags) = (SeqNumber(seq), SeqNumber(1), Flags::ACK);
//!     let segment = Segment { seq, ack, flags, window: 1024, urgent: 0, options: &[], payload, missing: 0 };
//!     let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 64, origin: None };
//!     connection.segment(Direction::Client, &arrival, &Limits::default(), &mut text);
//! }
//! assert_eq!(text.0, b"NICK alice\r\n");
//! assert!(connection.ledger(Direction::Client).balanced());
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

mod accept;
mod anomaly;
mod arrival;
mod chunk;
mod connection;
mod doubt;
mod fragment;
mod half;
mod handshake;
mod held;
mod intake;
mod ledger;
mod limits;
mod next;
mod opening;
mod options;
mod policy;
mod reset;
mod signature;

pub use anomaly::{Anomaly, Bound, Conflict, Winner};
pub use arrival::{Arrival, Demand, Sink, Verdict, Why};
pub use chunk::{Chunk, End};
pub use connection::Connection;
pub use fragment::{Datagram, FragmentAnomaly, FragmentLimits, FragmentPolicy, FragmentSink, Fragments};
pub use ledger::{Ledger, Reason};
pub use limits::Limits;
pub use next::Next;
pub use policy::{Delivery, Host, Overlap, Policy, Urgent};
