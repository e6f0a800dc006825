//! What holds for every frame whatsoever.
mod wire;

use proptest::prelude::*;
use wire::{DST, DST6, SRC, SRC6, ethernet, facts, ipv4, ipv6, segment, tcp};
use wiretale_packet::*;

/// The slices a packet holds, one by one.
fn slices<'a>(packet: &Packet<'a>) -> Vec<&'a [u8]> {
    match packet.body {
        Body::Tcp { segment, .. } => vec![segment.options, segment.payload],
        Body::Udp(datagram) => vec![datagram.payload],
        Body::Icmp(icmp) => vec![icmp.payload],
        Body::Fragment(fragment) => vec![fragment.payload],
        Body::Other { payload, .. } => vec![payload],
    }
}

/// Everything found lies in the frame, and there is no more of it than the frame has bytes.
fn check(frame: Frame<'_>, checks: Checks) -> Result<(), TestCaseError> {
    let mut count = 0;
    for found in dissect(frame, checks) {
        count += 1;
        match found {
            Ok(packet) => {
                let inside = frame.data.as_ptr_range();
                for slice in slices(&packet).into_iter().filter(|slice| !slice.is_empty()) {
                    let slice = slice.as_ptr_range();
                    prop_assert!(inside.start <= slice.start && slice.end <= inside.end);
                }
                prop_assert!(packet.depth <= MAX_TUNNELS);
            }
            Err(skip) => {
                prop_assert!(usize::try_from(skip.offset).unwrap() <= frame.data.len());
                let _ = skip.to_string();
            }
        }
    }
    prop_assert!(count <= frame.data.len() + 1, "{count} found in {} bytes", frame.data.len());
    Ok(())
}

fn link_type() -> impl Strategy<Value = LinkType> {
    prop_oneof![
        (0_u16..300).prop_map(LinkType),
        Just(LinkType::ETHERNET),
        Just(LinkType::RAW),
        Just(LinkType::IEEE802_11)
    ]
}

