//! Every carrier and every tunnel, around a packet.

use wiretale_packet::LinkType;

use super::{DST, SRC, ethernet, gre, ipv4, ipv6, udp};

/// LLC and SNAP before an ethertype.
pub fn snap(ethertype: u16, inside: &[u8]) -> Vec<u8> {
    [&[0xaa, 0xaa, 3, 0, 0, 0][..], &ethertype.to_be_bytes(), inside].concat()
}

pub fn pppoe(inside: &[u8]) -> Vec<u8> {
    let len = u16::try_from(inside.len() + 2).unwrap();
    [&[0x11, 0, 0, 7][..], &len.to_be_bytes(), &[0, 0x21], inside].concat()
}

pub fn wifi(subtype: u8, flags: u8, more: &[u8], inside: &[u8]) -> Vec<u8> {
    let mut head = vec![0; 24];
    (head[0], head[1]) = (subtype << 4 | 8, flags);
    [&head, more, inside].concat()
}

/// Every way to carry one IPv4 packet without a tunnel.
pub fn carriers(packet: &[u8]) -> Vec<(&'static str, LinkType, Vec<u8>)> {
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
        ("fabric path", LinkType::ETHERNET, ethernet(0x8903, &[&[0, 1][..], &ethernet(0x0800, packet)].concat())),
        ("802.2", LinkType::ATM_RFC1483, [&[6, 6, 3][..], packet].concat()),
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
        ("sll, 802.2", LinkType::LINUX_SLL, [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0, 4][..], &llc].concat()),
        (
            "sll, radiotap",
            LinkType::LINUX_SLL,
            [&[0, 0, 3, 35][..], &[0; 10], &[0, 25], &[0, 0, 8, 0, 0, 0, 0, 0], &data].concat(),
        ),
        ("ppp", LinkType::PPP, [&[0xff, 3, 0, 0x21][..], packet].concat()),
        ("ppp, bare", LinkType::PPP, [&[0, 0x21][..], packet].concat()),
        ("ppp, compressed", LinkType::PPP, [&[0x21][..], packet].concat()),
        ("ppp with its direction", LinkType::PPP_WITH_DIR, [&[1, 0xff, 3, 0, 0x21][..], packet].concat()),
        ("ppp, mpls", LinkType::PPP, [&[2, 0x81, 0, 0, 1, 9][..], packet].concat()),
        ("ppp in hdlc", LinkType::PPP_HDLC, [&[0xff, 3, 0, 0x21][..], packet].concat()),
        ("cisco hdlc, under its own link type", LinkType::C_HDLC, [&[0x0f, 0, 8, 0][..], packet].concat()),
        ("ppp in ethernet", LinkType::ETHERNET, ethernet(0x880b, &[&[0, 0x21][..], packet].concat())),
        (
            "sll2, radiotap",
            LinkType::LINUX_SLL2,
            [&[0, 25][..], &[0; 6], &[3, 35], &[0; 10], &[0, 0, 8, 0, 0, 0, 0, 0], &data].concat(),
        ),
        ("802.11, qos and high throughput", LinkType::IEEE802_11, wifi(8, 0x81, &[0; 6], &llc)),
        (
            "avs, under the link type of prism",
            LinkType::IEEE802_11_PRISM,
            [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..], &[0; 56], &data].concat(),
        ),
        ("prism, big", LinkType::IEEE802_11_PRISM, [&[0, 0, 0, 0x44, 0, 0, 0, 144][..], &[0; 136], &data].concat()),
        ("cisco hdlc", LinkType::PPP_HDLC, [&[0x0f, 0, 8, 0][..], packet].concat()),
        ("frame relay", LinkType::FRAME_RELAY, [&[0x18, 0x41, 3, 0xcc][..], packet].concat()),
        ("frame relay, snap", LinkType::FRAME_RELAY, [&[0x18, 0x41, 3, 0x80, 0, 0, 0, 8, 0][..], packet].concat()),
        (
            "frame relay, padded snap",
            LinkType::FRAME_RELAY,
            [&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0][..], packet].concat(),
        ),
        ("frame relay, as Cisco has it", LinkType::FRAME_RELAY, [&[0x18, 0x41, 8, 0][..], packet].concat()),
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
        (
            "radiotap, three bitmaps",
            LinkType::IEEE802_11_RADIOTAP,
            [&[0, 0, 17, 0, 2, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0x10][..], &data, &[9; 4]].concat(),
        ),
        ("prism", LinkType::IEEE802_11_PRISM, [&[0x44, 0, 0, 0, 144, 0, 0, 0][..], &[0; 136], &data].concat()),
        ("avs", LinkType::IEEE802_11_AVS, [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..], &[0; 56], &data].concat()),
        ("ppi", LinkType::PPI, [&[0, 0, 8, 0, 105, 0, 0, 0][..], &data].concat()),
    ]
}

