//! Fragments: published vectors, any cut in any order, and what hosts refuse.

use std::time::Duration;

use proptest::prelude::*;
use wiretale_packet::{Address, Body, Checks, Fragment, Ip, Tags, Timestamp, dissect_ip};
use wiretale_reassembly::{
    Datagram, FragmentAnomaly, FragmentLimits, FragmentPolicy, FragmentSink, Fragments, Overlap,
};

const HERE: Address = Address::v4([10, 20, 0, 1]);
const THERE: Address = Address::v4([198, 51, 100, 7]);

#[derive(Default)]
struct Log {
    names: Vec<&'static str>,
    policy: Option<FragmentPolicy>,
}

impl FragmentSink for Log {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        self.names.push(anomaly.name());
    }

    fn policy(&self, _: Address) -> Option<FragmentPolicy> {
        self.policy
    }
}

fn v4(protocol: u8) -> Ip {
    Ip { src: HERE, dst: THERE, protocol, ttl: 64, total_len: 0, header_len: 20, header_ok: true }
}

fn v6(protocol: u8) -> Ip {
    let (src, dst) = (Address::v6([0x20; 16]), Address::v6([0x30; 16]));
    Ip { src, dst, ..v4(protocol) }
}

fn fragment(id: u32, offset: usize, more: bool, payload: &[u8]) -> Fragment<'_> {
    Fragment { id, offset: offset as u32, more, payload, missing: 0 }
}

struct Bench {
    table: Fragments,
    log: Log,
    now: Timestamp,
}

impl Bench {
    fn new(policy: Option<FragmentPolicy>) -> Self {
        Self::with(policy, FragmentLimits::default())
    }

    fn with(policy: Option<FragmentPolicy>, limits: FragmentLimits) -> Self {
        let log = Log { policy, ..Log::default() };
        Self { table: Fragments::new(limits), log, now: Timestamp::from_nanos(0) }
    }

    fn push(&mut self, ip: Ip, fragment: Fragment<'_>) -> Option<Datagram> {
        self.now = self.now + Duration::from_millis(1);
        self.table.push(self.now, &ip, &fragment, &mut self.log)
    }
}

fn body(datagram: &Datagram) -> &[u8] {
    &datagram.packet[if datagram.v6 { 40 } else { 20 }..]
}

#[test]
fn every_published_vector() {
    for line in include_str!("data/frag_vectors.tsv").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, mask, given, want] = cells[..] else { panic!("{line}") };
        let policy = FragmentPolicy::named(name.split('(').next().unwrap()).unwrap();
        let mask = u16::from_str_radix(mask, 2).unwrap();
        assert_eq!(policy, FragmentPolicy::Overlap(Overlap::from_mask(mask)), "{name}");
        let mut bench = Bench::new(Some(policy));
        let mut whole = None;
        let fragments: Vec<&str> = given.split(' ').collect();
        for given in &fragments {
            let (range, letter) = given.split_once(':').unwrap();
            let (from, to) = range.split_once('-').unwrap();
            let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            let payload = letter.as_bytes().repeat((to - from) * 8);
            let done = bench.push(v4(17), fragment(1, from * 8, to != want.len(), &payload));
            whole = whole.or(done);
        }
        let whole = whole.unwrap_or_else(|| panic!("{name} is complete"));
        let units: String = body(&whole).chunks(8).map(|unit| char::from(unit[0])).collect();
        assert_eq!(units, want, "{name}");
        assert!(bench.log.names.contains(&"fragment_inconsistency"));
        assert!(bench.table.is_empty());
        assert_eq!(bench.table.held_bytes(), 0);
    }
}

