//! The straight line for what nearly every frame is: Ethernet, IPv4 without options, TCP.

use crate::checksum::Sum;
use crate::transport::TcpHead;
use crate::view::View;
use crate::{Address, Checks, Checksum, Frame, Ip, LinkType, Packet, Tags, Timestamp};

/// The packet of an Ethernet frame, with a VLAN tag or without, of a whole IPv4 header without options and a whole TCP
/// header, in which no length is out of order. Nothing for all other frames, which [`dissect`](crate::dissect) takes step
/// by step; where this gives a packet, it gives the same one and nothing else.
#[must_use]
#[inline]
pub fn plain_tcp<'a>(frame: &Frame<'a>, checks: Checks) -> Option<Packet<'a>> {
    if frame.link != LinkType::ETHERNET {
        return None;
    }
    ethernet_ipv4_tcp(frame.at, View::new(frame.data, frame.wire_len), checks)
}

/// The same for a view that begins with an Ethernet header.
#[inline]
pub(crate) fn ethernet_ipv4_tcp(at: Timestamp, view: View<'_>, checks: Checks) -> Option<Packet<'_>> {
    let (&[.., t0, t1], bytes) = view.bytes.split_first_chunk::<14>()?;
    let (tags, bytes, before) = match [t0, t1] {
        IPV4 => (Tags::default(), bytes, 14),
        VLAN => tagged(bytes)?,
        _ => return None,
    };
    let (head, bytes) = bytes.split_first_chunk::<20>()?;
    let &[first, _, l0, l1, _, _, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = head;
    let fragment = u16::from_be_bytes([f0, f1]) & 0x3fff;
    let total_len = u32::from(u16::from_be_bytes([l0, l1]));
    let room = view.wire.checked_sub(before)?;
    if [first, protocol] != [0x45, 6] || fragment != 0 || total_len < 40 || total_len > room {
        return None;
    }
    let message = View::new(bytes, room.saturating_sub(20)).limit(total_len.saturating_sub(20));
    let tcp = TcpHead::read(message).ok()?;
    let verify = checks == Checks::Verify;
    let (own, addresses) = sums(head);
    let ip = Ip {
        src: Address::v4([s0, s1, s2, s3]),
        dst: Address::v4([d0, d1, d2, d3]),
        protocol,
        ttl,
        total_len,
        header_len: 20,
        header_ok: !verify || own.with(addresses).is_intact(),
    };
    let checksum = match message.missing() {
        0 if verify => addresses.add_word(message.wire.saturating_add(TCP).to_be_bytes()).add(message.bytes).verdict(),
        _ => Checksum::Unknown,
    };
    Some(Packet { at, ip, body: tcp.body(), tags, depth: 0, checksum })
}

/// Behind a VLAN tag that is the only one, the IPv4 header, and how many bytes of the frame stand before it.
#[cold]
fn tagged(bytes: &[u8]) -> Option<(Tags, &[u8], u32)> {
    let (&[c0, c1, t0, t1], bytes) = bytes.split_first_chunk::<4>()?;
    let tags = Tags { vlan: Some(u16::from_be_bytes([c0, c1]) & 0x0fff), ..Tags::default() };
    ([t0, t1] == IPV4).then_some((tags, bytes, 18))
}

/// The sum of an IPv4 header up to its addresses, and that of its addresses, which belong to the pseudo header of what it
/// carries as well.
#[inline]
fn sums(head: &[u8; 20]) -> (Sum, Sum) {
    let (words, _) = head.as_chunks::<4>();
    let add = |sum: Sum, word: &[u8; 4]| sum.add_word(*word);
    let (own, addresses) = words.split_at(3);
    (own.iter().fold(Sum::default(), add), addresses.iter().fold(Sum::default(), add))
}

const IPV4: [u8; 2] = [0x08, 0x00];
const VLAN: [u8; 2] = [0x81, 0x00];

/// The protocol; in a sum of words of 16 bits it may stand with the length, which is below 2^16.
const TCP: u32 = 6;
