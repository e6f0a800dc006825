//! Links between servers: what leaves with a server, and what each dialect says in its own way.

mod common;

use allocation_counter::measure;
use common::Session;
use wiretale_irc::Member;

/// A link in TS6.
fn ts6() -> Session {
    let mut session = Session::new();
    session.client("PASS one TS 6 :0AA\r\nCAPAB :QS ENCAP\r\nSERVER a.example 1 :a\r\n");
    session.server("PASS two TS 6 :0BB\r\nCAPAB :QS ENCAP\r\nSERVER b.example 1 :b\r\n");
    session
}

fn user(server: &str, nick: &str, id: usize) -> String {
    format!(":{server} UID {nick} 1 1700000000 +i {nick} {nick}.example 192.0.2.2 {server}{id:06} :x\r\n")
}

/// The members of a channel with their ranks.
fn members(session: &Session, channel: &[u8]) -> Vec<String> {
    let state = session.decoder.session();
    let channel = state.channels().get(channel, state.support().casemapping());
    let ranks = |member: &Member| member.ranks().map(char::from).collect::<String>();
    let member = |member: &Member| format!("{} {}", String::from_utf8_lossy(member.nick()), ranks(member));
    channel.map_or_else(Vec::new, |channel| channel.members().into_iter().map(member).collect())
}

#[test]
fn a_split_takes_those_behind_it_and_no_others() {
    let mut session = ts6();
    session.server(":0BB SID c.example 2 0CC :c\r\n:0CC SID d.example 3 0DD :d\r\n:0DD SID e.example 4 0EE :e\r\n");
    for (n, server) in ["0BB", "0CC", "0DD", "0EE", "0FF"].into_iter().enumerate() {
        session.server(user(server, &format!("n{n}"), n));
    }
    // One moves to another server, one changes the nick, one is gone already.
    session.server(user("0CC", "m3", 9)).server(":0EE000003 QUIT :x\r\n:0CC000009 NICK m4 1\r\n");
    session.heard.events.clear();
    // It comes again elsewhere, and one is behind itself.
    session.server(":0BB SID e.example 2 0EE :e\r\n:0CC SID c.example 2 0CC :c\r\n:0BB SID c.example 2 0CC :c\r\n");
    session.server(user("0EE", "n5", 5)).server("SQUIT C.example :gone\r\n");
    let gone = |session: &Session| -> Vec<String> {
        let nick = |event: &&str| event.split("\"").nth(1).map(str::to_owned);
        session.events("Quit").iter().filter_map(nick).collect()
    };
    assert_eq!(gone(&session), ["m4", "n1", "n2"]);
    assert_eq!(session.decoder.session().link(), Some((3, 3)));
    session.heard.events.clear();
    session.server("SQUIT 0FF :of it nobody told\r\nSQUIT\r\nSQUIT c.example\r\nSQUIT 0EE\r\n");
    assert_eq!(gone(&session), ["n4", "n5"]);
    assert_eq!(session.decoder.session().link(), Some((2, 1)));
}

#[test]
fn a_split_takes_nobody_in_hand_but_those_who_go() {
    // What it takes up, beside so many users who stay.
    let taken = |users: usize, splits: &str| {
        let mut session = ts6();
        session.server((0..users).map(|n| user("0BB", &format!("n{n}"), n)).collect::<String>());
        // The second time around nothing has to grow any more.
        session.server(splits);
        session.heard = Default::default();
        let taken = measure(|| _ = session.server(splits));
        (taken.count_total, taken.bytes_total)
    };
    for splits in ["SQUIT x\r\n", ":0BB SID c.example 2 0CC :c\r\nSQUIT 0CC\r\n"] {
        let splits = splits.repeat(100);
        assert_eq!(taken(10_000, &splits), taken(10, &splits));
    }
}

