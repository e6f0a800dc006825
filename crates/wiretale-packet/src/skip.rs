//! What was not dissected, and why.

use core::fmt;

use crate::Address;

/// A part of a frame that holds no packet we can read. Most are fine (ARP, spanning tree, a beacon).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Skip {
    /// The layer at which we stopped.
    pub layer: Layer,
    /// Where that layer begins, in bytes from the start of the frame.
    pub offset: u32,
    /// Why.
    pub why: Why,
    /// How many tunnels were entered.
    pub depth: u8,
    /// The sender in the innermost IP header that was read.
    pub src: Option<Address>,
    /// The receiver in that header.
    pub dst: Option<Address>,
}

/// A layer of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are the protocols'")]
pub enum Layer {
    Link,
    Ethernet,
    Llc,
    Mpls,
    Pppoe,
    Ppp,
    Pbb,
    VnTag,
    Null,
    LinuxSll,
    LinuxSll2,
    Hdlc,
    FrameRelay,
    TokenRing,
    Fddi,
    Ieee80211,
    Radiotap,
    Prism,
    Avs,
    Ppi,
    Nflog,
    /// IPv4 or IPv6, by the first nibble.
    Ip,
    Ipv4,
    Ipv6,
    Tcp,
    Udp,
    Icmp,
    Gre,
    Vxlan,
    Geneve,
    Teredo,
    Gtp,
    Ayiya,
}

/// Why a layer could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Why {
    /// The capture ends in the middle of its header (a snap-length cut).
    Cut,
    /// Its header does not fit into what the layer below says is there.
    Short,
    /// Its header says a length for itself that cannot be.
    HeaderLength,
    /// Its header says more bytes than were on the wire: a host drops it.
    TotalLength,
    /// A length of a field inside it contradicts its surroundings.
    Field,
    /// A version we do not know, or not the one announced.
    Version,
    /// Flags that nobody defined, or that make it unreadable.
    Flags,
    /// It carries nothing.
    Empty,
    /// It is encrypted.
    Encrypted,
    /// It carries something that is not IP, by the number the layer has for it.
    NotIp(u16),
    /// A link type, by its number, that nobody here can read.
    UnknownLink(u16),
    /// An IPv6 address that is IPv4-mapped, which never stands on a wire: a host drops it.
    Mapped,
    /// More IPv6 extension headers than any honest packet has.
    Extensions,
    /// More tunnels in one another than [`crate::MAX_TUNNELS`].
    Depth,
}

impl Skip {
    /// Zeek's name for it, or one in its manner where Zeek has none; nothing for what is no weirdness.
    #[must_use]
    pub const fn weird_name(&self) -> Option<&'static str> {
        use Layer as L;
        use Why as W;
        Some(match (self.layer, self.why) {
            (_, W::NotIp(_) | W::Encrypted) => return None,
            (_, W::UnknownLink(_)) => "unknown_link_type",
            (_, W::Depth) => "exceeded_tunnel_max_depth",
            (_, W::Mapped) => "IPv4_mapped_IPv6_address",
            (_, W::Extensions) => "excessive_IPv6_extension_headers",
            (L::Ip | L::Ipv4 | L::Ipv6, W::Version) if self.depth > 0 => "invalid_inner_IP_version",
            (L::Ip | L::Ipv4 | L::Ipv6, W::Version) => "unknown_ip_version",
            (L::Ipv4 | L::Ipv6, W::Field) => "internally_truncated_header",
            (L::Ip | L::Ipv4 | L::Ipv6, W::TotalLength) if self.depth > 0 => "inner_IP_payload_length_mismatch",
            (L::Ip | L::Ipv4 | L::Ipv6, W::TotalLength) => "truncated_IP_len",
            (L::Ip | L::Ipv4 | L::Ipv6, W::HeaderLength) => "invalid_IP_header_size",
            (L::Ip | L::Ipv4 | L::Ipv6, _) if self.depth > 0 => "truncated_inner_IP",
            (L::Ip | L::Ipv4 | L::Ipv6, _) => "truncated_IP",
            (L::Tcp, W::HeaderLength) => "bad_TCP_header_len",
            (L::Udp, W::HeaderLength) => "bad_UDP_length",
            (L::Tcp | L::Udp | L::Icmp, _) => "truncated_header",
            (L::Gre, W::Version) => "unknown_gre_version",
            (L::Gre, W::Flags) => "unknown_gre_flags",
            (L::Gre, _) => "truncated_GRE",
            (L::Geneve, W::Empty) => "geneve_empty_packet",
            (L::Geneve, _) => "truncated_Geneve",
            (L::Vxlan, _) => "truncated_VXLAN",
            (L::Teredo, _) => "truncated_Teredo",
            (L::Gtp, _) => "truncated_GTPv1",
            (L::Ayiya, _) => "truncated_AYIYA",
            (L::Ethernet, W::Field) => "invalid_frame_length",
            (L::Ethernet, _) => "truncated_ethernet_frame",
            (L::Llc, _) => "truncated_llc_header",
            (L::Nflog, W::Field) => "nflog_bad_tlv_len",
            (L::Nflog, _) => "truncated_nflog_header",
            (L::Mpls, _) => "truncated_mpls_header",
            (L::Pppoe, W::TotalLength) => "pppoe_truncated_payload",
            (L::Pppoe, _) => "truncated_pppoe_header",
            (L::Ppp, _) => "truncated_ppp_header",
            (L::Pbb, _) => "truncated_pbb_header",
            (L::VnTag, _) => "truncated_vntag_header",
            (L::LinuxSll, _) => "truncated_Linux_SLL_header",
            (L::LinuxSll2, _) => "truncated_Linux_SLL2_header",
            (L::Null, _) => "null_analyzer_failed",
            (L::Ieee80211, _) => "truncated_802_11_header",
            (L::Radiotap, _) => "truncated_radiotap_header",
            (L::Link | L::Hdlc | L::FrameRelay | L::TokenRing | L::Fddi | L::Prism | L::Avs | L::Ppi, _) => {
                "truncated_link_header"
            }
        })
    }
}

/// `Tcp at byte 34: its header says a length for itself that cannot be`.
impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at byte {}: {}", self.layer, self.offset, self.why)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "the capture ends in its header",
            Self::Short => "its header does not fit",
            Self::HeaderLength => "its header says a length for itself that cannot be",
            Self::TotalLength => "it says more bytes than were on the wire",
            Self::Field => "a length inside it cannot be",
            Self::Version => "unknown version",
            Self::Flags => "unknown flags",
            Self::Empty => "it carries nothing",
            Self::Encrypted => "it is encrypted",
            Self::NotIp(number) => return write!(f, "it carries {number:#06x}, not IP"),
            Self::UnknownLink(number) => return write!(f, "unknown link type {number}"),
            Self::Mapped => "an IPv6 address in it is IPv4-mapped",
            Self::Extensions => "too many extension headers",
            Self::Depth => "too many tunnels in one another",
        })
    }
}
