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
fn who_said_a_line_is_told_by_how_it_begins() {
    let sides = |protocol: &str, lines: &[&str]| {
        let said = decode(&[protocol], lines.concat().as_bytes());
        said.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for line in
        ["PING :a\r\n", "ERROR :b\r\n", "@time=1 :s PING\r\n", "@a=b PING c\r\n", "001 a :b\r\n", ":s 001 a :b\r\n"]
    {
        assert_eq!(sides("irc", &[line])[0], "server", "{line}");
    }
    for line in ["NICK a\r\n", "@a=b PRIVMSG #c :d\r\n", "PONG :PING \r\n", "12 a\r\n"] {
        assert_eq!(sides("irc", &[line])[0], "client", "{line}");
    }
    let said = decode(&["ftp"], b"220-two\r\n lines\r\n220 here\r\nUSER a\r\n22 b\r\n2200 c\r\n");
    assert_eq!(said.matches("server Reply(").count(), 3, "{said}");
    assert!(said.contains("client Command(USER a)") && said.contains("client Command(2200 c)"), "{said}");
}

#[test]
fn what_is_exposed_or_weird_is_told() {
    let said = decode(&["ftp"], b"220 hello\r\nUSER psycho\r\n331 password?\r\nPASS sesame99\r\n230 in\r\n");
    assert!(said.contains("exposed ftp of psycho Accepted"), "{said}");
    assert!(said.contains("server Greeting(\"hello\")\n"), "{said}");
    let said = decode(&["ftp"], b"220 hello\r\n22 b\r\n");
    assert!(said.contains("client weird FTP_invalid_command "), "{said}");
}

#[test]
fn text_is_told_as_text() {
    let said = decode(
        &["ftp"],
        b"220 ready\r\nSYST\r\n215 UNIX \x1bL8\r\nCLNT look\r\n200 ok\r\nUSER a\r\n230 in\r\nCWD /b\r\n250 done\r\n",
    );
    for told in ["Greeting(\"ready\")", "System(\"UNIX \\x1bL8\")", "Client(\"look\")", "Directory(\"/b\")"] {
        assert!(said.contains(told), "{told} in {said}");
    }
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
    assert_eq!(
        decode(
            &["dcc"],
            b"\n\x01\x01\nDCC SEND a.txt 3325256905 0 12 77\nDCC SSEND a.txt 3325256905 33000 12\n\
              DCC TSEND a.txt 3325256905 33000 12\nDCC RESUME a.txt 33000 5\nDCC ACCEPT a.txt 0 5 77\n"
        ),
        "Send \"a.txt\" at 198.51.100.201:0 size 12 passive token 77\n\
         Send \"a.txt\" at 198.51.100.201:33000 size 12 tls\n\
         Send \"a.txt\" at 198.51.100.201:33000 size 12 turbo\n\
         Resume \"a.txt\" port 33000 from byte 5\n\
         Accept \"a.txt\" port 0 from byte 5 token 77\n"
    );
}
