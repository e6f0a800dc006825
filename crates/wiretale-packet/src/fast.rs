//! The straight line for what nearly every frame is: Ethernet, IP without options, TCP.

use crate::checksum::Sum;
use crate::ip::pair;
use crate::transport::TcpHead;
use crate::view::View;
use crate::{Address, Checks, Checksum, Frame, Ip, LinkType, Packet, Tags, Timestamp};

/// The packet of an Ethernet frame, with a VLAN tag or without, of a whole IPv4 or IPv6 header without options and a whole
/// TCP header, in which no length is out of order. Nothing for all other frames, which [`dissect`](crate::dissect) takes
/// step by step; where this gives a packet, it gives the same one and nothing else.
#[must_use]
#[inline]
pub fn plain_tcp<'a>(frame: &Frame<'a>, checks: Checks) -> Option<Packet<'a>> {
    let mut packet = None;
    plain_tcp_into(frame, checks, &mut packet);
    packet
}

/// The same, written where it is to stand: a packet is large enough that moving it there would take as long as a part of
/// its reading.
#[inline]
pub fn plain_tcp_into<'a>(frame: &Frame<'a>, checks: Checks, packet: &mut Option<Packet<'a>>) {
    *packet = None;
    if frame.link == LinkType::ETHERNET {
        ethernet_ip_tcp(frame.at, View::new(frame.data, frame.wire_len), checks, packet);
    }
}

/// The same for a view that begins with an Ethernet header; `packet` is left as it is where this gives none.
#[inline]
pub(crate) fn ethernet_ip_tcp<'a>(
    at: Timestamp,
    view: View<'a>,
    checks: Checks,
    packet: &mut Option<Packet<'a>>,
) -> Option<()> {
    let (&[.., t0, t1], bytes) = view.bytes.split_first_chunk::<14>()?;
    let (kind, tags, bytes, before) = match [t0, t1] {
        VLAN => tagged(bytes)?,
        kind => (kind, Tags::default(), bytes, 14),
    };
    let frame = Inside { at, tags, bytes, room: view.wire.checked_sub(before)?, checks };
    match kind {
        IPV4 => frame.ipv4_tcp(packet),
        IPV6 => frame.ipv6_tcp(packet),
        _ => None,
    }
}

/// What a frame carries, beginning with an IP header, and how many bytes of it were on the wire.
struct Inside<'a> {
    at: Timestamp,
    tags: Tags,
    bytes: &'a [u8],
    room: u32,
    checks: Checks,
}

impl<'a> Inside<'a> {
    #[inline]
    fn ipv4_tcp(&self, packet: &mut Option<Packet<'a>>) -> Option<()> {
        // Both headers at once: what is asked of a length is asked once.
        let (heads, rest) = self.bytes.split_first_chunk::<40>()?;
        let (ip, tcp) = heads.split_first_chunk::<20>()?;
        let &[first, _, l0, l1, _, _, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = ip;
        let fragment = u16::from_be_bytes([f0, f1]) & 0x3fff;
        let total_len = u32::from(u16::from_be_bytes([l0, l1]));
        if [first, protocol] != [0x45, TCP] || fragment != 0 || total_len > self.room {
            return None;
        }
        let (own, addresses) = sums(ip);
        let ip = Ip {
            src: Address::v4([s0, s1, s2, s3]),
            dst: Address::v4([d0, d1, d2, d3]),
            protocol,
            ttl,
            total_len,
            header_len: 20,
            header_ok: self.checks != Checks::Verify || own.with(addresses).is_intact(),
        };
        self.tcp(ip, tcp.first_chunk()?, rest, addresses, packet)
    }

    fn ipv6_tcp(&self, packet: &mut Option<Packet<'a>>) -> Option<()> {
        let (heads, rest) = self.bytes.split_first_chunk::<60>()?;
        let (ip, tcp) = heads.split_first_chunk::<40>()?;
        let &[first, _, _, _, l0, l1, protocol, ttl, ref addresses @ ..] = ip;
        let total_len = u32::from(u16::from_be_bytes([l0, l1])).saturating_add(40);
        if [first >> 4, protocol] != [6, TCP] || total_len > self.room {
            return None;
        }
        let (src, dst) = pair(addresses)?;
        let ip = Ip { src, dst, protocol, ttl, total_len, header_len: 40, header_ok: true };
        self.tcp(ip, tcp.first_chunk()?, rest, Sum::default().add(addresses), packet)
    }

    /// The packet of these two headers, in front of `rest`; `addresses` is their part in the sum.
    #[inline]
    fn tcp(
        &self,
        ip: Ip,
        head: &'a [u8; 20],
        rest: &'a [u8],
        addresses: Sum,
        packet: &mut Option<Packet<'a>>,
    ) -> Option<()> {
        let wire = ip.total_len.checked_sub(ip.header_len.into())?;
        // What stands behind the IP packet is padding.
        let behind = wire.checked_sub(20)?;
        let rest = View::new(rest, behind).limit(behind);
        let headers = usize::from(ip.header_len) + 20;
        let tcp = TcpHead::of(head, rest)?;
        let pseudo = wire.saturating_add(TCP.into()).to_be_bytes();
        let checksum = match rest.missing() {
            0 if self.checks == Checks::Verify => {
                let whole = self.bytes.get(..headers + rest.bytes.len()).unwrap_or_default();
                addresses.add_word(pseudo).add(head).add_from(headers, whole).verdict()
            }
            _ => Checksum::Unknown,
        };
        *packet = Some(Packet { at: self.at, ip, body: tcp.body(), tags: self.tags, depth: 0, checksum });
        Some(())
    }
}

/// What stands behind a VLAN tag, of what kind it is, and how many bytes of the frame stand before it.
#[cold]
fn tagged(bytes: &[u8]) -> Option<([u8; 2], Tags, &[u8], u32)> {
    let (&[c0, c1, t0, t1], bytes) = bytes.split_first_chunk::<4>()?;
    let tags = Tags { vlan: Some(u16::from_be_bytes([c0, c1]) & 0x0fff), ..Tags::default() };
    Some(([t0, t1], tags, bytes, 18))
}

/// The sum of an IPv4 header up to its addresses, and that of its addresses, which belong to the pseudo header of what it
/// carries as well.
#[inline]
fn sums(head: &[u8; 20]) -> (Sum, Sum) {
    let (own, addresses) = head.split_at(12);
    (Sum::default().add(own), Sum::default().add(addresses))
}

const IPV4: [u8; 2] = [0x08, 0x00];
const IPV6: [u8; 2] = [0x86, 0xdd];
const VLAN: [u8; 2] = [0x81, 0x00];

/// The protocol; in a sum of words of 16 bits it may stand with the length, which is below 2^16.
const TCP: u8 = 6;
