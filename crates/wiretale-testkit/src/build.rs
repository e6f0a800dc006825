//! Frames, byte by byte: Ethernet, IP, TCP, UDP, with right lengths and checksums.

use wiretale_packet::{Address, Endpoint, Flags};

/// What a TCP segment's header says beyond the ports.
#[derive(Clone, Debug)]
pub struct TcpHeader {
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Flags.
    pub flags: Flags,
    /// Window.
    pub window: u16,
    /// Options, padded here to a multiple of four.
    pub options: Vec<u8>,
}

/// An Ethernet frame with one TCP segment.
#[must_use]
pub fn tcp_frame(src: Endpoint, dst: Endpoint, ttl: u8, header: &TcpHeader, payload: &[u8]) -> Vec<u8> {
    let mut options = header.options.clone();
    options.resize(options.len().div_ceil(4) * 4, 0);
    let mut tcp = Vec::with_capacity(20 + options.len() + payload.len());
    tcp.extend(src.port.to_be_bytes());
    tcp.extend(dst.port.to_be_bytes());
    tcp.extend(header.seq.to_be_bytes());
    tcp.extend(header.ack.to_be_bytes());
    tcp.push((((20 + options.len()) / 4) << 4) as u8);
    tcp.push(header.flags.0);
    tcp.extend(header.window.to_be_bytes());
    tcp.extend([0; 4]);
    tcp.extend(options);
    tcp.extend(payload);
    fill_checksum(&mut tcp, 16, src.address, dst.address, 6);
    ethernet(&ip_packet(src.address, dst.address, 6, ttl, &tcp))
}

/// An Ethernet frame with one UDP datagram.
#[must_use]
pub fn udp_frame(src: Endpoint, dst: Endpoint, payload: &[u8]) -> Vec<u8> {
    let mut udp = Vec::with_capacity(8 + payload.len());
    udp.extend(src.port.to_be_bytes());
    udp.extend(dst.port.to_be_bytes());
    udp.extend(((8 + payload.len()) as u16).to_be_bytes());
    udp.extend([0; 2]);
    udp.extend(payload);
    fill_checksum(&mut udp, 6, src.address, dst.address, 17);
    ethernet(&ip_packet(src.address, dst.address, 17, 64, &udp))
}

/// An IP packet, v4 or v6 as the addresses are.
#[must_use]
pub fn ip_packet(src: Address, dst: Address, protocol: u8, ttl: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(40 + body.len());
    if let (Some(from), Some(to)) = (src.as_v4(), dst.as_v4()) {
        packet.extend([0x45, 0]);
        packet.extend(((20 + body.len()) as u16).to_be_bytes());
        packet.extend([0, 0, 0x40, 0, ttl, protocol, 0, 0]);
        packet.extend(from);
        packet.extend(to);
        let sum = checksum(&packet);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
    } else {
        packet.extend([0x60, 0, 0, 0]);
        packet.extend((body.len() as u16).to_be_bytes());
        packet.extend([protocol, ttl]);
        packet.extend(src.octets());
        packet.extend(dst.octets());
    }
    packet.extend(body);
    packet
}

/// An Ethernet frame around an IP packet.
#[must_use]
pub fn ethernet(ip: &[u8]) -> Vec<u8> {
    let ethertype: [u8; 2] = if ip[0] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xdd] };
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    frame.extend(ethertype);
    frame.extend(ip);
    frame
}

fn fill_checksum(body: &mut [u8], at: usize, src: Address, dst: Address, protocol: u8) {
    let mut pseudo = Vec::new();
    match (src.as_v4(), dst.as_v4()) {
        (Some(from), Some(to)) => pseudo.extend([from, to].concat()),
        _ => pseudo.extend([src.octets(), dst.octets()].concat()),
    }
    pseudo.extend((body.len() as u32).to_be_bytes());
    pseudo.extend([0, 0, 0, protocol]);
    let sum = match !fold(sum(&pseudo) + sum(body)) {
        0 if protocol == 17 => 0xffff,
        other => other,
    };
    body[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}

/// The checksum of bytes in which it is not yet (RFC 1071).
#[must_use]
pub fn checksum(bytes: &[u8]) -> u16 {
    !fold(sum(bytes))
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.chunks(2).map(|pair| u64::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]))).sum()
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}
