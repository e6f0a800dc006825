//! `wiretale decode`, as it is called.

use std::io::Write as _;
use std::process::{Command, Stdio};

fn decode(args: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wiretale"))
        .arg("decode")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn irc_lines_are_read_from_both_sides() {
    let said = decode(
        &["irc"],
        b"NICK alice\r\nUSER a 0 * :Alice\r\n:irc.example.edu 001 alice :Welcome\r\nPASS sesame99\r\n",
    );
    assert!(said.starts_with("client "), "{said}");
    assert!(said.contains("server ") && said.contains("Registered"), "{said}");
    assert!(!said.contains("sesame99"), "{said}");
}

#[test]
fn ftp_lines_are_read_from_both_sides() {
    let said = decode(&["ftp"], b"220 hello\r\nUSER psycho\r\n331 password?\r\nPASS sesame99\r\n230 in\r\n");
    assert!(said.contains("psycho"), "{said}");
    assert!(!said.contains("sesame99"), "{said}");
}

#[test]
fn an_ssh_server_names_itself() {
    let said = decode(&["ssh"], b"SSH-2.0-OpenSSH_9.2p1\r\n");
    assert!(said.contains("OpenSSH_9.2p1"), "{said}");
    let said = decode(&["ssh", "--from", "client"], b"SSH-2.0-PuTTY\r\n");
    assert!(said.starts_with("client "), "{said}");
}

#[test]
fn dcc_offers_are_read_one_a_line() {
    let said = decode(
        &["dcc"],
        b"DCC SEND \"my song.mp3\" 3325256905 33000 150245\n\x01DCC CHAT chat 1 2 3 4 5 6\x01\nSEND\n",
    );
    assert!(said.starts_with("Send \"my song.mp3\" at 198.51.100.201:33000 size 150245\n"), "{said}");
    assert!(said.ends_with("weird irc_invalid_dcc_message_format\n"), "{said}");
}
