//! The bodies of the fuzz targets: each takes any bytes and asserts what must hold for all of them.
//!
//! They are plain functions, so that `cargo test` replays stored inputs without a fuzzer.
#![forbid(unsafe_code)]

mod decoders;
mod frames;
mod streams;

use std::ffi::OsString;

pub use decoders::{dcc, dcc_line, dns, ftp, irc, irc_line, recognize, ssh, terminal};
pub use frames::{packet, pcap, pipeline};
pub use streams::{fragments, reassembly};

/// A target: its name, its body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("pcap", pcap),
    ("packet", packet),
    ("fragments", fragments),
    ("reassembly", reassembly),
    ("irc", irc),
    ("irc_line", irc_line),
    ("dcc", dcc),
    ("dcc_line", dcc_line),
    ("ftp", ftp),
    ("ssh", ssh),
    ("dns", dns),
    ("terminal", terminal),
    ("recognize", recognize),
    ("pipeline", pipeline),
];

/// Runs `body` on the contents of files.
///
/// # Panics
/// If a file cannot be read, or the body finds something wrong.
pub fn replay(files: impl Iterator<Item = OsString>, body: fn(&[u8])) {
    for file in files {
        let data = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.to_string_lossy()));
        body(&data);
    }
}
