//! Where secrets stand, and where they only seem to: what Zeek's IRC analyzer never asks.

mod common;

use common::Session;
use wiretale_protocol::{Direction, Outcome};

// A client that was taken in.
fn greeted() -> Session {
    let mut session = Session::new();
    session.client("NICK ann\r\nUSER a 0 * :A\r\n").server(":irc.example 001 ann :Welcome\r\n");
    session
}

// Every secret begins with `zz9`: none is in what is told.
fn tells_none(session: &Session) {
    let all = format!("{:?}{:?}{:?}", session.heard.messages, session.heard.events, session.heard.exposures);
    assert!(!all.contains("zz9"), "{all}");
}

fn exposed(session: &Session) -> Vec<(&str, &str, Outcome)> {
    session.heard.exposures.iter().map(|exposed| (exposed.kind, exposed.account.as_str(), exposed.outcome)).collect()
}

#[test]
fn p35_passwords_of_inspircd_links_are_secret_in_both_forms() {
    for (one, other) in [("0 1AA", "0 1BB"), ("1AA", "1BB")] {
        let mut session = Session::new();
        session.client("CAPAB START 1206\r\nCAPAB END\r\n").server("CAPAB START 1206\r\nCAPAB END\r\n");
        session.client(format!("SERVER a.example zz9one {one} :a\r\n"));
        session.server(format!("SERVER b.example zz9two {other} :b\r\n:1BB BURST 1\r\n:1BB ENDBURST\r\n"));
        session.client(":1AA BURST 1\r\n").end();
        tells_none(&session);
        let outcome = Outcome::Accepted;
        let links = [("server-link", "a.example", outcome), ("server-link", "b.example", outcome)];
        assert_eq!(exposed(&session), links);
        // Each is its sender's, whoever opened the connection.
        let by: Vec<_> = session.heard.exposures.iter().map(|exposed| exposed.by).collect();
        assert_eq!(by, Direction::BOTH);
        assert!(session.events("LinkPeer")[0].contains("sid: \"1AA\""));
    }
    let mut session = Session::new();
    session.client("SERVER a.example zz9one 1AA :a\r\n").end();
    tells_none(&session);
    let mut session = Session::new();
    session.client("PASS zz9 0210-IRC+ ngIRCd|26:CHLMSXo P\r\nSERVER a.example 1 :a\r\n");
    session.client("SERVER c.example 2 100 :c\r\n:1AA SERVER d.example 1DD burst=1 :d\r\n").end();
    assert_eq!(session.heard.exposures.len(), 1, "{:?}", session.heard.exposures);
}

#[test]
fn p35_keys_of_channels_are_secret_on_ngircd_links() {
    let mut session = Session::new();
    session.client("PASS zz9 0210-IRC+ ngIRCd|26:CHLMSXo P\r\nSERVER a.example 1 :a\r\n");
    session.server(":b.example PASS zz9 0210-IRC+ ngIRCd|26:CHLMSXo P\r\n:b.example SERVER b.example 1 :b\r\n");
    session.server(":b.example CHANINFO #c +kln zz9key 10 :topic\r\n:b.example CHANINFO #d +lk zz9key 10 :topic\r\n");
    session.server(":b.example CHANINFO #e +ln * 10 :topic\r\n:b.example CHANINFO #f +n :topic\r\n").end();
    tells_none(&session);
    let keys: Vec<_> = exposed(&session).into_iter().filter(|exposed| exposed.0 == "channel-key").collect();
    let outcome = Outcome::Accepted;
    assert_eq!(keys, [("channel-key", "#c", outcome), ("channel-key", "#d", outcome)]);
    assert!(session.heard.messages.iter().any(|message| message.contains("\"#e\", \"+ln\", \"*\", \"10\", \"topic\"")));
}

#[test]
fn p35_an_unrealircd_link_tells_which_modes_have_parameters() {
    let mut session = Session::new();
    session.client("PASS :zz9\r\nPROTOCTL EAUTH=a.example SID=001\r\n");
    session.client("PROTOCTL CHANMODES=beIx,fkL,lFH,cdimnprstz PREFIX=(ov)@+\r\nSERVER a.example 1 :U6 a\r\n");
    session.server("PROTOCTL EAUTH=b.example SID=002\r\nSERVER b.example 1 :b\r\n");
    session.server(":002 SJOIN 1700000000 #c +ntxHk mask 50:1d zz9key :@002AAAAAA\r\n").end();
    tells_none(&session);
    assert!(session.heard.exposures.iter().any(|exposed| exposed.kind == "channel-key"));
    // A client may say so, too; its server's word goes before.
    let mut session = Session::new();
    session.client("PROTOCTL SID=001 CHANMODES=a,b,c,d PREFIX=(x)x\r\nNICK ann\r\nUSER a 0 * :A\r\n");
    session.server(":irc.example 001 ann :Welcome\r\n:bob!b@h MODE #c +ok bob zz9key\r\n");
    tells_none(&session);
}

