//! What is easily said before, around and beside a conversation hides it from nobody.

use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::Direction::{self, Client, Server};
use wiretale_testkit::{Talk, Weather, Wire};
use wiretale_tests::judge;

use crate::websockets::services;

pub(crate) type Turns<'a> = &'a [(Direction, &'a [u8])];

pub(crate) const IRC: Turns<'_> = &[
    (Client, b"NICK ann\r\nUSER a 0 * :Ann\r\n"),
    (Server, b":irc.example 001 ann :Welcome\r\n"),
    (Client, b"JOIN #c\r\n"),
];
pub(crate) const FTP: Turns<'_> = &[
    (Client, b"USER joe\r\n"),
    (Server, b"331 password, please\r\n"),
    (Client, b"PASS secret\r\n"),
    (Server, b"230 in\r\n"),
];
pub(crate) const SSH: Turns<'_> = &[
    (Server, b"SSH-2.0-OpenSSH_9.9\r\n"),
    (Client, b"SSH-2.0-PuTTY\r\n"),
    (Client, b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0"),
    (Server, b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0"),
];

fn said(first: Turns<'_>, rest: Turns<'_>) -> Vec<&'static str> {
    let steps: Vec<_> = first.iter().chain(rest).map(|(from, text)| (*from, text.to_vec())).collect();
    services(&steps, 1000)
}

#[test]
fn a_useless_line_before_irc_or_ftp_hides_neither() {
    for useless in [&b"FOO bar\r\n"[..], b"   \r\n", b"123\r\n", b":\r\n", b"\0\r\n", b"\xff\xfb\x18"] {
        assert_eq!(said(&[(Client, useless)], IRC), ["irc"], "{}", useless.escape_ascii());
        assert_eq!(said(&[(Client, useless), (Server, b":irc.example NOTICE * :hi\r\n")], IRC), ["irc"]);
        let greeted = [(Server, &b"220 Welcome\r\n"[..]), (Client, useless), (Server, b"500 what?\r\n")];
        assert_eq!(said(&greeted, FTP), ["ftp"], "{}", useless.escape_ascii());
    }
    assert_eq!(said(&[(Client, b"FOO\r\n"), (Server, b"220 (vsFTPd 3.0.5)\r\n500 what?\r\n")], FTP), ["ftp"]);
    assert_eq!(said(&[(Server, b"\xff\xf1220 Welcome\r\n")], FTP), ["ftp"]);
}

#[test]
fn much_that_is_said_first_hides_no_protocol() {
    let ends = [b'\n'; 700];
    let many = [&ends[..]; 3].map(|ends| (Client, ends));
    assert_eq!(said(&many, IRC), ["irc"]);
    assert_eq!(said(&[(Client, &b"\n"[..]); 110], IRC), ["irc"]);
    let (lines, long) = (b"* welcome\r\n".repeat(800), [&[b'x'; 9000][..], b"\r\n"].concat());
    for banner in [lines, long] {
        assert_eq!(said(&[(Server, &banner)], SSH), ["ssh"]);
    }
}

#[test]
fn a_line_for_somebody_else_hides_no_irc_where_the_server_speaks_it() {
    let served: Turns<'_> = &[
        (Server, b":irc.example 451 * :You have not registered\r\n"),
        (Client, b"NICK ann\r\nUSER a 0 * :Ann\r\n"),
        (Server, b":irc.example 001 ann :Welcome\r\n"),
        (Client, b"JOIN #c\r\n"),
    ];
    for (first, named) in [
        (&b"GET / HTTP/1.0\r\n\r\n"[..], Some("http")),
        (b"EHLO x\r\n", Some("smtp")),
        (b"OPTIONS sip:a SIP/2.0\r\n\r\n", Some("sip")),
        (b"\x16\x03\x01\0\x05\x01\0\0\x01\0", Some("ssl")),
        (b"HELP\r\n", None),
        (b"\x01\x02\x03\x04\xff\xfe\xfd", None),
    ] {
        let wanted: Vec<_> = named.into_iter().chain(["irc"]).collect();
        assert_eq!(said(&[(Client, first)], served), wanted, "{}", first.escape_ascii());
        assert_eq!(said(&[(Client, first), (Client, b"more")], served), wanted, "{}", first.escape_ascii());
    }
    // Nor does a server that greets as nobody does.
    assert_eq!(said(&[(Server, b"\x01\x02\x03\x04\xff\xfe\xfd")], IRC), ["irc"]);
}

pub(crate) const HTTP: Turns<'_> =
    &[(Client, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"), (Server, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")];

