//! The straight line for what nearly every frame is: Ethernet, IPv4 without options, TCP.

use crate::checksum::Sum;
use crate::transport::{self, TcpHead};
use crate::view::View;
use crate::{Address, Checks, Endpoint, Frame, Ip, LinkType, Packet, Tags, Timestamp};

/// The packet of an Ethernet frame with a whole IPv4 header without options and a whole TCP header, in which no length
/// is out of order; nothing for all other frames, which go step by step. Both ways come to the same.
#[inline]
pub(crate) fn ethernet_ipv4_tcp(at: Timestamp, view: View<'_>, checks: Checks) -> Option<Packet<'_>> {
    let (&[.., t0, t1], bytes) = view.bytes.split_first_chunk::<14>()?;
    let (head, bytes) = bytes.split_first_chunk::<20>()?;
    let &[first, _, l0, l1, _, _, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = head;
    let fragment = u16::from_be_bytes([f0, f1]) & 0x3fff;
    let total_len = u32::from(u16::from_be_bytes([l0, l1]));
    let room = view.wire.checked_sub(14)?;
    if [t0, t1, first, protocol] != [0x08, 0x00, 0x45, 6] || fragment != 0 || total_len < 40 || total_len > room {
        return None;
    }
    let message = View::new(bytes, room.saturating_sub(20)).limit(total_len.saturating_sub(20));
    let tcp = TcpHead::read(message).ok()?;
    let ip = Ip {
        src: Address::v4([s0, s1, s2, s3]),
        dst: Address::v4([d0, d1, d2, d3]),
        protocol,
        ttl,
        total_len,
        header_len: 20,
        header_ok: checks == Checks::Ignore || Sum::default().add(head).is_intact(),
    };
    let checksum = transport::verdict(checks, &ip, message, protocol);
    Some(Packet { at, ip, body: tcp.body(), tags: Tags::default(), depth: 0, checksum })
}

/// Sender and receiver, if `frame` is Ethernet with IPv4 without options and TCP: a first look, that checks nothing and
/// costs next to nothing. Nothing for all other frames.
#[must_use]
#[inline]
pub fn peek_tcp(frame: &Frame<'_>) -> Option<(Endpoint, Endpoint)> {
    let (&[.., t0, t1], bytes) = frame.data.split_first_chunk::<14>()?;
    let (&[first, _, _, _, _, _, _, _, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3], bytes) =
        bytes.split_first_chunk::<20>()?;
    let &[p0, p1, q0, q1] = bytes.first_chunk::<4>()?;
    if frame.link != LinkType::ETHERNET || [t0, t1, first, protocol] != [0x08, 0x00, 0x45, 6] {
        return None;
    }
    let src = Endpoint::new(Address::v4([s0, s1, s2, s3]), u16::from_be_bytes([p0, p1]));
    Some((src, Endpoint::new(Address::v4([d0, d1, d2, d3]), u16::from_be_bytes([q0, q1]))))
}
