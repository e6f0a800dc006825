//! Small captures, each with one attack on an analyzer or one fault of visibility: what comes out is what the host took,
//! or the ambiguity is reported.

mod support;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use support::Recorder;
use wiretale_capture::Frames;
use wiretale_packet::Direction::{Client, Server};
use wiretale_packet::{
    Address, Body, Checks, Checksum, Direction, Flags, FlowKey, Packet, Segment, Tags, Timestamp, dissect, dissect_ip,
};
use wiretale_reassembly::{
    Arrival, Connection, Datagram, End, FragmentAnomaly, FragmentLimits, FragmentSink, Fragments, Host, Limits,
    Overlap, Policy, Sink, Urgent, Verdict,
};

/// A flow table as small as can be: one address pair after the other.
#[derive(Default)]
struct Table {
    policy: Policy,
    file: Vec<u8>,
    flows: HashMap<FlowKey, (bool, Connection, Recorder)>,
    closed: Vec<Recorder>,
    weirds: Vec<&'static str>,
}

impl FragmentSink for Table {
    fn anomaly(&mut self, _: Address, _: Address, anomaly: FragmentAnomaly<'_>) {
        self.weirds.push(anomaly.name());
    }
}

impl Table {
    /// `file` is what the packet lies in; a packet put together from fragments lies elsewhere.
    fn packet(&mut self, packet: &Packet<'_>, file: &[u8]) {
        let Body::Tcp { src_port, segment, .. } = packet.body else { return };
        if packet.checksum == Checksum::Bad || !packet.ip.header_ok {
            self.weirds.push("bad_TCP_checksum");
            return;
        }
        let (src, dst) = packet.endpoints();
        let (key, forward) = FlowKey::new(src, dst, packet.transport());
        let (client_is_low, connection, recorder) = self.flows.entry(key).or_insert_with(|| {
            let client = !segment.flags.has(Flags::SYN.with(Flags::ACK)) && src_port != 6667;
            let recorder = Recorder { capture: Some(self.file.clone()), ..Recorder::default() };
            (client == forward, Connection::new(self.policy), recorder)
        });
        let from = if forward == *client_is_low { Client } else { Server };
        let origin = segment.payload.as_ptr().addr().checked_sub(file.as_ptr().addr()).filter(|at| *at < file.len());
        let origin = origin.map(|at| at as u64);
        let arrival = Arrival { at: packet.at, segment, ttl: packet.ip.ttl, origin };
        feed(connection, recorder, &mut self.closed, from, &arrival);
        for from in Direction::BOTH {
            let ledger = connection.ledger(from);
            assert!(ledger.balanced(), "{ledger:?}");
        }
    }

    fn finish(&mut self) {
        for (_, mut connection, mut recorder) in std::mem::take(&mut self.flows).into_values() {
            connection.close(End::Abandoned, &mut recorder);
            self.closed.push(recorder);
        }
    }
}

fn feed(
    connection: &mut Connection,
    recorder: &mut Recorder,
    closed: &mut Vec<Recorder>,
    from: Direction,
    arrival: &Arrival<'_>,
) {
    let limits = Limits::default();
    if connection.segment(from, arrival, &limits, recorder) != Verdict::NewConnection {
        return;
    }
    let pending = connection.take_pending_syn();
    connection.close(End::Abandoned, recorder);
    closed.push(std::mem::take(recorder));
    *connection = Connection::new(Policy::default());
    recorder.capture = closed.last_mut().and_then(|old| old.capture.take());
    for (from, arrival) in pending.iter().map(|(from, arrival)| (*from, arrival)).chain([(from, arrival)]) {
        let verdict = connection.segment(from, arrival, &limits, recorder);
        assert_eq!(verdict, Verdict::Accepted);
    }
}

fn run(path: &Path, policy: Policy) -> Table {
    let file = fs::read(path).expect("readable");
    let mut fragments = Fragments::new(FragmentLimits::default());
    let mut table = Table { policy, file: file.clone(), ..Table::default() };
    for frame in Frames::new("evasion", &file).expect("a capture") {
        let mut whole = Vec::new();
        for packet in dissect(frame.expect("whole"), Checks::Verify) {
            match packet {
                Ok(Packet { at, ip, body: Body::Fragment(fragment), .. }) => {
                    whole.extend(fragments.push(at, &ip, &fragment, &mut table));
                }
                Ok(packet) => table.packet(&packet, &file),
                Err(_) => table.weirds.push("skipped"),
            }
        }
        for Datagram { at, packet, .. } in whole {
            let len = u32::try_from(packet.len()).unwrap();
            dissect_ip(at, &packet, len, 0, Tags::default(), Checks::Verify)
                .flatten()
                .for_each(|packet| table.packet(&packet, &file));
        }
    }
    table.finish();
    table
}

fn captures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/evasion")
}

