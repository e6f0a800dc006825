//! What a capture reader lends.

use crate::Timestamp;

/// One captured frame, borrowed from the reader.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was captured.
    pub at: Timestamp,
    /// How its first bytes are to be read.
    pub link: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// Its length on the wire; more than `data.len()` where the capture cut it.
    pub wire_len: u32,
}

impl Frame<'_> {
    /// Has the capture less of it than crossed?
    #[inline]
    #[must_use]
    pub fn is_cut(&self) -> bool {
        usize::try_from(self.wire_len).is_ok_and(|len| len > self.data.len())
    }
}

/// A link-layer header type, by its number in the registry of libpcap (`LINKTYPE_…`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a 32-bit address family in the capturing machine's byte order.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// IEEE 802.5 token ring.
    pub const TOKEN_RING: Self = Self(6);
    /// PPP, with or without HDLC-like framing.
    pub const PPP: Self = Self(9);
    /// FDDI.
    pub const FDDI: Self = Self(10);
    /// PPP in HDLC-like framing.
    pub const PPP_HDLC: Self = Self(50);
    /// PPPoE session packets.
    pub const PPP_ETHER: Self = Self(51);
    /// PPP with a direction first.
    pub const PPP_WITH_DIR: Self = Self(204);
    /// LLC over ATM (RFC 1483).
    pub const ATM_RFC1483: Self = Self(100);
    /// Cisco's HDLC.
    pub const C_HDLC: Self = Self(104);
    /// Frame relay.
    pub const FRAME_RELAY: Self = Self(107);
    /// Per-packet information, then another link type.
    pub const PPI: Self = Self(192);
    /// Raw IP, v4 or v6 by its first nibble.
    pub const RAW: Self = Self(101);
    /// IEEE 802.11.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback: a 32-bit address family in network order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture.
    pub const LINUX_SLL: Self = Self(113);
    /// IEEE 802.11 behind a Prism header.
    pub const IEEE802_11_PRISM: Self = Self(119);
    /// IEEE 802.11 behind a radiotap header.
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    /// IEEE 802.11 behind an AVS header.
    pub const IEEE802_11_AVS: Self = Self(163);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux netfilter log messages.
    pub const NFLOG: Self = Self(239);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}
