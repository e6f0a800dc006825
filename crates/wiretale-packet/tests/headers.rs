//! IP, TCP, UDP and ICMP headers, honest and forged.
mod wire;

use wire::{DST, DST6, SRC, SRC6, ethernet, frame, ipv4, ipv4_with, ipv6, one, payload, segment, tcp, udp, v4, weird};
use wiretale_packet::*;

const RAW: LinkType = LinkType::RAW;

fn segment_of<'a>(packet: &Packet<'a>) -> Segment<'a> {
    match packet.body {
        Body::Tcp { segment, .. } => segment,
        ref body => panic!("{body:?}"),
    }
}

#[test]
fn a_segment_is_decoded_in_full() {
    let data = ethernet(0x0800, &segment(b"PING :a\r\n"));
    let packet = one(LinkType::ETHERNET, &data);
    let (src, dst) = packet.endpoints();
    assert_eq!((src, dst), (Endpoint::new(v4(SRC), 6667), Endpoint::new(v4(DST), 40000)));
    assert_eq!((packet.ip.ttl, packet.ip.total_len, packet.ip.header_len, packet.ip.header_ok), (64, 49, 20, true));
    let segment = segment_of(&packet);
    assert_eq!(
        (segment.seq, segment.ack, segment.flags),
        (SeqNumber(256), SeqNumber(512), Flags::PSH.with(Flags::ACK))
    );
    assert_eq!((segment.window, segment.missing, segment.payload), (0x2000, 0, &b"PING :a\r\n"[..]));
}

#[test]
fn a_snap_length_cut_is_normal_at_every_length() {
    let whole = ethernet(0x0800, &segment(b"0123456789"));
    for end in 0..=whole.len() {
        let cut = Frame { data: &whole[..end], ..frame(LinkType::ETHERNET, &whole) };
        let found: Vec<_> = dissect(cut, Checks::Verify).collect();
        match found[..] {
            [Ok(packet)] if end >= 54 => {
                let segment = segment_of(&packet);
                assert_eq!(segment.wire_len(), 10);
                assert_eq!(segment.payload.len(), end - 54);
                assert_eq!(packet.checksum == Checksum::Good, end == whole.len());
            }
            [Err(skip)] if end < 54 => {
                assert!(matches!(skip.why, Why::Cut | Why::Field), "{end}: {skip}");
                assert_eq!(skip.src.is_some(), end >= 34, "{end}");
            }
            ref found => panic!("{end}: {found:?}"),
        }
    }
}

#[test]
fn a_cut_within_the_options_leaves_the_segment() {
    let options = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
    let whole = ipv4(6, &tcp(&SRC, &DST, 0x10, &options, b"data"));
    let cut = Frame { data: &whole[..44], ..frame(RAW, &whole) };
    let packet = dissect(cut, Checks::Verify).next().unwrap().unwrap();
    let segment = segment_of(&packet);
    assert_eq!((segment.options, segment.payload, segment.missing), (&options[..4], &b""[..], 4));
    assert_eq!(packet.checksum, Checksum::Unknown);
}

#[test]
fn forged_lengths_are_named() {
    let change = |at: usize, value: u8| {
        let mut data = segment(b"0123456789");
        data[at] = value;
        data
    };
    assert_eq!(weird(RAW, &change(3, 39)), Some("truncated_header"), "total length inside the TCP header");
    assert_eq!(weird(RAW, &change(3, 51)), Some("truncated_IP_len"), "total length beyond the frame");
    assert_eq!(weird(RAW, &change(3, 19)), Some("invalid_IP_header_size"));
    assert_eq!(weird(RAW, &change(0, 0x44)), Some("invalid_IP_header_size"));
    assert_eq!(weird(RAW, &change(0, 0x75)), Some("unknown_ip_version"));
    assert_eq!(weird(RAW, &change(32, 0x40)), Some("bad_TCP_header_len"));
    assert_eq!(weird(RAW, &change(32, 0xf0)), Some("bad_TCP_header_len"), "data offset beyond the segment");
    assert_eq!(weird(RAW, &segment(b"x")[..19]), Some("truncated_IP"));
    assert_eq!(weird(RAW, &ipv4(17, &[0, 53, 0, 53, 0, 7, 0, 0])), Some("bad_UDP_length"));
    assert_eq!(weird(RAW, &ipv4(1, &[8, 0, 0])), Some("truncated_header"));
    assert_eq!(weird(LinkType::ETHERNET, &[0; 13]), Some("truncated_ethernet_frame"));
    assert_eq!(weird(RAW, &ipv6(60, &[6, 9, 0, 0, 0, 0, 0, 0])), Some("internally_truncated_header"));
}

