//! Captures that are not ours, read where they lie beside the project: the laws hold on all of them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use wiretale_capture::Capture;
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{Address, Body, Checks, Direction, Flags, FlowKey, Packet, Tags, dissect, dissect_ip};
use wiretale_reassembly::{
    Anomaly, Arrival, Chunk, Connection, End, FragmentAnomaly, FragmentLimits, FragmentSink, Fragments, Limits, Policy,
    Sink, Verdict,
};

/// Counts, and checks that steps follow one another.
#[derive(Default)]
struct Count {
    next: [u64; 2],
    ends: [u32; 2],
}

impl Sink for Count {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        let side = from.index();
        assert_eq!((self.next[side], self.ends[side]), (offset, 0));
        match chunk {
            Chunk::Data(data) => self.next[side] += data.len() as u64,
            Chunk::Gap(len) => self.next[side] += len,
            Chunk::End(_) => self.ends[side] += 1,
        }
    }

    fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
        assert!(!anomaly.name().is_empty());
    }
}

impl FragmentSink for Count {
    fn anomaly(&mut self, _: Address, _: Address, _: FragmentAnomaly<'_>) {}
}

#[derive(Default)]
struct Flows {
    open: HashMap<FlowKey, (bool, Connection, Count)>,
    delivered: u64,
    gap: u64,
}

impl Flows {
    fn packet(&mut self, packet: &Packet<'_>) {
        let Body::Tcp { segment, .. } = packet.body else { return };
        let (src, dst) = packet.endpoints();
        let (key, forward) = FlowKey::new(src, dst, packet.transport());
        let answer = segment.flags.has(Flags::SYN.with(Flags::ACK));
        let fresh = || (forward != answer, Connection::new(Policy::default()), Count::default());
        let (client_is_low, connection, count) = self.open.entry(key).or_insert_with(fresh);
        let from = if forward == *client_is_low { Client } else { Server };
        let arrival = Arrival { at: packet.at, segment, ttl: packet.ip.ttl, origin: None };
        let limits = Limits::default();
        if connection.segment(from, &arrival, &limits, count) == Verdict::NewConnection {
            let pending = connection.take_pending_syn();
            let old = std::mem::replace(connection, Connection::new(Policy::default()));
            let old_count = std::mem::take(count);
            for (from, arrival) in pending.iter().map(|(from, arrival)| (*from, arrival)).chain([(from, &arrival)]) {
                assert_ne!(connection.segment(from, arrival, &limits, count), Verdict::NewConnection);
            }
            Self::close(old, old_count, &mut self.delivered, &mut self.gap);
        }
        let (_, connection, count) = &self.open[&key];
        for from in Direction::BOTH {
            assert!(connection.ledger(from).balanced());
            assert_eq!(connection.length(from), count.next[from.index()]);
        }
    }

    fn close(mut connection: Connection, mut count: Count, delivered: &mut u64, gap: &mut u64) {
        connection.close(End::Abandoned, &mut count);
        assert_eq!((count.ends, connection.held_bytes()), ([1, 1], 0));
        for from in Direction::BOTH {
            assert!(connection.ledger(from).balanced());
            *delivered += connection.ledger(from).delivered;
            *gap += connection.ledger(from).gap;
        }
    }
}

fn run(path: &Path) -> Option<(u64, u64)> {
    let mut capture = Capture::open(path).ok()?;
    let (mut flows, mut fragments) = (Flows::default(), Fragments::new(FragmentLimits::default()));
    while let Some(Ok(frame)) = capture.next() {
        for packet in dissect(frame, Checks::Ignore).flatten() {
            let Body::Fragment(fragment) = &packet.body else {
                flows.packet(&packet);
                continue;
            };
            if let Some(whole) = fragments.push(packet.at, &packet.ip, fragment, &mut Count::default()) {
                let len = u32::try_from(whole.packet.len()).unwrap();
                dissect_ip(whole.at, &whole.packet, len, 0, Tags::default(), Checks::Ignore)
                    .flatten()
                    .for_each(|packet| flows.packet(&packet));
            }
        }
    }
    for (_, connection, count) in flows.open.into_values() {
        Flows::close(connection, count, &mut flows.delivered, &mut flows.gap);
    }
    Some((flows.delivered, flows.gap))
}

fn shared() -> Option<PathBuf> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if data.is_dir() {
        return Some(data);
    }
    println!("../shared is absent: nothing to test here");
    None
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.to_string_lossy().contains(".pcap") {
            found.push(path);
        }
    }
}

#[test]
fn the_laws_hold_on_every_capture_there_is() {
    let Some(data) = shared() else { return };
    let mut all = Vec::new();
    ["zeek/traces", "ndpi/pcap", "suricata-verify", "tcpdump"].iter().for_each(|dir| files(&data.join(dir), &mut all));
    let read = all.iter().filter_map(|path| run(path)).count();
    println!("{read} of {} captures read", all.len());
    assert!(read * 2 > all.len());
}

/// 5.4 GB of which the capture has a few samples; the account is the one Zeek gives.
#[test]
fn a_transfer_of_which_nearly_all_is_missing() {
    let Some(data) = shared() else { return };
    let (delivered, gap) = run(&data.join("zeek/traces/ftp/bigtransfer.pcap")).expect("readable");
    assert_eq!(gap, 5_416_642_848);
    assert_eq!(delivered, 25_237);
}
