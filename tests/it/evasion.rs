//! Captures made to fool an analyzer: each gives the bytes that the host took, or the event that says it might not have.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use wiretale::capture::Capture;
use wiretale::{Settings, Standard, analyze_captures};
use wiretale_report::{Format, Logs, Memory, Options, Streams};

#[test]
fn no_forgery_goes_unnoticed() {
    let fooled = fooled(|_, bytes| Some(bytes.to_vec()));
    assert!(fooled.is_empty(), "{} captures fool us:\n{}", fooled.len(), fooled.join("\n"));
}

/// The captures whose bytes and events are not what the table says, each made into another by `make`; those of which it
/// makes nothing are left out.
pub(crate) fn fooled(make: impl Fn(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<String> {
    let folder = wiretale_tests::data().join("evasion");
    let table = std::fs::read_to_string(folder.join("expected.tsv")).expect("the table");
    let mut wrong = Vec::new();
    for row in table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()) {
        let [file, _, client, server, class, must, ..] = row[..] else { panic!("a short row: {row:?}") };
        let Some(bytes) = make(file, &std::fs::read(folder.join(file)).expect("readable")) else { continue };
        let mut made = tempfile::NamedTempFile::new().expect("a file");
        made.write_all(&bytes).expect("written");
        let seen = Seen::of(made.path());
        let exact = seen.client == sessions(client) && seen.server == sessions(server);
        let told = events(must).is_none_or(|names| names.iter().any(|name| seen.weirds.contains(*name)));
        let right = match class {
            "AMBIG" => exact || told,
            _ => exact && told,
        };
        if !right {
            wrong.push(format!("{file} ({class}): bytes {exact}, event {told}: {must}; {:?}", seen.weirds));
        }
    }
    wrong
}

/// What the analysis of one capture gives.
pub(crate) struct Seen {
    pub(crate) client: Vec<Vec<u8>>,
    pub(crate) server: Vec<Vec<u8>>,
    pub(crate) weirds: BTreeSet<String>,
}

impl Seen {
    pub(crate) fn of(capture: &Path) -> Self {
        let streams = tempfile::tempdir().expect("a folder");
        let options = Options {
            format: Format::Json,
            streams: Some(Streams::create(streams.path()).expect("a folder")),
            ..Options::default()
        };
        let captures = vec![Capture::open(capture).expect("readable")];
        let analyzed =
            analyze_captures::<Standard, _>(captures, Settings::default(), Logs::new(Memory::default(), options));
        let (memory, _) = analyzed.observer.finish(&analyzed.stats).expect("written");
        let rows = |log: &str| -> Vec<Value> {
            let bytes = memory.logs.get(log).cloned().unwrap_or_default();
            String::from_utf8_lossy(&bytes).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        let mut flows: Vec<(f64, String)> = rows("conn")
            .iter()
            .map(|row| (row["ts"].as_f64().unwrap_or(0.0), row["uid"].as_str().unwrap_or("").to_owned()))
            .collect();
        flows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let side = |name: &str| -> Vec<Vec<u8>> {
            let files =
                flows.iter().filter_map(|(_, uid)| std::fs::read(streams.path().join(format!("{uid}.{name}"))).ok());
            files.filter(|bytes| !bytes.is_empty()).collect()
        };
        let weirds = rows("weird").iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect();
        Self { client: side("client"), server: side("server"), weirds }
    }
}

// The bytes of each session as the table has them; gaps are left out of a stream's file.
fn sessions(text: &str) -> Vec<Vec<u8>> {
    let without_gaps = |text: &str| {
        let mut pieces = text.split("<GAP ");
        let first = pieces.next().unwrap_or("").to_owned();
        pieces.fold(first, |all, piece| all + piece.split_once('>').map_or("", |(_, rest)| rest))
    };
    let bytes = |text: &str| without_gaps(text).replace("\\r", "\r").replace("\\n", "\n").into_bytes();
    text.split("<SESSION>").map(bytes).filter(|bytes| !bytes.is_empty()).collect()
}

// The names of weirds, any of which is the event that the table demands; none where it demands none.
fn events(must: &str) -> Option<&'static [&'static str]> {
    const EVENTS: &[(&str, &[&str])] = &[
        ("conflicting overlap", &["rexmit_inconsistency"]),
        ("bad checksum", &["bad_TCP_checksum"]),
        ("data without ACK", &["data_without_ack"]),
        ("ACK of unseen data", &["ack_of_unseen_data"]),
        ("out of window", &["out_of_window"]),
        ("bad header length", &["bad_TCP_header_len"]),
        ("RST not at next_seq", &["rst_out_of_sequence"]),
        ("FIN out of window", &["fin_out_of_window"]),
        ("data after FIN", &["data_after_fin"]),
        ("SYN with different seq", &["SYN_seq_jump"]),
        ("SYN inside connection", &["SYN_inside_connection"]),
        ("SYN with data", &["SYN_with_data"]),
        ("SYN-ACK resend", &["repeated_SYN_reply_wo_ack"]),
        ("simultaneous open", &["simultaneous_open"]),
        ("split handshake", &["split_handshake"]),
        ("unsolicited SYN-ACK", &["unsolicited_SYN_response"]),
        ("data before established", &["data_before_established"]),
        ("overlap with different data", &["rexmit_inconsistency"]),
        ("fragment overlap", &["fragment_inconsistency"]),
        ("urgent data", &["urgent_data"]),
        ("content gap", &["content_gap"]),
        ("midstream pickup", &["midstream_pickup"]),
        ("one-sided", &["possible_split_routing"]),
        ("active connection reuse", &["active_connection_reuse"]),
        ("fragment too large", &["excessively_large_fragment"]),
        ("truncated header", &["truncated_header"]),
        ("truncated by length", &["truncated_IP_len"]),
    ];
    // What must not be told is held by the bytes, or by tests of its own.
    let silent = ["-", "retransmission counted", "no gap may be", "keepalive"];
    if silent.iter().any(|start| must.starts_with(start)) {
        return None;
    }
    let found = EVENTS.iter().find(|(words, _)| must.starts_with(words));
    Some(found.unwrap_or_else(|| panic!("no event is known for: {must}")).1)
}
