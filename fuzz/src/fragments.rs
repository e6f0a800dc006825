//! The fragment table: one packet against the slow model, many against the bounds.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Address, Fragment, Ip, Timestamp};
use wiretale::reassembly::{
    Datagram, FragmentAnomaly, FragmentLimits, FragmentPolicy, FragmentSink, Fragments, Overlap,
};

use crate::model::ByteMap;

/// The first byte tells: fragments of one packet against the model, or any fragments against the bounds.
pub fn fragments(data: &[u8]) {
    match data.split_first() {
        Some((kind, data)) if kind & 1 == 0 => one_packet(&mut Unstructured::new(data)),
        Some((_, data)) => any_packets(&mut Unstructured::new(data)),
        None => {}
    }
}

#[derive(Arbitrary, Debug)]
struct Part {
    offset: u8,
    len: u8,
    fill: bool,
}

fn one_packet(input: &mut Unstructured<'_>) {
    let Ok((mask, drops, v6, units)) = <(u16, bool, bool, u8)>::arbitrary(input) else { return };
    let units = 2 + usize::from(units % 24);
    let policy = if drops { FragmentPolicy::Drop } else { FragmentPolicy::Overlap(Overlap::from_mask(mask)) };
    let mut table = Fragments::new(FragmentLimits::default());
    let mut log = Log { policy: Some(policy), ..Log::default() };
    let mut model = ByteMap::new(if drops { 0 } else { mask & 0x1ff });
    for n in 0..30 {
        if input.is_empty() {
            return;
        }
        let Ok(part) = Part::arbitrary(input) else { return };
        let from = usize::from(part.offset) % units;
        let to = (from + 1 + usize::from(part.len % 8)).min(units);
        let bytes: Vec<u8> = (from * 8..to * 8).map(|at| if part.fill && at % 3 == 0 { n } else { b'a' }).collect();
        let clashes = log.clashes;
        let differs = model.insert(from * 8, &bytes);
        let fragment = Fragment { id: 7, offset: from as u32 * 8, more: to < units, payload: &bytes, missing: 0 };
        let whole = table.push(Timestamp::from_parts(1, 0), &ip(v6, 1, bytes.len()), &fragment, &mut log);
        assert_eq!(log.clashes > clashes, differs, "{part:?}");
        if drops && differs {
            assert!(whole.is_none() && table.held_bytes() < 1024, "a doubtful packet is dropped");
            return;
        }
        let full = model.cells().len() == units * 8 && model.hole() == units * 8;
        assert_eq!(whole.is_some(), full, "{part:?}");
        if let Some(whole) = whole {
            let want: Vec<u8> = model.cells().iter().copied().flatten().collect();
            assert_eq!(body(&whole), want);
            assert_eq!((table.len(), table.held_bytes()), (0, 0));
            return;
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Piece {
    v6: bool,
    id: u8,
    offset: u16,
    len: u8,
    fill: u8,
    more: bool,
    host: u8,
    missing: bool,
    millis: u16,
}

fn any_packets(input: &mut Unstructured<'_>) {
    let limits = FragmentLimits { bytes: 4096, packets: 8, fragments: 8, age: Duration::from_secs(30) };
    let mut table = Fragments::new(limits);
    let mut now = Timestamp::from_parts(1, 0);
    let mut log = Log::default();
    while let Ok(piece) = Piece::arbitrary(input) {
        now = now + Duration::from_millis(u64::from(piece.millis));
        let payload = vec![piece.fill; usize::from(piece.len)];
        let offset = u32::from(piece.offset % 8192) * 8;
        let missing = piece.missing.into();
        let fragment = Fragment { id: u32::from(piece.id % 4), offset, more: piece.more, payload: &payload, missing };
        if let Some(datagram) = table.push(now, &ip(piece.v6, piece.host, payload.len()), &fragment, &mut log) {
            assert!(datagram.packet.len() <= 65_535 + 40);
        }
        assert!(table.held_bytes() <= limits.bytes && table.len() <= limits.packets);
        if input.is_empty() {
            break;
        }
    }
    table.expire(now + Duration::from_secs(3600), &mut log);
    assert_eq!((table.len(), table.held_bytes()), (0, 0), "time empties it");
}

#[derive(Default)]
struct Log {
    policy: Option<FragmentPolicy>,
    clashes: usize,
}

impl FragmentSink for Log {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        assert!(!anomaly.name().is_empty());
        if let FragmentAnomaly::Conflict(conflict) = anomaly {
            assert_ne!(conflict.old, conflict.new);
            self.clashes += 1;
        }
    }

    fn policy(&self, _: Address) -> Option<FragmentPolicy> {
        self.policy
    }
}

fn ip(v6: bool, host: u8, len: usize) -> Ip {
    let address = |host| if v6 { Address::v6([host; 16]) } else { Address::v4([10, 0, 0, host]) };
    let total_len = 20 + len as u32;
    Ip { src: address(host), dst: address(2), protocol: 6, ttl: 64, total_len, header_len: 20, header_ok: true }
}

fn body(datagram: &Datagram) -> &[u8] {
    &datagram.packet[if datagram.v6 { 40 } else { 20 }..]
}
