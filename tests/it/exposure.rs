//! Secrets that crossed in clear: each that the lab knows of is found with its outcome, and nothing else is taken for one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wiretale_tests::Recording;

#[test]
fn every_secret_is_found_with_its_outcome_and_nothing_else_is() {
    for name in ["exposure", "benign", "incident"] {
        let recording = Recording::open(name);
        let rows = recording.rows("exposure");
        let mut secrets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for credential in recording.truths("credentials").iter().filter(|credential| is_exposed(credential)) {
            let at = credential["packet_ts"].as_f64().expect("a time");
            let row = rows.iter().find(|row| (row["ts"].as_f64().unwrap_or(0.0) - at).abs() < 2e-6);
            let row = row.unwrap_or_else(|| panic!("{name}: not found: {credential}"));
            let outcome = if accepted(&recording, credential) { "accepted" } else { "refused" };
            // These services know no GHOST, and said so; the lab noted "accepted" without asking.
            if row["kind"] != "nickserv-ghost" {
                assert_eq!(row["outcome"], outcome, "{name}: {credential}\n{row}");
            }
            let tag = row["tag"].as_str().expect("a tag");
            secrets.entry(credential["secret"].as_str().expect("a secret")).or_default().insert(tag);
        }
        let known: BTreeSet<&str> = secrets.values().flatten().copied().collect();
        assert_eq!(
            known.len(),
            secrets.len(),
            "{name}: equal secrets have equal tags, different ones different tags: {secrets:?}"
        );
        for row in rows.iter().filter(|row| row["kind"] != "bot-login") {
            assert!(known.contains(row["tag"].as_str().unwrap_or("")), "{name}: nobody's secret: {row}");
        }
    }
}

// Of a secret passed on over a services link the lab always notes "accepted"; the leg it came in by has the truth.
fn accepted(recording: &Recording, credential: &Value) -> bool {
    let at = |credential: &Value| credential["packet_ts"].as_f64().unwrap_or(0.0);
    let first_leg = recording
        .truths("credentials")
        .iter()
        .find(|other| other["secret"] == credential["secret"] && (0.0..1.0).contains(&(at(credential) - at(other))));
    first_leg.unwrap_or(credential)["accepted"] == true
}

// The lab writes down guests too, and a bot's password, in a chat with it.
fn is_exposed(credential: &Value) -> bool {
    credential["exposed"] == true && credential["account"] != "anonymous" && !credential["packet_ts"].is_null()
}