// What is easily exchanged first, and its name.
pub(crate) const EXCHANGES: &[(&str, Turns<'_>)] = &[
    ("http", HTTP),
    ("http", &[(Client, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"), (Server, b"HTTP/1.1 404 No\r\n\r\n")]),
    ("smtp", &[(Server, b"220 mail ESMTP\r\n")]),
    ("smtp", &[(Server, b"220 mail ESMTP\r\n"), (Client, b"EHLO x\r\n"), (Server, b"250 hello\r\n")]),
    ("pop3", &[(Server, b"+OK\r\n")]),
    ("imap", &[(Server, b"* OK\r\n"), (Client, b"a1 NOOP\r\n"), (Server, b"a1 OK\r\n")]),
    ("rfb", &[(Server, b"RFB 003.008\n"), (Client, b"RFB 003.008\n")]),
    ("redis", &[(Client, b"*1\r\n$4\r\nPING\r\n"), (Server, b"+PONG\r\n")]),
    ("git", &[(Client, b"0032git-upload-pack /project.git\0host=x\0"), (Server, b"0000")]),
    ("mqtt", &[(Client, b"\x10\x0c\0\x04MQTT\x04\x02"), (Server, b"\x20\x02\0\0")]),
    ("postgresql", &[(Client, b"\0\0\0\x08\x04\xd2\x16\x2f"), (Server, b"NR\0\0\0\x08")]),
    ("x11", &[(Client, b"l\0\x0b\0\0\0\0\0\0\0\0\0"), (Server, b"\x01\0\x0b\0")]),
    ("ssl", &[(Client, b"\x16\x03\x01\0\x05\x01\0\0\x01\0"), (Server, b"\x16\x03\x03\0\x05\x02\0\0\x01\0")]),
    ("", &[(Client, b"\x01\x02\x03\x04\xff\xfe\xfd"), (Server, b"\x01\x02\x03\x04\xff\xfe\xfd")]),
    ("", &[(Client, b"hello\r\n"), (Server, b"hi there\r\n")]),
    ("", &[(Server, b"login: "), (Client, b"joe\r\n"), (Server, b"welcome\r\n")]),
];

#[test]
fn a_faked_exchange_hides_nothing_that_follows() {
    for (name, exchange) in EXCHANGES {
        let named = || Some(*name).into_iter().filter(|name| !name.is_empty());
        for (service, rest) in [("irc", IRC), ("ftp", FTP), ("ssh", SSH)] {
            let wanted: Vec<_> = named().chain([service]).collect();
            assert_eq!(said(exchange, rest), wanted, "{}", exchange[0].1.escape_ascii());
        }
        // And what goes on as something else is that.
        for rest in [&[(Client, &b"\x17\x03\x03\0\x01x"[..]), (Server, b"\x17\x03\x03\0\x01x")][..], HTTP] {
            assert_eq!(said(exchange, rest), named().collect::<Vec<_>>(), "{}", exchange[0].1.escape_ascii());
        }
    }
}

#[test]
fn the_first_words_of_somebody_else_hide_nothing_where_the_server_does_not_answer_so() {
    let served: [(&str, Turns<'_>); 3] = [
        ("irc", &[(Server, b":irc.example 451 * :You have not registered\r\n"), IRC[0], IRC[1], IRC[2]]),
        ("ftp", &[(Server, b"220 Welcome\r\n500 what?\r\n"), FTP[0], FTP[1], FTP[2], FTP[3]]),
        ("ssh", &[SSH[0], SSH[1], SSH[2], SSH[3]]),
    ];
    for (name, exchange) in EXCHANGES {
        let first: Vec<_> = exchange.iter().copied().filter(|(from, _)| *from == Client).collect();
        for (service, rest) in served {
            for segment in [1, 1000] {
                let turns = first.iter().chain(rest).map(|(from, text)| (*from, text.to_vec()));
                let found = services(&turns.collect::<Vec<_>>(), segment);
                assert_eq!(found.last(), Some(&service), "{name} {segment} {found:?}");
            }
        }
    }
}

#[test]
fn what_is_sent_to_others_is_no_conversation_of_its_own() {
    const SMTP: Turns<'_> = &[
        (Server, b"220 mail ESMTP\r\n"),
        (Client, b"EHLO x\r\n"),
        (Server, b"250 hi\r\n"),
        (Client, b"DATA\r\n"),
        (Server, b"354 go\r\n"),
    ];
    const IMAP: Turns<'_> = &[(Server, b"* OK\r\n"), (Client, b"a1 APPEND x {40}\r\n"), (Server, b"+ go\r\n")];
    const POST: Turns<'_> = &[
        (Client, b"POST / HTTP/1.1\r\nContent-Length: 40\r\nExpect: 100-continue\r\n\r\n"),
        (Server, b"HTTP/1.1 100 Continue\r\n\r\n"),
    ];
    for (name, first, answer) in [
        ("smtp", SMTP, &b"250 Ok: queued\r\n"[..]),
        ("imap", IMAP, b"a1 OK APPEND completed\r\n"),
        ("http", POST, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    ] {
        for content in [&b"NICK ann\r\nUSER a 0 * :Ann\r\n"[..], b"USER joe\r\nPASS x\r\n", b"SSH-2.0-x\r\n"] {
            let turns = first.iter().copied().chain([(Client, content), (Server, answer)]);
            let steps: Vec<_> = turns.map(|(from, text)| (from, text.to_vec())).collect();
            for segment in [1, 7, 1000] {
                assert_eq!(services(&steps, segment), [name], "{} {segment}", content.escape_ascii());
            }
        }
    }
}

fn end(host: [u8; 4], port: u16) -> Endpoint {
    Endpoint::new(Address::v4(host), port)
}

const HOME: [u8; 4] = [10, 0, 0, 7];
const CRACKER: [u8; 4] = [198, 51, 100, 77];

// Somebody outside is greeted so at a port of the home host, and finds root's shell.
fn shell<'w>(wire: &'w mut Wire, second: i64, greeting: &[u8]) -> Talk<'w> {
    let at = Timestamp::from_parts(1_000_000_000 + second, 0);
    let pause = Duration::from_secs(2);
    let talk = wire.tcp(at, end(CRACKER, 50_000), end(HOME, 9886)).server(greeting).wait(pause).client("psychoid\n");
    let talk = talk.server("# ").wait(pause).client("id\n").server("uid=0(root) gid=0(root)\n# ");
    ["ls\n", "w\n", "pwd\n"].iter().fold(talk, |talk, command| talk.wait(pause).client(command).server("x\n# "))
}

// The rows that the home host's case has because of it, after the flows that were there before.
fn rows(before: impl FnOnce(&mut Wire), greeting: &[u8]) -> Vec<String> {
    let mut wire = Wire::new(Weather::default(), 1);
    before(&mut wire);
    shell(&mut wire, 10, greeting).close(Client);
    let cases = judge(&wire.into_frames());
    let case = cases.iter().find(|case| case.host.to_string() == "10.0.0.7").expect("a case");
    case.evidence.iter().map(|row| row.row.clone()).collect()
}

fn assert_heard(rows: &[String], wanted: &[&str]) {
    for row in wanted {
        assert!(rows.iter().any(|it| it == row), "{row} is not in {rows:?}");
    }
}

#[test]
fn nuls_and_telnets_commands_hide_no_shell() {
    for greeting in [&b"Who are you? \0"[..], b"\xff\xfb\x01\xff\xfb\x03Who are you? "] {
        assert_heard(&rows(|_| {}, greeting), &["D03.prompt", "D04.root"]);
    }
}

#[test]
fn an_offer_that_names_the_port_hides_no_shell() {
    let irc = |wire: &mut Wire, offer: &str| {
        let at = Timestamp::from_parts(1_000_000_000, 0);
        let talk =
            wire.tcp(at, end(HOME, 40_000), end([203, 0, 113, 10], 6667)).client("NICK bob\r\nUSER bob 0 * :bob\r\n");
        let talk = talk.server(":irc.example 001 bob :hi\r\n");
        talk.client(format!("PRIVMSG eve :\u{1}DCC {offer}\u{1}\r\n")).close(Client);
    };
    for offer in ["SEND x.txt 167772167 9886 9", "SSEND x.txt 167772167 9886 9", "CHAT chat 167772167 9886"] {
        assert_heard(&rows(|wire| irc(wire, offer), b"Who are you? "), &["D03.prompt", "D04.root"]);
    }
    assert_heard(&rows(|wire| irc(wire, "CHAT chat 167772167 9886"), b"Hello!\r\n"), &["D04.shell"]);
    let ftp = |wire: &mut Wire| {
        let at = Timestamp::from_parts(1_000_000_000, 0);
        let talk =
            wire.tcp(at, end(CRACKER, 40_000), end(HOME, 21)).server("220 (vsFTPd 3)\r\n").client("USER ftp\r\n");
        let talk = talk.server("331 p\r\n").client("PASS a@b\r\n").server("230 ok\r\n").client("PASV\r\n");
        let _ = talk.server("227 Entering Passive Mode (10,0,0,7,38,158)\r\n").client("RETR x\r\n").leave();
    };
    assert_heard(&rows(ftp, b"Who are you? "), &["D03.prompt", "D04.root"]);
}
