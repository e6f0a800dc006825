//! Tunnels, and that what is inside does not depend on them.
mod wire;

use wire::layers::{in_udp, tunnels};
use wire::{DST6, SRC6, all, ethernet, facts, gre, innermost, ipv4, ipv6, one, payload, segment, udp, weird};
use wiretale_packet::{Body, Checksum, LinkType, MAX_TUNNELS};

const RAW: LinkType = LinkType::RAW;

#[test]
fn every_tunnel_gives_the_same_packet() {
    let packet = segment(b"JOIN #rust\r\n");
    let bare = facts(&one(RAW, &packet));
    for (name, data, carrier) in tunnels(&packet) {
        let found = all(RAW, &data);
        assert_eq!(found.len(), if carrier { 2 } else { 1 }, "{name}: {found:?}");
        let inner = innermost(RAW, &data);
        assert_eq!(facts(&inner), bare, "{name}");
        assert_eq!(inner.depth, 1, "{name}");
        for end in 0..data.len() {
            let _ = all(RAW, &data[..end]);
        }
    }
}

#[test]
fn tunnels_in_tunnels() {
    let packet = segment(b"JOIN #rust\r\n");
    let bare = facts(&one(RAW, &packet));
    for (outer, _, _) in tunnels(&packet) {
        // What carries IPv4 alone takes no IPv6.
        for (inner, data, _) in tunnels(&packet).into_iter().filter(|tunnel| tunnel.0 != "4in6") {
            let (_, data, _) = tunnels(&data).into_iter().find(|tunnel| tunnel.0 == outer).unwrap();
            let found = innermost(RAW, &data);
            assert_eq!((facts(&found), found.depth), (bare.clone(), 2), "{inner} in {outer}");
        }
    }
}

#[test]
fn teredo_on_any_port_behind_its_indications() {
    let mut inside = ipv6(17, &udp(&SRC6, &DST6, 53, b"query"));
    inside[8..12].copy_from_slice(&[0x20, 1, 0, 0]);
    let origin = [0, 0, 1, 2, 3, 4, 5, 6];
    let auth = [&[0, 1, 2, 3][..], &[0; 14]].concat();
    for header in [Vec::new(), origin.to_vec(), auth.clone(), [auth, origin.to_vec()].concat()] {
        for port in [3544, 40000] {
            let data = in_udp(port, &header, &inside);
            assert_eq!(payload(&innermost(RAW, &data)), b"query");
            assert_eq!(all(RAW, &data).len(), 2);
        }
    }
    let plain = in_udp(3544, &[], &ipv6(17, &udp(&SRC6, &DST6, 53, b"query")));
    assert_eq!(all(RAW, &plain).len(), 1, "no Teredo address");
}

#[test]
fn teredo_is_known_by_its_addresses_and_its_length() {
    let teredo = [&[0x20, 1, 0, 0][..], &[7; 12]].concat();
    let local = [&[0xfe, 0x80][..], &[7; 14]].concat();
    let [other, near] = [[&[0x20, 1, 0, 1][..], &[7; 12]].concat(), [&[0xfe, 0x81][..], &[7; 14]].concat()];
    let mapped = [&[7; 12][..], &[0x20, 1, 0, 0]].concat();
    let found = |src: &[u8], dst: &[u8], change: fn(&mut Vec<u8>)| {
        let mut inside = ipv6(59, &[]);
        inside[8..24].copy_from_slice(src);
        inside[24..40].copy_from_slice(dst);
        change(&mut inside);
        all(RAW, &in_udp(3544, &[], &inside)).len()
    };
    for [src, dst] in [[&teredo, &other], [&other, &teredo], [&local, &other], [&other, &local], [&teredo, &local]] {
        assert_eq!(found(src, dst, |_| {}), 2, "{src:?} {dst:?}");
        assert_eq!(found(src, dst, |inside| inside[5] = 1), 1, "longer than the datagram");
        assert_eq!(found(src, dst, |inside| inside[0] = 0x50), 1, "of another version");
    }
    for [src, dst] in [[&other, &other], [&near, &near], [&mapped, &mapped]] {
        assert_eq!(found(src, dst, |_| {}), 1, "{src:?} {dst:?}");
    }
    assert_eq!(all(RAW, &in_udp(3544, &[], &ipv6(59, &[])[..39])).len(), 1, "cut");
}

#[test]
fn tags_in_a_tunnel_lead_to_either_version() {
    let (four, six) = (segment(b"x"), ipv6(17, &udp(&SRC6, &DST6, 53, b"q")));
    let tagged =
        |ethertype: u16, inside: &[u8]| gre(0, 0x8100, &[&[0, 9][..], &ethertype.to_be_bytes()].concat(), inside);
    assert_eq!(payload(&innermost(RAW, &tagged(0x0800, &four))), b"x");
    assert_eq!(payload(&innermost(RAW, &tagged(0x86dd, &six))), b"q");
    assert_eq!(weird(RAW, &tagged(0x0806, &four)), None);
}

