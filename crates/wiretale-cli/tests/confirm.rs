//! `wiretale confirm`, against this machine alone.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

fn confirm(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiretale")).arg("confirm").args(args).output().unwrap()
}

/// A server that says something to one client; what the client said to it comes back.
fn server(says: Vec<u8>) -> (u16, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(&says);
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        heard
    });
    (port, heard)
}

#[test]
fn a_greeting_is_read_and_nothing_is_sent() {
    let (port, heard) = server(b"Who are you? \x1b[31m".to_vec());
    let output = confirm(&["127.0.0.1", "--home", "127.0.0.0/8", "--ports", &port.to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(heard.join().unwrap().is_empty());
    let row: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((row["port"].as_u64(), row["host"].as_str()), (Some(u64::from(port)), Some("127.0.0.1")));
    assert!(row["text"].as_str().unwrap().contains("said \"Who are you? \\x1b[31m\""), "{row}");
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn no_more_than_256_bytes_are_taken() {
    let (port, heard) = server(vec![b'x'; 100_000]);
    let output = confirm(&["127.0.0.1", "--home", "127.0.0.0/8", "--ports", &port.to_string()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches('x').count(), 256, "{told}");
    assert!(heard.join().unwrap().is_empty());
}

#[test]
fn what_was_said_is_added_to_the_evidence() {
    let (port, heard) = server(b"Who are you?".to_vec());
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("evidence.jsonl");
    let row = format!(
        "{{\"v\":1,\"time_ns\":1,\"host\":\"127.0.0.1\",\"row\":\"D02.listener\",\"key\":\"{port}\",\"port\":{port},\
         \"strength\":1.0,\"quality\":1.0,\"text\":\"it answers\",\"uids\":[],\"frames\":[]}}\n"
    );
    // As an editor may have left it.
    std::fs::write(&path, row.trim_end()).unwrap();
    let output = confirm(&["127.0.0.1", "--home", "127.0.0.0/8", "--evidence", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(heard.join().unwrap().is_empty());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(&row) && text.lines().count() == 2 && text.contains("D03.prompt"), "{text}");
}

#[test]
fn what_says_nothing_or_asks_nothing_is_a_listener_and_no_prompt() {
    for (says, text) in [("", "is open and says nothing"), ("hello\r\n", "is open and said \"hello\\x0d\\x0a\"")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || listener.accept().unwrap().0.write_all(says.as_bytes()).unwrap());
        let output = confirm(&["127.0.0.1", "--home", "127.0.0.0/8", "--ports", &port.to_string()]);
        server.join().unwrap();
        let row: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((row["v"].as_u64(), row["row"].as_str()), (Some(1), Some("D02.listener")), "{row}");
        assert!(row["text"].as_str().unwrap().ends_with(text), "{row}");
        assert!(row["ties"].as_array().is_none_or(Vec::is_empty), "{row}");
    }
}

#[test]
fn of_stored_evidence_the_listeners_of_the_host_alone_are_asked() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("evidence.jsonl");
    let row = |host: &str, row: &str, port: u16| {
        format!(
            "{{\"v\":1,\"time_ns\":1,\"host\":\"{host}\",\"row\":\"{row}\",\"key\":\"{port}\",\"port\":{port},\
             \"strength\":1.0,\"quality\":1.0,\"text\":\"it answers\",\"uids\":[],\"frames\":[]}}\n"
        )
    };
    let args = ["127.0.0.1", "--home", "127.0.0.0/8", "--evidence", path.to_str().unwrap()];
    // Of another machine, and of what is no listener.
    let others = [row("127.0.0.2", "D02.listener", 1), row("127.0.0.1", "D23.hopping", 2)].concat();
    std::fs::write(&path, &others).unwrap();
    let output = confirm(&args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("holds no listener against 127.0.0.1"), "{told}");
    std::fs::write(&path, others + &row("127.0.0.1", "D02.listener", 3)).unwrap();
    let output = confirm(&args);
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with("port 3: ") && told.lines().count() == 1, "{told}");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3, "of a closed port nothing is added");
}

#[test]
fn hosts_outside_the_home_networks_are_refused() {
    for (host, home) in [("192.0.2.1", "10.0.0.0/8"), ("127.0.0.1", "10.0.0.0/8")] {
        let output = confirm(&[host, "--home", home, "--ports", "22"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("outside the home networks"));
    }
    assert_eq!(confirm(&["127.0.0.1", "--ports", "22"]).status.code(), Some(2), "home networks are not guessed");
}

#[test]
fn what_cannot_be_done_is_refused_before_anybody_is_asked() {
    let home = ["127.0.0.1", "--home", "127.0.0.0/8"];
    let ports: Vec<String> = (1..=65).map(|port| port.to_string()).collect();
    for more in [&["--evidence", "-"][..], &["--evidence", "no/such/file"], &["--ports", &ports.join(",")]] {
        let output = confirm(&[&home, more].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(!told.contains("port 1:") && told.lines().count() == 1, "{told}");
    }
}
