use alloc::vec::Vec;

use super::*;
use crate::Ftp;
use proptest::prelude::*;
use wiretale_packet::{Address, Endpoint, Timestamp, Transport};
use wiretale_protocol::{Flow, FlowId};
use wiretale_testkit::{assert_probe_law, assert_resume_law};

fn ask(client: impl AsRef<[u8]>, server: impl AsRef<[u8]>, port: u16, last: bool) -> Probe {
    let flow = Flow {
        id: FlowId(1),
        client: Endpoint::new(Address::v4([10, 0, 0, 1]), 1024),
        server: Endpoint::new(Address::v4([10, 0, 0, 2]), port),
        transport: Transport::Tcp,
        opened: Timestamp::from_parts(0, 0),
        midstream: false,
        tunneled: false,
    };
    probe(&Opening { client: client.as_ref(), server: server.as_ref(), flow: &flow, last })
}

#[test]
fn a_greeting_that_names_ftp_is_enough() {
    assert_eq!(ask("", "220 drop.box FTP server ready.\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("", "220-ProFTPD\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("", "22", 1234, false), Probe::Unsure);
}

#[test]
fn a_bare_greeting_waits_for_the_client_or_the_port() {
    assert_eq!(ask("", "220 ready\r\n", 1234, false), Probe::Unsure);
    assert_eq!(ask("", "220 ready\r\n", 1234, true), Probe::No);
    assert_eq!(ask("", "220 ready\r\n", 21, true), Probe::Yes);
    assert_eq!(ask("USER bob\r\n", "220 ready\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("auth tls\r\n", "220 ready\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("QUIT\r\n", "", 21, true), Probe::Yes);
}

#[test]
fn others_that_greet_or_log_in_alike_are_not_taken() {
    assert_eq!(ask("", "220 mail.example.org ESMTP Postfix\r\n", 25, false), Probe::No);
    assert_eq!(ask("EHLO x\r\n", "220 mail.example.org\r\n", 25, false), Probe::No);
    assert_eq!(ask("AUTH PLAIN x\r\n", "220 mail.example.org\r\n", 25, false), Probe::No);
    assert_eq!(ask("USER bob\r\n", "+OK\r\n", 110, false), Probe::No);
    assert_eq!(ask("USER a 0 * :Alice\r\n", "", 6667, false), Probe::No);
    assert_eq!(ask("NICK a\r\nUSER a 0 * :Alice\r\n", "", 21, true), Probe::No);
    assert_eq!(ask("PASS x\r\nNICK a\r\n", "", 21, true), Probe::No);
    assert_eq!(ask("GET / HTTP/1.0\r\n", "220 ready\r\n", 21, true), Probe::No);
}

#[test]
fn one_side_alone_is_known_by_its_login() {
    assert_eq!(ask("USER bob\r\n", "", 1234, false), Probe::Unsure);
    assert_eq!(ask("USER bob\r\nPASS x\r\n", "", 1234, false), Probe::Yes);
    assert_eq!(ask("USER bob\r\nPASS x\r\n", "", 110, true), Probe::No);
}

#[test]
fn a_line_is_refused_as_soon_as_it_is_no_text() {
    for client in ["USER \u{1a}", "USER \u{1a}\r\n", "USER \u{1a}\r\nPASS x\r\n"] {
        assert_eq!(ask(client, "220 ready\r\n", 21, false), Probe::No, "{client:?}");
    }
    assert_eq!(ask("USER\tbob\r\n", "220 ready\r\n", 21, true), ask("USER\tbob", "220 ready\r\n", 21, true));
}

#[test]
fn a_line_that_is_not_over_is_no_login() {
    // IRC's has four parameters, which are not there yet.
    assert_eq!(ask("PASS x\r\nUSER a 0", "", 6667, false), Probe::Unsure);
    assert_eq!(ask("PASS x\r\nUSER a 0 * :a\r\n", "", 6667, false), Probe::No);
    assert_eq!(ask("USER a\r\nPASS", "", 2121, false), Probe::Unsure);
    assert_eq!(ask("PASS x\r\nUSER a\r\n", "", 2121, false), Probe::Yes);
}

#[test]
fn a_verb_that_nobody_knows_counts_less_than_the_servers_own_words() {
    assert_eq!(ask("FOO\r\n", "", 1234, false), Probe::Unsure);
    assert_eq!(ask("FOO\r\n", "220 (vsFTPd 3.0.5)\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("FOO\r\n", "220 Welcome\r\n500 what?\r\n", 1234, false), Probe::Unsure);
    let (client, server) = ("FOO\r\nUSER joe\r\n", "220 Welcome\r\n500 what?\r\n331 password\r\n");
    assert_eq!(ask(client, server, 1234, false), Probe::Yes);
    assert_eq!(ask("FOO\r\n", "220 Welcome\r\n250 hello\r\n", 1234, false), Probe::No);
    assert_eq!(ask("FOO\r\n", "# ", 1234, false), Probe::No);
}

#[test]
fn a_request_of_the_webs_hides_no_server_that_speaks_ftp() {
    let get = "GET / HTTP/1.0\r\n\r\n";
    assert_eq!((ask(get, "", 21, false), ask(get, "", 21, true)), (Probe::Unsure, Probe::No));
    assert_eq!(ask(get, "220 (vsFTPd 3.0.5)\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask(get, "HTTP/1.0 200 OK\r\n", 21, false), Probe::No);
    let login = [get, "USER joe\r\n"].concat();
    assert_eq!(ask(&login, "220 Welcome\r\n500 what?\r\n", 1234, false), Probe::Unsure);
    assert_eq!(ask(&login, "220 Welcome\r\n500 what?\r\n331 password\r\n", 1234, false), Probe::Yes);
}

#[test]
fn a_login_goes_on_behind_what_was_said_to_somebody_else() {
    assert_eq!(ask("USER joe\r\n", "331 password\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("USER joe\r\n", "500 what?\r\n331 password\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask("USER joe\r\n", "+OK\r\n", 1234, false), Probe::No);
    for (wanted, clients) in [
        (Probe::Yes, &["USER joe\r\n", "PASV\r\n", "AUTH TLS\r\n", "\0USER joe\r\n", "\r\nUSER joe\r\n"][..]),
        (Probe::Unsure, &["u", "USER jo", "AUTH", "AUTH T", "H", "\r\n"]),
        (
            Probe::No,
            &[
                "GET / HTTP/1.0\r\n",
                "AUTH PLAIN\r\n",
                "EHLO x\r\n",
                "\x17\x03\x03",
                "QUIT\r\n",
                "id\n",
                "STAT\r\n",
                "NOOP\r\nUSER joe\r\n",
                "a=b&c=d",
                "{",
            ],
        ),
    ] {
        clients.iter().for_each(|client| assert_eq!(resumes(client.as_bytes()), wanted, "{client:?}"));
    }
}

#[test]
fn telnet_commands_before_and_inside_words_hide_none() {
    assert_eq!(ask(b"", b"\xff\xf1220 Welcome to FTP\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask(b"US\xff\xf1ER joe\r\n", b"220 Welcome\r\n", 1234, false), Probe::Yes);
    assert_eq!(ask(b"\xff\xfb\x18", b"220 Welcome\r\n", 1234, false), Probe::Unsure);
}

const WORDS: [&[u8]; 20] = [
    b"USER bob",
    b"PASS x",
    b"USER a 0 * :A",
    b"FOO",
    b" ",
    b"\r\n",
    b"\n",
    b"\0",
    b"\x16\x03",
    b"\xff\xfb\x18",
    b"\xff",
    b"AUTH TLS",
    b"EHLO x",
    b"GET / HTTP/1.1",
    b"220 ready",
    b"220 FTP",
    b"331 password",
    b"500 what?",
    b"250 ok",
    b"# ",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0..WORDS.len(), 0..6)
        .prop_map(|words| words.iter().flat_map(|at| WORDS[*at]).copied().collect())
}

proptest! {
    #[test]
    fn what_goes_on_is_known_by_its_first_bytes(client in text()) {
        assert_resume_law::<Ftp>(&client);
    }

    #[test]
    fn whoever_said_no_does_not_come_back_on_it(client in text(), server in text(), turns in any::<u64>()) {
        assert_probe_law(&client, &server, turns, |client, server| ask(client, server, 1234, false));
    }
}

#[test]
fn what_a_client_says_behind_a_login_takes_nothing_back_however_it_is_cut() {
    for more in ["JOIN #c\r\n", "NICK ann\r\n", "\u{1}\u{2}\r\n"] {
        let said = ["USER joe\r\n", more].concat();
        let first = (1..=said.len()).map(|len| ask(&said[..len], "220 Welcome\r\n", 1234, false));
        let verdicts: Vec<_> = first.skip_while(|verdict| *verdict == Probe::Unsure).collect();
        assert!(verdicts.iter().all(|verdict| *verdict == Probe::Yes) && !verdicts.is_empty(), "{more:?} {verdicts:?}");
    }
}