#[test]
fn ipv4_in_ipv6_has_its_own_icmp() {
    let mut echo = [8, 0, 0, 0, 0, 1, 0, 2];
    let check = wire::sum(&[&echo]);
    echo[2..4].copy_from_slice(&check.to_be_bytes());
    let packet = one(RAW, &ipv6(4, &ipv4(1, &echo)));
    assert!(matches!(packet.body, Body::Icmp(icmp) if !icmp.v6), "{packet:?}");
    assert_eq!(packet.checksum, Checksum::Good);
}

#[test]
fn a_tunnel_over_ipv6_may_leave_its_checksum_out() {
    let mut carrier =
        udp(&SRC6, &DST6, 4789, &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &ethernet(0x0800, &segment(b"x"))].concat());
    carrier[6..8].fill(0);
    let data = ipv6(17, &carrier);
    let found = all(RAW, &data);
    let checksums: Vec<_> = found.into_iter().map(|packet| packet.unwrap().checksum).collect();
    assert_eq!(checksums, [Checksum::Unknown, Checksum::Good]);
}

#[test]
fn gre_numbers_that_are_aruba_s_end() {
    let data = |protocol: u16| {
        gre(0, protocol, &[], &[&[8, 1][..], &[0; 22], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &segment(b"x")].concat())
    };
    for protocol in [0x8200, 0x8210, 0x8300, 0x8370] {
        assert_eq!(payload(&innermost(RAW, &data(protocol))), b"x", "{protocol:#x}");
    }
    for protocol in [0x8201, 0x8380, 0x83f0, 0x8400] {
        assert!(all(RAW, &data(protocol))[0].is_err(), "{protocol:#x}");
    }
}

#[test]
fn depth_is_bounded_and_said() {
    let mut data = segment(b"x");
    for _ in 0..=MAX_TUNNELS {
        data = ipv4(4, &data);
    }
    assert_eq!(weird(RAW, &data), Some("exceeded_tunnel_max_depth"));
    for _ in 0..60 {
        data = gre(0, 0x0800, &[], &data);
    }
    assert_eq!(weird(RAW, &data), Some("exceeded_tunnel_max_depth"));
    let mut deep = segment(b"x");
    for _ in 0..64 {
        deep = in_udp(6081, &[0, 0, 0x08, 0, 0, 0, 1, 0], &deep);
    }
    let found = all(RAW, &deep);
    assert_eq!(found.iter().filter(|found| found.is_ok()).count(), usize::from(MAX_TUNNELS) + 1);
    assert!(found.last().unwrap().is_err());
}

#[test]
fn a_wrong_carrier_spoils_what_it_carries() {
    let mut header = ipv4(4, &segment(b"x"));
    header[8] ^= 1;
    let found = one(RAW, &header);
    assert!(!found.ip.header_ok);
    let mut datagram = in_udp(4789, &[8, 0, 0, 0, 0, 0, 1, 0], &ethernet(0x0800, &segment(b"x")));
    datagram[26] ^= 1;
    assert_eq!(innermost(RAW, &datagram).checksum, Checksum::Bad);
}

#[test]
fn weird_tunnels_have_names() {
    assert_eq!(weird(RAW, &ipv4(4, &ipv6(59, &[]))), Some("invalid_inner_IP_version"));
    assert_eq!(weird(RAW, &ipv4(41, &segment(b"x"))), Some("invalid_inner_IP_version"));
    assert_eq!(weird(RAW, &gre(2, 0x0800, &[], &segment(b"x"))), Some("unknown_gre_version"));
    assert_eq!(weird(RAW, &gre(0x4000, 0x0800, &[], &segment(b"x"))), Some("unknown_gre_flags"));
    assert_eq!(weird(RAW, &gre(0x3000, 0x0800, &[], &[0; 3])), Some("truncated_GRE"));
    assert_eq!(weird(RAW, &in_udp(6081, &[0, 0, 8, 0, 0, 0, 1, 0], &[])), Some("geneve_empty_packet"));
    assert_eq!(weird(RAW, &gre(0, 0x2001, &[], &[0; 8])), None);
}

#[test]
fn an_ordinary_datagram_on_a_tunnel_port_is_no_tunnel() {
    for port in [4789, 6081, 4754, 2152, 5072, 3544] {
        let data = in_udp(port, &[0x07, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff], &[0xff; 40]);
        assert_eq!(all(RAW, &data).len(), 1, "{port}");
        assert!(matches!(one(RAW, &data).body, Body::Udp(_)));
    }
}
