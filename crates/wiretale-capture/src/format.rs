//! Which of the formats a capture is in.

use crate::pcap::Pcap;
use crate::pcapng::Pcapng;
use crate::record::{Fault, Step};

/// The state of a reader between two records.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Format {
    /// How many bytes [`Format::sniff`] wants to see.
    pub(crate) const HEADER: usize = 24;

    /// The format of a capture that begins with `window`, and the length of its header.
    pub(crate) fn sniff(window: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        if Pcapng::begins(window) {
            return Ok(Some((Self::Pcapng(Pcapng::default()), 0)));
        }
        match Pcap::parse(window)? {
            Some((pcap, len)) => Ok(Some((Self::Pcap(pcap), len))),
            None if Pcap::begins(window) => Ok(None),
            None => Err(Fault::Unknown(window.iter().take(4).copied().collect())),
        }
    }

    #[inline(always)]
    pub(crate) fn step(&mut self, window: &[u8]) -> Result<Step, Fault> {
        match self {
            Self::Pcap(pcap) => pcap.step(window),
            Self::Pcapng(pcapng) => pcapng.step(window),
        }
    }
}
