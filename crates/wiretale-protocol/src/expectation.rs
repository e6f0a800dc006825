//! Flows that other flows announce.

use alloc::sync::Arc;
use core::any::Any;
use core::fmt;

use wiretale_packet::{Address, Endpoint, Timestamp};

use crate::FlowId;

/// A flow announced by another: a DCC offer, the answer to an FTP `PASV`.
///
/// It adds a reading to what the flow itself shows, and never takes one away.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The protocol's tag ([`crate::Protocol::TAG`]).
    pub tag: &'static str,
    /// Where the connection will be made to.
    pub server: Endpoint,
    /// From where, if that is known.
    pub client: Option<Address>,
    /// What the decoder of that flow should know.
    pub note: Note,
    /// The flow that announced it.
    pub parent: FlowId,
    /// When it was announced.
    pub announced: Timestamp,
}

/// What one decoder leaves for another: a value of a type only their protocol knows. A copy of it is the same value.
#[derive(Clone)]
pub struct Note(Arc<dyn Any + Send + Sync>);

impl Note {
    /// A note that holds `value`.
    #[must_use]
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value, if it is a `T`.
    pub fn take<T: Any + Send + Sync + Clone>(self) -> Option<T> {
        self.0.downcast().ok().map(Arc::unwrap_or_clone)
    }

    /// A look at the value, if it is a `T`.
    #[must_use]
    pub fn peek<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note")
    }
}
