//! IP fragments into datagrams, TCP segments into streams.
#![no_std]
#![forbid(unsafe_code)]

mod chunk;

pub use chunk::{Chunk, End};
