//! What a control connection leaves for its data connection.

use alloc::vec::Vec;

use wiretale_packet::Endpoint;
use wiretale_protocol::FlowId;

use crate::{Channel, Verb};

/// The command, what was known when it came, and where it came.
#[derive(Clone)]
pub(crate) struct Announced {
    pub(crate) command: Option<Verb>,
    pub(crate) name: Vec<u8>,
    pub(crate) path: Vec<u8>,
    pub(crate) user: Option<Vec<u8>>,
    pub(crate) start: u64,
    pub(crate) size: Option<u64>,
    pub(crate) channel: Channel,
    pub(crate) parent: FlowId,
    pub(crate) server: Endpoint,
    // The control connection went over to TLS once: this one may be TLS too.
    pub(crate) secured: bool,
}

impl Announced {
    /// Bytes on the heap.
    pub(crate) fn held(&self) -> usize {
        self.name.capacity() + self.path.capacity() + self.user.as_ref().map_or(0, Vec::capacity)
    }
}
