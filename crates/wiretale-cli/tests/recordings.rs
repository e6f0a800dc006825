//! The lab's recordings through the program, with everything it can write: it ends well, and no secret is anywhere.

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

// Short ones turn up by chance; what a guest gives is none.
fn secrets(truth: &Value) -> Vec<&str> {
    let credentials = truth["credentials"].as_array().map_or(&[][..], Vec::as_slice);
    let theirs = credentials.iter().filter(|credential| credential["account"] != "anonymous");
    theirs.filter_map(|credential| credential["secret"].as_str()).filter(|secret| secret.len() >= 5).collect()
}
