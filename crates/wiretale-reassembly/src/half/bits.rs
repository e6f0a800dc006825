//! What is known of a half, one bit each.

/// Flags of a half.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Bits(u32);

impl Bits {
    pub(crate) const NONE: Self = Self(0);
    /// The number of its first byte is known.
    pub(crate) const STARTED: Self = Self(1);
    /// A packet of the sender was seen.
    pub(crate) const SEEN: Self = Self(1 << 1);
    /// The sender's SYN was seen.
    pub(crate) const SYN: Self = Self(1 << 2);
    /// The sender's SYN announced a window scale.
    pub(crate) const SCALED: Self = Self(1 << 3);
    /// The receiver acknowledged something.
    pub(crate) const CLAIMED: Self = Self(1 << 4);
    /// What the receiver offers to take is known.
    pub(crate) const EDGE: Self = Self(1 << 5);
    /// The receiver's window is closed.
    pub(crate) const SHUT: Self = Self(1 << 6);
    /// A FIN was seen.
    pub(crate) const FIN: Self = Self(1 << 7);
    /// The end was delivered.
    pub(crate) const ENDED: Self = Self(1 << 8);
    /// The sender uses timestamps.
    pub(crate) const STAMPED: Self = Self(1 << 9);
    /// The sender signs its segments.
    pub(crate) const SIGNED: Self = Self(1 << 10);
    /// Only lengths are wanted.
    pub(crate) const LENGTHS: Self = Self(1 << 11);
    /// Only lengths were wanted for some time.
    pub(crate) const UNWANTED: Self = Self(1 << 12);
    /// The other side fell silent: its word is not waited for.
    pub(crate) const ALONE: Self = Self(1 << 13);
    /// Delivery is on arrival, or that on acknowledgement was given up.
    pub(crate) const ON_ARRIVAL: Self = Self(1 << 14);
    /// Something waits here that time or packets settle: bytes that are held, at least.
    pub(crate) const WAITING: Self = Self(1 << 15);
    /// Some bytes are to be taken out of the stream.
    pub(crate) const SKIPS: Self = Self(1 << 16);

    /// The sender's SYN came with a signature and without: the answer tells which of them counts.
    pub(crate) const TWICE: Self = Self(1 << 17);

    /// More SYN-ACKs came than are kept: its first byte shows whether it begins where its receiver says.
    pub(crate) const LOOSE: Self = Self(1 << 18);

    /// The number of its first byte is known, and its sender was seen.
    pub(crate) const MET: Self = Self::STARTED.with(Self::SEEN);

    #[inline]
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is any bit of `other` set?
    #[inline]
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Are all bits of `wanted` set, and none of `barred`?
    #[inline]
    pub(crate) const fn all_without(self, wanted: Self, barred: Self) -> bool {
        self.0 & wanted.with(barred).0 == wanted.0
    }

    #[inline]
    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    #[inline]
    pub(crate) const fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}
