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
    protocol: u8,
    v6: bool,
}

impl Bench {
    fn new() -> Self {
        Self::with(FragmentLimits::default())
    }

    fn with(limits: FragmentLimits) -> Self {
        let (table, now) = (Fragments::new(limits), Timestamp::from_nanos(0));
        Self { table, log: Log::default(), now, ttl: 64, protocol: 17, v6: false }
    }

    fn push(&mut self, id: u32, offset: u32, more: bool, payload: &[u8]) -> Option<Datagram> {
        let (src, dst) = if self.v6 {
            (Address::v6([0x20; 16]), Address::v6([0x30; 16]))
        } else {
            (Address::v4([10, 20, 0, 1]), Address::v4([198, 51, 100, 7]))
        };
        let ip = Ip { src, dst, protocol: self.protocol, ttl: self.ttl, total_len: 0, header_len: 20, header_ok: true };
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

/// RFC 791 section 3.1, RFC 8200 section 3: no options, no fragment, no flow label.
#[test]
fn the_header_of_a_whole_packet_is_plain() {
    for (v6, header) in [(false, &[0x45, 0, 0, 31, 0, 0, 0, 0, 64, 17][..]), (true, &[0x60, 0, 0, 0, 0, 11, 17, 64])] {
        let mut bench = Bench { v6, ..Bench::new() };
        bench.push(1, 8, false, b"end");
        let whole = bench.push(1, 0, true, &[7; 8]).unwrap();
        assert_eq!(whole.packet[..header.len()], *header);
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

/// Options in the fragments' header leave less room (RFC 791 section 3.2); an IPv6 header counts for nothing (RFC 8200
/// section 4.5).
#[test]
fn the_longer_the_header_the_less_fits_behind_it() {
    let v6 = Address::v6([0x20; 16]);
    let v4 = Address::v4([10, 20, 0, 1]);
    for (src, header_len, most) in [(v4, 0, 65_515), (v4, 20, 65_515), (v4, 24, 65_511), (v6, 40, 65_535)] {
        for (end, fits) in [(most, true), (most + 1, false)] {
            let (mut table, mut log) = (Fragments::new(FragmentLimits::default()), Log::default());
            let ip = Ip { src, dst: src, protocol: 17, ttl: 64, total_len: 0, header_len, header_ok: true };
            let payload = &[7; 64][..end % 8 + 8];
            let fragment = Fragment { id: 1, offset: (end - payload.len()) as u32, more: false, payload, missing: 0 };
            table.push(Timestamp::from_nanos(0), &ip, &fragment, &mut log);
            assert_eq!(log.0.is_empty(), fits, "{header_len} {end}");
        }
    }
}

#[test]
fn the_last_fragment_may_repeat_one_that_was_not_the_last() {
    let mut bench = Bench::new();
    bench.push(1, 8, true, &[7; 8]);
    assert!(bench.push(1, 8, false, &[7; 8]).is_none());
    assert!(bench.push(1, 0, true, &[7; 8]).is_some());
    assert!(bench.log.0.is_empty(), "{:?}", bench.log.0);
}

#[test]
fn an_overlap_with_other_bytes_is_told_once_however_few_they_are() {
    let mut bench = Bench::new();
    bench.push(1, 8, true, b"12345678");
    bench.push(1, 0, true, b"abcdefgh1234567!");
    assert_eq!(bench.log.0, ["fragment_inconsistency"]);
    // RFC 5722 section 4: one byte is enough.
    let mut bench = Bench { v6: true, ..Bench::new() };
    bench.push(1, 0, true, b"12345678");
    bench.push(1, 0, true, b"1234567!");
    assert_eq!(bench.log.0, ["fragment_inconsistency", "fragment_datagram_dropped"]);
}

/// RFC 8200 section 4.5: that of the first fragment counts, others may have any.
#[test]
fn of_ipv6_fragments_the_next_header_does_not_tell_packets_apart() {
    for (v6, whole) in [(true, true), (false, false)] {
        let mut bench = Bench { v6, ..Bench::new() };
        bench.push(1, 0, true, &[7; 8]);
        bench.protocol = 60;
        assert_eq!(bench.push(1, 8, false, b"end").map(|whole| whole.protocol), whole.then_some(17));
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
    let mut bench = Bench::with(FragmentLimits { fragments: 1, ..FragmentLimits::default() });
    bench.push(1, 8, true, &[7; 8]);
    bench.push(1, 16, false, b"!");
    assert_eq!(bench.log.0, ["fragment_limit"], "a single byte counts");
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

/// What was put together leaves its place in the order of age behind for some time.
#[test]
fn a_packet_that_was_put_together_has_no_say_in_who_goes_next() {
    let mut bench = Bench::with(FragmentLimits { packets: 2, ..FragmentLimits::default() });
    bench.push(1, 8, false, b"end");
    assert!(bench.push(1, 0, true, &[7; 8]).is_some());
    let none = bench.table.held_bytes();
    bench.push(2, 8, false, b"end");
    let one = bench.table.held_bytes();
    // The same identification again.
    bench.now = bench.now + AGE / 2;
    bench.push(1, 8, false, b"end");
    bench.push(3, 8, false, b"end");
    assert_eq!(bench.log.0, ["fragment_evicted"]);
    assert!(bench.push(1, 0, true, &[7; 8]).is_some(), "the one begun before it went");
    assert_eq!((none, bench.table.held_bytes()), (0, one), "one is left");
    // Another that was put together lies before it; it ages all the same.
    bench.log.0.clear();
    bench.table.expire(bench.now + AGE, &mut bench.log);
    assert_eq!((bench.table.len(), &bench.log.0[..]), (0, &["fragment_timeout"][..]));
}
