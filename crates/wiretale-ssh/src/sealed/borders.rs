//! Packet borders in an encrypted direction, where the cipher leaves the lengths readable.

use super::seal::Seal;
use crate::frames::Framing;

/// Follows the lengths; loses its way at the first that cannot be one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Borders {
    framing: Framing,
    tag: u32,
    block: u32,
    head: [u8; 4],
    got: u8,
    // Bytes of the packet that are still to come, and its whole size.
    left: u64,
    size: u32,
    lost: bool,
}

impl Borders {
    /// Of an SSH2 direction under this seal; `None` where lengths are not readable.
    pub(crate) fn of(seal: &Seal) -> Option<Self> {
        seal.readable.then_some(Self::new(Framing::Two, seal.tag, seal.block))
    }

    /// Of SSH1, whose lengths are never encrypted.
    pub(crate) const fn one() -> Self {
        Self::new(Framing::One, 0, 1)
    }

    const fn new(framing: Framing, tag: u32, block: u32) -> Self {
        Self { framing, tag, block, head: [0; 4], got: 0, left: 0, size: 0, lost: false }
    }

    /// Calls `ended` with the size of each packet that ends in these bytes.
    pub(crate) fn data(&mut self, mut bytes: &[u8], mut ended: impl FnMut(u32)) {
        while !self.lost && !bytes.is_empty() {
            if self.left == 0 {
                bytes = self.take_head(bytes);
                continue;
            }
            let step = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            bytes = bytes.get(step..).unwrap_or_default();
            self.left -= step as u64;
            if self.left == 0 {
                ended(self.size);
            }
        }
    }

    /// So many bytes were lost: no matter, if they lie within a packet. Its size, if it ended with them.
    pub(crate) fn gap(&mut self, lost: u64) -> Option<u32> {
        if lost > self.left {
            self.lost = true;
            return None;
        }
        self.left -= lost;
        (self.left == 0).then_some(self.size)
    }

    /// It knows where it is.
    pub(crate) const fn sure(&self) -> bool {
        !self.lost
    }

    fn take_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while let Some(slot) = self.head.get_mut(usize::from(self.got))
            && let Some((&byte, tail)) = rest.split_first()
        {
            *slot = byte;
            self.got += 1;
            rest = tail;
        }
        if usize::from(self.got) == self.head.len() {
            self.got = 0;
            let length = u32::from_be_bytes(self.head);
            self.lost = length == 0 || length > LIMIT || !length.is_multiple_of(self.block);
            self.left = self.framing.total(length) - 4 + u64::from(self.tag);
            self.size = u32::try_from(self.left + 4).unwrap_or(u32::MAX);
        }
        rest
    }
}

/// Longer packets are none: it is something else that is read as a length.
const LIMIT: u32 = 1 << 20;
