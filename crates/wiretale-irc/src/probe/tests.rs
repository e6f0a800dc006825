use alloc::format;
use alloc::vec::Vec;

use proptest::prelude::*;
use wiretale_testkit::{Solo, assert_probe_law, assert_resume_law};

use super::*;
use crate::Irc;

fn seen(client: &str, server: &str, last: bool) -> Probe {
    let solo = Solo::<Irc>::new();
    probe(&Opening { client: client.as_bytes(), server: server.as_bytes(), flow: &solo.flow, last })
}

#[test]
fn irc_is_known_by_one_line_of_either_side() {
    for client in [
        "NICK ann\r\n",
        "CAP LS 302\r\n",
        "PASS x\r\nNICK ann\r\n",
        "USER a 0 * :Ann\r\n",
        "user a b c d\n",
        "CAPAB START 1205\r\n",
        "PASS pw 0210-IRC+ ngIRCd|26.1:CHL P\r\n",
        "PASS hyb\r\nCAPAB :QS EX\r\nSERVER a.example 1 :x\r\n",
        "WEBIRC pw gw host 192.0.2.1\r\n",
        "PRIVMSG #c :hello there\r\n",
    ] {
        assert_eq!(seen(client, "", false), Probe::Yes, "{client}");
    }
    for server in [
        ":irc.example.org 001 ann :Welcome\r\n",
        ":irc.example.org NOTICE * :*** Looking up your hostname\r\n",
        "NOTICE AUTH :*** Checking Ident\r\n",
        ":ann!a@host PRIVMSG #c :hi\r\n",
        ":ann!a@host JOIN #c\r\n",
        "ERROR :Closing Link: host (Banned)\r\n",
        "@time=x :irc.example.org CAP * LS :sasl\r\n",
        ":1HB UID 1HBAAAAAA 1795317830 ada h h ada 192.0.2.1 1795317830 + :ada\r\n",
    ] {
        assert_eq!(seen("", server, false), Probe::Yes, "{server}");
    }
}

#[test]
fn other_text_protocols_are_not_irc() {
    for (client, server) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\nUSER a b c :d\r\nNICK x\r\n", ""),
        ("USER ann\r\nPASS pw\r\n", "220 ftp ready\r\n331 Password\r\n"),
        ("EHLO a\r\n", "220 mail.example.org ESMTP\r\n"),
        ("USER ann\r\nPASS pw\r\nSTAT\r\n", "+OK POP3 ready\r\n"),
        ("SSH-2.0-x\r\n", "SSH-2.0-y\r\n"),
        ("\x16\x03\x01\x02\r\n", ""),
    ] {
        assert_eq!(seen(client, server, false), Probe::No, "{client} / {server}");
    }
    for (client, server) in [("USER ann\r\nPASS pw\r\n", ""), ("QUIT\r\n", ""), ("HELP\r\n", ""), ("STARTTLS\r\n", "")]
    {
        assert_ne!(seen(client, server, false), Probe::Yes, "{client} / {server}");
    }
    for server in ["220-a\r\n220 mail.example.org ESMTP\r\n", "* OK IMAP4 ready\r\n", "Who are you? "] {
        assert_ne!(seen("", server, false), Probe::Yes, "{server}");
        assert_eq!(seen("", server, true), Probe::No, "{server}");
        for client in ["letmein\n", "USER ann\r\n", "HELP\r\n"] {
            assert_eq!(seen(client, server, false), Probe::No, "{server} {client}");
        }
    }
    assert_eq!(seen("", "", true), Probe::No);
}

#[test]
fn a_useless_first_line_hides_nothing() {
    let (login, welcome) = ("NICK ann\r\nUSER a 0 * :Ann\r\n", ":irc.example.org 001 ann :Welcome\r\n");
    for useless in ["FOO bar\r\n", "123\r\n", ":\r\n", "a\0b\r\n", "\u{ff}\u{fb}\r\n"] {
        let client = format!("{useless}{login}");
        // Whoever knows that line better may still have it.
        assert_eq!(seen(&client, "", false), Probe::Unsure, "{useless:?}");
        assert_eq!(seen(&client, welcome, false), Probe::Yes, "{useless:?}");
        assert_eq!(seen(&client, "PING :1\r\n", false), Probe::Yes, "{useless:?}");
        assert_eq!(seen(&client, "", true), Probe::Yes, "{useless:?}");
        assert_eq!(seen(useless, welcome, false), Probe::Yes, "{useless:?}");
        assert_eq!(seen(useless, "", true), Probe::No, "{useless:?}");
        assert_eq!(seen(useless, "login: ", false), Probe::No, "{useless:?}");
    }
    for blank in ["   \r\n", "\0\r\n", "\t \n"] {
        assert_eq!(seen(&format!("{blank}NICK ann\r\n"), "", false), Probe::Yes, "{blank:?}");
    }
}

#[test]
fn a_registration_outweighs_what_the_server_said_first() {
    for server in ["hello\r\n", "hello, stranger"] {
        assert_eq!(seen("", server, false), Probe::Unsure);
        assert_eq!(seen("NICK ann\r\n", server, false), Probe::Unsure);
        let login = "CAP LS 302\r\nNICK ann\r\nUSER a 0 * :Ann\r\n";
        // It may be the content of a letter, of which the server says that it came.
        assert_eq!((seen(login, server, false), seen(login, server, true)), (Probe::Unsure, Probe::Yes));
        let server = [server, "\r\n:irc.example.org 001 ann :Welcome\r\n"].concat();
        assert_eq!(seen(login, &server, false), Probe::Yes);
        assert_eq!(seen("USER a\r\nNICK ann\r\nUSER a 0 * :Ann\r\n", &server, false), Probe::No);
    }
}

