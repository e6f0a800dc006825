//! Where Zeek 8.2 falls short on FTP, a test each, named after what it shows.

mod common;

use common::{Talk, client, server};
use wiretale_ftp::{Ftp, FtpData};
use wiretale_packet::{Address, Endpoint};
use wiretale_protocol::{Content, Direction, FlowId, Protocol};
use wiretale_testkit::{Solo, assert_split_law};

const HELLO: &str = "220 ready\r\n";

#[test]
fn auth_is_understood_in_any_case_and_by_any_name() {
    for name in ["TLS", "tls", "SSL", "Tls-C", "TLS-P"] {
        let mut talk = Talk::new();
        talk.server(HELLO).client(&format!("AUTH {name}\r\n")).server("234 go\r\n");
        assert_eq!(talk.said("AuthTls"), 1, "{name}");
        let ssl = |talk: &Talk| talk.solo.shared.confirmed.contains(&"ssl");
        assert!(!ssl(&talk), "no record has crossed");
        talk.solo.client(b"\x16\x03\x01\0");
        assert!(!ssl(&talk), "nor has its head");
        talk.solo.client(b"\x02hi");
        assert!(ssl(&talk));
    }
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUTH TLS\r\n").server("234 go\r\n").client("USER bob\r\n");
    talk.solo.client(b"\x01\x02\x03\x04\x05");
    assert!(!talk.solo.shared.confirmed.contains(&"ssl"), "what is no record is no TLS");
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUT TLS\r\n").server("234 go\r\n");
    assert_eq!(talk.said("AuthTls"), 0, "AUT is no AUTH");
}

#[test]
fn a_server_serves_it_once_it_answers_a_command_in_kind() {
    let served = |answer: &str| {
        let mut talk = Talk::new();
        talk.client("USER a\r\nPASS b\r\n").server(answer).server(answer);
        talk.solo.shared.served
    };
    assert_eq!(served("530 no\r\n"), ["ftp"]);
    assert_eq!(served("HTTP/1.1 400 Bad Request\r\n\r\n"), [""; 0]);
}

#[test]
fn tokens_of_gssapi_are_known_by_kind_and_leave_nothing_else() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUTH GSSAPI\r\n").server("334 go on\r\n");
    // 60 | length | OID of Kerberos 5 | …; then SPNEGO's answer, TLS, and no base64 at all.
    talk.client("ADAT YIICVwYJKoZIhvcSAQICAQBuggJGMIICQg==\r\n").server("335 ADAT=oRQwEqADCgEB more to come\r\n");
    talk.client("adat FgMBAgAB\r\n").server("235 ADAT=YBUGCSqGSIb3EgECAgIBAP8=\r\n");
    talk.client("ADAT ???\r\n").server("501 no\r\n");
    let said: Vec<String> = talk.solo.said();
    let tokens: Vec<&String> = said.iter().filter(|line| line.contains("SecurityData")).collect();
    assert_eq!(
        tokens,
        [
            "Client SecurityData { mechanism: Kerberos5, bytes: 25, done: false }",
            "Server SecurityData { mechanism: Spnego, bytes: 9, done: false }",
            "Client SecurityData { mechanism: Gsi, bytes: 6, done: false }",
            "Server SecurityData { mechanism: Kerberos5, bytes: 17, done: true }",
            "Client SecurityData { mechanism: Unreadable, bytes: 2, done: false }",
        ]
    );
    assert!(!said.iter().any(|line| line.contains("YIICVwYJ")), "the client's token stays inside");
    assert!(talk.solo.shared.confirmed.contains(&"gssapi"));
}

#[test]
fn a_refused_auth_leaves_the_connection_in_clear() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUTH TLS\r\n").server("500 no\r\n").client("USER bob\r\n").server("331 go on\r\n");
    assert_eq!(talk.said("AuthTls"), 0);
    assert!(talk.exchanges().contains(&"USER bob -> 331".to_owned()));
}

