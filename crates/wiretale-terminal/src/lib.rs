//! Dialogues in plain text that no known protocol claims: a shell on an odd port, a listener that asks "Who are you?",
//! telnet.
//!
//! Put last in a protocol list it takes every TCP flow whose first bytes are text and which nobody else wants. It says
//! who greeted, what was asked and what was answered, line by line; a server's words without a line end, followed by
//! the client's, are a prompt. Telnet's commands (RFC 854) are taken out, and a flow that begins with them is named
//! `telnet`. What a server sends back of what was typed is passed over where it stands alone.
//!
//! What a client answers to a question for a password is a secret: the line reads `<hidden>`, and so does the server's
//! that sends it back; an exposure is told.
//!
//! It refuses to read more than [`LIMIT`] bytes of a direction, and to guess at what is no text.
//!
//! ```
//! use wiretale_terminal::Terminal;
//! use wiretale_testkit::Solo;
//!
//! let mut solo = Solo::<Terminal>::new();
//! solo.server("Who are you? ").client("sesame99\n").server("# ").client("id\n").end();
//! assert_eq!(solo.said()[0], r#"Client Greeting("Who are you? ")"#);
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

mod decoder;
mod probe;
mod relend;
mod side;
mod telnet;
mod words;

pub use decoder::{Decoder, Event, LIMIT, Terminal};