#[test]
fn p35_keys_of_channels_are_secret_behind_the_parameters_of_ts6() {
    let mut session = Session::new();
    session.client("PASS zz9 TS 6 :0AA\r\nCAPAB :QS ENCAP\r\nSERVER a.example 1 :a\r\n");
    session.server("PASS zz9 TS 6 :0BB\r\nCAPAB :QS ENCAP\r\nSERVER b.example 1 :b\r\n");
    session.server(
        ":0BBAAAAAA TMODE 1700000000 #c +jk 5:10 zz9key\r\n:0BB SJOIN 1700000000 #d +fk #e zz9key :@0BBAAAAAA\r\n",
    );
    session.server(":0BBAAAAAA TMODE 1700000000 #e -jk zz9key\r\n").end();
    tells_none(&session);
    let keys = exposed(&session).into_iter().filter(|exposed| exposed.0 == "channel-key");
    assert_eq!(keys.map(|exposed| exposed.1).collect::<Vec<_>>(), ["#c", "#d"]);
    assert!(session.events("Mode")[0].contains("5:10"), "{:?}", session.events("Mode"));
}

#[test]
fn p35_words_behind_a_channel_that_is_named_first_are_looked_into() {
    let mut session = greeted();
    session.client("CPRIVMSG NickServ #c :IDENTIFY zz9one\r\nCPRIVMSG eggy #c :IDENT zz9two\r\n");
    session.client("CNOTICE bot #c :.login zz9three\r\n").end();
    tells_none(&session);
    let kinds: Vec<_> = exposed(&session).into_iter().map(|(kind, account, _)| (kind, account)).collect();
    assert_eq!(kinds, [("nickserv-identify", "ann"), ("bot-login", "eggy"), ("bot-login", "bot")]);
    assert!(session.events("Text")[0].contains("IDENTIFY <hidden>"), "{:?}", session.events("Text"));
}

#[test]
fn p35_a_client_that_names_itself_gives_its_keys_too() {
    let mut session = greeted();
    session.client(":ann JOIN #c zz9one\r\n:ann!a@h JOIN #d,#e zz9two,zz9three\r\n:ann!a@h JOIN #f\r\n");
    session.server(":irc.example 475 ann #c :Cannot join channel (+k)\r\n:ann!a@h JOIN #d\r\n").end();
    tells_none(&session);
    let keys = [
        ("channel-key", "#c", Outcome::Refused),
        ("channel-key", "#d", Outcome::Accepted),
        ("channel-key", "#e", Outcome::Unknown),
    ];
    assert_eq!(exposed(&session), keys);
    // An account, and a channel's time on a link: no keys.
    let mut session = greeted();
    session.client(":bob!b@h JOIN #c bob :Bob\r\n:0BBAAAAAA JOIN 1700000000 #c +\r\n").end();
    assert_eq!(exposed(&session), []);
}

#[test]
fn p35_a_key_may_stand_behind_the_arguments_of_other_modes() {
    let mut session = greeted();
    session.client("MODE #c +o bob +k zz9one\r\nSAMODE #d -o bob +l 5 -b *!*@x +k zz9two\r\n");
    session.server(":ann!a@h MODE #c +ok bob zz9one\r\n").end();
    tells_none(&session);
    let keys = [("channel-key", "#c", Outcome::Accepted), ("channel-key", "#d", Outcome::Unknown)];
    assert_eq!(exposed(&session), keys);
}

#[test]
fn p35_a_service_may_be_one_of_several_who_are_told() {
    let mut session = greeted();
    session.client("PRIVMSG NickServ,bob :IDENTIFY zz9one\r\nPRIVMSG bob,NickServ :IDENTIFY zz9two\r\n");
    session.client("PRIVMSG #c,NickServ :IDENTIFY zz9three\r\n");
    session.client("PRIVMSG eggy,bob :IDENT zz9three\r\nPRIVMSG bob,ben :IDENTIFY nobody\r\n").end();
    tells_none(&session);
    let kinds: Vec<_> = exposed(&session).into_iter().map(|(kind, account, _)| (kind, account)).collect();
    let ann = ("nickserv-identify", "ann");
    assert_eq!(kinds, [ann, ann, ann, ("bot-login", "eggy")]);
    assert!(session.events("Text")[4].contains("IDENTIFY nobody"), "{:?}", session.events("Text"));
}

#[test]
fn p35_id_is_short_for_words_to_nickserv() {
    let mut session = greeted();
    session.client("ID zz9one\r\nid ben zz9two\r\n").end();
    tells_none(&session);
    let outcome = Outcome::Unknown;
    assert_eq!(exposed(&session), [("nickserv-identify", "ann", outcome), ("nickserv-identify", "ben", outcome)]);
}