#[test]
fn after_ccc_the_connection_is_read_again() {
    let record = b"\x17\x03\x03\x00\x04abcd";
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUTH TLS\r\n").server("234 go\r\n");
    talk.solo.client(record).server(record).client(record).client("PASV\r\n");
    talk.server("227 (10,0,0,2,8,1)\r\n").client("RETR x\r\n").server("150 on\r\n226 done\r\n");
    assert_eq!(talk.said("Clear"), 1);
    assert_eq!(talk.exchanges()[2..], ["PASV -> 227", "RETR x -> 226"]);
}

#[test]
fn a_login_has_an_outcome() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("USER bob\r\n").server("331 pass\r\n").client("PASS wrong\r\n").server("530 no\r\n");
    talk.client("USER bob\r\n").server("331 pass\r\n").client("PASS right\r\n").server("230 in\r\n");
    assert_eq!(
        talk.lines("Login("),
        ["Server Login(bob ok Some(false) anonymous false)", "Server Login(bob ok Some(true) anonymous false)"]
    );
    assert_eq!(
        talk.lines("exposed"),
        ["Server exposed ftp account bob scope  Refused", "Server exposed ftp account bob scope  Accepted"]
    );
}

#[test]
fn a_session_that_only_logs_in_is_seen() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("USER anonymous\r\n").server("230 in\r\n").client("QUIT\r\n").server("221 bye\r\n");
    assert_eq!(talk.exchanges(), ["<init> -> 220", "USER anonymous -> 230", "QUIT -> 221"]);
    assert_eq!(talk.said("anonymous true"), 1);
}

#[test]
fn a_dropped_command_does_not_shift_the_replies() {
    // Zeek's ftp-max-command-length: it pairs PASV with the reply to SYST.
    let long = "A".repeat(200);
    let mut talk = Talk::new();
    talk.server(HELLO).client(&format!("{long} x\r\nSYST\r\nPASV\r\n"));
    talk.server("500 what\r\n215 UNIX\r\n227 (10,0,0,2,8,1)\r\n");
    assert_eq!(talk.exchanges(), ["<init> -> 220", "SYST -> 215", "PASV -> 227"]);
    assert_eq!(talk.said("weird FTP_max_command_length_exceeded"), 1);
}

#[test]
fn pipelined_commands_get_their_own_replies() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("CWD a\r\nCWD b\r\nSIZE x\r\nSIZE y\r\nNOOP\r\n");
    talk.server("550 no\r\n250 yes\r\n213 1\r\n213 2\r\n200 ok\r\n");
    assert_eq!(
        talk.exchanges()[1..],
        ["CWD a -> 550", "CWD b -> 250", "SIZE x -> 213", "SIZE y -> 213", "NOOP -> 200"]
    );
    assert_eq!(talk.lines("Directory"), [r#"Server Directory("./b")"#]);
}

#[test]
fn pipelined_changes_of_directory_count_when_they_are_answered() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("CWD /pub\r\nCWD linux\r\nSIZE x.iso\r\nCDUP\r\nSIZE y\r\n");
    talk.server("250 yes\r\n250 yes\r\n213 7\r\n250 yes\r\n213 8\r\n");
    assert!(talk.lines("SIZE x.iso")[1].contains("path /pub/linux/x.iso"));
    assert!(talk.lines("SIZE y")[1].contains("path /pub/y"));
    talk.client("CWD gone\r\nSIZE z\r\n").server("550 no\r\n213 9\r\n");
    assert!(talk.lines("SIZE z")[1].contains("path /pub/z"));
}

#[test]
fn a_pipelined_transfer_is_of_the_directory_asked_for_before() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n").client("CWD /pub\r\nCDUP\r\nRETR x\r\n");
    assert!(talk.lines("Transfer(Retr x")[0].contains("as /x"));
    talk.server("250 yes\r\n500 no\r\n150 on\r\n226 done\r\n");
    assert!(talk.lines("RETR x")[1].contains("path /pub/x"), "{}", talk.all());
    // The change failed before the data connection was announced.
    talk.client("CWD gone\r\nPASV\r\nRETR y\r\n").server("550 no\r\n227 (10,0,0,2,8,1)\r\n");
    assert!(talk.lines("Transfer(Retr y")[0].contains("as /pub/y"));
}