pub fn in_udp(port: u16, header: &[u8], inside: &[u8]) -> Vec<u8> {
    ipv4(17, &udp(&SRC, &DST, port, &[header, inside].concat()))
}

/// Every tunnel around one IPv4 packet: name, the packet around it, and whether its carrier is a packet too.
pub fn tunnels(packet: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
    let framed = ethernet(0x0800, packet);
    let wifi = [&[8, 1][..], &[0; 22], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], packet].concat();
    let gtp_len = u16::try_from(packet.len()).unwrap();
    let extended = u16::try_from(packet.len() + 8).unwrap();
    let ayiya = [&[0x44, 0x52, 0x11, 4, 0, 0, 0, 0][..], &[0; 36]].concat();
    vec![
        ("ip in ip", ipv4(4, packet), false),
        ("4in6", ipv6(4, packet), false),
        ("ethernet in ip", ipv4(97, &[&[0x30, 0][..], &framed].concat()), false),
        ("mpls in ip", ipv4(137, &[&[0, 0, 1, 9][..], packet].concat()), false),
        ("gre", gre(0, 0x0800, &[], packet), false),
        ("gre with all", gre(0xb000, 0x0800, &[0; 12], packet), false),
        ("gre with ethernet", gre(0x2000, 0x6558, &[0; 4], &framed), false),
        ("gre with vlan", gre(0, 0x6558, &[], &ethernet(0x8100, &[&[0, 9, 8, 0][..], packet].concat())), false),
        ("erspan I", gre(0, 0x88be, &[], &framed), false),
        ("erspan II", gre(0x1000, 0x88be, &[0; 12], &framed), false),
        ("erspan III", gre(0x1000, 0x22eb, &[0; 16], &framed), false),
        ("erspan III, more", gre(0x1000, 0x22eb, &[&[0; 15][..], &[1], &[0; 8]].concat(), &framed), false),
        ("aruba", gre(0, 0x8200, &[], &wifi), false),
        ("gre with 802.11", gre(0, 0x9000, &[], &wifi), false),
        ("pptp", gre(0x3001, 0x880b, &[0; 8], &[&[0xff, 3, 0, 0x21][..], packet].concat()), false),
        ("pptp with ack", gre(0x3081, 0x880b, &[0; 12], &[&[0x21][..], packet].concat()), false),
        ("gre in udp", in_udp(4754, &[0, 0, 8, 0], packet), true),
        ("vxlan", in_udp(4789, &[8, 0, 0, 0, 0, 0, 1, 0], &framed), true),
        ("geneve", in_udp(6081, &[0, 0, 0x65, 0x58, 0, 0, 1, 0], &framed), true),
        ("geneve with options", in_udp(6081, &[2, 0, 0x08, 0, 0, 0, 1, 0, 1, 2, 3, 1, 9, 9, 9, 9], packet), true),
        ("gtp", in_udp(2152, &[&[0x30, 0xff][..], &gtp_len.to_be_bytes(), &[0; 4]].concat(), packet), true),
        (
            "gtp extended",
            in_udp(
                2152,
                &[&[0x34, 0xff][..], &extended.to_be_bytes(), &[0, 0, 0, 1, 0, 0, 0, 0xc0, 1, 0, 0, 0]].concat(),
                packet,
            ),
            true,
        ),
        ("ayiya", in_udp(5072, &ayiya, packet), true),
    ]
}
