//! IP fragments into datagrams, TCP segments into streams.
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
mod ledger;
mod limits;
mod options;
mod policy;

pub use anomaly::{Anomaly, Bound, Conflict, Winner};
pub use arrival::{Arrival, Demand, Sink, Verdict, Why};
pub use chunk::{Chunk, End};
pub use connection::Connection;
pub use fragment::{Datagram, FragmentAnomaly, FragmentLimits, FragmentPolicy, FragmentSink, Fragments};
pub use ledger::{Ledger, Reason};
pub use limits::Limits;
pub use policy::{Delivery, Host, Overlap, Policy, Urgent};
