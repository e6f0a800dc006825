//! The recordings of real programs, line by line.

mod common;

use common::{lines, run, truth};
use wiretale_irc::parse;
use wiretale_protocol::Outcome;

const RECORDINGS: [&str; 5] = ["incident", "benign", "exposure", "botnet", "noise"];

#[test]
fn every_line_is_a_message_equal_to_it() {
    for recording in RECORDINGS {
        for (flow, lines) in lines(recording) {
            let session = run(&lines);
            let compressed = session.heard.events.iter().any(|event| event == "Compressed");
            let mut messages = session.heard.messages.iter();
            for line in &lines {
                let Ok(want) = parse(&line.bytes) else {
                    assert!(compressed || line.bytes.is_empty(), "{recording} {flow} {:?}", line.frame);
                    continue;
                };
                if compressed && line.bytes.contains(&0) {
                    continue;
                }
                let Some(message) = messages.next() else {
                    assert!(compressed, "{recording} {flow} frame {} is lost", line.frame);
                    break;
                };
                let want = format!("{want:?}");
                assert!(
                    message.contains("<hidden>") || *message == want,
                    "{recording} {flow}: {message} is not {want}"
                );
            }
            assert_eq!(messages.next(), None, "{recording} {flow}");
        }
    }
}

#[test]
fn every_secret_of_the_truth_is_found_and_none_leaves() {
    for recording in RECORDINGS {
        let Some(truth) = truth(recording) else { continue };
        let flows = lines(recording);
        let credentials: Vec<_> = truth["credentials"].as_array().unwrap().iter().collect();
        let crossed =
            |c: &&&serde_json::Value| c["exposed"] == true && c["protocol"].as_str().unwrap().starts_with("irc");
        for credential in credentials.iter().filter(crossed) {
            let flow = credential["flow"].as_u64().unwrap();
            let frame = credential["frame"].as_u64().unwrap();
            let session = run(&flows[&flow]);
            let here: Vec<_> = session.heard.exposures.iter().filter(|exposed| exposed.frame == frame).collect();
            assert_eq!(here.len(), 1, "{recording} {credential} {:?}", session.heard.exposures);
            let accepted = credential["accepted"] == true;
            println!("{recording} {} {:?}", credential["kind"], here);
            let relayed = credential["kind"].as_str().unwrap().contains("services link");
            let ghost = credential["kind"] == "NickServ GHOST";
            match here[0].outcome {
                Outcome::Accepted => assert!(accepted, "{recording} {credential}"),
                // The truth does not say how a relayed wrong password was answered, and takes a command the service
                // does not know for an accepted one.
                Outcome::Refused => assert!(!accepted || relayed, "{recording} {credential}"),
                Outcome::Unknown => assert!(ghost, "{recording} {credential}"),
            }
        }
        for (flow, lines) in &flows {
            let session = run(lines);
            let all = format!("{:?} {:?} {:?}", session.heard.messages, session.heard.events, session.heard.exposures);
            for credential in &credentials {
                let secret = credential["secret"].as_str().unwrap();
                let secret_here = !credential["wire"].is_null() && all.contains(credential["wire"].as_str().unwrap());
                assert!(!secret_here, "{recording} {flow} {secret}");
                assert!(!all.contains(secret), "{recording} {flow} {secret}");
            }
            for exposed in &session.heard.exposures {
                println!("{recording} {flow} {exposed:?}");
            }
        }
    }
}