#[test]
fn a_noop_during_a_transfer_does_not_end_it() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n").client("RETR x\r\n").server("150 on\r\n");
    talk.client("NOOP\r\n").server("200 ok\r\n").server("226 done\r\n");
    assert_eq!(talk.exchanges()[2..], ["NOOP -> 200", "RETR x -> 226"]);
}

#[test]
fn lost_replies_leave_their_commands_unanswered_and_no_others() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("CWD a\r\n").gap(Direction::Server, 20).client("CWD b\r\n").server("550 no\r\n");
    // The line that the gap may have cut is passed over; the next counts.
    talk.server("550 no\r\n");
    assert_eq!(talk.exchanges()[1..], ["CWD a -> none", "CWD b -> 550"]);
}

#[test]
fn a_directory_never_grows_without_bound() {
    let mut talk = Talk::new();
    talk.server(HELLO);
    for _ in 0..2000 {
        talk.client("CWD aaaaaaaaaaaaaaaaaaaaaaaaaaaa/../bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n").server("250 ok\r\n");
        talk.solo.said();
    }
    talk.client("CWD x\r\n").server("250 ok\r\n");
    assert!(talk.lines("Directory").iter().all(|line| line.len() < 5 * 4200));
}

#[test]
fn a_passive_address_behind_translation_is_expected_at_the_servers_own_too() {
    // Zeek's cwd-navigation: the server at 10.167.25.101 advertises 205.167.25.101.
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 ok (205,167,25,101,8,1)\r\n");
    let at: Vec<_> = talk.solo.expected().iter().map(|e| e.server.to_string()).collect();
    assert_eq!(at, ["205.167.25.101:2049", "10.0.0.2:2049"]);
    assert_eq!(talk.lines("DataChannel"), ["Server DataChannel(passive 10.0.0.1 to 205.167.25.101:2049 nat)"]);
}

#[test]
fn a_port_of_a_third_party_is_noted() {
    let mut talk = Talk::new();
    talk.solo.flow.client.address = Address::v4([198, 51, 100, 1]);
    talk.server(HELLO).client("PORT 198,51,100,99,0,80\r\n").server("200 ok\r\n");
    assert_eq!(talk.lines("DataChannel"), ["Client DataChannel(active 10.0.0.2 to 198.51.100.99:80 bounce)"]);
    let expected = talk.solo.expected();
    assert_eq!(expected[0].server.to_string(), "198.51.100.99:80");
    assert_eq!(expected[0].client, Some(Address::v4([10, 0, 0, 2])), "the server connects, to whomever");
}

#[test]
fn long_addresses_announce_data_connections() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("LPRT 4,4,10,0,0,1,2,8,1\r\n").server("200 ok\r\n");
    talk.client("LPSV\r\n").server("228 Long (4,4,10,0,0,2,2,8,2)\r\n");
    let at: Vec<_> = talk.solo.expected().iter().map(|e| e.server.to_string()).collect();
    assert_eq!(at, ["10.0.0.1:2049", "10.0.0.2:2050"]);
}

#[test]
fn extended_addresses_must_be_of_their_family() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("EPRT |2|10.0.0.1|2049|\r\nEPRT |1|10.0.0.1|2049|\r\nEPSV ALL\r\n");
    assert_eq!(talk.said("DataChannel"), 1);
    talk.server("522 no\r\n200 ok\r\n200 EPSV ALL ok\r\n");
    assert_eq!(talk.said("DataChannel"), 1, "EPSV ALL opens nothing");
}

#[test]
fn an_address_inside_some_other_reply_announces_nothing() {
    let mut talk = Talk::new();
    talk.server("220-227 Entering Passive Mode (10,9,9,9,8,1)\r\n220 ready\r\n");
    talk.client("STAT\r\n").server("211-x\r\n227 Entering Passive Mode (10,9,9,9,8,1)\r\n211 end\r\n");
    assert!(talk.solo.expected().is_empty());
}

