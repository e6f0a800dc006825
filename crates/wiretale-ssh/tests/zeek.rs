//! Captures of Zeek's tests, of Suricata's, nDPI's and the lab's, against the `ssh.log` that Zeek writes of them.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{Said, connections, decode_invariantly, shared};

#[test]
fn columns_are_those_zeek_writes() {
    let Some(root) = shared("zeek-logs") else { return };
    let mut compared = 0;
    for (capture, log) in manifest(&root.join("manifest.tsv"), "ssh") {
        let rows = rows(&root.join(log));
        for recorded in connections(&root.join(&capture)) {
            let ports = (recorded.client.port.to_string(), recorded.server.port.to_string());
            let Some(row) = rows.iter().find(|row| (&row["id.orig_p"], &row["id.resp_p"]) == (&ports.0, &ports.1))
            else {
                continue;
            };
            let Some(said) = decode_invariantly(&recorded, 4) else { continue };
            let place = format!("{capture} {}", recorded.client);
            for (column, value) in columns(&said) {
                if !unknown_to_zeek(&capture, column) {
                    assert_eq!(row[column], value, "{place} {column}");
                }
            }
            login(&place, row, &said);
            compared += 1;
        }
    }
    assert!(compared > 80, "only {compared} rows were compared");
}

#[test]
fn the_service_is_confirmed_where_zeek_confirms_it() {
    let Some(root) = shared("zeek-logs") else { return };
    for (capture, log) in manifest(&root.join("manifest.tsv"), "ssh") {
        let rows = rows(&root.join(log).with_file_name("conn.log"));
        for recorded in connections(&root.join(&capture)) {
            let port = recorded.client.port.to_string();
            let address = recorded.client.address.to_ip().to_string();
            let Some(row) = rows.iter().find(|row| row["id.orig_p"] == port && row["id.orig_h"] == address) else {
                continue;
            };
            let Some(said) = decode_invariantly(&recorded, 1) else { continue };
            if !unknown_to_zeek(&capture, "service") {
                let zeeks: Vec<&str> = row["service"].split(',').filter(|&service| service != "-").collect();
                assert_eq!(zeeks, said.services, "{capture} {}", recorded.client);
            }
        }
    }
}

#[test]
fn fingerprints_of_ssh1_and_ssh2() {
    let Some(path) = shared("zeek/traces/ssh/ssh1-ssh2-fingerprints.pcap") else { return };
    let events: Vec<String> = connections(&path)
        .iter()
        .filter_map(|recorded| decode_invariantly(recorded, 4))
        .flat_map(|said| said.events)
        .collect();
    let keys: Vec<&String> = events.iter().filter(|event| event.contains("HostKey")).collect();
    assert!(keys[0].contains("SHA256:xpK5ypqHFDUcl5y7HHOj/Zm/xlqb7tvndyr3f3I/GkQ"), "{}", keys[0]);
    assert!(keys[0].contains("c7:eb:77:5d:d1:64:31:d6:1b:e8:99:5f:a7:09:a1:d7"), "{}", keys[0]);
    assert!(keys[1].contains("SHA256:dcuiZ1JhgfewWGB/HbsbL9cmtxwJArZu"), "{}", keys[1]);
}

#[test]
fn bytes_sealed_in_the_segment_of_new_keys_count() {
    for side in ["client", "server"] {
        let name = format!("zeek/traces/ssh/ssh_{side}_sends_first_enc_pkt_with_newkeys.pcap");
        let Some(path) = shared(&name) else { return };
        for recorded in connections(&path) {
            let login = decode_invariantly(&recorded, 8).and_then(|said| said.session).expect("a session").login;
            assert_eq!((login.accepted, login.attempts), (Some(true), 1), "{side}");
        }
    }
}

// Zeek's judgement where it has one and is right. It takes no refusal that comes with a disconnect for one, does not
// know dropbear's padding, and says nothing of SSH1, of compression and of what an answer came together with.
fn login(place: &str, row: &BTreeMap<String, String>, said: &Said) {
    let Some(login) = said.session.map(|session| session.login) else { return };
    let mine = login.accepted.map_or("-", |accepted| if accepted { "T" } else { "F" });
    match row["auth_success"].as_str() {
        "-" => {}
        _ if place.contains("203.0.113.99:55468") => assert_eq!((mine, login.attempts), ("T", 1), "{place}"),
        _ if row["client"].contains("libssh") => assert_eq!(mine, row["auth_success"], "{place}"),
        zeek => assert_eq!((mine, login.attempts.to_string()), (zeek, row["auth_attempts"].clone()), "{place}"),
    }
}

// Zeek 8.2 does not know diffie-hellman-group18-sha512 and gives up on it; its own later version does.
fn unknown_to_zeek(capture: &str, column: &str) -> bool {
    capture.contains("dh_group18") && matches!(column, "host_key_fingerprint" | "service")
}

fn columns(said: &Said) -> Vec<(&'static str, String)> {
    let dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let algorithm = |at: usize| dash(said.algorithms.as_ref().map(|all| all[at].clone()));
    // Of SSH1 host keys Zeek's log has no fingerprint.
    let fingerprint = said.fingerprints.first().filter(|_| said.version == Some(2)).cloned();
    vec![
        ("version", dash(said.version.map(|version| version.to_string()))),
        ("client", dash(said.idents[0].clone())),
        ("server", dash(said.idents[1].clone())),
        ("cipher_alg", algorithm(0)),
        ("mac_alg", algorithm(1)),
        ("compression_alg", algorithm(2)),
        ("kex_alg", algorithm(3)),
        ("host_key_alg", algorithm(4)),
        ("host_key_fingerprint", dash(fingerprint)),
    ]
}

fn manifest(path: &Path, log: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).expect("the manifest");
    let cells = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    cells.filter(|cells| cells[1] == log).map(|cells| (cells[0].to_owned(), cells[3].to_owned())).collect()
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).expect("a log");
    let fields = text.lines().find_map(|line| line.strip_prefix("#fields\t")).expect("fields");
    let fields: Vec<String> = fields.split('\t').map(str::to_owned).collect();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| fields.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect()).collect()
}
