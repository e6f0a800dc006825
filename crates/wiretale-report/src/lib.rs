//! Logs and summaries.
#![forbid(unsafe_code)]

mod digest;
mod home;
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
mod writer;

pub use digest::Digest;
pub use home::Home;
pub use id::Uid;
pub use observer::{Logs, Options, State};
pub use output::{Directory, Memory, Output, WriteError};
pub use row::{Format, Row};
pub use streams::Streams;
pub use table::{Column, Kind, Table};
pub use text::Shown;
pub use writer::Writer;
