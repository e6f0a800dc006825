//! Countries and networks of peers, from a table made here.

use std::fs;

use wiretale::score::{EVIDENCE_VERSION, Evidence, Weights, cases};
use wiretale_report::case::Geo;

#[test]
fn peers_in_the_same_country_hang_together() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("made.mmdb");
    fs::write(&path, table()).unwrap();
    let geo = Geo::open(&path).unwrap();
    assert_eq!(geo.ties("198.51.100.77".parse().unwrap()), ["country:NL", "net:64500"]);
    assert!(geo.ties("10.20.3.7".parse().unwrap()).is_empty());
    let mut rows = vec![seen(0, "D01.ssh", "198.51.100.77"), seen(10, "D29.archive", "203.0.113.9")];
    geo.tie(&mut rows);
    geo.tie(&mut rows);
    assert_eq!(rows[0].ties, ["country:NL", "net:64500"], "tying twice ties once");
    let case = cases(rows, &Weights::built_in()).remove(0);
    assert_eq!(case.links[0].by, "peers in the same network");
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("none.mmdb");
    fs::write(&path, "no table").unwrap();
    assert!(Geo::open(&path).unwrap_err().to_string().contains("none.mmdb"));
    assert!(Geo::open(&place.path().join("missing")).is_err());
}

fn seen(minute: i64, row: &str, peer: &str) -> Evidence {
    Evidence {
        v: EVIDENCE_VERSION,
        time_ns: minute * 60_000_000_000,
        host: [10, 20, 3, 7].into(),
        row: row.into(),
        key: "k".into(),
        peer: Some(peer.parse().unwrap()),
        port: None,
        strength: 1.0,
        quality: 1.0,
        ties: Vec::new(),
        text: row.into(),
        uids: Vec::new(),
        frames: Vec::new(),
    }
}

/// A table with one node: addresses whose first bit is set are in NL and in AS64500, the others nowhere.
fn table() -> Vec<u8> {
    // The node's two records of 24 bits: nothing is told by the count of nodes, a place in the data by what goes beyond
    // that and the sixteen zeros between.
    let mut bytes = vec![0, 0, 1, 0, 0, 1 + 16];
    bytes.extend([0; 16]);
    map(&mut bytes, 2);
    text(&mut bytes, "country");
    map(&mut bytes, 1);
    text(&mut bytes, "iso_code");
    text(&mut bytes, "NL");
    text(&mut bytes, "autonomous_system_number");
    bytes.extend([(6 << 5) | 4]);
    bytes.extend(64_500u32.to_be_bytes());
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    map(&mut bytes, 9);
    for (name, value) in
        [("binary_format_major_version", 2), ("binary_format_minor_version", 0), ("ip_version", 4), ("record_size", 24)]
    {
        text(&mut bytes, name);
        bytes.extend([(5 << 5) | 2, 0, value]);
    }
    text(&mut bytes, "node_count");
    bytes.extend([(6 << 5) | 1, 1]);
    text(&mut bytes, "build_epoch");
    bytes.extend([1, 2, 1]);
    text(&mut bytes, "database_type");
    text(&mut bytes, "made");
    text(&mut bytes, "description");
    map(&mut bytes, 0);
    text(&mut bytes, "languages");
    bytes.extend([0, 4]);
    bytes
}

fn map(bytes: &mut Vec<u8>, len: u8) {
    bytes.push((7 << 5) | len);
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    let len = u8::try_from(text.len()).unwrap();
    if len < 29 {
        bytes.push((2 << 5) | len);
    } else {
        bytes.extend([(2 << 5) | 29, len - 29]);
    }
    bytes.extend(text.as_bytes());
}