#[test]
fn a_total_length_of_zero_is_segmentation_offload() {
    let mut data = segment(b"0123456789");
    data[2..4].fill(0);
    let packet = one(RAW, &data);
    assert_eq!((payload(&packet), packet.ip.total_len), (&b"0123456789"[..], 50));
    let mut six = ipv6(6, &tcp(&SRC6, &DST6, 0x18, &[], b"0123456789"));
    six[4..6].fill(0);
    assert_eq!(payload(&one(RAW, &six)), b"0123456789");
}

#[test]
fn the_padding_of_a_short_frame_is_no_jumbogram() {
    let padded = [&ipv6(99, &[])[..], &[0; 6]].concat();
    assert_eq!(one(RAW, &padded).ip.total_len, 40);
}

#[test]
fn checksums_are_judged() {
    let good = segment(b"odd");
    for at in 20..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        if at != 32 {
            assert_eq!(one(RAW, &bad).checksum, Checksum::Bad, "{at}");
        }
        let ignored = dissect(frame(RAW, &bad), Checks::Ignore).next().unwrap();
        assert!(ignored.is_err() || ignored.unwrap().checksum == Checksum::Unknown);
    }
    let mut header = good;
    header[8] ^= 1;
    assert!(!one(RAW, &header).ip.header_ok);
    assert!(dissect(frame(RAW, &header), Checks::Ignore).next().unwrap().unwrap().ip.header_ok);
}

#[test]
fn both_zeros_of_ones_complement_are_the_same() {
    // A payload chosen so that the checksum is zero.
    let check = tcp(&SRC, &DST, 0x18, &[], &[0, 0])[16..18].to_vec();
    let mut data = tcp(&SRC, &DST, 0x18, &[], &check);
    assert_eq!(data[16..18], [0, 0]);
    for zero in [[0, 0], [0xff, 0xff]] {
        data[16..18].copy_from_slice(&zero);
        assert_eq!(one(RAW, &ipv4(6, &data)).checksum, Checksum::Good);
    }
}

#[test]
fn a_datagram_without_a_checksum() {
    let mut four = udp(&SRC, &DST, 53, b"x");
    four[6..8].fill(0);
    assert_eq!(one(RAW, &ipv4(17, &four)).checksum, Checksum::Unknown);
    let mut six = udp(&SRC6, &DST6, 53, b"x");
    six[6..8].fill(0);
    assert_eq!(one(RAW, &ipv6(17, &six)).checksum, Checksum::Bad);
}

#[test]
fn a_datagram_without_a_length_ends_with_its_packet() {
    let mut data = udp(&SRC, &DST, 53, b"query");
    data[4..6].fill(0);
    let packet = one(RAW, &ipv4(17, &data));
    assert!(matches!(packet.body, Body::Udp(Datagram { payload: b"query", missing: 0, .. })), "{packet:?}");
}

#[test]
fn a_header_may_fill_the_packet() {
    assert!(matches!(one(RAW, &ipv4(99, &[])).body, Body::Other { payload: [], missing: 0 }));
    assert_eq!(weird(RAW, &ipv4_with(99, 0, &[1; 4], &[])[..22]), Some("truncated_IP_len"));
}

