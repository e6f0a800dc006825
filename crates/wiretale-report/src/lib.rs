//! Logs and summaries.
#![forbid(unsafe_code)]

mod home;
mod id;
mod json;
pub mod logs;
mod number;
mod output;
mod row;
mod table;
mod text;
mod tsv;
mod writer;

pub use home::Home;
pub use id::Uid;
pub use output::{Directory, Memory, Output, WriteError};
pub use row::{Format, Row};
pub use table::{Column, Kind, Table};
pub use text::Shown;
pub use writer::Writer;
