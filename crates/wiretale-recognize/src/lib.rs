//! Common protocols recognised by their first bytes, by name only.
//!
//! [`Named`] stands last in a list of protocols and gives the rest of the world its names, so that "unknown" means
//! something: `http`, `ssl`, `smtp`, `rdp` and some forty more. The names are those of Zeek's `service` column, where
//! Zeek has one ([`is_zeeks`]).
//!
//! It refuses to decode anything: once a flow has its name, no more of it is wanted. It claims nothing that IRC, FTP,
//! SSH or DNS could be, and says no as soon as no name can fit, so that no flow waits for it.
//!
//! ```
//! use wiretale_recognize::recognize;
//! use wiretale_protocol::Transport;
//!
//! assert_eq!(recognize(Transport::Tcp, b"GET / HTTP/1.1\r\n", b""), Some("http"));
//! assert_eq!(recognize(Transport::Tcp, b"", b"SSH-2.0-OpenSSH_10.0\r\n"), None);
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

mod binary;
mod datagram;
mod named;
mod text;
mod view;

pub use named::{Decoder, Named, is_zeeks, recognize};

#[cfg(test)]
mod tests;
