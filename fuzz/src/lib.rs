//! The bodies of the fuzz targets: each takes any bytes and asserts what must hold for all of them.
//!
//! They are plain functions, so that `cargo test` replays stored inputs without a fuzzer.
#![forbid(unsafe_code)]

mod captures;
mod config;
mod conversation;
mod decoders;
mod ear;
mod evidence;
mod fragments;
mod frames;
mod geneva;
mod host;
mod law;
pub mod mangle;
mod model;
mod reassembly;
mod websocket;

use std::ffi::OsString;

pub use captures::{pcap, pcapng};
pub use config::config;
pub use conversation::tcp_state;
pub use decoders::{dcc, dcc_line, dns, ftp, ftp_data, irc, irc_line, recognize, ssh, terminal};
pub use evidence::evidence;
pub use fragments::fragments;
pub use frames::{ip_headers, packet, pipeline};
pub use geneva::geneva;
pub use reassembly::reassembly;
pub use websocket::websocket;

/// A target: its name, its body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("pcap", pcap),
    ("pcapng", pcapng),
    ("packet", packet),
    ("ip_headers", ip_headers),
    ("fragments", fragments),
    ("reassembly", reassembly),
    ("tcp_state", tcp_state),
    ("irc", irc),
    ("irc_line", irc_line),
    ("dcc", dcc),
    ("dcc_line", dcc_line),
    ("ftp", ftp),
    ("ftp_data", ftp_data),
    ("ssh", ssh),
    ("dns", dns),
    ("terminal", terminal),
    ("websocket", websocket),
    ("recognize", recognize),
    ("pipeline", pipeline),
    ("geneva", geneva),
    ("config", config),
    ("evidence", evidence),
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
