//! Protocols known by name only: their flows' rows have the name, and there is no more to say.

use wiretale::protocol::Observe;
use wiretale::recognize::Named;

use super::Logs;
use crate::output::Output;

impl<W: Output> Observe<Named> for Logs<W> {}
