//! What pcap and pcapng have in common: a header, then records, each of which says how long it is.

use std::ops::Range;

use wiretale_packet::{Frame, LinkType, Timestamp};

use crate::pcap::Pcap;
use crate::pcapng::Pcapng;

/// The state of a reader between two records.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// A frame's record: what it says, and where in the window its bytes stand.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) at: Timestamp,
    pub(crate) link: LinkType,
    pub(crate) data: Range<usize>,
    pub(crate) wire_len: u32,
}

/// What stands at the start of a window.
#[derive(Debug)]
pub(crate) enum Step {
    /// A frame, and the length of its record.
    Frame(Record, usize),
    /// Something of this length, more than zero, that is no frame.
    Skip(usize),
    /// A record of which the window does not hold enough: it must have at least so many bytes.
    Need(usize),
}

/// Why a record cannot be read.
#[derive(Debug)]
pub(crate) enum Fault {
    Broken(&'static str),
    Link(u32),
    Unknown(Vec<u8>),
}

/// The longest record that is believed, in bytes.
pub(crate) const MAX_RECORD: usize = 256 << 20;

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

impl Record {
    /// The same in a window that begins so many bytes before.
    #[inline]
    pub(crate) fn behind(self, len: usize) -> Self {
        Self { data: self.data.start + len..self.data.end + len, ..self }
    }

    #[inline]
    pub(crate) fn frame<'a>(&self, window: &'a [u8]) -> Frame<'a> {
        let data = window.get(self.data.clone()).unwrap_or_default();
        Frame { at: self.at, link: self.link, data, wire_len: self.wire_len }
    }
}
