//! The lab's recordings: everything that is known to be in them, and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wiretale_tests::{Recording, ends};

const RECORDINGS: [&str; 5] = ["incident", "benign", "exposure", "botnet", "noise"];

#[test]
fn every_connection_has_its_bytes() {
    for name in RECORDINGS {
        let recording = Recording::open(name);
        let mut rows: BTreeMap<[String; 4], Vec<&Value>> = BTreeMap::new();
        for row in recording.rows("conn") {
            rows.entry(ends(row)).or_default().push(row);
        }
        for flow in recording.truths("flows").iter().filter(|flow| flow["proto"] == "tcp") {
            let found = rows.get(&ends(flow)).unwrap_or_else(|| panic!("{name}: no row for {flow}"));
            let start = |row: &Value| (row["ts"].as_f64().unwrap_or(0.0) - flow["start"].as_f64().unwrap_or(0.0)).abs();
            let row = found.iter().min_by(|a, b| start(a).total_cmp(&start(b))).expect("at least one");
            let bytes = [&row["orig_bytes"], &row["resp_bytes"]].map(|bytes| bytes.as_u64().unwrap_or(0));
            let truth = [0, 1].map(|side| flow["bytes"][side].as_u64().unwrap_or(0));
            assert_eq!(bytes, truth, "{name}: bytes of {row}\nof {flow}");
        }
    }
}

#[test]
fn every_irc_line_is_there() {
    for name in RECORDINGS {
        let recording = Recording::open(name);
        let mut said: BTreeMap<([String; 4], bool), Vec<String>> = BTreeMap::new();
        for row in recording.rows("irc_messages") {
            said.entry((ends(row), row["is_orig"] == true)).or_default().push(line_of(row));
        }
        let mut truth: BTreeMap<([String; 4], bool), Vec<String>> = BTreeMap::new();
        let mut compressed = BTreeSet::new();
        for line in &recording.irc_lines {
            // What follows on a compressed server link is noted and passed over.
            if line["line"].as_str().is_some_and(|text| text.starts_with("x\u{9c}")) {
                compressed.insert(line["flow"].as_u64());
            }
            if compressed.contains(&line["flow"].as_u64()) {
                continue;
            }
            let key = (ends(recording.flow(&line["flow"])), line["dir"] == "c2s");
            let text = normal(line["line"].as_str().expect("text"));
            if !text.is_empty() {
                truth.entry(key).or_default().push(text);
            }
        }
        for (key, lines) in &truth {
            let ours = said.get(key).unwrap_or_else(|| panic!("{name}: nothing of {key:?}, first {:?}", lines.first()));
            for (n, (line, our)) in lines.iter().zip(ours).enumerate() {
                assert!(alike(line, our), "{name} {key:?} line {n}:\n  want {line}\n  got  {our}");
            }
            assert_eq!(lines.len(), ours.len(), "{name}: lines of {key:?}");
        }
    }
}

#[test]
fn every_file_is_whole() {
    for name in ["incident", "benign", "exposure", "noise"] {
        let recording = Recording::open(name);
        let carried: BTreeSet<&str> = recording.rows("files").iter().filter_map(|row| row["sha256"].as_str()).collect();
        for kind in ["ftp_files", "dcc_files"] {
            for file in recording.truths(kind) {
                // Of a resumed transfer, the part that crossed.
                let sum = file.get("transferred_sha256").unwrap_or_else(|| &file["sha256"]).as_str().expect("a sum");
                assert!(carried.contains(sum), "{name}: {kind} {} with {sum} is not among {carried:?}", file["name"]);
            }
        }
    }
}

#[test]
fn every_ssh_login_is_judged_right() {
    for name in RECORDINGS {
        let recording = Recording::open(name);
        for truth in recording.truths("ssh_auth") {
            let Some(flow) = truth.get("flow").filter(|flow| !flow.is_null()) else { continue };
            let flow = ends(recording.flow(flow));
            let row = recording.rows("ssh").iter().find(|row| ends(row) == flow);
            let row = row.unwrap_or_else(|| panic!("{name}: no row for {truth}"));
            let accepted = !truth["accepted"].is_null() && truth["accepted"] != false;
            let failed = truth["failed"].as_u64().unwrap_or(0);
            assert_eq!(row["auth_success"].as_bool().unwrap_or(false), accepted, "{name}: {truth}\n{row}");
            assert_eq!(row["auth_attempts"].as_u64(), Some(failed + u64::from(accepted)), "{name}: {truth}\n{row}");
        }
    }
}

#[test]
fn every_listener_is_known() {
    let recording = Recording::open("incident");
    let served: BTreeSet<(&str, u64)> = recording
        .rows("known_services")
        .iter()
        .filter_map(|row| Some((row["host"].as_str()?, row["port_num"].as_u64()?)))
        .collect();
    for port in [22102, 9886, 9887] {
        assert!(served.contains(&("10.20.3.7", port)), "port {port} among {served:?}");
    }
}

#[test]
fn no_secret_is_in_any_log() {
    for name in RECORDINGS {
        let recording = Recording::open(name);
        for credential in
            recording.truths("credentials").iter().filter(|credential| credential["account"] != "anonymous")
        {
            let Some(secret) = credential["secret"].as_str().filter(|secret| secret.len() >= 5) else { continue };
            let at = recording.text.find(secret);
            let near = at
                .map(|at| &recording.text[recording.text[..at].rfind('\n').map_or(0, |at| at + 1)..at + secret.len()]);
            assert!(near.is_none(), "{name}: the secret of {} is in: {}", credential["account"], near.unwrap_or(""));
        }
    }
}

#[test]
fn the_same_capture_gives_the_same_bytes() {
    let capture = wiretale_tests::data().join("incident.pcap.gz");
    let (first, cases) = wiretale_tests::analyze(&capture);
    let (second, again) = wiretale_tests::analyze(&capture);
    assert!(first == second && cases == again);
}

// A message as it stood on the wire, without tags, its spaces made single; a non-ASCII byte as `\xNN`.
fn line_of(row: &Value) -> String {
    let source = row["source"].as_str().map(|source| format!(":{source} ")).unwrap_or_default();
    let text = |name: &str| row[name].as_str().unwrap_or("").to_owned();
    normal(&format!("{source}{} {}", text("command"), text("params")))
}

fn normal(line: &str) -> String {
    let line = line.strip_prefix('@').and_then(|tagged| tagged.split_once(' ')).map_or(line, |(_, rest)| rest);
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

// Equal, but for secrets. The truth has a character for each byte, or text; ours has text with escapes.
fn alike(truth: &str, ours: &str) -> bool {
    let ours = unescaped(ours);
    let latin: Option<Vec<u8>> = truth.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    latin.is_some_and(|truth| fits(&truth, &ours)) || fits(truth.as_bytes(), &ours)
}

fn fits(truth: &[u8], ours: &[u8]) -> bool {
    let find = |text: &[u8], what: &[u8]| text.windows(what.len()).position(|window| window == what);
    let Some(at) = find(ours, HIDDEN) else { return truth == ours };
    let (head, tail) = (&ours[..at], &ours[at + HIDDEN.len()..]);
    let Some(rest) = truth.strip_prefix(head) else { return false };
    tail.is_empty() || (0..rest.len()).any(|skip| fits(&rest[skip..], tail))
}

// Escapes of logs, back to bytes.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        let hex = after
            .strip_prefix(b"x")
            .filter(|_| *byte == b'\\')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex.get(..2)?).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*byte));
        rest = if hex.is_some() { &after[3..] } else { after };
    }
    bytes
}

const HIDDEN: &[u8] = b"<hidden>";