#[test]
fn a_resumed_transfer_says_where_it_starts() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n");
    talk.client("REST 1000\r\n").server("350 ok\r\n").client("RETR x\r\n");
    let begin = data(&mut talk, Direction::Server, b"rest of x");
    assert_eq!(
        begin[1],
        format!(
            "Server {:?}",
            wiretale_ftp::DataEvent::Content(Content::Begin { name: Some(b"x"), size: None, start: 1000 })
        )
    );
}

#[test]
fn a_listing_is_read() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("EPSV\r\n").server("229 (|||2049|)\r\n").client("MLSD\r\n");
    let heard = data(&mut talk, Direction::Server, b"type=dir; pub\r\ntype=file;size=9;modify=20010505100000; a b\r\n");
    assert!(heard.contains(&"Server Listing(Some(File) Some(9) 20010505100000 a b)".to_owned()), "{heard:?}");
}

#[test]
fn banner_system_and_client_are_said() {
    let mut talk = Talk::new();
    talk.server("220-ProFTPD 1.3.5\r\n220 go\r\n").client("CLNT NcFTP 3\r\n").server("200 ok\r\n");
    talk.client("SYST\r\n").server("215 UNIX Type: L8\r\n");
    assert_eq!(talk.lines("Greeting"), [r#"Server Greeting("ProFTPD 1.3.5")"#]);
    assert_eq!(talk.lines("Client("), [r#"Client Client("NcFTP 3")"#]);
    assert_eq!(talk.lines("System"), [r#"Server System("UNIX Type: L8")"#]);
}

#[test]
fn a_row_is_said_with_its_last_reply_not_a_command_late() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n").client("RETR x\r\n").server("150 on\r\n");
    assert_eq!(talk.exchanges().len(), 2);
    talk.server("226 done\r\n");
    assert_eq!(talk.exchanges().last().unwrap(), "RETR x -> 226");
}

#[test]
fn a_data_connection_of_a_secured_session_is_known_for_what_it_is() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("AUTH TLS\r\n").server("234 go\r\n").client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n");
    talk.client("RETR x\r\n");
    let heard = data(&mut talk, Direction::Client, b"\x16\x03\x01\x00\x01a");
    assert!(heard[0].contains("protected true"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("Content")), "{heard:?}");
}

#[test]
fn a_command_known_late_reaches_the_data_connection() {
    for lines in [
        &[server(HELLO), client("PASV\r\n"), server("227 (10,0,0,2,8,1)\r\n"), client("RETR x\r\n")][..],
        &[server(HELLO), client("PASV\r\nRETR x\r\n"), server("227 (10,0,0,2,8,1)\r\n")],
    ] {
        let mut talk = Talk::new();
        talk.say(lines);
        assert_eq!(talk.said("Transfer(Retr x"), 1);
        let heard = data(&mut talk, Direction::Server, b"bytes");
        assert!(heard[0].contains("Opened Some(Retr) x as ./x"), "{heard:?}");
    }
}

#[test]
fn a_connection_announced_during_a_transfer_is_the_next_ones() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,2)\r\n").client("RETR x\r\n").server("150 on\r\n");
    talk.client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n226 done\r\n").client("RETR y\r\n");
    assert_eq!((talk.said("Transfer(Retr x"), talk.said("Transfer(Retr y")), (1, 1));
    let heard = data(&mut talk, Direction::Server, b"bytes");
    assert!(heard[0].contains("Opened Some(Retr) y as ./y"), "{heard:?}");
}

#[test]
fn an_announcement_without_its_command_still_opens() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n");
    let heard = data(&mut talk, Direction::Client, b"bytes");
    assert!(heard[0].contains("Opened None"), "{heard:?}");
    assert!(heard[2].contains("Client Content(Data"), "{heard:?}");
}

#[test]
fn telnet_interrupts_do_not_hide_an_abort() {
    let mut talk = Talk::new();
    talk.server(HELLO);
    talk.solo.client(b"\xff\xf4\xff\xf2ABOR\r\n");
    talk.server("226 aborted\r\n");
    assert_eq!(talk.exchanges()[1..], ["ABOR -> 226"]);
}

#[test]
fn a_secret_is_masked_even_where_the_server_repeats_it() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("USER bob\r\n").server("331 pass\r\n").client("PASS hunter2\r\n");
    talk.server("230-hunter2? I know hunter2.\r\n230 in\r\n").client("ACCT s3cret\r\n").server("202 s3cret\r\n");
    talk.client("SITE PSWD 0ldpw n3wpw\r\n").server("200 ok\r\n").end();
    let said = talk.all();
    for secret in ["hunter2", "s3cret", "0ldpw", "n3wpw"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    assert_eq!(talk.lines("exposed").len(), 3);
}

#[test]
fn a_violation_does_not_end_the_reading() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("PASV\r\n").server("99 PASV invalid\r\n").client("QUIT\r\n").server("221 Bye\r\n");
    assert_eq!(talk.exchanges(), ["<init> -> 220", "PASV -> none", "QUIT -> 221"]);
    assert_eq!(talk.said("Violation"), 1);
}

