//! How the host that receives a stream settles what the protocol leaves open.

/// Who wins where a new segment overlaps one that waits, as nine bits.
///
/// Cell `3 * start + end`, where `start` and `end` say whether the new segment begins and ends before (0), with (1) or
/// after (2) the old one; a set bit lets the new bytes win. Relations are taken against segments as they arrived, not
/// as they were trimmed, since rules for pairs do not compose otherwise. Bytes already delivered never change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Overlap(u16);

impl Overlap {
    /// The first copy always wins: Zeek, and what a reader expects. The default.
    pub const FIRST: Self = Self(0);
    /// The last copy always wins: Cisco IOS and its like.
    pub const LAST: Self = Self(0b111_111_111);
    /// BSD, macOS, Windows 2000 and XP.
    pub const BSD: Self = Self(0b000_000_111);
    /// Linux 2.4 and later.
    pub const LINUX: Self = Self(0b000_100_111);
    /// Linux 2.2 and earlier.
    pub const OLD_LINUX: Self = Self(0b000_110_111);
    /// Solaris 9 and later, HP-UX 11.
    pub const SOLARIS: Self = Self(0b100_110_110);
    /// Windows Vista and later, the same as [`Self::FIRST`].
    pub const WINDOWS: Self = Self::FIRST;

    /// A policy of one's own: the low nine bits of `mask`.
    #[must_use]
    pub const fn from_mask(mask: u16) -> Self {
        Self(mask & 0b111_111_111)
    }

    /// The nine bits.
    #[must_use]
    pub const fn mask(self) -> u16 {
        self.0
    }

    /// The policy of this name: `first`, `last`, `bsd`, `linux`, `old-linux`, `solaris`, `windows`, `vista`, `macos`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "first" => Self::FIRST,
            "windows" | "vista" => Self::WINDOWS,
            "last" => Self::LAST,
            "bsd" | "macos" => Self::BSD,
            "linux" => Self::LINUX,
            "old-linux" => Self::OLD_LINUX,
            "solaris" => Self::SOLARIS,
            _ => return None,
        })
    }

    /// Does a new segment at `new` win over an old one at `old` (both start and end)?
    pub(crate) fn new_wins(self, new: (u64, u64), old: (u64, u64)) -> bool {
        let cell = 3 * relation(new.0, old.0) + relation(new.1, old.1);
        self.0 >> cell & 1 == 1
    }
}

impl Default for Overlap {
    fn default() -> Self {
        Self::FIRST
    }
}

/// What becomes of the byte that an urgent pointer marks (RFC 6093; the byte before the pointer, as hosts do it).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Urgent {
    /// It stays in the stream, as with `SO_OOBINLINE`.
    #[default]
    Inline,
    /// It leaves the stream, as Linux does by default. Tied to its place in the stream, whatever is sent twice.
    Skip,
}

/// When bytes reach the reader of a stream.
///
/// Arrival is the default because in-order bytes are then lent straight from the frame: holding them for their
/// acknowledgement means copying every one. What it gives up, telling a forged segment from the real one by the
/// receiver's answer, is made up by reporting every overlap with other bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Delivery {
    /// As soon as they are in order.
    #[default]
    OnArrival,
    /// When the receiver acknowledges them; on arrival where the receiver is not seen to acknowledge anything, which
    /// is reported.
    OnAck,
}

/// How one receiving host behaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Host {
    /// Who wins an overlap.
    pub overlap: Overlap,
    /// What becomes of urgent bytes.
    pub urgent: Urgent,
    /// When its bytes are delivered.
    pub delivery: Delivery,
}

/// How both ends of a connection behave as receivers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Policy {
    /// The client, who receives what the server sends.
    pub client: Host,
    /// The server, who receives what the client sends.
    pub server: Host,
}

impl Policy {
    /// Both ends alike.
    #[must_use]
    pub const fn same(host: Host) -> Self {
        Self { client: host, server: host }
    }
}

const fn relation(new: u64, old: u64) -> u16 {
    if new < old {
        0
    } else if new == old {
        1
    } else {
        2
    }
}
