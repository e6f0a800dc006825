//! Fragments into IP packets.

mod header;
mod partial;
mod table;

use bytes::Bytes;
use core::time::Duration;
use wiretale_packet::{Address, Timestamp};

pub use table::Fragments;

/// A packet put together from its fragments.
#[derive(Clone, Debug)]
pub struct Datagram {
    /// When its last missing fragment came.
    pub at: Timestamp,
    /// The whole packet: a plain IPv4 or IPv6 header with right lengths and checksum, then the payload.
    pub packet: Bytes,
    /// From whom.
    pub src: Address,
    /// To whom.
    pub dst: Address,
    /// Protocol of the payload.
    pub protocol: u8,
    /// TTL or hop limit of the first fragment.
    pub ttl: u8,
    /// Is it IPv6?
    pub v6: bool,
}

/// Who wins where fragments of one packet overlap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FragmentPolicy {
    /// By the nine cells of [`Overlap`](crate::Overlap).
    Overlap(crate::Overlap),
    /// The whole packet is dropped where bytes differ (RFC 5722; Linux since 4.19).
    Drop,
}

impl FragmentPolicy {
    /// The first copy wins. The default for IPv4.
    pub const FIRST: Self = Self::Overlap(crate::Overlap::FIRST);
    /// The last copy wins.
    pub const LAST: Self = Self::Overlap(crate::Overlap::LAST);
    /// BSD.
    pub const BSD: Self = Self::Overlap(crate::Overlap::BSD);
    /// Linux before 4.19.
    pub const LINUX: Self = Self::Overlap(crate::Overlap::from_mask(0b000_111_111));
    /// Windows.
    pub const WINDOWS: Self = Self::Overlap(crate::Overlap::from_mask(0b000_000_100));
    /// Solaris.
    pub const SOLARIS: Self = Self::Overlap(crate::Overlap::from_mask(0b000_000_110));
    /// The new fragment wins on its right; HP printers.
    pub const BSD_RIGHT: Self = Self::Overlap(crate::Overlap::from_mask(0b100_110_110));

    /// The policy of this name: `first`, `last`, `bsd`, `linux`, `windows`, `solaris`, `bsd-right`, `drop`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "first" => Self::FIRST,
            "last" => Self::LAST,
            "bsd" | "macos" => Self::BSD,
            "linux" | "old-linux" => Self::LINUX,
            "windows" | "vista" => Self::WINDOWS,
            "solaris" => Self::SOLARIS,
            "bsd-right" => Self::BSD_RIGHT,
            "drop" => Self::Drop,
            _ => return None,
        })
    }
}

/// Something odd about the fragments of one packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FragmentAnomaly<'a> {
    /// Two fragments overlap with the same bytes, but not in the same range.
    Overlap,
    /// Two fragments overlap with different bytes.
    Conflict(crate::Conflict<'a>),
    /// Two last fragments disagree on the length, or a fragment lies behind the last.
    SizeMismatch,
    /// A fragment ends past 65,535 bytes.
    TooLarge,
    /// A fragment that is not the last has a length that is no multiple of eight; hosts drop it.
    Unaligned,
    /// A fragment without data.
    Empty,
    /// The capture cut a fragment, so that its packet cannot be put together.
    Cut,
    /// A packet has more fragments than is allowed.
    TooMany,
    /// A packet was given up for the sake of others, all tables being full.
    Evicted,
    /// A packet was given up for its age.
    TimedOut,
    /// A packet was dropped for its conflicting overlap.
    Dropped,
}

impl FragmentAnomaly<'_> {
    /// Its name as a weird: Zeek's where Zeek has one.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Overlap => "fragment_overlap",
            Self::Conflict(_) => "fragment_inconsistency",
            Self::SizeMismatch => "fragment_size_inconsistency",
            Self::TooLarge => "excessively_large_fragment",
            Self::Unaligned => "fragment_unaligned",
            Self::Empty => "excessively_small_fragment",
            Self::Cut => "incompletely_captured_fragment",
            Self::TooMany => "fragment_limit",
            Self::Evicted => "fragment_evicted",
            Self::TimedOut => "fragment_timeout",
            Self::Dropped => "fragment_datagram_dropped",
        }
    }
}

/// Who is told of oddities among fragments, and who knows the hosts.
pub trait FragmentSink {
    /// Something odd about the fragments `src` sent to `dst`.
    fn anomaly(&mut self, src: Address, dst: Address, anomaly: FragmentAnomaly<'_>);

    /// The policy of the receiver `dst`; `None` for the default: first copy for IPv4, drop for IPv6.
    fn policy(&self, dst: Address) -> Option<FragmentPolicy> {
        let _ = dst;
        None
    }
}

/// How much the table of fragments may hold, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FragmentLimits {
    /// Bytes of payload, over all packets.
    pub bytes: usize,
    /// Packets.
    pub packets: usize,
    /// Fragments of one packet.
    pub fragments: usize,
    /// Packet time from a packet's first fragment.
    pub age: Duration,
}

impl Default for FragmentLimits {
    fn default() -> Self {
        Self { bytes: 16 << 20, packets: 16_384, fragments: 256, age: Duration::from_secs(30) }
    }
}
