//! Each link layer, on frames made by hand.
mod wire;

use wire::{ethernet, facts, ipv4, ipv6, one, payload, segment, udp, weird};
use wiretale_packet::{Body, Checksum, LinkType};

/// LLC and SNAP before an ethertype.
fn snap(ethertype: u16, inside: &[u8]) -> Vec<u8> {
    [&[0xaa, 0xaa, 3, 0, 0, 0][..], &ethertype.to_be_bytes(), inside].concat()
}

fn pppoe(inside: &[u8]) -> Vec<u8> {
    let len = u16::try_from(inside.len() + 2).unwrap();
    [&[0x11, 0, 0, 7][..], &len.to_be_bytes(), &[0, 0x21], inside].concat()
}

fn wifi(subtype: u8, flags: u8, more: &[u8], inside: &[u8]) -> Vec<u8> {
    let mut head = vec![0; 24];
    (head[0], head[1]) = (subtype << 4 | 8, flags);
    [&head, more, inside].concat()
}

/// Every way to carry one IPv4 packet without a tunnel.
fn carriers(packet: &[u8]) -> Vec<(&'static str, LinkType, Vec<u8>)> {
    let vlan = |id: u8, ethertype: u16, inside: &[u8]| [&[0, id][..], &ethertype.to_be_bytes(), inside].concat();
    let mpls = [&[0, 0, 0x10, 64, 0, 0, 0x21, 64][..], packet].concat();
    let llc = snap(0x0800, packet);
    let len = u16::try_from(llc.len()).unwrap();
    let sll = [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0][..], packet].concat();
    let sll2 = [&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], packet].concat();
    let attribute = u16::try_from(packet.len() + 4).unwrap();
    let nflog = |order: fn(u16) -> [u8; 2]| {
        let prefix = [&order(5)[..], &order(10), &[0; 4]].concat();
        [&[2, 0, 0, 0][..], &prefix, &order(attribute), &order(9), packet].concat()
    };
    let data = wifi(0, 1, &[], &llc);
    vec![
        ("ethernet", LinkType::ETHERNET, ethernet(0x0800, packet)),
        ("padding", LinkType::ETHERNET, [ethernet(0x0800, packet), vec![0xee; 20]].concat()),
        ("802.3", LinkType::ETHERNET, ethernet(len, &[&llc[..], &[0; 9]].concat())),
        ("vlan", LinkType::ETHERNET, ethernet(0x8100, &vlan(5, 0x0800, packet))),
        ("qinq", LinkType::ETHERNET, ethernet(0x88a8, &vlan(5, 0x8100, &vlan(6, 0x0800, packet)))),
        (
            "three tags",
            LinkType::ETHERNET,
            ethernet(0x9100, &vlan(5, 0x8100, &vlan(6, 0x8100, &vlan(7, 0x0800, packet)))),
        ),
        ("mpls", LinkType::ETHERNET, ethernet(0x8847, &mpls)),
        ("mpls in vlan", LinkType::ETHERNET, ethernet(0x8100, &vlan(5, 0x8847, &mpls))),
        (
            "pseudowire",
            LinkType::ETHERNET,
            ethernet(0x8847, &[&[0, 0, 1, 9, 0, 0, 0, 0][..], &ethernet(0x0800, packet)].concat()),
        ),
        ("pppoe", LinkType::ETHERNET, ethernet(0x8864, &pppoe(packet))),
        ("pppoe session", LinkType::PPP_ETHER, pppoe(packet)),
        ("pbb", LinkType::ETHERNET, ethernet(0x88e7, &[&[0, 0, 0, 1][..], &ethernet(0x0800, packet)].concat())),
        ("vn-tag", LinkType::ETHERNET, ethernet(0x8926, &[&[0, 0, 0, 1, 8, 0][..], packet].concat())),
        ("e-tag", LinkType::ETHERNET, ethernet(0x893f, &[&[0, 0, 0, 1, 0, 0, 8, 0][..], packet].concat())),
        ("null, little", LinkType::NULL, [&[2, 0, 0, 0][..], packet].concat()),
        ("null, big", LinkType::NULL, [&[0, 0, 0, 2][..], packet].concat()),
        ("loop", LinkType::LOOP, [&[0, 0, 0, 2][..], packet].concat()),
        ("raw", LinkType::RAW, packet.to_vec()),
        ("raw, as BSD has it", LinkType(12), packet.to_vec()),
        ("ipv4", LinkType::IPV4, packet.to_vec()),
        ("sll", LinkType::LINUX_SLL, sll),
        ("sll2", LinkType::LINUX_SLL2, sll2),
        ("ppp", LinkType::PPP, [&[0xff, 3, 0, 0x21][..], packet].concat()),
        ("ppp, bare", LinkType::PPP, [&[0, 0x21][..], packet].concat()),
        ("ppp, compressed", LinkType::PPP, [&[0x21][..], packet].concat()),
        ("ppp in hdlc", LinkType::PPP_HDLC, [&[0xff, 3, 0, 0x21][..], packet].concat()),
        ("cisco hdlc", LinkType::PPP_HDLC, [&[0x0f, 0, 8, 0][..], packet].concat()),
        ("frame relay", LinkType::FRAME_RELAY, [&[0x18, 0x41, 3, 0xcc][..], packet].concat()),
        ("fddi", LinkType::FDDI, [&[0x50][..], &[0; 12], &llc].concat()),
        ("token ring", LinkType::TOKEN_RING, [&[0x10, 0x40][..], &[0; 12], &llc].concat()),
        (
            "token ring, routed",
            LinkType::TOKEN_RING,
            [&[0x10, 0x40][..], &[0; 6], &[0x80], &[0; 5], &[6, 0, 0, 0, 0, 0], &llc].concat(),
        ),
        ("nflog, little", LinkType::NFLOG, nflog(u16::to_le_bytes)),
        ("nflog, big", LinkType::NFLOG, nflog(u16::to_be_bytes)),
        ("802.11", LinkType::IEEE802_11, data.clone()),
        ("802.11, qos", LinkType::IEEE802_11, wifi(8, 1, &[0, 0], &llc)),
        ("802.11, four addresses", LinkType::IEEE802_11, wifi(0, 3, &[0; 6], &llc)),
        ("802.11, qos and four addresses", LinkType::IEEE802_11, wifi(8, 3, &[0; 8], &llc)),
        ("radiotap", LinkType::IEEE802_11_RADIOTAP, [&[0, 0, 8, 0, 0, 0, 0, 0][..], &data].concat()),
        (
            "radiotap, padded",
            LinkType::IEEE802_11_RADIOTAP,
            [&[0, 0, 9, 0, 2, 0, 0, 0, 0x20][..], &wifi(8, 1, &[0, 0, 0, 0], &llc)].concat(),
        ),
        (
            "radiotap, checked",
            LinkType::IEEE802_11_RADIOTAP,
            [&[0, 0, 17, 0, 3, 0, 0, 0][..], &[0; 8], &[0x10], &data, &[9; 4]].concat(),
        ),
        ("prism", LinkType::IEEE802_11_PRISM, [&[0x44, 0, 0, 0, 144, 0, 0, 0][..], &[0; 136], &data].concat()),
        ("avs", LinkType::IEEE802_11_AVS, [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..], &[0; 56], &data].concat()),
        ("ppi", LinkType::PPI, [&[0, 0, 8, 0, 105, 0, 0, 0][..], &data].concat()),
    ]
}

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

#[test]
fn an_aggregate_gives_each_of_its_packets() {
    let part = |text: &[u8]| {
        let llc = snap(0x0800, &segment(text));
        let mut part = [&[0; 12][..], &u16::try_from(llc.len()).unwrap().to_be_bytes(), &llc].concat();
        part.resize(part.len().next_multiple_of(4), 0);
        part
    };
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
