//! One side of a dialogue, cut into what was said.

use alloc::vec::Vec;

use crate::telnet::Telnet;

/// The text of one side that has no line end yet, and how much of the side was read.
#[derive(Default, Debug)]
pub(crate) struct Side {
    // Never longer than LINE.
    open: Vec<u8>,
    telnet: Telnet,
    // The line's first LINE bytes were told; the rest of it is passed over.
    discarding: bool,
    pub(crate) read: usize,
}

impl Side {
    /// Takes one byte; true if it ended a line (which then stands in [`Side::text`]).
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        self.read += 1;
        match self.telnet.strip(byte) {
            Some(b'\n' | b'\r') => !core::mem::take(&mut self.discarding) && !self.open.is_empty(),
            Some(0) | None => false,
            Some(_) if self.discarding => false,
            Some(text) => {
                self.open.push(text);
                self.discarding = self.open.len() >= LINE;
                self.discarding
            }
        }
    }

    /// What was said since the last line end.
    pub(crate) fn text(&self) -> &[u8] {
        &self.open
    }

    /// Bytes of memory in it.
    pub(crate) const fn held(&self) -> usize {
        self.open.capacity()
    }

    /// It was told; forget it.
    pub(crate) fn told(&mut self) {
        self.open.clear();
    }

    /// Bytes were lost: what stands open is no whole line any more.
    pub(crate) fn gap(&mut self) {
        self.open.clear();
        self.telnet = Telnet::Text;
        self.discarding = true;
    }
}

const LINE: usize = 512;
