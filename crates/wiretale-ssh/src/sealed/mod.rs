//! The encrypted part: lengths and times.

mod session;

pub use session::{Confidence, Login, Session, Transfer, Typing, Volume};
