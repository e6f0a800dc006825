//! What people and servers are let in by, and what became of it: `PASS`, SASL, and what a link tells of its users.

mod common;

use common::Session;
use wiretale_protocol::Outcome;

const GREETING: &str = "NICK ann\r\nUSER a 0 * :A\r\n";
const WELCOME: &str = ":irc.example 001 ann :Welcome\r\n";

// Every secret begins with `zz9`: none is in what is told.
fn exposed(session: &Session) -> Vec<(&str, &str, Outcome)> {
    let all = format!("{:?}{:?}", session.heard.messages, session.heard.events);
    assert!(!all.contains("zz9"), "{all}");
    session.heard.exposures.iter().map(|exposed| (exposed.kind, exposed.account.as_str(), exposed.outcome)).collect()
}

#[test]
fn a_colon_in_a_password_parts_an_account_from_it() {
    for (pass, kind, account) in [
        ("zz9", "pass", "ann"),
        ("bob:zz9", "pass", "bob"),
        ("bob/net:zz9", "bouncer", "bob/net"),
        ("bob@phone:zz9", "bouncer", "bob@phone"),
        // No account, and no password.
        ("::zz9", "pass", "ann"),
        ("zz9:", "pass", "ann"),
    ] {
        let mut session = Session::new();
        session.client(format!("PASS {pass}\r\n{GREETING}")).server(WELCOME).end();
        assert_eq!(exposed(&session), [(kind, account, Outcome::Accepted)], "{pass}");
    }
}

#[test]
fn a_password_that_is_not_taken_is_refused() {
    let mut session = Session::new();
    session.client(format!("PASS zz9\r\n{GREETING}")).server(":irc.example 464 ann :Password incorrect\r\n").end();
    assert_eq!(exposed(&session)[0].2, Outcome::Refused);
}

// `ann`, and a password of `zz9` and `m` more bytes, as PLAIN sends them.
fn plain(more: usize) -> String {
    encoded(&format!("\0ann\0zz9{}", "m".repeat(more)))
}

fn encoded(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn sasl(lines: &[String], numeric: u16) -> Session {
    let mut session = Session::new();
    session.client(GREETING);
    for line in lines {
        session.client(format!("AUTHENTICATE {line}\r\n"));
    }
    session.server(format!(":irc.example {numeric} ann :SASL\r\n{WELCOME}")).end();
    session
}

#[test]
fn the_end_of_sasl_tells_what_became_of_it() {
    for (numeric, outcome) in [(903, Outcome::Accepted), (904, Outcome::Refused)] {
        // Where the choice was not seen, what reads like PLAIN is PLAIN.
        for lines in [&["PLAIN".to_owned(), plain(4)][..], &[plain(4)]] {
            let session = sasl(lines, numeric);
            assert_eq!(exposed(&session), [("sasl-plain", "ann", outcome)], "{numeric} {lines:?}");
            let all = format!("{:?}", session.heard.messages);
            assert!(!all.contains(&plain(4)), "{all}");
        }
    }
}

#[test]
fn a_long_response_is_put_together_and_no_piece_of_it_is_told() {
    let whole = plain(500);
    let (first, rest) = whole.split_at(400);
    let session = sasl(&["PLAIN".to_owned(), first.to_owned(), rest.to_owned()], 903);
    assert_eq!(exposed(&session), [("sasl-plain", "ann", Outcome::Accepted)]);
    let all = format!("{:?}", session.heard.messages);
    assert!(!all.contains(first) && !all.contains(rest), "{all}");
    // The first piece may end within the name, and neither is a response by itself.
    let whole = encoded(&format!("{}\0ann\0zz9", "m".repeat(298)));
    let (first, rest) = whole.split_at(400);
    let session = sasl(&["PLAIN".to_owned(), first.to_owned(), rest.to_owned()], 903);
    assert_eq!(exposed(&session), [("sasl-plain", "ann", Outcome::Accepted)]);
}

#[test]
fn what_cannot_be_read_is_hidden_where_a_password_is_expected_and_only_there() {
    for (mechanism, hidden) in [("PLAIN", true), ("LOGIN", true), ("SCRAM-SHA-256", false)] {
        let session = sasl(&[mechanism.to_owned(), "biws".to_owned(), "*".to_owned()], 906);
        assert!(session.heard.exposures.is_empty());
        let all = format!("{:?}", session.heard.messages);
        assert_eq!((all.contains("biws"), all.contains(mechanism)), (!hidden, true), "{mechanism}");
    }
}

// Two servers that speak TS6, the other of which brings a user.
fn linked() -> Session {
    let mut session = Session::new();
    session.client("PASS zz9 TS 6 :0AA\r\nCAPAB :QS ENCAP\r\nSERVER a.example 1 :a\r\n");
    session.server("PASS zz9 TS 6 :0BB\r\nCAPAB :QS ENCAP\r\nSERVER b.example 1 :b\r\n");
    session.server(":0BB UID ann 1 1700000000 +i a h 198.51.100.9 0BBAAAAAA :A\r\n");
    session.server(":0BB UID bob 1 1700000000 +i b h 198.51.100.9 0BBAAAAAB :B\r\n");
    session
}

fn of_services(session: &Session) -> Vec<(&str, &str, Outcome)> {
    exposed(session).into_iter().filter(|exposed| exposed.0 != "server-link").collect()
}

#[test]
fn on_a_link_a_login_is_taken_where_its_own_user_is_logged_in() {
    for (uid, account, outcome) in [
        ("0BBAAAAAA", "ann", Outcome::Accepted),
        ("0BBAAAAAB", "ann", Outcome::Unknown),
        ("0BBAAAAAA", "eve", Outcome::Unknown),
    ] {
        let mut session = linked();
        session.server(":0BBAAAAAA PRIVMSG NickServ :IDENTIFY zz9\r\n");
        session.client(format!(":0AA ENCAP * SU {uid} {account}\r\n")).end();
        assert_eq!(of_services(&session)[0].2, outcome, "{uid} {account}");
    }
}

#[test]
fn bytes_that_were_lost_leave_what_waits_for_a_verdict_open() {
    use wiretale_protocol::{Chunk, Direction};
    for (lost, outcome) in [(0, Outcome::Accepted), (100, Outcome::Unknown)] {
        let mut session = Session::new();
        session.client(GREETING).server(WELCOME).client("OPER root zz9\r\n");
        if lost > 0 {
            session.chunk(Direction::Server, Chunk::Gap(lost));
        }
        session.server(":irc.example NOTICE ann :hi\r\n:irc.example 381 ann :You are now an operator\r\n").end();
        assert_eq!(exposed(&session), [("oper", "root", outcome)]);
    }
}