#[test]
fn as_many_extension_headers_as_any_sender_uses_are_walked() {
    let chain = |n: usize| {
        let mut chain: Vec<u8> = [60, 0, 1, 4, 0, 0, 0, 0].repeat(n - 1);
        chain.extend([6, 0, 1, 4, 0, 0, 0, 0]);
        chain.extend(tcp(&SRC6, &DST6, 0x18, &[], b"six"));
        ipv6(60, &chain)
    };
    assert_eq!(payload(&one(RAW, &chain(31))), b"six");
    assert_eq!(weird(RAW, &chain(32)), Some("excessive_IPv6_extension_headers"));
}

#[test]
fn a_datagram_ends_where_it_says() {
    let mut data = udp(&SRC, &DST, 53, b"abc");
    data.extend(b"trailer");
    let packet = one(RAW, &ipv4(17, &data)).body;
    assert!(matches!(packet, Body::Udp(Datagram { payload: b"abc", missing: 0, .. })), "{packet:?}");
}

#[test]
fn fragments_are_left_to_be_put_together() {
    let packet = one(RAW, &ipv4_with(6, 0x2000 | 3, &[], b"12345678"));
    let Body::Fragment(fragment) = packet.body else { panic!("{:?}", packet.body) };
    assert_eq!((fragment.id, fragment.offset, fragment.more, fragment.payload), (0x1234, 24, true, &b"12345678"[..]));
    let last = [&[6, 0, 0, 0x10, 0, 1, 2, 3][..], b"rest"].concat();
    let Body::Fragment(fragment) = one(RAW, &ipv6(44, &last)).body else { panic!() };
    assert_eq!((fragment.id, fragment.offset, fragment.more, fragment.payload), (0x0001_0203, 16, false, &b"rest"[..]));
}

#[test]
fn an_atomic_fragment_is_whole() {
    let inside = tcp(&SRC6, &DST6, 0x18, &[], b"atom");
    let packet = one(RAW, &ipv6(44, &[&[6, 0, 0, 0, 0, 0, 0, 1][..], &inside].concat()));
    assert_eq!((payload(&packet), packet.checksum, packet.ip.header_len), (&b"atom"[..], Checksum::Good, 48));
}

#[test]
fn a_datagram_put_together_is_dissected() {
    let inside = tcp(&SRC, &DST, 0x18, &[], b"0123456789");
    let first = one(RAW, &ipv4_with(6, 0x2000, &[], &inside[..16]));
    assert!(matches!(first.body, Body::Fragment(_)));
    let mut found = dissect_datagram(first.at, first.ip, &inside, 0, Tags::default(), Checks::Verify);
    let packet = found.next().unwrap().unwrap();
    assert_eq!((payload(&packet), packet.checksum, packet.ip.total_len), (&b"0123456789"[..], Checksum::Good, 50));
    assert!(found.next().is_none());
    let options = [&[6, 0, 1, 4, 0, 0, 0, 0][..], &tcp(&SRC6, &DST6, 0x18, &[], b"six")].concat();
    let first = one(RAW, &ipv6(44, &[&[60, 0, 0, 1, 0, 0, 0, 1][..], &options[..8]].concat()));
    let packet =
        dissect_datagram(first.at, first.ip, &options, 0, Tags::default(), Checks::Verify).next().unwrap().unwrap();
    assert_eq!((payload(&packet), packet.checksum), (&b"six"[..], Checksum::Good));
}

#[test]
fn extension_headers_are_walked() {
    let inside = tcp(&SRC6, &DST6, 0x18, &[], b"six");
    let hop = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let auth = [&[6, 4][..], &[0; 22]].concat();
    let chain = [&hop(60)[..], &hop(51), &auth, &inside].concat();
    let packet = one(RAW, &ipv6(0, &chain));
    assert_eq!((payload(&packet), packet.checksum, packet.ip.protocol), (&b"six"[..], Checksum::Good, 6));
    assert_eq!(packet.ip.header_len, 40 + 8 + 8 + 24);
    let endless: Vec<u8> = hop(60).repeat(1000);
    assert_eq!(weird(RAW, &ipv6(60, &endless)), Some("excessive_IPv6_extension_headers"));
}

