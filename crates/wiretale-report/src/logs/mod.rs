//! The logs, one file each: its columns and its rows.

pub mod conn;
pub mod dcc;
pub mod dns;
pub mod exposure;
pub mod files;
pub mod ftp;
pub mod irc;
pub mod irc_messages;
pub mod known_services;
pub mod notice;
pub mod software;
pub mod ssh;
pub mod stats;
pub mod weird;

use crate::table::Table;

/// Every log there is.
pub const ALL: [&Table; 14] = [
    &conn::TABLE,
    &irc::TABLE,
    &irc_messages::TABLE,
    &dcc::TABLE,
    &ftp::TABLE,
    &ssh::TABLE,
    &dns::TABLE,
    &files::TABLE,
    &weird::TABLE,
    &known_services::TABLE,
    &software::TABLE,
    &exposure::TABLE,
    &notice::TABLE,
    &stats::TABLE,
];