/// `\r\n` and `<GAP n>` as `expected.tsv` writes them.
fn unescape(text: &str) -> Vec<Option<u8>> {
    let text = text.replace("\\r", "\r").replace("\\n", "\n");
    let mut out = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("<GAP ") {
        let (len, after) = after.split_once('>').expect("a length");
        out.extend(before.bytes().map(Some));
        out.resize(out.len() + len.parse::<usize>().expect("a length"), None);
        rest = after;
    }
    out.extend(rest.bytes().map(Some));
    out
}

/// The event that a row demands, as we name it.
fn wanted(file: &str) -> &'static [&'static str] {
    match &file[..2] {
        "03" => &["retransmission"],
        "10" | "21" | "30" | "37" => &["bad_TCP_checksum"],
        "12" => &["rexmit_inconsistency", "ttl_changed"],
        "13" => &["data_without_ack"],
        "15" => &["ack_of_unseen_data"],
        "19" => &["out_of_window"],
        "20" | "97" | "98" => &["skipped"],
        "31" => &["rst_out_of_sequence"],
        "36" => &["fin_out_of_window"],
        "38" => &["data_after_fin"],
        "41" => &["SYN_seq_jump"],
        "42" => &["SYN_inside_connection"],
        "43" => &["SYN_with_data", "syn_data_judged"],
        "45" => &["repeated_SYN_reply_wo_ack"],
        "46" => &["simultaneous_open"],
        "47" => &["split_handshake"],
        "48" => &["unsolicited_SYN_response"],
        "49" => &["data_before_established"],
        "50" | "51" | "55" => &["rexmit_inconsistency"],
        "60" | "64" => &["urgent_data"],
        "70" | "71" => &["content_gap"],
        "72" => &["midstream_pickup"],
        "74" => &["one_sided"],
        "81" => &["active_connection_reuse"],
        "91" => &["fragment_inconsistency"],
        "95" => &["excessively_large_fragment"],
        _ => &[],
    }
}

#[test]
fn every_capture_gives_the_hosts_bytes_or_the_event() {
    let dir = captures();
    let rows = fs::read_to_string(dir.join("expected.tsv")).expect("the table of what is expected");
    let mut wrong = Vec::new();
    for row in rows.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [file, _, client, server, class, _] = cells[..] else { panic!("{row}") };
        let table = run(&dir.join(file), Policy::default());
        let names: Vec<&str> =
            table.closed.iter().flat_map(|recorder| recorder.names.iter()).chain(&table.weirds).copied().collect();
        let got = |from: Direction| -> Vec<&Vec<Option<u8>>> {
            table.closed.iter().map(|recorder| &recorder.streams[from.index()]).collect()
        };
        let bytes = [(Client, client), (Server, server)].into_iter().all(|(from, want)| {
            let want: Vec<_> = want.split("<SESSION>").map(unescape).collect();
            got(from) == want.iter().collect::<Vec<_>>()
        });
        let missing: Vec<_> = wanted(file).iter().filter(|name| !names.contains(name)).collect();
        let quiet = file.starts_with("03") || file.starts_with("61") || class == "AMBIG" || {
            !names.contains(&"rexmit_inconsistency")
        };
        if !(missing.is_empty() && quiet && (bytes || (class == "AMBIG" && !wanted(file).is_empty()))) {
            wrong.push(format!("{file} bytes {bytes} missing {missing:?} names {names:?}"));
        }
        println!("{file}: bytes {bytes} {names:?}");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Where the bytes are ambiguous for everybody, knowing the host settles it.
#[test]
fn with_the_hosts_own_policy_the_bytes_are_its_own() {
    let linux = Host { overlap: Overlap::LINUX, ..Host::default() };
    let skips = Host { urgent: Urgent::Skip, ..Host::default() };
    let rows = fs::read_to_string(captures().join("expected.tsv")).expect("the table of what is expected");
    for (start, host) in [("50", linux), ("51", linux), ("55", linux), ("60", skips), ("64", skips)] {
        let row = rows.lines().find(|row| row.starts_with(start)).expect("a row");
        let cells: Vec<&str> = row.split('\t').collect();
        let table = run(&captures().join(cells[0]), Policy::same(host));
        let got: Vec<u8> = table.closed[0].bytes(Client);
        let want: Vec<u8> = unescape(cells[2]).into_iter().flatten().collect();
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(&want), "{}", cells[0]);
    }
}

/// A sink needs neither to remember nor to look back.
#[test]
fn a_sink_need_not_look_back() {
    struct Nothing;
    impl Sink for Nothing {
        fn chunk(&mut self, _: Direction, _: u64, _: wiretale_reassembly::Chunk<'_>) {}
        fn anomaly(&mut self, _: Direction, _: wiretale_reassembly::Anomaly<'_>) {}
    }
    let segment: Segment<'_> = support::data(1, 1, b"x");
    let arrival = Arrival { at: Timestamp::from_nanos(0), segment, ttl: 1, origin: Some(9) };
    let mut connection = Connection::new(Policy::default());
    assert_eq!(connection.segment(Client, &arrival, &Limits::default(), &mut Nothing), Verdict::Accepted);
    assert!(!Nothing.recall(0, &mut [0]));
}