#[test]
fn a_reply_that_is_never_closed_ends_where_the_client_goes_on() {
    let mut talk = Talk::new();
    talk.server("220-no end\r\n").client("USER bob\r\n").server("331 pass\r\n");
    assert!(talk.exchanges().contains(&"USER bob -> 331".to_owned()), "{}", talk.all());
}

#[test]
fn commands_that_wait_count_as_memory() {
    let mut talk = Talk::new();
    talk.server(HELLO).client("USER bob\r\n").server("331 go on\r\n").client("PASS hunter2\r\n").server("230 in\r\n");
    let before = Ftp::memory(&talk.solo.decoder);
    for _ in 0..20 {
        talk.client(&format!("CWD {}\r\n", "a/b".repeat(1300)));
    }
    // The argument of each, and its path.
    assert!(Ftp::memory(&talk.solo.decoder) >= before + 20 * 3900 * 2 - 3900);
}

#[test]
fn ten_thousand_commands_without_a_reply_are_counted_not_kept() {
    let mut talk = Talk::new();
    talk.server(HELLO);
    for _ in 0..10_000 {
        talk.client("NOOP\r\n");
    }
    assert_eq!(talk.said("weird FTP_too_many_pending_commands"), 1);
    talk.server(&"200 ok\r\n".repeat(10_000)).client("SYST\r\n").server("215 UNIX\r\n");
    assert_eq!(talk.exchanges().last().unwrap(), "SYST -> 215");
}

#[test]
fn a_split_anywhere_changes_nothing() {
    let turns = [
        server("220-hi\r\n there\r\n220 ready\r\n"),
        client("USER bob\r\nPASS hunter2\r\n"),
        server("331 pass\r\n230 in\r\n"),
        client("PASV\r\nREST 5\r\nRETR \u{e9}t\u{e9}\r\n"),
        server("227 (10,0,0,2,8,1)\r\n350 ok\r\n150 on (9 bytes)\r\n226 done\r\n"),
        client("AUTH TLS\r\n"),
        server("234 go\r\n\x16\x03\x01\x00\x04abcd"),
        client("\x15\x03\x01\x00\x02abPWD\r\n"),
        server("257 \"/\" ok\r\n"),
    ];
    assert_split_law::<Ftp>(&turns, &[1, 3, 7, 20, 33]);
}

// The data connection that was announced last, opened and fed.
fn data(talk: &mut Talk, direction: Direction, bytes: &[u8]) -> Vec<String> {
    let expectation = talk.solo.expected().pop().unwrap();
    assert_eq!((expectation.tag, expectation.parent), ("ftp-data", FlowId(1)));
    assert_eq!(expectation.server, Endpoint::new(Address::v4([10, 0, 0, 2]), 2049));
    let mut solo = Solo::<FtpData>::with(FtpData::start_expected(expectation.note).unwrap());
    match direction {
        Direction::Client => solo.client(bytes),
        Direction::Server => solo.server(bytes),
    };
    solo.end().said()
}
