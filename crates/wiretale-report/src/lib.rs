//! What was seen, written down: logs that read like Zeek's, and a page for a person.
//!
//! [`Logs`] is an observer: it hears every flow and every protocol's events, and writes rows into an [`Output`], as TSV
//! with Zeek's columns and escaping or as JSON lines. [`Logs::finish`] hands back the [`Digest`], which prints as a
//! summary. [`case`] tells what was found against a host: as a page, a letter, lists and rules. [`logs`] has the
//! columns of every log, a file each; [`Writer`] and [`Row`] write rows of any table.
//!
//! It refuses to write a byte from the wire that could end a cell, a line or the peace of a terminal; to show a secret;
//! and to read a clock: a log's `#open` and `#close` are the times of the capture's first and last packet, so that the
//! same capture gives the same bytes.
//!
//! ```
//! use wiretale_report::{Format, Memory, Writer, logs};
//! # use wiretale::protocol::{Address, Timestamp};
//!
//! let mut writer = Writer::new(Memory::default(), Format::Json);
//! writer.row(&logs::known_services::TABLE, |row| {
//!     row.time(Timestamp::from_parts(1, 0)).addr(Address::v4([10, 0, 0, 1])).port(22).word("tcp").set([&b"SSH"[..]])
//! });
//! let logs = writer.finish()?.logs;
//! assert_eq!(
//!     String::from_utf8_lossy(&logs["known_services"]),
//!     "{\"ts\":1.000000,\"host\":\"10.0.0.1\",\"port_num\":22,\"port_proto\":\"tcp\",\"service\":[\"SSH\"]}\n"
//! );
//! # Ok::<(), wiretale_report::WriteError>(())
//! ```
#![forbid(unsafe_code)]

pub mod case;
mod digest;
mod foremost;
mod hearsay;
mod id;
mod json;
pub mod logs;
mod number;
mod observer;
mod output;
mod row;
mod streams;
mod table;
mod tags;
mod text;
mod tsv;
mod usual;
mod writer;

pub use digest::Digest;
pub use id::Uid;
pub use observer::{Logs, Options, State};
pub use output::{Directory, Memory, Output, WriteError};
pub use row::{Format, Row};
pub use streams::Streams;
pub use table::{Column, Kind, Table};
pub use text::Shown;
pub use wiretale::score::Home;
pub use writer::Writer;
