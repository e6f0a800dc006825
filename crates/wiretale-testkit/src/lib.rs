//! For the tests of wiretale: decoders driven by hand, conversations turned into captures, oracles.
//!
//! It writes bytes and compares them; it opens no socket.
#![forbid(unsafe_code)]

mod solo;

pub use solo::{Heard, Solo, assert_split_law, cut};
