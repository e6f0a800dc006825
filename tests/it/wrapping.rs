//! Frames in other frames, and in pieces.

use wiretale::packet::{Address, Endpoint, LinkType};
use wiretale_testkit::Random;
use wiretale_testkit::build::{ethernet, ip_packet, udp_frame};

/// A name, the link type of what comes out, and what is done to an Ethernet frame.
pub(crate) type Wrapping = (&'static str, LinkType, fn(&[u8]) -> Vec<u8>);

/// Ways to carry a frame's packet.
pub(crate) const WRAPPINGS: &[Wrapping] = &[
    ("VLAN", LinkType::ETHERNET, |frame| tagged(frame, &[0x81, 0, 0, 5])),
    ("QinQ", LinkType::ETHERNET, |frame| tagged(frame, &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 5])),
    ("MPLS", LinkType::ETHERNET, |frame| behind(frame, 0x8847, &[0, 0, 0x20, 64, 0, 0, 0x11, 64])),
    ("PPPoE", LinkType::ETHERNET, |frame| {
        let protocol: [u8; 2] = if frame[14] >> 4 == 4 { [0, 0x21] } else { [0, 0x57] };
        let len = ((frame.len() - 14 + 2) as u16).to_be_bytes();
        behind(frame, 0x8864, &[&[0x11, 0, 0, 1][..], &len, &protocol].concat())
    }),
    ("GRE", LinkType::ETHERNET, |frame| tunnel(47, &[&[0, 0], &frame[12..14], &frame[14..]].concat())),
    ("GRE with a key", LinkType::ETHERNET, |frame| {
        tunnel(47, &[&[0x20, 0], &frame[12..14], &[0, 0, 0, 9], &frame[14..]].concat())
    }),
    ("GRE with Ethernet", LinkType::ETHERNET, |frame| tunnel(47, &[&[0, 0, 0x65, 0x58], frame].concat())),
    ("IP in IP", LinkType::ETHERNET, |frame| tunnel(if frame[14] >> 4 == 4 { 4 } else { 41 }, &frame[14..])),
    ("VXLAN", LinkType::ETHERNET, |frame| over_udp(4789, &[&[8, 0, 0, 0, 0, 0, 42, 0], frame].concat())),
    ("Geneve", LinkType::ETHERNET, |frame| over_udp(6081, &[&[0, 0, 0x65, 0x58, 0, 0, 42, 0], frame].concat())),
    ("GTP", LinkType::ETHERNET, |frame| {
        let len = ((frame.len() - 14) as u16).to_be_bytes();
        over_udp(2152, &[&[0x30, 0xff], &len[..], &[0, 0, 0, 1], &frame[14..]].concat())
    }),
    ("raw IP", LinkType::RAW, |frame| frame[14..].to_vec()),
    ("BSD loopback", LinkType::NULL, |frame| {
        [&[if frame[14] >> 4 == 4 { 2 } else { 30 }, 0, 0, 0], &frame[14..]].concat()
    }),
    ("Linux cooked", LinkType::LINUX_SLL, |frame| [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0], &frame[12..]].concat()),
    ("Linux cooked, version 2", LinkType::LINUX_SLL2, |frame| {
        [&frame[12..14], &[0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0], &frame[14..]].concat()
    }),
    ("a trailer", LinkType::ETHERNET, |frame| [frame, &[0xaa; 11]].concat()),
    ("a tunnel in a tunnel in a VLAN", LinkType::ETHERNET, |frame| {
        let inner = tunnel(47, &[&[0, 0], &frame[12..14], &frame[14..]].concat());
        tagged(&over_udp(4789, &[&[8, 0, 0, 0, 0, 0, 42, 0], &inner[..]].concat()), &[0x81, 0, 0, 5])
    }),
];

/// Who sends to whom, and how many bytes of TCP payload.
pub(crate) fn payload(frame: &[u8]) -> Option<([u8; 12], usize)> {
    if frame[12..14] != [8, 0] || frame[23] != 6 {
        return None;
    }
    let total = usize::from(u16::from_be_bytes([frame[16], frame[17]]));
    let offset = usize::from(frame[46] >> 4) * 4;
    let ends = frame[26..38].try_into().ok()?;
    Some((ends, total - 20 - offset))
}

/// A frame's packet in two or three fragments, in any order.
pub(crate) fn fragments(frame: &[u8], id: u32, random: &mut Random) -> Vec<Vec<u8>> {
    let v4 = frame[14] >> 4 == 4;
    let header = if v4 { 20 } else { 40 };
    let body = &frame[14 + header..];
    let units = body.len().div_ceil(8);
    if units < 2 {
        return vec![frame.to_vec()];
    }
    let mut cuts = vec![0, random.between(1, units as u64) as usize * 8, random.between(1, units as u64) as usize * 8];
    cuts.push(body.len());
    cuts.sort_unstable();
    cuts.dedup();
    let part = |pair: &[usize]| {
        let (piece, more) = (&body[pair[0]..pair[1]], pair[1] < body.len());
        let ip = &frame[14..14 + header];
        ethernet(&if v4 { part_v4(ip, pair[0], more, piece, id) } else { part_v6(ip, pair[0], more, piece, id) })
    };
    let mut parts: Vec<Vec<u8>> = cuts.windows(2).map(part).collect();
    for at in (1..parts.len()).rev() {
        parts.swap(at, random.between(0, at as u64 + 1) as usize);
    }
    parts
}

fn part_v4(ip: &[u8], offset: usize, more: bool, piece: &[u8], id: u32) -> Vec<u8> {
    let mut header = ip.to_vec();
    header[2..4].copy_from_slice(&((20 + piece.len()) as u16).to_be_bytes());
    header[4..6].copy_from_slice(&(id as u16).to_be_bytes());
    header[6..8].copy_from_slice(&((offset / 8) as u16 | u16::from(more) << 13).to_be_bytes());
    header[10..12].fill(0);
    let sum: u32 = header.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    header[10..12].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
    [&header, piece].concat()
}

fn part_v6(ip: &[u8], offset: usize, more: bool, piece: &[u8], id: u32) -> Vec<u8> {
    let mut header = ip.to_vec();
    let protocol = std::mem::replace(&mut header[6], 44);
    header[4..6].copy_from_slice(&((8 + piece.len()) as u16).to_be_bytes());
    let place = (offset as u16 | u16::from(more)).to_be_bytes();
    [&header, &[protocol, 0][..], &place, &id.to_be_bytes(), piece].concat()
}

fn tagged(frame: &[u8], tags: &[u8]) -> Vec<u8> {
    [&frame[..12], tags, &frame[12..]].concat()
}

fn behind(frame: &[u8], ethertype: u16, header: &[u8]) -> Vec<u8> {
    [&frame[..12], &ethertype.to_be_bytes(), header, &frame[14..]].concat()
}

fn tunnel(protocol: u8, body: &[u8]) -> Vec<u8> {
    ethernet(&ip_packet(Address::v4([198, 18, 0, 1]), Address::v4([198, 18, 0, 2]), protocol, 64, body))
}

fn over_udp(port: u16, body: &[u8]) -> Vec<u8> {
    let end = |host, port| Endpoint::new(Address::v4([198, 18, 0, host]), port);
    udp_frame(end(1, 55_555), end(2, port), body)
}
