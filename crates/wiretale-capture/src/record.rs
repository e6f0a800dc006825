//! What all formats have in common: records, each of which says how long it is.

use std::ops::Range;

use wiretale_packet::{Frame, LinkType, Timestamp};

/// A frame's record: what it says, and where in the window its bytes stand.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) at: Timestamp,
    pub(crate) link: LinkType,
    pub(crate) data: Range<usize>,
    pub(crate) wire_len: u32,
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
