//! For the tests of wiretale: decoders driven by hand, conversations turned into frames, oracles.
//!
//! It writes bytes and compares them; it opens no socket.
//!
//! ```
//! use wiretale_packet::{Address, Direction, Endpoint, Timestamp};
//! use wiretale_testkit::{Weather, Wire};
//!
//! let mut wire = Wire::new(Weather::default(), 1);
//! let (client, server) = (Address::v4([10, 20, 0, 1]), Address::v4([203, 0, 113, 1]));
//! wire.tcp(Timestamp::from_parts(1_000_000_000, 0), Endpoint::new(client, 4000), Endpoint::new(server, 6667))
//!     .client("NICK alice\r\n")
//!     .server(":irc.example.edu 001 alice :Welcome\r\n")
//!     .close(Direction::Client);
//! assert_eq!(wire.into_frames().len(), 10);
//! ```
#![forbid(unsafe_code)]

pub mod build;
mod random;
pub mod scenario;
mod solo;
mod talk;
mod wire;

pub use random::Random;
pub use solo::{Deaf, Heard, Solo, assert_probe_law, assert_resume_law, assert_split_law, cut, flow, plain};
pub use talk::Talk;
pub use wire::{IpVersion, Weather, Wire, lend};
