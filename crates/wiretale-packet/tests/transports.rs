//! Datagrams and segments: lengths and checksums that say nothing, what is told about a packet from outside, and options.
mod wire;

use wire::{
    DST, DST6, SRC, SRC6, ethernet, facts, frame, innermost, ipv4, ipv6, one, payload, segment, tcp, udp, v4, weird,
};
use wiretale_packet::*;

const RAW: LinkType = LinkType::RAW;

#[test]
fn a_datagram_may_be_empty_but_not_shorter_than_its_header() {
    let with_length = |len: u8| {
        let mut datagram = udp(&SRC, &DST, 53, b"");
        datagram[5] = len;
        ipv4(17, &datagram)
    };
    assert_eq!(payload(&one(RAW, &with_length(8))), b"");
    assert_eq!(weird(RAW, &with_length(7)), Some("bad_UDP_length"));
}

/// RFC 8200 section 8.1, RFC 6935.
#[test]
fn a_datagram_without_a_checksum_is_bad_over_ipv6_alone() {
    let mut four = ipv4(17, &udp(&SRC, &DST, 53, b"query"));
    four[26..28].fill(0);
    // These bytes happen to sum up without one.
    let rest = &udp(&SRC6, &DST6, 53, &[0; 2])[6..8];
    let mut six = ipv6(17, &udp(&SRC6, &DST6, 53, rest));
    six[46..48].fill(0);
    let checksum = |data: &[u8], checks| dissect(frame(RAW, data), checks).next().unwrap().unwrap().checksum;
    assert_eq!([&four, &six].map(|data| checksum(data, Checks::Verify)), [Checksum::Unknown, Checksum::Bad]);
    assert_eq!([&four, &six].map(|data| checksum(data, Checks::Ignore)), [Checksum::Unknown; 2]);
}

#[test]
fn the_straight_line_verifies_what_the_long_way_does() {
    for data in [tcp(&SRC, &DST, 0x10, &[], b""), tcp(&SRC, &DST, 0x18, &[], b"PING")] {
        let data = ethernet(0x0800, &ipv4(6, &data));
        let mut forged = data.clone();
        forged[39] ^= 1;
        for (data, checks, checksum) in [
            (&data, Checks::Verify, Checksum::Good),
            (&forged, Checks::Verify, Checksum::Bad),
            (&data, Checks::Ignore, Checksum::Unknown),
            (&forged, Checks::Ignore, Checksum::Unknown),
        ] {
            let frame = frame(LinkType::ETHERNET, data);
            let packet = plain_tcp(&frame, checks).expect("nothing odd about it");
            assert_eq!(packet.checksum, checksum);
            assert_eq!(facts(&packet), facts(&dissect(frame, checks).next().unwrap().unwrap()));
        }
    }
}

#[test]
fn a_frame_is_read_as_what_it_is_said_to_be() {
    let data = ethernet(0x0800, &segment(b"x"));
    assert!(matches!(one(LinkType::ETHERNET, &data).body, Body::Tcp { .. }));
    assert_eq!(weird(LinkType(147), &data), Some("unknown_link_type"));
    assert_eq!(weird(RAW, &data), Some("unknown_ip_version"));
}

#[test]
fn depth_and_tags_of_what_was_put_together_are_those_of_its_fragments() {
    let tags = Tags { vlan: Some(5), inner_vlan: Some(6), pppoe: Some(7) };
    let bytes = segment(b"x");
    let whole = dissect_ip(Timestamp::default(), &bytes, 0, 3, tags, Checks::Verify).next().unwrap().unwrap();
    assert_eq!((whole.depth, whole.tags), (3, tags));
    let inside = tcp(&SRC, &DST, 0x18, &[], b"x");
    let whole = dissect_datagram(whole.at, whole.ip, &inside, 3, tags, Checks::Verify).next().unwrap().unwrap();
    assert_eq!((whole.depth, whole.tags, payload(&whole)), (3, tags, &b"x"[..]));
}

#[test]
fn one_ipv6_address_makes_it_ipv6() {
    let at = Timestamp::default();
    let header = one(RAW, &ipv6(58, &[128, 0, 0, 0, 0, 1, 0, 2])).ip;
    for (src, dst) in [(v4(SRC), header.dst), (header.src, v4(DST)), (header.src, header.dst)] {
        let ip = Ip { src, dst, ..header };
        let echo = [128, 0, 0, 0, 0, 1, 0, 2];
        let packet = dissect_datagram(at, ip, &echo, 0, Tags::default(), Checks::Ignore).next().unwrap().unwrap();
        assert!(matches!(packet.body, Body::Icmp(Icmp { kind: 128, v6: true, .. })), "{packet:?}");
    }
}

#[test]
fn what_is_an_extension_header_in_ipv6_is_any_protocol_in_ipv4() {
    for protocol in [0, 43, 44, 58, 60] {
        let packet = one(RAW, &ipv4(protocol, &[6, 0, 0, 0, 0, 0, 0, 9]));
        assert!(matches!(packet.body, Body::Other { payload: [6, ..], .. }), "{packet:?}");
    }
    assert!(matches!(one(RAW, &ipv6(1, &[8; 8])).body, Body::Other { .. }), "nor is ICMP one of IPv6");
}

/// An IPv6 packet between these two with a segment in it, its checksum right.
fn six(src: &[u8; 16], dst: &[u8; 16]) -> Vec<u8> {
    let inside = tcp(src, dst, 0x18, &[], b"INJECTED");
    let len = u16::try_from(inside.len()).unwrap();
    [&[0x60, 0, 0, 0][..], &len.to_be_bytes(), &[6, 64], src, dst, &inside].concat()
}

