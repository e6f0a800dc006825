//! Connections met in the middle: whose they are, and what their end is.

mod common;

use common::Session;

fn met() -> Session {
    let mut session = Session::new();
    session.flow.midstream = true;
    session
}

#[test]
fn what_somebody_says_to_a_nick_is_said_to_the_client() {
    let mut session = met();
    session.server(":bob!b@h PRIVMSG #c :hi\r\n").server(":bob!b@h PRIVMSG @#c :ops\r\n");
    session.server(":irc.example PRIVMSG ann :from no user\r\n").server(":oper!o@h NOTICE $*.example :all\r\n");
    assert_eq!(session.decoder.session().nick(), b"");
    session.server(":bob!b@h PRIVMSG [ann] :and to you\r\n").server(":bob!b@h PRIVMSG eve :no more\r\n");
    assert_eq!(session.decoder.session().nick(), b"[ann]");
    session.server(":[Ann]!a@h JOIN #d\r\n").server(":[ann]!a@h NICK ann2\r\n");
    assert_eq!(session.decoder.session().nick(), b"ann2");
    assert_eq!(session.events("Known").len(), 1, "{:?}", session.heard.events);
    let joined = session.events("Joined");
    assert!(joined.len() == 1 && joined[0].contains("own: true"), "{joined:?}");
}

#[test]
fn a_connection_seen_from_its_beginning_is_nobody_s_until_the_server_says_so() {
    let mut session = Session::new();
    session.server(":bob!b@h PRIVMSG ann :hi\r\n");
    assert_eq!(session.decoder.session().nick(), b"");
    let mut session = met();
    session.client("NICK ann\r\n").server(":bob!b@h PRIVMSG eve :hi\r\n");
    assert_eq!(session.decoder.session().nick(), b"");
    session.server(":old!a@h NICK Ann\r\n");
    assert_eq!(session.decoder.session().nick(), b"Ann", "it was asked for");
}

#[test]
fn the_end_of_a_session_met_in_the_middle_is_no_refusal() {
    let mut session = met();
    session.client("PRIVMSG #c :hi\r\nQUIT :bye\r\n").server("ERROR :Closing Link: ann (Quit: bye)\r\n");
    assert_eq!((session.events("Refused").len(), session.events("Ended").len()), (0, 1));
    let mut session = met();
    session.client("NICK ann\r\nUSER a 0 * :Ann\r\n").server("ERROR :Closing Link: (K-lined)\r\n");
    assert_eq!(session.events("Refused").len(), 1, "its registration was seen");
}

#[test]
fn a_reply_that_servers_pass_on_makes_no_client_of_one() {
    let uid = ":1HB UID ada 1 1795317830 +i ada h.example 192.0.2.1 1HBAAAAAA :Ada\r\n";
    let passed_on = ":hub.example 311 1HBAAAAAB ann a host.example * :Ann\r\n";
    let mut session = met();
    session.server(passed_on);
    assert_eq!(session.decoder.session().nick(), b"1HBAAAAAB");
    session.server(uid);
    assert_eq!((session.decoder.session().nick(), session.decoder.session().link()), (&b""[..], Some((0, 1))));
    // A client says so in vain, and who was seen to register is one.
    let mut session = met();
    session.server(passed_on).client(uid);
    assert_eq!(session.decoder.session().link(), None);
    let mut session = met();
    session.server(":hub.example 001 ann :Welcome\r\n").server(uid);
    assert_eq!((session.decoder.session().nick(), session.decoder.session().link()), (&b"ann"[..], None));
}

#[test]
fn who_joins_unheard_takes_itself_to_be_in() {
    let said = |lines: &[&str]| {
        let mut session = Session::new();
        lines.iter().for_each(|line| _ = session.client(line));
        session.events("Presumed").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let told = said(&["NICK ann\r\n", "USER a 0 * :Ann B\r\n", "JOIN #c\r\n", "JOIN #d\r\n"]);
    assert!(told.len() == 1 && told[0].contains("nick: \"ann\", user: \"a\", real_name: \"Ann B\""), "{told:?}");
    assert!(
        said(&["NICK ann\r\n", "JOIN #c\r\n"]).is_empty() && said(&["USER a 0 * :A\r\n", "JOIN #c\r\n"]).is_empty()
    );
    let mut session = Session::new();
    session.client("NICK ann\r\nUSER a 0 * :A\r\n").server(":irc.example 001 ann :Welcome\r\n").client("JOIN #c\r\n");
    assert!(session.events("Presumed").is_empty(), "{:?}", session.heard.events);
}