#[test]
fn half_a_line_decides_nothing() {
    assert_eq!(seen("NICK an", "", false), Probe::Unsure);
    assert_eq!(seen("PASS x\r\n", "", false), Probe::Unsure);
}

#[test]
fn in_mid_stream_the_first_line_may_be_half_a_line() {
    let mut solo = Solo::<Irc>::new();
    solo.flow.midstream = true;
    let opening = |server| Opening { client: &[], server, flow: &solo.flow, last: false };
    assert_eq!(probe(&opening(b"#c :hello\r\n:a!b@c PRIVMSG #c :hi\r\n")), Probe::Yes);
    assert_eq!(probe(&opening(b"<html>\r\n<body>\r\n")), Probe::No);
}

#[test]
fn others_with_such_numbers_are_not_irc_in_mid_stream() {
    let mut solo = Solo::<Irc>::new();
    solo.flow.midstream = true;
    for (client, server) in [
        ("ATA\r\nJOIN #c, they said\r\n.\r\nQUIT\r\n", "250 2.0.0 Ok: queued\r\n221 2.0.0 Bye\r\n"),
        ("ello\r\nNICK ann\r\nUSER a 0 * :Ann\r\n", "250-first\r\n250 second\r\n"),
        ("RETR x\r\n", "150 Opening\r\n226 Done\r\n"),
        ("PASS x\r\nLIST\r\n", "230 in\r\n150 Here\r\n226 Done\r\n"),
        ("RTICLE 5\r\n", "220 5 <a@b> article\r\nNOTICE: x\r\n"),
        ("LIST\r\nHELP\r\n", "215 list\r\na.b 1 2 y\r\n.\r\n100 help\r\n"),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ] {
        for last in [false, true] {
            let opening = Opening { client: client.as_bytes(), server: server.as_bytes(), flow: &solo.flow, last };
            assert_ne!(probe(&opening), Probe::Yes, "{client} / {server}");
        }
    }
}

#[test]
fn a_client_may_go_on_in_irc() {
    for (wanted, clients) in [
        (
            Probe::Yes,
            &[
                "NICK ann\r\n",
                "PASS x\r\nNICK ann\r\n",
                "PONG :x\r\n",
                "join #c\r\n",
                "\r\nCAP LS\r\n",
                ":ann PRIVMSG #c :hi\r\n",
            ][..],
        ),
        (Probe::Unsure, &["", "N", "USER ann 0", "\r\n", "PASS pw\r\n", ":a"]),
        (
            Probe::No,
            &[
                "GET / HTTP/1.1\r\n\r\n",
                "POST /x HTTP/1.1\r\n\r\nNICK ann\r\n",
                "POS",
                "FOO\r\nNICK ann\r\nUSER a 0 * :Ann\r\n",
                "USER ann\r\n",
                "MAIL FROM:<a@b>\r\n",
                "LIST\r\n",
                "a1 NOOP\r\n",
                "\x17\x03\x03\0\x20",
                "{\"NICK\": 1}",
            ],
        ),
    ] {
        clients.iter().for_each(|client| assert_eq!(resumes(client.as_bytes()), wanted, "{client:?}"));
    }
    let long = ["PRIVMSG #c :", &"x".repeat(2000)].concat();
    assert_eq!(resumes(long.as_bytes()), Probe::No);
}

const WORDS: [&[u8]; 26] = [
    b"NICK ann",
    b"USER a 0 * :A",
    b"PASS x",
    b"USER ann",
    b"FOO",
    b" ",
    b"\r\n",
    b"\n",
    b"\0",
    b"\x16\x03",
    b"\xff\xfb\x18",
    b"GET / HTTP/1.1",
    b"CONNECT a:1 HTTP/1.0\r\n\r\n",
    b"\x05\x01\0",
    b"\x05\0",
    b"\x05\x01\0\x01\0\0\0\0\0\0",
    b"\x04\x01\0P\x01\x02\x03\x04\0",
    b"HTTP/1.0 200 OK\r\n\r\n",
    b"HTTP/1.1 407 No\r\n\r\n",
    b":s 001 ann :hi",
    b":s",
    b"NOTICE AUTH :x",
    b"PING x",
    b"220 ready",
    b"login: ",
    b"Who are you? ",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..WORDS.len(), 0..6)
        .prop_map(|words| words.iter().flat_map(|at| WORDS[*at]).copied().collect())
}

proptest! {
    #[test]
    fn what_goes_on_is_known_by_its_first_bytes(client in text()) {
        assert_resume_law::<Irc>(&client);
    }

    #[test]
    fn whoever_said_no_does_not_come_back_on_it(client in text(), server in text(), turns in any::<u64>()) {
        let solo = Solo::<Irc>::new();
        let ask = |client: &[u8], server: &[u8]| probe(&Opening { client, server, flow: &solo.flow, last: false });
        assert_probe_law(&client, &server, turns, ask);
    }
}
