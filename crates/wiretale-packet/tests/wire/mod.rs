//! Frames made by hand: each function wraps what it is given in one layer, with right lengths and checksums.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod layers;

use wiretale_packet::{Address, Body, Checks, Frame, LinkType, Packet, Skip, Timestamp, dissect};

pub const SRC: [u8; 4] = [10, 0, 0, 1];
pub const DST: [u8; 4] = [10, 0, 0, 2];
pub const SRC6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub const DST6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

pub fn sum(parts: &[&[u8]]) -> u16 {
    let bytes = parts.concat();
    let mut sum = bytes.chunks(2).map(|w| u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0))).sum::<u32>();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap()
}

/// A TCP segment between ports 6667 and 40000 with these options, its checksum made for the addresses.
pub fn tcp(src: &[u8], dst: &[u8], flags: u8, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let offset = u8::try_from(20 + options.len()).unwrap() / 4 * 16;
    let mut head =
        [&6667_u16.to_be_bytes()[..], &40000_u16.to_be_bytes(), &[0, 0, 1, 0, 0, 0, 2, 0, offset, flags]].concat();
    head.extend([0x20, 0, 0, 0, 0, 0]);
    let mut segment = [&head, options, payload].concat();
    let check = transport_sum(src, dst, 6, &segment);
    segment[16..18].copy_from_slice(&check.to_be_bytes());
    segment
}

pub fn udp(src: &[u8], dst: &[u8], dst_port: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 8).unwrap();
    let mut datagram =
        [&5353_u16.to_be_bytes()[..], &dst_port.to_be_bytes(), &len.to_be_bytes(), &[0, 0], payload].concat();
    let check = transport_sum(src, dst, 17, &datagram);
    datagram[6..8].copy_from_slice(&check.to_be_bytes());
    datagram
}

pub fn transport_sum(src: &[u8], dst: &[u8], protocol: u8, message: &[u8]) -> u16 {
    sum(&[src, dst, &u32::try_from(message.len()).unwrap().to_be_bytes(), &[0, 0, 0, protocol], message])
}

pub fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_with(protocol, 0x4000, &[], payload)
}

pub fn ipv4_with(protocol: u8, fragment: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let header_len = 20 + options.len();
    let total = u16::try_from(header_len + payload.len()).unwrap();
    let first = 0x40 | u8::try_from(header_len / 4).unwrap();
    let mut head =
        [&[first, 0][..], &total.to_be_bytes(), &[0x12, 0x34], &fragment.to_be_bytes(), &[64, protocol, 0, 0]].concat();
    head.extend(SRC.iter().chain(&DST).chain(options));
    let check = sum(&[&head]);
    head[10..12].copy_from_slice(&check.to_be_bytes());
    [head, payload.to_vec()].concat()
}

pub fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).unwrap();
    [&[0x60, 0, 0, 0][..], &len.to_be_bytes(), &[next, 63], &SRC6, &DST6, payload].concat()
}

/// An IPv4 packet with a TCP segment in it.
pub fn segment(payload: &[u8]) -> Vec<u8> {
    ipv4(6, &tcp(&SRC, &DST, 0x18, &[], payload))
}

pub fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &ethertype.to_be_bytes(), payload].concat()
}

pub fn gre(flags: u16, protocol: u16, optional: &[u8], payload: &[u8]) -> Vec<u8> {
    ipv4(47, &[&flags.to_be_bytes()[..], &protocol.to_be_bytes(), optional, payload].concat())
}

pub fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    Frame { at: Timestamp::from_nanos(1), link, data, wire_len: u32::try_from(data.len()).unwrap() }
}

pub fn all(link: LinkType, data: &[u8]) -> Vec<Result<Packet<'_>, Skip>> {
    dissect(frame(link, data), Checks::Verify).collect()
}

/// The one packet in a frame. The frame is leaked, so that a test can be written in a line.
#[track_caller]
pub fn one(link: LinkType, data: &[u8]) -> Packet<'static> {
    match all(link, data.to_vec().leak())[..] {
        [Ok(packet)] => packet,
        ref found => panic!("{found:?}"),
    }
}

/// The last packet in a frame, in which nothing was skipped.
#[track_caller]
pub fn innermost(link: LinkType, data: &[u8]) -> Packet<'static> {
    let found: Result<Vec<_>, _> = all(link, data.to_vec().leak()).into_iter().collect();
    *found.unwrap().last().unwrap()
}

/// The weird name of the one skip in a frame.
#[track_caller]
pub fn weird(link: LinkType, data: &[u8]) -> Option<&'static str> {
    let skips: Vec<Skip> = all(link, data).into_iter().filter_map(Result::err).collect();
    assert_eq!(skips.len(), 1, "{skips:?}");
    skips[0].weird_name()
}

#[track_caller]
pub fn payload<'a>(packet: &Packet<'a>) -> &'a [u8] {
    match packet.body {
        Body::Tcp { segment, .. } => segment.payload,
        Body::Udp(datagram) => datagram.payload,
        ref body => panic!("{body:?}"),
    }
}

/// All of a packet but its place in the frame.
pub fn facts(packet: &Packet<'_>) -> String {
    format!("{:?} {:?} {:?}", packet.ip, packet.body, packet.checksum)
}

pub fn v4(bytes: [u8; 4]) -> Address {
    Address::v4(bytes)
}