#[test]
fn a_mapped_address_is_passed_over() {
    let [src, dst] = [SRC, DST].map(|address| v4(address).octets());
    for (from, to, good) in [(src, dst, false), (src, DST6, false), (SRC6, dst, false), (SRC6, DST6, true)] {
        let data = ethernet(0x86dd, &six(&from, &to));
        assert_eq!(plain_tcp(&frame(LinkType::ETHERNET, &data), Checks::Verify).is_some(), good);
        let found = wire::all(LinkType::ETHERNET, &data)[0];
        assert_eq!(found.is_ok(), good);
        let Err(skip) = found else { continue };
        assert_eq!((skip.why, skip.weird_name()), (Why::Mapped, Some("IPv4_mapped_IPv6_address")));
        assert_eq!((skip.src, skip.dst), (None, None), "the address of a host that may not have sent it is not named");
    }
    let routed = [&[6, 2, 0, 1, 0, 0, 0, 0][..], &dst, &tcp(&SRC6, &dst, 0x18, &[], b"INJECTED")].concat();
    assert_eq!(weird(RAW, &ipv6(43, &routed)), Some("IPv4_mapped_IPv6_address"));
}

#[test]
fn a_routing_header_holds_whole_addresses() {
    let last = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let inside = tcp(&SRC6, &last, 0x18, &[], b"six");
    for (len, address, dst) in [(2, &last[..], last), (1, &last[..8], DST6), (0, &[], DST6)] {
        let header = [&[6, len, 0, 1, 0, 0, 0, 0][..], address, &inside].concat();
        assert_eq!(one(RAW, &ipv6(43, &header)).ip.dst, Address::v6(dst), "{len}");
    }
}

#[test]
fn signatures_are_options_of_their_own() {
    let options_of = |options: &[u8]| -> Vec<String> {
        let data = ipv4(6, &tcp(&SRC, &DST, 2, options, b""));
        let Body::Tcp { segment, .. } = one(RAW, &data).body else { panic!("no TCP") };
        segment.options().map(|option| format!("{option:?}")).collect()
    };
    let md5 = [&[19, 18][..], &[7; 16], &[1, 1]].concat();
    assert_eq!(options_of(&md5), [format!("Md5({:?})", [7; 16])]);
    assert_eq!(options_of(&[29, 4, 1, 2]), ["Authentication([1, 2])"]);
    assert_eq!(options_of(&[29, 3, 1, 1]), ["Other { kind: 29, data: [1] }"]);
    let sack = [5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 1, 1];
    assert_eq!(options_of(&sack), ["Sack([(1, 9)])"]);
}

#[test]
fn a_segment_is_as_long_as_its_bytes_and_flags() {
    for (flags, len) in [(0x10, 4), (0x02, 5), (0x01, 5), (0x13, 6)] {
        let data = ipv4(6, &tcp(&SRC, &DST, flags, &[], b"data"));
        for end in [data.len(), data.len() - 3] {
            let cut = Frame { data: &data[..end], ..frame(RAW, &data) };
            let Body::Tcp { segment, .. } = dissect(cut, Checks::Ignore).next().unwrap().unwrap().body else {
                panic!()
            };
            assert_eq!((segment.wire_len(), segment.seq_len()), (4, len), "{flags:#x}, captured or not");
        }
    }
}

/// Who answers from a tunnel's port sends to any.
#[test]
fn tunnels_are_known_by_the_port_they_come_from() {
    let packet = segment(b"back");
    let len = u16::try_from(packet.len()).unwrap();
    let gtp = |first: u8, kind: u8| [&[first, kind][..], &len.to_be_bytes(), &[0; 4], &packet].concat();
    let ayiya = |next: u8| [&[0x44, 0x52, 0x11, next, 0, 0, 0, 0][..], &[0; 36], &packet].concat();
    for (port, inside, tunnel) in [
        (2152_u16, gtp(0x30, 0xff), true),
        (2152, gtp(0x40, 0xff), false),
        (2152, gtp(0x30, 0x01), false),
        (5072, ayiya(4), true),
        (5072, ayiya(17), false),
        (5073, ayiya(4), false),
        (2153, gtp(0x30, 0xff), false),
    ] {
        let mut datagram = udp(&SRC, &DST, 40_000, &inside);
        datagram[..2].copy_from_slice(&port.to_be_bytes());
        datagram[6..8].fill(0);
        let data = ipv4(17, &datagram);
        assert_eq!(wire::all(RAW, &data).len(), if tunnel { 2 } else { 1 }, "{port} {:?}", &inside[..4]);
        if tunnel {
            assert_eq!(payload(&innermost(RAW, &data)), b"back");
        }
    }
}

#[test]
fn ayiya_carries_ipv6_too() {
    let six = ipv6(17, &udp(&SRC6, &DST6, 53, b"query"));
    let header = [&[0x44, 0x52, 0x11, 41, 0, 0, 0, 0][..], &[0; 36]].concat();
    assert_eq!(payload(&innermost(RAW, &wire::layers::in_udp(5072, &header, &six))), b"query");
}

#[test]
fn messages_of_the_kernel_are_no_packets() {
    let netlink = [&[0, 4, 3, 56][..], &[0; 10], &[8, 0], &segment(b"x")].concat();
    assert_eq!(wire::all(LinkType::LINUX_SLL, &netlink)[0].unwrap_err().why, Why::NotIp(0x0800));
}
