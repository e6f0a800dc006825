//! The lab's recordings against what the servers themselves logged.

mod support;

use serde_json::Value;
use support::{Recorded, Said, connections, decode_invariantly, shared};
use wiretale_ssh::Confidence;

/// SSH flows of a recording: label in the ground truth, the servers' verdict, the connection and the reading.
struct Judged {
    label: String,
    truth: Option<(u64, bool)>,
    recorded: Recorded,
    said: Said,
}

#[test]
fn every_login_is_judged_as_the_servers_logged_it() {
    let mut logins = 0;
    for judged in ["incident", "benign", "noise"].into_iter().flat_map(recording) {
        let Some((failed, accepted)) = judged.truth else { continue };
        let login = judged.said.session.expect("a session").login;
        let expected = (Some(accepted), failed + u64::from(accepted));
        let client = judged.recorded.client;
        assert_eq!((login.accepted, u64::from(login.attempts)), expected, "{client} {}", judged.label);
        assert!(login.confidence >= Confidence(75), "{client}: {login:?}");
        let events = &judged.said.events;
        let refused = events.iter().filter(|event| event.ends_with("Attempt { accepted: false }")).count();
        assert_eq!(refused as u64, failed, "{client}: as they happened");
        assert_eq!(events.iter().any(|event| event.contains("LoggedIn")), accepted, "{client}");
        logins += 1;
    }
    assert!(logins == 0 || logins >= 26, "only {logins} of the logins were found");
}

#[test]
fn forty_guesses_and_then_a_success() {
    let guesses: Vec<_> = recording("noise").into_iter().filter(|judged| judged.label == "ssh-bruteforce").collect();
    if guesses.is_empty() {
        return;
    }
    let logins = || guesses.iter().filter_map(|judged| judged.said.session).map(|session| session.login);
    assert!(logins().map(|login| login.refused).sum::<u32>() >= 40);
    assert_eq!(logins().filter(|login| login.accepted == Some(true)).count(), 1);
}

#[test]
fn what_people_did_is_told_from_lengths_and_times() {
    for judged in ["incident", "benign", "noise"].into_iter().flat_map(recording) {
        let Some(session) = judged.said.session else { continue };
        let sure = Confidence(60);
        let label = judged.label.as_str();
        let typed = label.starts_with("ssh-keys") || label.starts_with("ssh-interactive");
        let typed = typed || matches!(label, "ssh-after-bruteforce" | "ssh-backdoor-login");
        assert_eq!(session.typing.confidence >= sure, typed, "{label} typed");
        assert_eq!(session.reverse_typing.confidence >= sure, label == "ssh-reverse-tunnel", "{label} typed back");
        assert_eq!(session.reverse_tunnel >= sure, label == "ssh-reverse-tunnel", "{label} tunnel back");
        assert_eq!(session.local_forward >= sure, label == "ssh-local-forward", "{label} forward");
        assert_eq!(session.obfuscated.confidence, Confidence(0), "{label} obfuscated");
        let (up, down) = (session.upload.confidence >= sure, session.download.confidence >= sure);
        match label {
            "scp-up" | "scp-up-legacy" => assert!(up && !down, "{label}"),
            "scp-down" | "sftp" | "ssh-remote-command" => assert!(down && !up, "{label}"),
            "git-ssh-internal" | "git-ssh-external" => assert!(!(up && down), "{label}"),
            _ => assert!(!up && !down, "{label}"),
        }
        assert!(!session.client_listens, "{label}");
    }
}

fn recording(name: &str) -> Vec<Judged> {
    let Some(path) = shared(&format!("lab/{name}/{name}.pcap.gz")) else { return Vec::new() };
    let truth = std::fs::read_to_string(path.with_file_name("ground_truth.json")).expect("the ground truth");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let list = |key: &str| truth[key].as_array().cloned().unwrap_or_default();
    let (logins, flows) = (list("ssh_auth"), list("flows"));
    let mut judged = Vec::new();
    for recorded in connections(&path) {
        let Some(said) = decode_invariantly(&recorded, 8) else { continue };
        let client = recorded.client.address.to_ip().to_string();
        let login = logins.iter().find(|login| login["client"] == client && login["sport"] == recorded.client.port);
        let truth = login.map(|login| (login["failed"].as_u64().unwrap_or(0), !login["accepted"].is_null()));
        let flow = flows.iter().find(|flow| flow["src"] == client && flow["sport"] == recorded.client.port);
        let label = flow.and_then(|flow| flow["label"].as_str()).unwrap_or_default().to_owned();
        judged.push(Judged { label, truth, recorded, said });
    }
    judged
}
