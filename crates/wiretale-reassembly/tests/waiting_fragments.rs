//! Fragments that wait: what counts of each, what they cost, and when they are given up.

use std::time::Duration;

use wiretale_packet::{Address, Fragment, Ip, Timestamp};
use wiretale_reassembly::{Datagram, FragmentAnomaly, FragmentLimits, FragmentSink, Fragments};

const AGE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Log(Vec<&'static str>);

impl FragmentSink for Log {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        self.0.push(anomaly.name());
    }
}

struct Bench {
    table: Fragments,
    log: Log,
    now: Timestamp,
    ttl: u8,
    v6: bool,
}

impl Bench {
    fn new() -> Self {
        Self::with(FragmentLimits::default())
    }

    fn with(limits: FragmentLimits) -> Self {
        let (table, now) = (Fragments::new(limits), Timestamp::from_nanos(0));
        Self { table, log: Log::default(), now, ttl: 64, v6: false }
    }

    fn push(&mut self, id: u32, offset: u32, more: bool, payload: &[u8]) -> Option<Datagram> {
        let (src, dst) = if self.v6 {
            (Address::v6([0x20; 16]), Address::v6([0x30; 16]))
        } else {
            (Address::v4([10, 20, 0, 1]), Address::v4([198, 51, 100, 7]))
        };
        let ip = Ip { src, dst, protocol: 17, ttl: self.ttl, total_len: 0, header_len: 20, header_ok: true };
        let fragment = Fragment { id, offset, more, payload, missing: 0 };
        self.table.push(self.now, &ip, &fragment, &mut self.log)
    }
}

#[test]
fn the_header_is_that_of_the_first_fragment_at_the_beginning() {
    let mut bench = Bench::new();
    for (ttl, offset) in [(10, 8), (64, 0), (3, 0)] {
        bench.ttl = ttl;
        assert!(bench.push(1, offset, true, &[7; 8]).is_none());
    }
    let whole = bench.push(1, 16, false, b"end").unwrap();
    assert_eq!((whole.ttl, whole.packet[8], whole.packet.len()), (64, 64, 20 + 19));
}

#[test]
fn addresses_stand_in_the_header() {
    for (v6, header) in [(false, 20), (true, 40)] {
        let mut bench = Bench { v6, ..Bench::new() };
        bench.push(1, 8, false, b"end");
        let whole = bench.push(1, 0, true, &[7; 8]).unwrap();
        let (src, dst): (&[u8], &[u8]) =
            if v6 { (&[0x20; 16], &[0x30; 16]) } else { (&[10, 20, 0, 1], &[198, 51, 100, 7]) };
        assert_eq!(whole.packet[header - 2 * src.len()..header], [src, dst].concat());
    }
}

/// An IPv6 address may be an IPv4 address in disguise (RFC 4291 section 2.5.5.2).
#[test]
fn one_ipv6_address_makes_it_ipv6() {
    let (disguised, honest) = (Address::v4([10, 20, 0, 1]), Address::v6([0x30; 16]));
    for (src, dst) in [(disguised, honest), (honest, disguised)] {
        let mut table = Fragments::new(FragmentLimits::default());
        let ip = Ip { src, dst, protocol: 17, ttl: 64, total_len: 0, header_len: 40, header_ok: true };
        for (offset, more, whole) in [(0, true, false), (8, false, true)] {
            let fragment = Fragment { id: 1, offset, more, payload: &[7; 8], missing: 0 };
            let done = table.push(Timestamp::from_nanos(0), &ip, &fragment, &mut Log::default());
            assert_eq!(done.map(|done| (done.v6, done.packet.len())), whole.then_some((true, 56)));
        }
    }
}

/// As Linux does.
#[test]
fn what_is_no_multiple_of_eight_is_cut_to_one() {
    let mut bench = Bench::new();
    bench.push(1, 0, true, b"0123456789abc");
    let whole = bench.push(1, 8, false, b"end").unwrap();
    assert_eq!(&whole.packet[20..], b"01234567end");
}

#[test]
fn a_packet_ends_at_65535_bytes() {
    for (last, names) in [(&b"end"[..], &[][..]), (b"end!", &["excessively_large_fragment"])] {
        let mut bench = Bench::new();
        bench.push(1, 65_512, false, last);
        assert_eq!((&bench.log.0[..], bench.table.is_empty()), (names, !names.is_empty()));
    }
}

#[test]
fn fragments_that_bring_bytes_are_counted() {
    for (fragments, names) in [(4, &[][..]), (5, &["fragment_limit"])] {
        let mut bench = Bench::with(FragmentLimits { fragments: 4, ..FragmentLimits::default() });
        for n in 0..fragments {
            for _ in 0..10 {
                bench.push(1, 16 * n, true, &[7; 8]);
            }
        }
        assert_eq!(bench.log.0, names);
    }
}

#[test]
fn bytes_and_something_for_each_fragment_are_held() {
    let mut bench = Bench::new();
    assert_eq!((bench.table.held_bytes(), bench.table.len(), bench.table.is_empty()), (0, 0, true));
    let mut before = 0;
    for n in 0..9 {
        bench.push(1, 1000 * n, true, &[7; 800]);
        let more = bench.table.held_bytes() - before;
        // The first takes a place in the table, too.
        assert!((832..1000 + 500 * usize::from(n == 0)).contains(&more), "{n}: {more}");
        before += more;
        assert_eq!((bench.table.len(), bench.table.is_empty()), (1, false));
    }
    bench.now = bench.now + AGE;
    bench.table.expire(bench.now, &mut bench.log);
    assert_eq!((bench.table.held_bytes(), bench.table.len(), bench.table.is_empty()), (0, 0, true));
}

#[test]
fn the_oldest_goes_where_bytes_or_packets_are_too_many() {
    let mut bench = Bench::new();
    bench.push(1, 8, true, &[7; 800]);
    bench.push(2, 8, true, &[7; 800]);
    let both = bench.table.held_bytes();
    for (bytes, packets, kept) in [(both, 9, 2), (both - 1, 9, 1), (1 << 20, 2, 2), (1 << 20, 1, 1)] {
        let mut bench = Bench::with(FragmentLimits { bytes, packets, ..FragmentLimits::default() });
        for id in 1..=2 {
            bench.push(id, 8, true, &[7; 800]);
        }
        assert_eq!((bench.table.len(), bench.log.0.len()), (kept, 2 - kept), "{bytes} {packets}");
        assert!(bench.push(2, 0, true, &[7; 8]).is_none());
        assert!(bench.push(2, 808, false, b"end").is_some(), "the newest stayed");
    }
}

#[test]
fn a_packet_is_given_up_at_its_age_and_if_it_was_dropped_before_in_silence() {
    for (conflict, said) in [(false, &["fragment_timeout"][..]), (true, &[])] {
        let mut bench = Bench { v6: true, ..Bench::new() };
        bench.push(1, 8, true, &[7; 8]);
        if conflict {
            bench.push(1, 8, true, &[8; 8]);
            assert_eq!(bench.log.0, ["fragment_inconsistency", "fragment_datagram_dropped"]);
        }
        bench.log.0.clear();
        bench.table.expire(bench.now + AGE - Duration::from_nanos(1), &mut bench.log);
        assert_eq!((bench.table.len(), bench.log.0.len()), (1, 0));
        bench.table.expire(bench.now + AGE, &mut bench.log);
        assert_eq!((bench.table.len(), &bench.log.0[..]), (0, said));
    }
}
