//! The lab's recordings through the program, with everything it can write: it ends well, and no secret is anywhere.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_output_of_every_recording_is_written_and_holds_no_secret() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    for name in ["incident", "benign", "exposure", "botnet", "noise"] {
        let out = tempfile::tempdir().expect("a folder");
        let run = Command::new(env!("CARGO_BIN_EXE_wiretale"))
            .args([
                "analyze",
                "--messages",
                "--hashes",
                "--letter",
                "--exposure",
                "--stix",
                "--ecs",
                "--nftables",
                "--out",
            ])
            .arg(out.path())
            .arg(data.join(format!("{name}.pcap.gz")))
            .output()
            .expect("the program runs");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        let truth = std::fs::read(data.join(format!("{name}.truth.json"))).expect("a truth");
        let truth: Value = serde_json::from_slice(&truth).expect("JSON");
        let mut written = vec![("standard output".to_owned(), run.stdout), ("standard error".to_owned(), run.stderr)];
        for entry in std::fs::read_dir(out.path()).expect("the folder") {
            let path = entry.expect("readable").path();
            written.push((path.display().to_string(), std::fs::read(&path).expect("readable")));
        }
        for secret in secrets(&truth) {
            for (place, bytes) in &written {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{name}: the secret \"{secret}\" is in {place}");
            }
        }
    }
}

#[test]
fn the_list_of_accounts_names_each_once() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    for (name, told) in [
        ("incident", "sent by irc.example.edu (203.0.113.10) to 10.20.3.7. s6 was accepted: it is the right one."),
        ("exposure", "s8 and s9 also crossed for services account ada (FreeNet) at 203.0.113.32 port 6667."),
        ("botnet", "It may be the intruder's own: 10.20.6.1"),
        ("noise", "crossed in clear 2 times, first at 2026-11-22 03:31:30 UTC"),
        ("noise", "Besides, 40 wrong guesses were refused, sent by 198.51.100.55 to 10.20.5.20."),
    ] {
        let out = tempfile::tempdir().expect("a folder");
        let run = Command::new(env!("CARGO_BIN_EXE_wiretale"))
            .args(["analyze", "--exposure", "--out"])
            .arg(out.path())
            .arg(data.join(format!("{name}.pcap.gz")))
            .output()
            .expect("the program runs");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        let text = std::fs::read_to_string(out.path().join("exposure.md")).expect("readable");
        let titles: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        let once: BTreeSet<&&str> = titles.iter().collect();
        assert_eq!(once.len(), titles.len(), "{name}: {titles:#?}");
        assert!(text.contains(told), "{name}: {text}");
    }
}

// Short ones turn up by chance; what a guest gives is none.
fn secrets(truth: &Value) -> Vec<&str> {
    let credentials = truth["credentials"].as_array().map_or(&[][..], Vec::as_slice);
    let theirs = credentials.iter().filter(|credential| credential["account"] != "anonymous");
    theirs.filter_map(|credential| credential["secret"].as_str()).filter(|secret| secret.len() >= 5).collect()
}
