//! Captures on disk or on standard input, read frame by frame without a copy, and a writer of them.
//!
//! [`Capture`] reads pcap (micro- and nanoseconds, either byte order, Kuznetzov's variant) and pcapng (any number of
//! sections and interfaces), plain or compressed with gzip or zstd, and lends one [`Frame`] at a time, or [`Several`].
//! [`Merged`] reads several captures as one, in the order of time; [`Batches`] have bytes of their own, to be handed to other
//! threads. A capture that was cut off gives every packet before the cut, and then [`Error::Cut`].
//!
//! A packet that a capture gives no time, as a simple packet block of pcapng has none, is taken to have come with the one
//! before it, across sections too, so that time does not run back; in front of the first that has one it stands at 0, in
//! 1970. (libpcap gives all of them 0.)
//!
//! It refuses to look into the frames (that is `wiretale-packet`), to trust a length it has not seen the bytes of, and to
//! go on behind a broken record: what follows one cannot be told from noise.
//!
//! ```
//! use wiretale_capture::{Capture, write};
//! use wiretale_packet::{Frame, LinkType, Timestamp};
//!
//! let frame = Frame { at: Timestamp::from_parts(1, 0), link: LinkType::RAW, data: b"E...", wire_len: 60 };
//! let mut file = write::Pcap::micros(Vec::new(), LinkType::RAW)?;
//! file.frame(&frame)?;
//!
//! let mut capture = Capture::from_bytes(file.into_inner(), "made")?;
//! while let Some(frame) = capture.next() {
//!     assert_eq!(frame?.data, b"E...");
//! }
//! assert_eq!(capture.number(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod batches;
mod capture;
mod compressed;
mod error;
mod format;
mod frames;
mod merged;
mod pcap;
mod pcapng;
mod plain;
mod record;
mod source;
pub mod write;

pub use batches::Batches;
pub use capture::{Batch, Capture, Several};
pub use error::Error;
pub use frames::Frames;
pub use merged::Merged;
pub use plain::PlainFile;
pub use wiretale_packet::Frame;
