//! When a case becomes serious, and what a capture that ends early leaves of it.

use serde_json::Value;
use wiretale::capture::Capture;
use wiretale::packet::Timestamp;
use wiretale::score::{Case, Level, Weights};
use wiretale_tests::{Recording, data, judge};

#[test]
fn the_incident_is_known_in_time() {
    let recording = Recording::open("incident");
    let case = &recording.cases[0];
    let end = |transfer: &Value| ends_at(&recording, &transfer["data_flow"]);
    let fetched = recording.truths("ftp_transfers").iter().map(end).fold(0.0, f64::max);
    let received =
        recording.truths("dcc").iter().filter(|dcc| !dcc["data_flow"].is_null()).map(end).fold(0.0, f64::max);
    assert!(
        reached(case, Level::Medium) <= fetched,
        "medium at {}, fetched at {fetched}",
        reached(case, Level::Medium)
    );
    assert!(
        reached(case, Level::Critical) < received,
        "critical at {}, received at {received}",
        reached(case, Level::Critical)
    );
}

#[test]
fn noise_tells_the_guessed_and_the_tunnel() {
    let recording = Recording::open("noise");
    let told = |host: &str, row: &str| {
        let case = recording.cases.iter().find(|case| case.host.to_string() == host);
        case.is_some_and(|case| case.evidence.iter().any(|evidence| evidence.row == row))
    };
    assert!(told("10.20.0.5", "D07.success"), "the guessed host");
    assert!(told("10.20.5.20", "D07.success"), "the guessed account");
    assert!(told("10.20.4.40", "D09.keystrokes") || told("10.20.4.40", "D09.setup"), "the reverse tunnel");
}

#[test]
fn failures_alone_are_no_case() {
    let recording = Recording::open("noise");
    let guessing = &recording.truths("findings")[0];
    let first_login =
        recording.truths("ssh_auth").iter().filter(|auth| !auth["accepted"].is_null() && auth["accepted"] != false);
    let from = |auth: &Value| recording.flow(&auth["flow"])["start"].as_f64();
    let client = |auth: &&Value| auth["client"] == "198.51.100.55";
    let login = first_login.filter(client).filter_map(from).fold(f64::INFINITY, f64::min);
    assert!(guessing["ts"].as_f64().is_some_and(|begins| begins < login));
    // Everything but the connections in which a password fitted.
    let frames: Vec<_> = frames("noise").into_iter().filter(|(at, _)| at.as_secs_f64() < login).collect();
    assert!(frames.len() > 100);
    for case in judge(&frames) {
        assert!(case.level < Level::Medium, "{} is {} by failures alone", case.host, case.level.as_str());
    }
}

fn frames(name: &str) -> Vec<(Timestamp, Vec<u8>)> {
    let mut capture = Capture::open(data().join(format!("{name}.pcap.gz"))).expect("the recording is there");
    let mut frames = Vec::new();
    while let Some(step) = capture.advance() {
        step.expect("the recording is whole");
        frames.extend(capture.frame().map(|frame| (frame.at, frame.data.to_vec())));
    }
    frames
}

fn ends_at(recording: &Recording, flow: &Value) -> f64 {
    recording.flow(flow)["end"].as_f64().expect("a time")
}

// When the score first stood at this level, in seconds since 1970.
fn reached(case: &Case, level: Level) -> f64 {
    let levels = Weights::built_in().model.levels;
    let at = case.course.iter().find(|(_, db)| Level::of(*db, &levels) >= level);
    at.map_or(f64::INFINITY, |(at, _)| *at as f64 / 1e9)
}
