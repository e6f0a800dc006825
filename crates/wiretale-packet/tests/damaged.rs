//! What is read of frames that are cut or damaged, written down: `damaged.txt` has a line for each kind of frame. A change
//! of that file is a change of what is dissected, and is to be looked at as such; `BLESS=1` writes it anew.
mod wire;

use std::fmt::Write as _;

use wire::layers::{carriers, tunnels};
use wire::{DST, DST6, SRC, SRC6, ethernet, ipv4, ipv4_with, ipv6, segment, tcp, udp};
use wiretale_packet::{Body, Checks, Frame, LinkType, Packet, Skip, Timestamp, dissect};

/// A frame of every kind there is.
fn frames() -> Vec<(String, LinkType, Vec<u8>)> {
    let packet = segment(b"PING :x\r\n");
    let mut frames: Vec<_> =
        carriers(&packet).into_iter().map(|(name, link, data)| (name.to_owned(), link, data)).collect();
    frames.extend(tunnels(&packet).into_iter().map(|(name, data, _)| (format!("{name} in ip"), LinkType::RAW, data)));
    frames.push(("atm".to_owned(), LinkType::ATM_RFC1483, [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &packet].concat()));
    let options = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7];
    let fragment6 = |next: u8, at: u16, inside: &[u8]| {
        let header = [&[next, 0][..], &at.to_be_bytes(), &[0, 0, 0, 9]].concat();
        ipv6(44, &[&header, inside].concat())
    };
    let icmp = |kind: u8| [&[kind, 0, 0, 0, 0, 1, 0, 2][..], b"abcdefgh"].concat();
    let message = udp(&SRC6, &DST6, 53, b"query");
    let extended = [&[60, 1][..], &[0; 14], &[43, 0, 4, 0, 0, 0, 0, 0], &[17, 0, 1, 0, 0, 0, 0, 0], &message].concat();
    let authenticated = [&[6, 4, 0, 0][..], &[7; 20], &tcp(&SRC, &DST, 0x18, &[], b"x")].concat();
    let packets = [
        ("tcp with options", ipv4(6, &tcp(&SRC, &DST, 0x12, &options, b"x"))),
        ("tcp behind ip options", ipv4_with(6, 0, &[1, 7, 4, 4, 9, 9, 9, 0], &tcp(&SRC, &DST, 0x18, &[], b"data"))),
        ("source route", ipv4_with(6, 0, &[0x83, 7, 4, 9, 9, 9, 9, 0], &tcp(&SRC, &DST, 2, &[], b""))),
        ("udp", ipv4(17, &udp(&SRC, &DST, 53, b"query"))),
        ("udp over ipv6", ipv6(17, &message)),
        ("tcp over ipv6", ipv6(6, &tcp(&SRC6, &DST6, 0x18, &[], b"PING"))),
        ("icmp", ipv4(1, &icmp(8))),
        ("icmp error", ipv4(1, &icmp(3))),
        ("icmpv6", ipv6(58, &icmp(128))),
        ("first fragment", ipv4_with(17, 0x2000, &[], &udp(&SRC, &DST, 53, b"query---"))),
        ("later fragment", ipv4_with(17, 0x0003, &[], b"the rest")),
        ("first fragment, ipv6", fragment6(17, 1, &message)),
        ("later fragment, ipv6", fragment6(17, 16, b"the rest")),
        ("extension headers", ipv6(0, &extended)),
        ("authenticated", ipv4(51, &authenticated)),
        ("encrypted", ipv4(50, &[0; 24])),
        ("sctp", ipv4(132, &[0; 16])),
        ("nothing follows", ipv6(59, &[])),
    ];
    for (name, data) in packets {
        let ethertype = if data[0] >> 4 == 6 { 0x86dd } else { 0x0800 };
        frames.push((format!("{name}, in ethernet"), LinkType::ETHERNET, ethernet(ethertype, &data)));
        frames.push((name.to_owned(), LinkType::RAW, data));
    }
    frames.push(("arp".to_owned(), LinkType::ETHERNET, ethernet(0x0806, &[0; 28])));
    frames.push(("unknown link".to_owned(), LinkType(290), vec![0; 20]));
    frames
}

#[test]
fn cut_and_damaged_frames_are_read_as_they_were() {
    let mut text = String::from("# frame: what is read of each length, as snapped; as sent; with each bit flipped\n");
    for (name, link, data) in frames() {
        let whole = u32::try_from(data.len()).unwrap();
        let snapped = outcomes((0..=data.len()).map(|end| (data[..end].to_vec(), whole)), link);
        let sent = outcomes((0..=data.len()).map(|end| (data[..end].to_vec(), u32::try_from(end).unwrap())), link);
        let flips = (0..data.len() * 8).map(|bit| {
            let mut flipped = data.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            (flipped, whole)
        });
        let flipped = outcomes(flips, link);
        for (how, (runs, digest)) in [("snapped", snapped), ("sent", sent)] {
            writeln!(text, "{name}, {how}: {runs} [{digest:016x}]").unwrap();
        }
        writeln!(text, "{name}, flipped: [{:016x}]", flipped.1).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/damaged.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap();
    for (now, before) in text.lines().zip(known.lines()) {
        assert_eq!(now, before);
    }
    assert_eq!(text.len(), known.len());
}

/// What is read of each frame, equal ones in a row told once, and a number for all that was read.
fn outcomes(frames: impl Iterator<Item = (Vec<u8>, u32)>, link: LinkType) -> (String, u64) {
    let (mut runs, mut last, mut digest) = (String::new(), String::new(), 0xcbf2_9ce4_8422_2325_u64);
    for (n, (data, wire_len)) in frames.enumerate() {
        let frame = Frame { at: Timestamp::from_nanos(7), link, data: &data, wire_len };
        let found: Vec<_> = dissect(frame, Checks::Verify).collect();
        let outcome = found.iter().map(outcome).collect::<Vec<_>>().join("+");
        let all = format!("{found:?} {}", found.iter().map(asked).collect::<String>());
        all.bytes().for_each(|byte| digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if outcome != last {
            write!(runs, "{}{n} {outcome}", if n > 0 { ", " } else { "" }).unwrap();
            last = outcome;
        }
    }
    (runs, digest)
}

fn outcome(found: &Result<Packet<'_>, Skip>) -> String {
    match found {
        Ok(packet) => match packet.body {
            Body::Tcp { .. } => "tcp".to_owned(),
            Body::Udp(_) => "udp".to_owned(),
            Body::Icmp(_) => "icmp".to_owned(),
            Body::Fragment(_) => "fragment".to_owned(),
            Body::Other { .. } => format!("protocol {}", packet.ip.protocol),
        },
        Err(skip) => format!("{:?}: {:?}", skip.layer, skip.why),
    }
}

/// What can be asked of a packet or a skip.
fn asked(found: &Result<Packet<'_>, Skip>) -> String {
    match found {
        Ok(packet) => {
            let (src, dst) = packet.endpoints();
            let options = match packet.body {
                Body::Tcp { segment, .. } => format!("{:?}", segment.options().collect::<Vec<_>>()),
                _ => String::new(),
            };
            format!("{src} {dst} {:?} {options}", packet.transport())
        }
        Err(skip) => format!("{skip} {:?}", skip.weird_name()),
    }
}