#[test]
fn unrealircd_has_its_own_ranks_hosts_and_topics() {
    let mut session = Session::new();
    session.client("PASS :pw\r\nPROTOCTL EAUTH=a.example SID=001\r\nSERVER a.example 1 :U5 a\r\n");
    session.server(concat!(
        "PROTOCTL EAUTH=b.example SID=002\r\nSERVER b.example 1 :b\r\n",
        ":002 UID ann 1 1700000000 a real.example 002AAAAAA 0 +i * cloak.example wAACAQ== :Ann\r\n",
        ":002 UID bob 1 1700000000 b real.example 002AAAAAB 0 +i shown.example cloak.example wAACAQ== :Bob\r\n",
        ":002 SJOIN 1700000000 #c +nt :*@002AAAAAA ~002AAAAAB %ben +eve\r\n",
        ":002 TOPIC #c ann!a@x 1700000001 :words\r\n:002AAAAAB TOPIC #c :others\r\n",
    ));
    assert_eq!(members(&session, b"#c"), ["ann qo", "ben h", "bob a", "eve v"]);
    let hosts: Vec<&str> =
        session.events("UserJoined").iter().map(|event| event.split("host: ").nth(1).unwrap()).collect();
    assert!(hosts[0].starts_with("\"real.example\"") && hosts[1].starts_with("\"shown.example\""), "{hosts:?}");
    let topics = session.events("Topic");
    assert!(topics[0].contains("text: \"words\", setter: \"ann!a@x\", time: Some(1700000001)"), "{topics:?}");
    assert!(topics[1].contains("text: \"others\", setter: \"bob\", time: None"), "{topics:?}");
}

#[test]
fn a_host_that_services_give_is_kept() {
    let mut session = ts6();
    session.server(user("0BB", "ben", 1)).server(":0BB SJOIN 1 #c +nt :0BB000001\r\n");
    session.server(":0BB ENCAP * CHGHOST 0BB000001 new.example\r\n:0BB000001 PRIVMSG #c :hi\r\n");
    assert!(session.events("HostChanged")[0].contains("host: \"ben.example\" }, user: \"ben\", host: \"new.example\""));
    assert!(session.events("Text")[0].contains("host: \"new.example\""), "{:?}", session.events("Text"));
}

#[test]
fn to_join_zero_is_to_leave_all_channels() {
    let mut session = ts6();
    session.server(user("0BB", "ben", 1)).server(user("0BB", "eve", 2));
    session.server(":0BB SJOIN 1 #d +nt :0BB000001\r\n:0BB SJOIN 1 #c +nt :0BB000001 0BB000002\r\n");
    session.server(":0BB000001 JOIN 0\r\n");
    assert_eq!(members(&session, b"#c"), ["eve "]);
    assert_eq!(session.decoder.session().channels().names(), [b"#c"]);
    let parted = session.events("Parted");
    assert!(parted[0].contains("#c") && parted[1].contains("#d") && parted.len() == 2, "{parted:?}");
    assert!(parted[0].contains("name: \"ben\", user: \"ben\", host: \"ben.example\""), "{parted:?}");
}

#[test]
fn inspircd_has_its_own_kicks_topics_and_hosts() {
    let mut session = Session::new();
    session.client("CAPAB START 1205\r\nCAPAB END\r\nSERVER a.example pwd1 0 1AA :a\r\n");
    session.server(concat!(
        "SERVER b.example pwd2 0 1BB :b\r\n:1BB BURST 1\r\n",
        ":1BB UID 1BBAAAAAA 1700000000 ann real.example shown.example a 192.0.2.1 1700000000 +i :Ann\r\n",
        ":1BB FJOIN #c 1700000000 +nt :o,1BBAAAAAA:0\r\n:1BB ENDBURST\r\n",
        ":1BBAAAAAA FTOPIC #c 1700000000 1700000009 :new\r\n:1BB FTOPIC #c 1700000008 bob :old\r\n",
        ":1BBAAAAAA FHOST given.example real.example\r\n:1BBAAAAAA KICK #c 1BBAAAAAA 12 :go away\r\n",
        ":1BBAAAAAA KICK #c 1BBAAAAAA :again\r\n",
    ));
    let (kicked, topics) = (session.events("Kicked"), session.events("Topic"));
    assert!(topics[0].contains("text: \"new\", setter: \"ann\", time: Some(1700000009)"), "{topics:?}");
    assert!(topics[1].contains("text: \"old\", setter: \"bob\", time: Some(1700000008)"), "{topics:?}");
    assert!(kicked[0].contains("reason: \"go away\"") && kicked[1].contains("reason: \"again\""), "{kicked:?}");
    assert!(kicked[0].contains("host: \"given.example\""), "{kicked:?}");
}
