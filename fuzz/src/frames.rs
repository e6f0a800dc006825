//! Frames alone, and the whole analyzer on frames.

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Body, Checks, Frame, LinkType, MAX_TUNNELS, Timestamp, dissect};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_testkit::Deaf;

/// A frame: link type from the first two bytes. All that comes out lies inside it.
pub fn packet(data: &[u8]) {
    let Some((link, data)) = data.split_first_chunk::<2>() else { return };
    dissected(LinkType(u16::from_be_bytes(*link)), data, data.len() as u32);
}

/// IP options and extension headers, put together from parts whose lengths may lie.
pub fn ip_headers(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(made) = Headers::arbitrary(&mut input) else { return };
    let mut bytes = Vec::new();
    for layer in made.layers.iter().take(24) {
        layer.write(&mut bytes);
    }
    bytes.extend(input.take_rest());
    let wire_len = (bytes.len() as u32).saturating_add(made.cut.into());
    let links = [LinkType::RAW, LinkType::IPV4, LinkType::IPV6];
    dissected(links[usize::from(made.link % 3)], &bytes, wire_len);
}

/// The whole analyzer on Ethernet frames, each behind a big-endian length of two bytes.
pub fn pipeline(data: &[u8]) {
    let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
    let (mut rest, mut number) = (data, 0);
    while let Some((len, after)) = rest.split_first_chunk::<2>() {
        let (frame, after) = after.split_at(usize::from(u16::from_be_bytes(*len)).min(after.len()));
        number += 1;
        let at = Timestamp::from_nanos(number as i64 * 1_000_000);
        analyzer.packet(Frame { at, link: LinkType::ETHERNET, data: frame, wire_len: frame.len() as u32 }, number);
        rest = after;
    }
    let (_, stats) = analyzer.finish_with_stats();
    assert_eq!(stats.flows_opened, stats.flows_closed);
    assert_eq!((stats.held_bytes, stats.probed_bytes), (0, 0), "nothing waits at the end");
}

fn dissected(link: LinkType, data: &[u8], wire_len: u32) {
    let frame = Frame { at: Timestamp::default(), link, data, wire_len };
    let range = data.as_ptr_range();
    let mut packets = 0;
    for packet in dissect(frame, Checks::Verify).flatten() {
        packets += 1;
        let payload = match packet.body {
            Body::Tcp { segment, .. } => segment.payload,
            Body::Udp(datagram) => datagram.payload,
            Body::Icmp(message) => message.payload,
            Body::Fragment(fragment) => fragment.payload,
            Body::Other { payload, .. } => payload,
        };
        assert!(payload.is_empty() || (range.start <= payload.as_ptr() && payload.as_ptr_range().end <= range.end));
        assert!(packet.depth <= MAX_TUNNELS);
    }
    // Aggregated frames hold several packets, but each takes bytes.
    assert!(packets <= usize::from(MAX_TUNNELS) + 1 + data.len() / 20, "{packets} packets in a frame");
}

#[derive(Arbitrary, Debug)]
struct Headers<'a> {
    link: u8,
    cut: u16,
    layers: Vec<Layer<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Layer<'a> {
    V4 { words: u8, len: u16, protocol: u8, place: u16, options: &'a [u8] },
    V6 { len: u16, next: u8 },
    Extension { next: u8, len: u8, body: &'a [u8] },
    Fragment { next: u8, place: u16, id: u32 },
    Authentication { next: u8, len: u8 },
    Gre { flags: u16, kind: u16 },
    Udp { port: u8, len: u16 },
    Tcp { offset: u8, flags: u8, options: &'a [u8] },
    Bytes(&'a [u8]),
}

impl Layer<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        match *self {
            Self::V4 { words, len, protocol, place, options } => {
                to.extend([0x40 | words & 15, 0]);
                to.extend(len.to_be_bytes());
                to.extend([0, 7]);
                to.extend(place.to_be_bytes());
                to.extend([64, PROTOCOLS[usize::from(protocol) % PROTOCOLS.len()], 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
                to.extend(options);
            }
            Self::V6 { len, next } => {
                to.extend([0x60, 0, 0, 0]);
                to.extend(len.to_be_bytes());
                to.extend([PROTOCOLS[usize::from(next) % PROTOCOLS.len()], 64]);
                to.extend([0x20; 32]);
            }
            Self::Extension { next, len, body } => {
                to.extend([PROTOCOLS[usize::from(next) % PROTOCOLS.len()], len]);
                to.extend(body);
            }
            Self::Fragment { next, place, id } => {
                to.extend([PROTOCOLS[usize::from(next) % PROTOCOLS.len()], 0]);
                to.extend(place.to_be_bytes());
                to.extend(id.to_be_bytes());
            }
            Self::Authentication { next, len } => {
                to.extend([PROTOCOLS[usize::from(next) % PROTOCOLS.len()], len]);
                to.extend([0; 10]);
            }
            Self::Gre { flags, kind } => {
                to.extend(flags.to_be_bytes());
                to.extend(ETHERTYPES[usize::from(kind) % ETHERTYPES.len()].to_be_bytes());
            }
            Self::Udp { port, len } => {
                to.extend([0x30, 0x39]);
                to.extend(TUNNELS[usize::from(port) % TUNNELS.len()].to_be_bytes());
                to.extend(len.to_be_bytes());
                to.extend([0; 2]);
            }
            Self::Tcp { offset, flags, options } => {
                to.extend([0x1a, 0x0b, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 1, offset, flags, 0xff, 0xff, 0, 0, 0, 0]);
                to.extend(options);
            }
            Self::Bytes(bytes) => to.extend(bytes),
        }
    }
}

const PROTOCOLS: &[u8] = &[6, 17, 0, 43, 44, 50, 51, 59, 60, 135, 4, 41, 47, 1, 58, 255];
const ETHERTYPES: &[u16] = &[0x0800, 0x86dd, 0x6558, 0x8847, 0x8100, 0x880b, 0x88be, 0x22eb];
const TUNNELS: &[u16] = &[4789, 6081, 2152, 3544, 53, 8472];