#[test]
fn p35_what_bouncers_are_told_to_keep_is_secret() {
    for (to, text, account) in [
        ("*controlpanel", "AddUser bob zz9", "bob"),
        ("*controlpanel", "Set Password bob zz9", ""),
        ("*controlpanel", "AddServer bob net irc.example 6667 zz9", ""),
        ("*status", "AddServer irc.example +6697 zz9 zz9", ""),
        ("*status", "delserver irc.example +6697 zz9", ""),
        ("*nickserv", "set zz9", ""),
        ("BouncerServ", "sasl set-plain ann zz9", "ann"),
        ("bouncerserv", "sasl set-plain -network net ann 'zz9 zz9'", "ann"),
        ("BouncerServ", "user create -username bob -password zz9 -nick bob", "bob"),
        ("BouncerServ", "user update bob --password=\"a \\\" zz9\"", "bob"),
        ("BouncerServ", "user update -password zz9", ""),
        ("BouncerServ", "network create -addr irc.example -pass zz9", ""),
    ] {
        let mut session = greeted();
        session.client(format!("PRIVMSG {to} :{text}\r\n"));
        session.server(format!(":ann!a@h PRIVMSG {to} :{text}\r\n")).end();
        tells_none(&session);
        assert_eq!(exposed(&session), [("bouncer-set", account, Outcome::Unknown)], "{text}");
    }
    let mut session = greeted();
    for text in ["AddServer irc.example +6697", "AddServer irc.example", "AddUser bob", "ListUsers", "Set Nick bob ann"]
    {
        session.client(format!("PRIVMSG *status :{text}\r\n"));
    }
    session.client("PRIVMSG BouncerServ :user create -username bob\r\nPRIVMSG BouncerServ :help -password\r\n").end();
    assert_eq!(exposed(&session), []);
    // What is a password to any service is one to these.
    session.client("PRIVMSG *nickserv :IDENTIFY zz9\r\nPRIVMSG BouncerServ :IDENTIFY zz9\r\n").end();
    tells_none(&session);
    assert_eq!(session.heard.exposures.len(), 2);
}

#[test]
fn p35_a_key_that_chanserv_is_to_keep_is_secret() {
    let texts =
        ["SET #c MLOCK +ntk zz9", "set #c mlock +ntlk-i 5 zz9", "MODE #c LOCK ADD +k zz9", "MODE #c SET +k zz9"];
    for (begin, text) in texts.iter().flat_map(|text| [("PRIVMSG ChanServ :", text), ("CS ", text)]) {
        let mut session = greeted();
        session.client(format!("{begin}{text}\r\n")).server(":ChanServ!c@s MODE #c +k zz9\r\n").end();
        tells_none(&session);
        assert_eq!(exposed(&session), [("channel-key", "#c", Outcome::Accepted)], "{text}");
    }
    let mut session = greeted();
    session.client("PRIVMSG ChanServ :SET #c MLOCK +nt\r\nPRIVMSG ChanServ :SET #c PASSWORD zz9\r\n").end();
    tells_none(&session);
    assert_eq!(exposed(&session), [("chanserv-set-password", "#c", Outcome::Unknown)]);
}

#[test]
fn p35_a_password_is_refused_only_where_the_server_says_so() {
    for (error, outcome) in [
        ("Closing Link: [192.0.2.1] (Ping timeout: 60 seconds)", Outcome::Unknown),
        ("Closing Link: 192.0.2.1 (Client Quit)", Outcome::Unknown),
        ("Closing Link: 192.0.2.1 (K-Lined)", Outcome::Unknown),
        ("Closing Link: 192.0.2.1 (Bad Password)", Outcome::Refused),
    ] {
        let mut session = Session::new();
        session.client("PASS zz9\r\nNICK ann\r\nUSER a 0 * :A\r\n").server(format!("ERROR :{error}\r\n")).end();
        assert_eq!(exposed(&session), [("pass", "", outcome)], "{error}");
    }
}

#[test]
fn p35_a_link_s_error_is_about_the_other_side_s_password() {
    for (error, outcome) in [
        ("Link denied (Authentication failed)", Outcome::Refused),
        ("Bad password", Outcome::Refused),
        ("Closing Link: 192.0.2.1 (Server a.example already exists)", Outcome::Unknown),
    ] {
        let mut session = Session::new();
        session.client("PASS zz9one 0210-IRC+ ngIRCd|26:CHLMSXo P\r\nSERVER a.example 1 :a\r\n");
        session.server("PASS zz9two 0210-IRC+ ngIRCd|26:CHLMSXo P\r\n").server(format!("ERROR :{error}\r\n")).end();
        tells_none(&session);
        let links = [("server-link", "a.example", outcome), ("server-link", "", Outcome::Unknown)];
        assert_eq!(exposed(&session), links, "{error}");
    }
}
