//! The engine: packets into flows, flows into decoders, decoders to one observer.
//!
//! An [`Analyzer`] takes frames in the order they were captured. It keeps the flow table, finds out who is client and
//! who server, keeps Zeek's account of every flow (state, history, bytes), has TCP streams put together, asks the
//! protocols of its list whose first bytes those are, and hands the bytes on to the one that says yes. Announced flows
//! (a DCC offer, an FTP data connection) are matched by their server's endpoint. Time is packet time alone.
//!
//! It refuses to name a protocol, to read a clock, to open a file, to keep what is over, and to grow without bound:
//! every table has a cap in [`Limits`], and [`Stats`] counts what a cap cost.
//!
//! A flow of which only one SYN was seen takes 80 bytes, one that was refused 64 more. It is opened towards the observer
//! when another packet passes, or when it is closed, with the times of its first packet.
//!
//! ```
//! use wiretale_flow::{Analyzer, Settings};
//! use wiretale_packet::{Frame, LinkType, Timestamp};
//! use wiretale_protocol::{Moment, Observer, Summary};
//!
//! #[derive(Default)]
//! struct Count(u32);
//! impl Observer for Count {
//!     type Flow = ();
//!     fn closed(&mut self, (): &mut (), _: &Moment<'_>, _: &Summary<'_>) {
//!         self.0 += 1;
//!     }
//! }
//!
//! let mut analyzer = Analyzer::<(), Count>::new(Count::default(), Settings::default());
//! let data = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xda, 10, 0, 0, 1, 10, 0, 0, 2, 8, 0, 0xf7, 0xff, 0, 0, 0, 0];
//! let frame = Frame { at: Timestamp::from_parts(1, 0), link: LinkType::RAW, data: &data, wire_len: 28 };
//! analyzer.packet(frame, 1);
//! assert_eq!(analyzer.finish().0, 1);
//! ```
#![forbid(unsafe_code)]

mod account;
mod aging;
mod ahead;
mod analyzer;
mod anew;
mod anomalies;
mod arrived;
mod behind;
mod carry;
mod clock;
mod commons;
mod community;
mod corrupt;
mod datagrams;
mod delivery;
mod doubt;
mod ending;
mod eviction;
mod expectations;
mod flows;
mod half;
mod held;
mod history;
mod id;
mod index;
mod joint;
mod key;
mod lone;
mod near;
mod open;
mod overhear;
mod party;
mod ports;
mod probing;
mod reading;
mod recall;
mod record;
mod refused;
mod resting;
mod roles;
mod room;
mod settings;
mod share;
mod shared;
mod sources;
mod spare;
mod stats;
mod steady;
mod steps;
mod sweep;
mod table;
mod turn;

pub use analyzer::Analyzer;
pub use clock::{Clock, Course};
pub use community::{CommunityId, community_id};
pub use near::{Far, near_all};
pub use ports::Ports;
pub use recall::{Lookback, Recall};
pub use settings::{Checksums, Limits, Network, Settings, Timeouts};
pub use share::Share;
pub use stats::Stats;

#[cfg(test)]
mod tests;
