//! A packet on its way to its flow, and the frame it came in.

use wiretale_packet::Packet;

use crate::recall::Lookback;
use crate::table::Sought;

/// A packet on its way to its flow.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'p, 'a> {
    pub(crate) packet: &'p Packet<'a>,
    pub(crate) within: &'p Within<'p>,
    pub(crate) sought: &'p Sought,
}

/// The frame a packet came in.
#[derive(Clone, Copy)]
pub(crate) struct Within<'w> {
    pub(crate) number: u64,
    pub(crate) lookback: Option<Lookback<'w>>,
    pub(crate) frame: &'w [u8],
}

impl Within<'_> {
    /// Where in the capture `payload` stands, if it is part of this frame.
    pub(crate) fn origin(&self, payload: &[u8]) -> Option<u64> {
        let lookback = self.lookback?;
        let offset = payload.as_ptr().addr().checked_sub(self.frame.as_ptr().addr())?;
        (offset < self.frame.len()).then(|| lookback.position + offset as u64)
    }
}