#[test]
fn a_routing_header_names_the_last_destination() {
    let last = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let inside = tcp(&SRC6, &last, 0x18, &[], b"six");
    let routing = |kind: u8, left: u8| [&[6, 4, kind, left, 0, 0, 0, 0][..], &DST6, &last, &inside].concat();
    let packet = one(RAW, &ipv6(43, &routing(0, 2)));
    assert_eq!((packet.ip.dst, packet.checksum), (Address::v6(last), Checksum::Good));
    let packet = one(RAW, &ipv6(43, &routing(0, 0)));
    assert_eq!((packet.ip.dst, packet.checksum), (Address::v6(DST6), Checksum::Bad));
    let list = [&[6, 4, 4, 1, 0, 0, 0, 0][..], &last, &DST6, &inside].concat();
    let packet = one(RAW, &ipv6(43, &list));
    assert_eq!((packet.ip.dst, packet.checksum), (Address::v6(last), Checksum::Good));
}

#[test]
fn icmp_of_both_versions() {
    let mut echo = [8, 0, 0, 0, 0, 1, 0, 2, b'h', b'i'];
    let check = wire::sum(&[&echo]);
    echo[2..4].copy_from_slice(&check.to_be_bytes());
    let packet = one(RAW, &ipv4(1, &echo));
    assert!(matches!(packet.body, Body::Icmp(Icmp { kind: 8, code: 0, v6: false, payload: b"hi", missing: 0 })));
    assert_eq!(packet.checksum, Checksum::Good);
    let mut echo = [128, 0, 0, 0, 0, 1, 0, 2];
    let check = wire::transport_sum(&SRC6, &DST6, 58, &echo);
    echo[2..4].copy_from_slice(&check.to_be_bytes());
    let packet = one(RAW, &ipv6(58, &echo));
    assert!(matches!(packet.body, Body::Icmp(Icmp { kind: 128, v6: true, .. })));
    assert_eq!(packet.checksum, Checksum::Good);
}

#[test]
fn what_cannot_be_seen_into_is_other() {
    let esp = one(RAW, &ipv6(50, &[0; 20]));
    assert!(matches!(esp.body, Body::Other { payload: &[0, ..], missing: 0 }));
    assert_eq!(esp.transport(), Transport::Other(50));
    assert!(matches!(one(RAW, &ipv6(59, &[])).body, Body::Other { payload: [], .. }));
    let sctp = one(RAW, &ipv4_with(132, 0, &[7, 4, 4, 0], &[1; 12]));
    assert!(matches!(sctp.body, Body::Other { payload: &[1, ..], .. }));
    assert_eq!(sctp.ip.header_len, 24);
}

#[test]
fn options_are_decoded_and_end() {
    let options =
        [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 34, 2, 0, 99];
    let options = [&options[..], &[0; 2]].concat();
    let data = ipv4(6, &tcp(&SRC, &DST, 2, &options, b""));
    let segment = segment_of(&one(RAW, &data));
    let found: Vec<_> = segment.options().collect();
    assert_eq!(
        found[..4],
        [
            TcpOption::MaximumSegmentSize(1460),
            TcpOption::SackPermitted,
            TcpOption::Timestamps { value: 1, echo: 2 },
            TcpOption::WindowScale(7),
        ]
    );
    let TcpOption::Sack(blocks) = found[4] else { panic!("{found:?}") };
    assert_eq!(blocks.iter().collect::<Vec<_>>(), [(SeqNumber(1), SeqNumber(9))]);
    assert_eq!(found[5..], [TcpOption::FastOpen(b"")]);
    for forged in [[2, 0, 1, 1], [2, 1, 1, 1], [2, 5, 1, 1], [8, 255, 0, 0], [1, 1, 1, 8]] {
        let data = ipv4(6, &tcp(&SRC, &DST, 2, &forged, b""));
        assert_eq!(segment_of(&one(RAW, &data)).options().count(), 0, "{forged:?}");
    }
    let data = ipv4(6, &tcp(&SRC, &DST, 2, &[3, 2, 19, 2], b""));
    let odd: Vec<_> = segment_of(&one(RAW, &data)).options().collect();
    assert_eq!(odd, [TcpOption::Other { kind: 3, data: b"" }, TcpOption::Other { kind: 19, data: b"" }]);
}
