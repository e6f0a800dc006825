//! Each link layer, on frames made by hand.
mod wire;

use wire::layers::{carriers, in_udp, snap, wifi};
use wire::{ethernet, facts, ipv4, ipv6, one, payload, segment, udp, weird};
use wiretale_packet::{Body, Checksum, LinkType, Tags};

#[test]
fn every_carrier_gives_the_same_packet() {
    let packet = segment(b"PRIVMSG #rust :hello\r\n");
    let bare = facts(&one(LinkType::RAW, &packet));
    for (name, link, data) in carriers(&packet) {
        let found = one(link, &data);
        assert_eq!(facts(&found), bare, "{name}");
        assert_eq!(
            (found.depth, found.checksum, payload(&found)),
            (0, Checksum::Good, &b"PRIVMSG #rust :hello\r\n"[..])
        );
    }
}

#[test]
fn tags_are_kept() {
    let packet = segment(b"x");
    let tags = |name: &str| {
        let (_, link, data) = carriers(&packet).into_iter().find(|carrier| carrier.0 == name).unwrap();
        let tags = one(link, &data).tags;
        (tags.vlan, tags.inner_vlan, tags.pppoe)
    };
    assert_eq!(tags("ethernet"), (None, None, None));
    assert_eq!(tags("vlan"), (Some(5), None, None));
    assert_eq!(tags("three tags"), (Some(5), Some(6), None));
    assert_eq!(tags("pppoe"), (None, None, Some(7)));
}

#[test]
fn every_carrier_cut_anywhere_panics_never() {
    let packet = segment(b"PRIVMSG #rust :hello\r\n");
    for (_, link, data) in carriers(&packet) {
        assert!(link.is_known());
        for end in 0..data.len() {
            let _ = wire::all(link, &data[..end]);
        }
    }
}

/// A part of an aggregate, with this in it.
fn part(ethertype: u16, inside: &[u8]) -> Vec<u8> {
    let llc = snap(ethertype, inside);
    let mut part = [&[0; 12][..], &u16::try_from(llc.len()).unwrap().to_be_bytes(), &llc].concat();
    part.resize(part.len().next_multiple_of(4), 0);
    part
}

#[test]
fn one_part_of_an_aggregate_says_nothing_of_the_next() {
    let mut carrier = in_udp(4789, &[8, 0, 0, 0, 0, 0, 0, 0], &ethernet(0x0800, &segment(b"one")));
    carrier[27] ^= 1;
    let mut forged = ipv4(4, &segment(b"one"));
    forged[10] ^= 1;
    let tagged = [&[0, 5, 8, 0][..], &segment(b"one")].concat();
    for first in [part(0x0800, &carrier), part(0x0800, &forged), part(0x8100, &tagged), part(0x0800, &ipv4(4, &[0x75]))]
    {
        let data = wifi(8, 1, &[0x80, 0], &[first, part(0x0800, &segment(b"two!")), part(0x0800, &[0])].concat());
        let found = wire::all(LinkType::IEEE802_11, &data);
        let [.., Ok(second), Err(third)] = found[..] else { panic!("{found:?}") };
        assert_eq!((second.checksum, second.depth, second.ip.header_ok), (Checksum::Good, 0, true), "{found:?}");
        assert_eq!((second.tags, payload(&second)), (Tags::default(), &b"two!"[..]));
        assert_eq!((third.depth, third.src), (0, None));
    }
}

#[test]
fn an_aggregate_gives_each_of_its_packets() {
    let part = |text: &[u8]| part(0x0800, &segment(text));
    let data = wifi(8, 1, &[0x80, 0], &[part(b"one"), part(b"two!"), part(b"three")].concat());
    let found: Vec<_> =
        wire::all(LinkType::IEEE802_11, &data).into_iter().map(|packet| payload(&packet.unwrap())).collect();
    assert_eq!(found, [&b"one"[..], b"two!", b"three"]);
}

#[test]
fn what_is_no_ip_is_skipped_in_silence() {
    assert_eq!(weird(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28])), None);
    assert_eq!(weird(LinkType::ETHERNET, &ethernet(38, &[0x42, 0x42, 3, 0, 0])), None);
    assert_eq!(weird(LinkType::IEEE802_11, &[0xd4, 0, 0, 0, 1, 2, 3, 4, 5, 6]), None);
    let protected = wifi(0, 0x41, &[], &snap(0x0800, &segment(b"x")));
    assert_eq!(weird(LinkType::IEEE802_11, &protected), None);
    assert_eq!(weird(LinkType(147), b"whatever"), Some("unknown_link_type"));
    assert!(!LinkType(147).is_known());
}

#[test]
fn ipv6_is_read_under_its_own_names() {
    let packet = ipv6(17, &udp(&wire::SRC6, &wire::DST6, 53, b"query"));
    let bare = facts(&one(LinkType::RAW, &packet));
    let null = |family: u8| [&[family, 0, 0, 0][..], &packet].concat();
    for (link, data) in [
        (LinkType::IPV6, packet.clone()),
        (LinkType::ETHERNET, ethernet(0x86dd, &packet)),
        (LinkType::NULL, null(24)),
        (LinkType::NULL, null(28)),
        (LinkType::NULL, null(30)),
        (LinkType::PPP, [&[0, 0x57][..], &packet].concat()),
        (LinkType::FRAME_RELAY, [&[0x18, 0x41, 3, 0x8e][..], &packet].concat()),
        (LinkType::IPV4, Vec::new()),
    ] {
        if !data.is_empty() {
            assert_eq!(facts(&one(link, &data)), bare, "{link:?}");
        }
    }
    assert!(matches!(one(LinkType::RAW, &packet).body, Body::Udp(_)));
    assert_eq!(one(LinkType::RAW, &packet).checksum, Checksum::Good);
}

#[test]
fn a_frame_relay_address_of_four_bytes() {
    let data = [&[0x18, 0x40, 0x40, 0x41, 3, 0xcc][..], &ipv4(17, &udp(&wire::SRC, &wire::DST, 53, b"q"))].concat();
    assert_eq!(payload(&one(LinkType::FRAME_RELAY, &data)), b"q");
}