proptest! {
    /// Any cut in any order, with repetitions, gives the packet back, and nothing is left behind.
    #[test]
    fn any_cut_in_any_order(
        len in 9usize..3000,
        cuts in prop::collection::btree_set(1usize..370, 1..40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        six in any::<bool>(),
    ) {
        let text: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
        let mut edges: Vec<usize> = cuts.into_iter().map(|cut| cut * 8).filter(|cut| *cut < len).collect();
        edges.insert(0, 0);
        edges.push(len);
        prop_assume!(edges.len() > 2);
        let pieces: Vec<(usize, usize)> = edges.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let ip = if six { v6(17) } else { v4(17) };
        let mut bench = Bench::new(None);
        let mut whole = None;
        for (from, to) in order.iter().map(|index| pieces[index.index(pieces.len())]).chain(pieces.iter().copied()) {
            if whole.is_none() {
                whole = bench.push(ip, fragment(9, from, to != len, &text[from..to]));
            }
        }
        let whole = whole.expect("complete");
        prop_assert_eq!(body(&whole), &text[..]);
        prop_assert!(bench.log.names.is_empty());
        prop_assert_eq!(bench.table.held_bytes(), 0);
    }
}

#[test]
fn what_comes_out_can_be_dissected() {
    for ip in [v4(17), v6(17)] {
        let mut datagram = vec![0x1a, 0x0b, 0, 53, 0, 24, 0, 0];
        datagram.extend(b"sixteen bytes ok");
        let mut bench = Bench::new(None);
        assert!(bench.push(ip, fragment(1, 8, false, &datagram[8..])).is_none());
        let whole = bench.push(ip, fragment(1, 0, true, &datagram[..8])).unwrap();
        let len = whole.packet.len() as u32;
        let packet = dissect_ip(whole.at, &whole.packet, len, 0, Tags::default(), Checks::Verify)
            .next()
            .expect("a packet")
            .expect("no skip");
        assert!(packet.ip.header_ok);
        let Body::Udp(udp) = packet.body else { panic!("{packet:?}") };
        assert_eq!((udp.src_port, udp.dst_port, udp.payload), (6667, 53, &b"sixteen bytes ok"[..]));
    }
}

#[test]
fn a_conflict_drops_an_ipv6_packet_and_what_follows() {
    let mut bench = Bench::new(None);
    bench.push(v6(17), fragment(1, 0, true, &[1; 16]));
    bench.push(v6(17), fragment(1, 8, true, &[2; 8]));
    assert!(bench.push(v6(17), fragment(1, 16, false, &[3; 8])).is_none());
    assert_eq!(bench.log.names, ["fragment_inconsistency", "fragment_datagram_dropped"]);
    bench.now = bench.now + Duration::from_secs(31);
    assert!(bench.push(v6(17), fragment(1, 0, true, &[1; 8])).is_none());
    assert!(bench.push(v6(17), fragment(1, 8, false, &[1; 8])).is_some(), "the identification is free again");
}

#[test]
fn an_ipv4_conflict_keeps_the_first_copy_and_says_so() {
    let mut bench = Bench::new(None);
    bench.push(v4(17), fragment(1, 0, true, &[1; 8]));
    bench.push(v4(17), fragment(1, 0, true, &[2; 8]));
    let whole = bench.push(v4(17), fragment(1, 8, false, &[3; 8])).unwrap();
    assert_eq!(body(&whole)[..8], [1; 8]);
    assert_eq!(bench.log.names, ["fragment_inconsistency"]);
}

#[test]
fn protocol_direction_and_family_are_part_of_the_key() {
    let mut bench = Bench::new(None);
    let back = Ip { src: THERE, dst: HERE, ..v4(6) };
    bench.push(v4(17), fragment(7, 0, true, &[1; 8]));
    bench.push(back, fragment(7, 0, true, &[2; 8]));
    bench.push(v6(6), fragment(7, 0, true, &[3; 8]));
    bench.push(v4(6), fragment(7, 0, true, &[4; 8]));
    let whole = bench.push(v4(6), fragment(7, 8, false, &[4; 8])).unwrap();
    assert_eq!(body(&whole), [4; 16]);
    assert_eq!(bench.table.len(), 3);
}

#[test]
fn what_hosts_refuse() {
    let mut bench = Bench::new(None);
    assert!(bench.push(v4(1), fragment(1, 65_528, false, &[0; 64])).is_none());
    bench.push(v4(1), fragment(2, 0, true, &[]));
    bench.push(v6(1), fragment(3, 0, true, &[0; 9]));
    bench.push(v4(1), Fragment { missing: 4, ..fragment(4, 0, true, &[0; 8]) });
    assert_eq!(
        bench.log.names,
        [
            "excessively_large_fragment",
            "excessively_small_fragment",
            "fragment_unaligned",
            "incompletely_captured_fragment"
        ]
    );
    assert!(bench.table.is_empty(), "nothing is kept for them");
}

#[test]
fn two_last_fragments_that_disagree() {
    let mut bench = Bench::new(None);
    bench.push(v4(17), fragment(1, 16, false, &[1; 8]));
    bench.push(v4(17), fragment(1, 8, false, &[2; 8]));
    bench.push(v4(17), fragment(1, 24, true, &[2; 8]));
    bench.push(v4(17), fragment(1, 8, true, &[2; 8]));
    assert_eq!(bench.log.names, ["fragment_size_inconsistency"; 2]);
    assert_eq!(body(&bench.push(v4(17), fragment(1, 0, true, &[3; 8])).unwrap()).len(), 24);
}

#[test]
fn a_fragment_may_reach_to_the_end_without_being_the_last() {
    let mut bench = Bench::new(None);
    bench.push(v4(17), fragment(1, 16, false, &[1; 8]));
    bench.push(v4(17), fragment(1, 8, true, &[1; 16]));
    assert_eq!(bench.log.names, ["fragment_overlap"]);
    assert_eq!(body(&bench.push(v4(17), fragment(1, 0, true, &[1; 8])).unwrap()), [1; 24]);
}

#[test]
fn a_packet_of_too_many_fragments_is_dropped_and_its_memory_free() {
    let mut bench = Bench::new(None);
    for n in (0..300).rev() {
        bench.push(v4(17), fragment(1, n * 16, true, &[0; 8]));
    }
    assert_eq!(bench.log.names, ["fragment_limit"]);
    assert!(bench.table.held_bytes() < 1024);
}

#[test]
fn a_million_packets_never_completed_stay_within_the_limit() {
    let limits = FragmentLimits { bytes: 1 << 20, ..FragmentLimits::default() };
    let mut bench = Bench::with(None, limits);
    let mut most = 0;
    for id in 0..100_000 {
        bench.push(v4(17), fragment(id, 8, true, &[7; 64]));
        most = most.max(bench.table.held_bytes());
    }
    assert!(most <= limits.bytes);
    assert!(bench.log.names.iter().all(|name| *name == "fragment_evicted"));
    bench.table.expire(bench.now + Duration::from_secs(60), &mut bench.log);
    assert_eq!((bench.table.held_bytes(), bench.table.len()), (0, 0));
}

#[test]
fn an_identification_can_be_used_again_at_once() {
    let mut bench = Bench::new(None);
    for round in 0..3u8 {
        assert!(bench.push(v4(17), fragment(1, 8, false, &[round; 8])).is_none());
        let whole = bench.push(v4(17), fragment(1, 0, true, &[round; 8])).unwrap();
        assert_eq!(body(&whole), [round; 16]);
    }
}
