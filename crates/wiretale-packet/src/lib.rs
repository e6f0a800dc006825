//! From a captured frame to the packets inside it, without a copy.
//!
//! [`dissect`] takes one [`Frame`] as a capture reader lends it and walks link layer, VLAN tags, MPLS, PPPoE, IP and
//! tunnels down to TCP segments, UDP datagrams, ICMP messages and IP fragments. Everything it returns borrows from the
//! frame; numbers are decoded once into host order.
//!
//! It refuses to allocate, to panic, to recurse, to reassemble (that is `wiretale-reassembly`) and to know any protocol
//! above TCP, UDP and ICMP. What it cannot read it says in a [`Skip`], with Zeek's name for it where there is one.
//!
//! ```
//! use wiretale_packet::{Body, Checks, Frame, LinkType, Timestamp, dissect};
//!
//! let mut bytes = [0; 44];
//! bytes[..10].copy_from_slice(&[0x45, 0, 0, 44, 0, 0, 0, 0, 64, 6]);
//! bytes[20..24].copy_from_slice(&[0x1a, 0x0b, 0x9c, 0x40]);
//! bytes[32] = 0x50;
//! bytes[40..].copy_from_slice(b"PING");
//! let frame = Frame { at: Timestamp::default(), link: LinkType::RAW, data: &bytes, wire_len: 44 };
//! for packet in dissect(frame, Checks::Ignore).flatten() {
//!     let Body::Tcp { src_port, segment, .. } = packet.body else { panic!("no TCP") };
//!     assert_eq!((src_port, segment.payload), (6667, &b"PING"[..]));
//! }
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

#[cfg(test)]
extern crate std;

mod address;
mod checksum;
mod dissect;
mod fast;
mod flow;
mod frame;
mod ip;
mod link;
mod options;
mod packet;
mod segment;
mod seq;
mod skip;
mod time;
mod transport;
mod tunnel;
mod view;
mod walk;

pub use address::{Address, Endpoint};
pub use dissect::{Dissect, dissect, dissect_datagram, dissect_ip};
pub use fast::{plain_tcp, plain_tcp_into};
pub use flow::{Direction, FlowKey, Transport};
pub use frame::{Frame, LinkType};
pub use options::{SackBlocks, TcpOption, TcpOptions};
pub use packet::{Body, Checksum, Datagram, Fragment, Icmp, Ip, Packet, Tags};
pub use segment::{Flags, Segment};
pub use seq::SeqNumber;
pub use skip::{Layer, Skip, Why};
pub use time::Timestamp;
pub use walk::{Checks, MAX_TUNNELS};
