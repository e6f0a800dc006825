//! File Transfer Protocol off the wire: commands, replies, data connections, directories.
//!
//! [`Ftp`] decodes the control connection (RFC 959, 1639, 2228, 2389, 2428, 3659, 4217, 7151). It pairs each command with
//! its last reply, follows the login and the working directory, and announces each data connection twice: when `PASV`,
//! `PORT` and the like name it, and again when the command that uses it comes. [`FtpData`] decodes what was announced.
//!
//! Behind the server's goodbye (221), or where the client says what is no command and the server what is no reply, the
//! connection is for others to claim.
//!
//! It refuses to let a password out (a guest's excepted), to believe an address outside a reply whose code promises
//! one, and to know a data connection by its bytes.
//!
//! Bounds: a line 8192 bytes; an argument, a reply's text and a path 4096 each; a user's name 128; 20 pending commands.
//!
//! The example feeds a decoder by a helper of our tests; `examples/alone.rs` does it with what this crate and
//! `wiretale-protocol` have.
//!
//! ```
//! use wiretale_ftp::Ftp;
//! use wiretale_testkit::Solo;
//!
//! let mut session = Solo::<Ftp>::new();
//! session.server("220 drop.box FTP server ready.\r\n").client("USER psycho\r\n").server("331 Password?\r\n");
//! session.client("PASS 0wn3d\r\n").server("230 In.\r\n");
//! let said = session.said();
//! assert!(said.iter().any(|line| line == "Server exposed ftp account psycho scope  Accepted"));
//! assert!(said.iter().any(|line| line.starts_with("Server Exchange(PASS <hidden> -> 230 In.;")));
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

extern crate alloc;

mod adat;
mod address;
mod announced;
mod channel;
mod data;
mod decoder;
mod event;
mod listing;
mod login;
mod nvt;
mod path;
mod pending;
mod probe;
mod relend;
mod replies;
mod reply;
mod session;
mod software;
mod tls;
mod verb;

pub use adat::Mechanism;
pub use data::{DataDecoder, DataEvent, FtpData, Opened};
pub use decoder::{Decoder, Ftp};
pub use event::{Answer, Channel, Command, Event, Exchange, Login, Reply, Transfer};
pub use listing::{Entry, Kind};
pub use login::is_guest;
pub use software::{Software, software};
pub use verb::Verb;

// Arguments and reply texts are cut here, as Zeek does.
const MAX_TEXT: usize = 4096;