/// Layers one in another, each with a byte or two changed at the end.
fn nested() -> impl Strategy<Value = Vec<u8>> {
    let layers = prop::collection::vec(0_u8..8, 0..12);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (layers, changes).prop_map(|(layers, changes)| {
        let mut data = segment(b"NICK a\r\n");
        for layer in layers {
            data = match layer {
                0 => ipv4(4, &data),
                1 => wire::gre(0x1000, 0x88be, &[0; 12], &ethernet(0x0800, &data)),
                2 => ipv4(
                    17,
                    &wire::udp(&SRC, &DST, 4789, &[&[8, 0, 0, 0, 0, 0, 0, 0][..], &ethernet(0x0800, &data)].concat()),
                ),
                3 => ipv6(4, &data),
                4 => ipv4(97, &[&[0x30, 0][..], &ethernet(0x8847, &[&[0, 0, 1, 9][..], &data].concat())].concat()),
                5 => ipv6(0, &[&[4, 0, 1, 4, 0, 0, 0, 0][..], &data].concat()),
                6 => wire::gre(0, 0x8864, &[], &[&[0x11, 0, 0, 1, 255, 255, 0, 0x21][..], &data].concat()),
                _ => wire::gre(
                    0,
                    0x8200,
                    &[],
                    &[&[0x88, 1][..], &[0; 22], &[0x80, 0], &[0; 12], &[0, 90], &data].concat(),
                ),
            };
        }
        let mut data = ethernet(if data[0] >> 4 == 6 { 0x86dd } else { 0x0800 }, &data);
        for (at, value) in changes {
            *at.get_mut(&mut data) = value;
        }
        data
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_of_any_link_type(link in link_type(), data in prop::collection::vec(any::<u8>(), 0..300), more in 0_u32..2000) {
        let frame = Frame { wire_len: u32::try_from(data.len()).unwrap().saturating_add(more), ..wire::frame(link, &data) };
        check(frame, Checks::Verify)?;
    }

    #[test]
    fn layers_in_layers(data in nested(), more in 0_u32..100, cut in any::<prop::sample::Index>()) {
        let wire_len = u32::try_from(data.len()).unwrap() + more;
        check(Frame { wire_len, ..wire::frame(LinkType::ETHERNET, &data) }, Checks::Verify)?;
        check(Frame { wire_len, ..wire::frame(LinkType::ETHERNET, &data[..cut.index(data.len())]) }, Checks::Ignore)?;
    }

    #[test]
    fn the_straight_line_and_the_steps_agree(
        v6 in any::<bool>(),
        tag in prop::option::of(any::<u16>()),
        flips in prop::collection::vec((0_usize..80, any::<u8>()), 0..3),
        cut in 0_usize..120,
        padding in 0_usize..8,
    ) {
        let (kind, link, ip) = if v6 {
            (0x86dd_u16, LinkType::IPV6, ipv6(6, &tcp(&SRC6, &DST6, 0x18, &[1, 1, 1, 0], b"PONG :a\r\n")))
        } else {
            (0x0800, LinkType::IPV4, ipv4(6, &tcp(&SRC, &DST, 0x18, &[1, 1, 1, 0], b"PONG :a\r\n")))
        };
        let mut data = match tag {
            Some(tag) => ethernet(0x8100, &[&tag.to_be_bytes()[..], &kind.to_be_bytes(), &ip].concat()),
            None => ethernet(kind, &ip),
        };
        let before = data.len() - ip.len();
        data.resize(data.len() + padding, 0xaa);
        for &(at, value) in &flips {
            // What says that IP follows stays: anything else has no counterpart on the other way.
            if !(12..before).contains(&at) && at < data.len() {
                data[at] = value;
            }
        }
        let whole = flips.is_empty() && cut >= data.len();
        let wire_len = u32::try_from(data.len()).unwrap();
        let data = &data[..cut.clamp(before, data.len())];
        let frame = Frame { wire_len, ..wire::frame(LinkType::ETHERNET, data) };
        let straight: Vec<_> = dissect(frame, Checks::Verify).map(|found| found.map(|packet| facts(&packet)).map_err(|skip| skip.why)).collect();
        let inside = Frame { link, data: &data[before..], wire_len: wire_len - before as u32, ..frame };
        let steps: Vec<_> = dissect(inside, Checks::Verify)
            .map(|found| found.map(|packet| facts(&packet)).map_err(|skip| skip.why)).collect();
        let plain = plain_tcp(&frame, Checks::Verify);
        prop_assert!(plain.is_some() || !whole);
        if let Some(packet) = plain {
            prop_assert_eq!(packet.tags, Tags { vlan: tag.map(|tag| tag & 0xfff), ..Tags::default() });
            prop_assert_eq!(std::slice::from_ref(&straight), [[Ok(facts(&packet))]]);
        }
        prop_assert_eq!(straight, steps);
    }

    #[test]
    fn options_end(options in prop::collection::vec(any::<u8>(), 0..60)) {
        let segment = Segment {
            seq: SeqNumber(0), ack: SeqNumber(0), flags: Flags::SYN, window: 0, urgent: 0,
            options: &options, payload: b"", missing: 0,
        };
        prop_assert!(segment.options().count() <= options.len());
    }
}

#[test]
fn every_bit_of_the_headers_flipped() {
    for whole in [
        ethernet(0x0800, &segment(b"abc")),
        ethernet(0x86dd, &ipv6(60, &[&[4, 0, 1, 4, 0, 0, 0, 0][..], &segment(b"abc")].concat())),
    ] {
        for bit in 0..whole.len() * 8 {
            let mut data = whole.clone();
            data[bit / 8] ^= 1 << (bit % 8);
            check(wire::frame(LinkType::ETHERNET, &data), Checks::Verify).unwrap();
        }
    }
}
