//! Addresses, flags, sequence numbers and times.
mod wire;

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::time::Duration;

use wire::layers::carriers;
use wire::{DST, SRC, frame, one, segment, v4};
use wiretale_packet::{Address, Checks, Direction, Endpoint, Flags, LinkType, SeqNumber, Timestamp, plain_tcp};

#[test]
fn addresses_and_endpoints_print_as_usual() {
    let six = Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!((v4(SRC).to_string(), six.to_string()), ("10.0.0.1".to_owned(), "2001:db8::1".to_owned()));
    assert_eq!(format!("{:?} {six:?}", v4(DST)), "10.0.0.2 2001:db8::1");
    let ends = [Endpoint::new(v4(SRC), 6667), Endpoint::new(six, 22)];
    assert_eq!(ends.map(|end| end.to_string()), ["10.0.0.1:6667", "[2001:db8::1]:22"]);
    assert_eq!(ends.map(|end| format!("{end:?}")), ["10.0.0.1:6667", "[2001:db8::1]:22"]);
    assert!(v4(SRC).is_v4() && !six.is_v4());
    assert_eq!((v4(SRC).as_v4(), six.as_v4()), (Some(SRC), None));
    for address in [v4(SRC), six] {
        assert_eq!(Address::from(address.to_ip()), address);
    }
    assert_eq!(Address::UNSPECIFIED_V4, v4([0; 4]));
    let socket = SocketAddr::from((SRC, 6667));
    assert_eq!(Endpoint::from(socket), ends[0]);
}

#[test]
fn addresses_are_told_apart_and_ordered_as_numbers() {
    let ordered = [Address::v6([0; 16]), v4([0; 4]), v4(SRC), v4(DST), v4([192, 0, 0, 1]), Address::v6([0x20; 16])];
    let hashes = ordered.map(|address| {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        hasher.finish()
    });
    for (n, one) in ordered.iter().enumerate() {
        for (m, other) in ordered.iter().enumerate() {
            assert_eq!((one == other, hashes[n] == hashes[m]), (n == m, n == m), "{one} {other}");
            assert_eq!((one.cmp(other), one.partial_cmp(other)), (n.cmp(&m), Some(n.cmp(&m))), "{one} {other}");
        }
    }
}

#[test]
fn directions_have_places_and_opposites() {
    assert_eq!(Direction::BOTH.map(Direction::index), [0, 1]);
    assert_eq!(Direction::BOTH.map(Direction::opposite), [Direction::Server, Direction::Client]);
}

#[test]
fn a_set_of_flags_has_all_of_another() {
    let syn_ack = Flags::SYN.with(Flags::ACK);
    assert!(syn_ack.has(Flags::SYN) && syn_ack.has(Flags::ACK) && syn_ack.has(syn_ack));
    assert!(!syn_ack.has(Flags::FIN) && !Flags::SYN.has(syn_ack) && !syn_ack.has(Flags::SYN.with(Flags::FIN)));
    assert!(Flags::SYN.with(Flags::SYN) == Flags::SYN);
    assert_eq!((format!("{syn_ack:?}"), format!("{:?}", Flags::default())), ("SYN|ACK".into(), "-".into()));
}

#[test]
fn sequence_numbers_wrap() {
    let (last, first) = (SeqNumber(u32::MAX), SeqNumber(0));
    assert_eq!((last.advance(1), first.ahead_of(last), last.ahead_of(first)), (first, 1, -1));
    assert_eq!([last < first, first > last, first <= SeqNumber(0), first >= SeqNumber(0)], [true; 4]);
    assert_eq!(first.partial_cmp(&first), Some(Ordering::Equal));
    assert_eq!(SeqNumber(1 << 31).ahead_of(first), i32::MIN);
    assert_eq!(format!("{:?}", SeqNumber(77)), "77");
}

#[test]
fn times_are_nanoseconds() {
    let time = Timestamp::from_parts(3, 5_000_700);
    assert_eq!((time.nanos(), time.to_string()), (3_005_000_700, "3.005000".to_owned()));
    let before = [-1, -1_000, -1_500_000_000, i64::MIN].map(|nanos| Timestamp::from_nanos(nanos).to_string());
    assert_eq!(before, ["-0.000001", "-0.000001", "-1.500000", "-9223372036.854776"]);
    assert!((time.as_secs_f64() - 3.005_000_7).abs() < 1e-9);
    let later = time + Duration::from_nanos(9);
    assert_eq!((later.since(time), time.since(later)), (Duration::from_nanos(9), Duration::ZERO));
    assert_eq!(later - Duration::from_nanos(9), time);
    let ends = [Timestamp::from_nanos(i64::MAX) + Duration::MAX, Timestamp::from_nanos(i64::MIN) - Duration::MAX];
    assert_eq!(ends.map(Timestamp::nanos), [i64::MAX, i64::MIN]);
    assert_eq!(Timestamp::from_parts(i64::MAX, 0).nanos(), i64::MAX);
}

#[test]
fn the_straight_line_takes_plain_segments_alone() {
    let packet = segment(b"PING :x\r\n");
    let ends = one(LinkType::RAW, &packet).endpoints();
    let straight = |link, data: &[u8]| plain_tcp(&frame(link, data), Checks::Ignore).map(|packet| packet.endpoints());
    for (name, link, data) in carriers(&packet) {
        let before = match name {
            "ethernet" | "padding" => Some(14),
            "vlan" => Some(18),
            _ => None,
        };
        assert_eq!(straight(link, &data), before.map(|_| ends), "{name}");
        let Some(before) = before else { continue };
        for end in 0..data.len() {
            assert_eq!(straight(link, &data[..end]).is_some(), end >= before + packet.len(), "{end}");
        }
        // Another ethertype, version, header length, protocol: not its business.
        for at in [before - 2, before - 1, before, before + 9] {
            let mut other = data.clone();
            other[at] ^= 0x11;
            assert_eq!(straight(link, &other), None, "{at}");
        }
    }
}
