//! One IP packet and what it carries.

use crate::{Address, Endpoint, Segment, Timestamp, Transport};

/// One IP packet found in a frame. A frame with tunnels holds several, outermost first.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// When its frame was captured.
    pub at: Timestamp,
    /// Its IP header.
    pub ip: Ip,
    /// What it carries.
    pub body: Body<'a>,
    /// VLAN tags and the like around it.
    pub tags: Tags,
    /// How many tunnels it lies in: 0 for the outermost packet of a frame.
    pub depth: u8,
    /// Whether the checksum of the TCP, UDP or ICMP header was found right.
    pub checksum: Checksum,
}

/// What is worth knowing of an IP header, version 4 (RFC 791) or 6 (RFC 8200).
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    /// From whom.
    pub src: Address,
    /// To whom.
    pub dst: Address,
    /// Protocol of what it carries, behind all extension headers.
    pub protocol: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Length of the whole packet on the wire, header included, as the header says.
    pub total_len: u32,
    /// Length of the header with its options or extension headers.
    pub header_len: u16,
    /// Was the IPv4 header's checksum found right? Always true for IPv6.
    pub header_ok: bool,
}

impl Ip {
    /// No header at all, before the first one is read.
    pub(crate) const NONE: Self = Self {
        src: Address::UNSPECIFIED_V4,
        dst: Address::UNSPECIFIED_V4,
        protocol: 0,
        ttl: 0,
        total_len: 0,
        header_len: 0,
        header_ok: true,
    };
}

/// What an IP packet carries.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A TCP segment between two ports.
    Tcp {
        /// The sender's port.
        src_port: u16,
        /// The receiver's port.
        dst_port: u16,
        /// The segment.
        segment: Segment<'a>,
    },
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// An ICMP or ICMPv6 message.
    Icmp(Icmp<'a>),
    /// A fragment of a packet, to be put together first.
    Fragment(Fragment<'a>),
    /// Anything else.
    Other {
        /// The captured part of what follows the IP header.
        payload: &'a [u8],
        /// Bytes of it that were on the wire but not captured.
        missing: u32,
    },
}

/// A UDP datagram (RFC 768).
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The sender's port.
    pub src_port: u16,
    /// The receiver's port.
    pub dst_port: u16,
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// Payload bytes that were on the wire but not captured.
    pub missing: u32,
}

/// An ICMP message (RFC 792, RFC 4443).
#[derive(Clone, Copy, Debug)]
pub struct Icmp<'a> {
    /// Its type.
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// Is it ICMPv6?
    pub v6: bool,
    /// The captured part of what follows the first eight bytes.
    pub payload: &'a [u8],
    /// Bytes of it that were on the wire but not captured.
    pub missing: u32,
}

/// A fragment of an IP packet (RFC 791 section 2.3, RFC 8200 section 4.5).
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// The identification that its siblings share; 16 bits in IPv4, 32 in IPv6.
    pub id: u32,
    /// Where its payload stands in the whole, in bytes.
    pub offset: u32,
    /// Do more fragments follow?
    pub more: bool,
    /// Its captured payload.
    pub payload: &'a [u8],
    /// Payload bytes that were on the wire but not captured.
    pub missing: u32,
}

/// Whether a checksum was found right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checksum {
    /// It is right.
    Good,
    /// It is wrong.
    Bad,
    /// It was not computed: not asked for, absent, or the capture cut the packet.
    Unknown,
}

/// What stood around the IP packet.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tags {
    /// The outermost VLAN identifier.
    pub vlan: Option<u16>,
    /// The second VLAN identifier.
    pub inner_vlan: Option<u16>,
    /// The PPPoE session.
    pub pppoe: Option<u16>,
}

impl Packet<'_> {
    /// Sender and receiver with their ports; ICMP and others have 0 there.
    #[must_use]
    #[inline]
    pub fn endpoints(&self) -> (Endpoint, Endpoint) {
        let (src_port, dst_port) = match self.body {
            Body::Tcp { src_port, dst_port, .. } => (src_port, dst_port),
            Body::Udp(datagram) => (datagram.src_port, datagram.dst_port),
            Body::Icmp(_) | Body::Fragment(_) | Body::Other { .. } => (0, 0),
        };
        (Endpoint::new(self.ip.src, src_port), Endpoint::new(self.ip.dst, dst_port))
    }

    /// What carries its flow.
    #[must_use]
    #[inline]
    pub const fn transport(&self) -> Transport {
        match self.body {
            Body::Tcp { .. } => Transport::Tcp,
            Body::Udp(_) => Transport::Udp,
            Body::Icmp(_) => Transport::Icmp,
            Body::Fragment(_) | Body::Other { .. } => Transport::Other(self.ip.protocol),
        }
    }
}
