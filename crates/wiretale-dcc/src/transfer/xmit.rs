//! What stands before the file in an XMIT: four bytes each way.
//!
//! The sender says when the file was last changed, the receiver how much of it he has; the sender goes on from there.
//! As Floe and its kin do it: there is no standard.

/// Both words, as far as they came.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The sender's: Unix time.
    pub(super) modified: Word,
    /// The receiver's: a position in the file.
    pub(super) position: Word,
}

/// Four bytes, the highest first.
#[derive(Debug, Default)]
pub(super) struct Word {
    bytes: [u8; 4],
    known: usize,
}

impl Word {
    /// Takes what is missing.
    pub(super) fn take(&mut self, bytes: &mut &[u8]) {
        while let Some(place) = self.bytes.get_mut(self.known) {
            let Some((&byte, rest)) = bytes.split_first() else { return };
            *place = byte;
            self.known += 1;
            *bytes = rest;
        }
    }

    /// The number, if it is whole.
    pub(super) fn number(&self) -> Option<u32> {
        (self.known == self.bytes.len()).then(|| u32::from_be_bytes(self.bytes))
    }

    /// The bytes that came.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.known).unwrap_or_default()
    }
}
