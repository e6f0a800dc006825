//! The lab's recordings, scored: who is compromised is told, in what order, and nobody else is accused.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use wiretale::score::{Case, Home, Inventory, Level, Scorer, Weights};
use wiretale::{Settings, analyze};

fn cases(scenario: &str) -> Vec<Case> {
    let capture = data(&format!("{scenario}.pcap.gz"));
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    analyze([capture], Settings::default(), scorer).expect("the recording is there").observer.cases()
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn at_least(cases: &[Case], level: Level) -> BTreeSet<String> {
    cases.iter().filter(|case| case.level >= level).map(|case| case.host.to_string()).collect()
}

/// Those that the truth about a recording calls so: `compromised`, `suspicious`.
fn called(scenario: &str, what: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(data(&format!("{scenario}.truth.json"))).expect("the truth is there");
    let truth: Value = serde_json::from_str(&text).expect("the truth is JSON");
    truth[what].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_compromised_are_told_and_nobody_else() {
    for scenario in ["incident", "botnet", "noise", "benign", "exposure"] {
        let cases = cases(scenario);
        let truth = called(scenario, "compromised");
        assert_eq!(at_least(&cases, Level::High), truth, "{scenario}");
        // An account was guessed, a tunnel misused: there is reason for suspicion, and no more.
        let suspicious = &called(scenario, "suspicious");
        assert_eq!(&at_least(&cases, Level::Medium) - suspicious, truth, "{scenario}");
    }
}

#[test]
fn the_incident_is_told_in_its_order() {
    let cases = cases("incident");
    let case = &cases[0];
    assert_eq!(case.level, Level::Critical);
    let story = [
        ("D08.backdoor", "22102"),
        ("D29.hot_name", "psy.tgz"),
        ("D03.prompt", "9886"),
        ("D04.root", "9886"),
        ("D03.prompt", "9887"),
        ("D23.refused", "203.0.113.12"),
        ("D23.refused", "203.0.113.11"),
        ("D23.hopping", "irc"),
        ("D25.company", "nick:cracker"),
        ("D24.archive", "cracklib.tar.gz"),
        ("D24.sent", "accounts.txt"),
        ("D28.encoded", "cracker"),
        ("D15.nick", "[xp]7731"),
        ("D18.private", "login"),
        ("D19.reply", ".login"),
    ];
    let mut rows = case.evidence.iter().map(|row| (row.row.as_str(), row.key.as_str()));
    for step in story {
        assert!(rows.any(|row| row == step), "{step:?} is missing or out of order");
    }
}

#[test]
fn every_bot_of_the_herd_is_seen_in_every_way() {
    for case in cases("botnet").iter().filter(|case| case.level >= Level::High) {
        let rows: BTreeSet<&str> = case.evidence.iter().map(|row| row.row.as_str()).collect();
        for row in
            ["D15.nick", "D16.off_port", "D18.topic", "D19.reply", "D19.action", "D20.crowd", "D21.mesh", "D31.egg"]
        {
            assert!(rows.contains(row), "{row} of {}", case.host);
        }
    }
}

#[test]
fn no_secret_is_told() {
    for scenario in ["incident", "botnet", "benign", "exposure"] {
        let text = std::fs::read_to_string(data(&format!("{scenario}.truth.json"))).expect("the truth is there");
        let truth: Value = serde_json::from_str(&text).expect("the truth is JSON");
        let told: String =
            cases(scenario).iter().flat_map(|case| &case.evidence).map(|row| format!("{row:?}\n")).collect();
        for credential in truth["credentials"].as_array().into_iter().flatten() {
            let secret = credential["secret"].as_str().unwrap_or_default();
            let guest = credential["kind"].as_str().is_some_and(|kind| kind.contains("not a secret"));
            assert!(guest || secret.len() < 4 || !told.contains(secret), "{scenario} tells {credential}");
        }
    }
}
