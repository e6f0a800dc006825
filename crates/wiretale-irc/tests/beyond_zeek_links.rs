//! What other analyzers get wrong, one test each: recognition, WebSockets, STARTTLS, server links, bounds under any bytes.

mod common;

use allocation_counter::measure;
use common::Session;
use proptest::prelude::*;
use wiretale_irc::{COMMANDS, Irc};
use wiretale_protocol::{Chunk, Demand, Direction, Opening, Probe, Protocol};

fn seen(client: &str, server: &str) -> Probe {
    let session = Session::new();
    Irc::probe(&Opening { client: client.as_bytes(), server: server.as_bytes(), flow: &session.flow, last: true })
}

#[test]
fn p21_one_side_alone_cap_first_and_server_links_are_confirmed() {
    for (client, server) in [
        ("", ":irc.example.org 372 ann :- hello\r\n"),
        ("CAP LS 302\r\n", ""),
        ("PASS pw 0210 IRC|aEFH\r\nSERVER a.example 1 1 :x\r\n:a.example NJOIN #c :@ann\r\n", ""),
        ("PASS pw TS 6 :0AA\r\nCAPAB :QS ENCAP\r\n", ""),
        ("", ":ann!a@h PRIVMSG #c :hi\r\n"),
    ] {
        assert_eq!(seen(client, server), Probe::Yes, "{client}{server}");
        let mut session = Session::new();
        if !client.is_empty() {
            session.client(client);
        }
        if !server.is_empty() {
            session.server(server);
        }
        assert_eq!(session.shared.confirmed, ["irc"], "{client}{server}");
        // What the client says alone, no server speaks.
        assert_eq!(session.shared.served.contains(&"irc"), !server.is_empty(), "{client}{server}");
    }
}

#[test]
fn p22_http_ftp_smtp_and_pop3_are_not_irc_on_any_port() {
    for (client, server) in [
        ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
        ("POST / HTTP/1.0\r\n\r\nNICK a\r\nUSER a b c :d\r\nJOIN #c\r\n", ""),
        ("USER ann\r\nPASS pw\r\nQUIT\r\n", "220 ready\r\n331 pw\r\n230 in\r\n"),
        ("HELO a\r\nHELP\r\nQUIT\r\n", "220 mail ESMTP\r\n"),
        ("USER ann\r\nPASS pw\r\nLIST\r\n", "+OK\r\n+OK\r\n"),
        ("USER ann\r\nPASS pw\r\n", ""),
    ] {
        assert_eq!(seen(client, server), Probe::No, "{client}");
    }
}

fn frame(text: &[u8], key: Option<[u8; 4]>, first: u8) -> Vec<u8> {
    let mut frame = vec![first];
    let mask = if key.is_some() { 0x80 } else { 0 };
    match text.len() {
        n @ 0..126 => frame.push(mask | n as u8),
        n => {
            frame.push(mask | 126);
            frame.extend((n as u16).to_be_bytes());
        }
    }
    frame.extend(key.unwrap_or_default().iter().take(if key.is_some() { 4 } else { 0 }));
    let key = key.unwrap_or_default();
    frame.extend(text.iter().enumerate().map(|(n, byte)| byte ^ key[n % 4]));
    frame
}

const UPGRADE: &str =
    "GET /irc HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: text.ircv3.net\r\n\r\n";
const UPGRADED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

#[test]
fn p23_irc_in_websockets_behind_bouncers_and_gateways_is_read() {
    assert_eq!(seen(UPGRADE, ""), Probe::Yes);
    let flow = Session::new().flow;
    for step in [1, 3, 1000] {
        let mut session = Session::new();
        session.decoder = Irc::start(&Opening { client: UPGRADE.as_bytes(), server: &[], flow: &flow, last: false });
        let mut client = UPGRADE.as_bytes().to_vec();
        client.extend(frame(b"NICK ann", Some([1, 2, 3, 4]), 0x81));
        client.extend(frame(b"ping", Some([9; 4]), 0x89));
        client.extend(frame(b"PRIVMSG #c :", Some([5, 6, 7, 8]), 0x01));
        client.extend(frame("x".repeat(300).as_bytes(), Some([7, 7, 0, 7]), 0x80));
        client.chunks(step).for_each(|piece| _ = session.client(piece));
        let mut server = UPGRADED.as_bytes().to_vec();
        server.extend(frame(b":s 001 ann :Welcome", None, 0x82));
        server.chunks(step).for_each(|piece| _ = session.server(piece));
        assert_eq!(session.heard.messages[0], "NICK [\"ann\"]");
        assert_eq!(session.heard.messages[1], format!("PRIVMSG [\"#c\", \"{}\"]", "x".repeat(300)));
        assert_eq!(session.events("Registered").len(), 1, "{step}");
    }
    let mut session = Session::new();
    session.client("WEBIRC pw gw user.example 192.0.2.9\r\nCAP LS\r\n");
    session.server(":irc.znc.in CAP unknown-nick LS :znc.in/self-message\r\n");
    assert!(session.events("Gateway")[0].contains("address: \"192.0.2.9\""));
    assert_eq!(session.events("Bouncer"), ["Bouncer { software: \"znc\" }"]);
}

#[test]
fn p23_a_websocket_without_a_subprotocol_is_known_by_its_first_frame() {
    let upgrade = UPGRADE.replace("Sec-WebSocket-Protocol: text.ircv3.net\r\n", "");
    let session = Session::new();
    let probe =
        |client: &[u8]| Irc::probe(&Opening { client, server: UPGRADED.as_bytes(), flow: &session.flow, last: false });
    assert_eq!(probe(upgrade.as_bytes()), Probe::Unsure);
    let with = |text: &[u8]| [upgrade.as_bytes(), &frame(text, Some([1, 2, 3, 4]), 0x81)].concat();
    assert_eq!(probe(&with(b"CAP LS 302")), Probe::Yes);
    assert_eq!(probe(&with(b"{\"op\":1}")), Probe::No);
}

#[test]
fn p23_irc_through_socks_and_http_connect_is_read_and_the_target_named() {
    let flow = Session::new().flow;
    for (client, server, target) in [
        (
            &b"\x05\x01\0\x05\x01\0\x03\x0birc.example\x1a\x0b"[..],
            &b"\x05\0\x05\0\0\x01\0\0\0\0\0\0"[..],
            "irc.example:6667",
        ),
        (b"\x04\x01\x1a\x0b\xc0\0\x02\x01me\0", b"\0Z\0\0\0\0\0\0", "192.0.2.1:6667"),
        (b"CONNECT irc.example:6667 HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n", "irc.example:6667"),
    ] {
        let client = [client, b"NICK ann\r\n"].concat();
        let server = [server, b":s 001 ann :Welcome\r\n"].concat();
        let opening = Opening { client: &client, server: &server, flow: &flow, last: false };
        assert_eq!(Irc::probe(&opening), Probe::Yes, "{target}");
        for step in [1, 5, 100] {
            let mut session = Session::new();
            session.decoder = Irc::start(&opening);
            client.chunks(step).for_each(|piece| _ = session.client(piece));
            server.chunks(step).for_each(|piece| _ = session.server(piece));
            assert!(session.events("Proxied")[0].contains(&format!("target: \"{target}\"")));
            assert_eq!(session.heard.messages, ["NICK [\"ann\"]", ":s 001 [\"ann\", \"Welcome\"]"]);
            let proxy = if client.starts_with(b"C") { "http" } else { "socks" };
            assert!(["irc", proxy].iter().all(|name| session.shared.served.contains(name)), "{target}");
            assert_eq!(session.shared.served.len(), 2, "{target}");
        }
    }
    let browsing =
        Opening { client: b"CONNECT a:443 HTTP/1.1\r\n\r\n\x16\x03\x01\r\n", server: b"", flow: &flow, last: false };
    assert_eq!(Irc::probe(&browsing), Probe::No);
}

#[test]
fn many_preludes_in_one_chunk_take_no_more_memory_than_they_have_bytes() {
    let flow = Session::new().flow;
    let preludes = b"\x05\x01\0\x05\x01\0\x03\x01x\x1a\x0b".repeat(50_000);
    let opening = Opening { client: &preludes[..11], server: b"", flow: &flow, last: false };
    for step in [preludes.len(), 1100] {
        let mut session = Session::new();
        session.decoder = Irc::start(&opening);
        let taken = measure(|| preludes.chunks(step).for_each(|piece| _ = session.client(piece)));
        // The carry, and where each leads, in a few bytes.
        assert!(taken.bytes_total < 4 * preludes.len() as u64, "{taken:?}");
        assert!(taken.bytes_max < 2 * step as u64 + 4096, "{taken:?}");
        session.client(b"NICK ann\r\n");
        assert_eq!(session.heard.messages, ["NICK [\"ann\"]"]);
    }
}

#[test]
fn p24_670_is_believed_only_from_the_server_and_only_when_asked_for() {
    let mut session = Session::new();
    session.client("NICK ann\r\n:s 670 ann :STARTTLS successful\r\n").server(":s 670 ann :STARTTLS successful\r\n");
    session.client("PRIVMSG #c :still here\r\n");
    assert_eq!((session.events("StartTls").len(), session.events("Text").len()), (0, 1));
    session.client("STARTTLS\r\n").server(":s 691 ann :STARTTLS failure\r\n:s 670 ann :late\r\n");
    assert_eq!(session.events("StartTls"), ["StartTlsRefused"]);
    session.client("STARTTLS\r\n");
    let demand = session.chunk(Direction::Server, Chunk::Data(b":s 670 ann :go ahead\r\n\x16\x03\x01"));
    assert_eq!((demand, session.events("StartTls").len()), (Demand::Nothing, 2));
}

#[test]
fn p24_who_goes_on_in_clear_behind_670_is_read_on() {
    let granted = || {
        let mut session = Session::new();
        session.client("STARTTLS\r\n").server(":s 670 ann :go ahead\r\n");
        session
    };
    let mut session = granted();
    session.client("NICK ann\r\nPRIVMSG #c :in clear\r\n").server(":s 001 ann :Welcome\r\n");
    assert_eq!((session.events("StartTls").len(), session.events("Text").len()), (1, 1));
    assert_eq!(session.events("Registered").len(), 1);
    for hello in [&[&b"\x16\x03\x01\0"[..]][..], &[b"\x16", b"\x03\x01\0"]] {
        let mut session = granted();
        let demands: Vec<_> = hello.iter().map(|bytes| session.chunk(Direction::Client, Chunk::Data(bytes))).collect();
        assert_eq!(demands.last(), Some(&Demand::Nothing));
    }
}

#[test]
fn p25_compressed_links_are_noted_and_not_misread() {
    let mut session = Session::new();
    session.client("PASS a 0210-IRC+ ngIRCd|26.1:CHLMSXZo PZ\r\nSERVER a.example :a\r\n");
    session.server(":b.example PASS b 0210-IRC+ ngIRCd|26.1:CHLMSXZo PZ\r\n:b.example SERVER b.example 1 :b\r\n");
    let demand = session.chunk(Direction::Client, Chunk::Data(b"x\x9c\x94\x8fKO\nQUIT\r\n"));
    assert_eq!(demand, Demand::Lengths);
    session.server(":b.example PING x\r\n").end();
    assert_eq!(
        (session.events("Compressed").len(), session.heard.messages.len(), session.heard.weirds.len()),
        (1, 5, 0)
    );
}

#[test]
fn p25_ts6_links_tell_who_is_where() {
    let mut session = Session::new();
    session.client("PASS one TS 6 :0AA\r\nCAPAB :QS ENCAP\r\nSERVER a.example 1 :a\r\n");
    session.server("PASS two TS 6 :0BB\r\nCAPAB :QS ENCAP\r\nSERVER b.example 1 :b\r\nSVINFO 6 6 0 :1\r\n");
    session.server(concat!(
        ":0BB SID c.example 2 0CC :c\r\n",
        ":0CC EUID ann 2 1700000000 +i a shown.example 192.0.2.1 0CCAAAAAA real.example annacc :Ann\r\n",
        ":0BB UID ben 1 1700000000 +i b ben.example 192.0.2.2 0BBAAAAAA :Ben\r\n",
        ":0BB SJOIN 1700000000 #c +nt :@0CCAAAAAA +0BBAAAAAA\r\n",
        ":0CCAAAAAA TMODE 1700000000 #c +o 0BBAAAAAA\r\n",
        ":0CCAAAAAA PRIVMSG #c :hello\r\n",
        ":0BBAAAAAA NICK bob 1700000001\r\n",
        ":0BB SQUIT 0CC :gone\r\n",
    ));
    assert_eq!(session.events("LinkPeer").len(), 2);
    assert!(session.events("ServerJoined")[0].contains("name: \"c.example\", sid: \"0CC\", uplink: \"b.example\""));
    let user = session.events("UserJoined")[0];
    assert!(user.contains("name: \"ann\", user: \"a\", host: \"shown.example\""), "{user}");
    assert!(user.contains("real_host: \"real.example\"") && user.contains("account: \"annacc\""));
    assert!(user.contains("server: \"c.example\""));
    assert!(session.events("Text")[0].contains("name: \"ann\""));
    assert!(
        session.events("Quit")[0].contains("name: \"ann\"") && session.events("Quit")[0].contains("netsplit: true")
    );
    let state = session.decoder.session();
    let members = state.channels().get(b"#c", state.support().casemapping()).unwrap().members();
    assert_eq!(members.len(), 1);
    assert_eq!((members[0].nick(), members[0].ranks().collect::<Vec<_>>()), (&b"bob"[..], vec![b'v', b'o']));
    assert_eq!(state.link(), Some((2, 1)));
}

#[test]
fn p25_lists_of_masks_in_a_burst_are_told_and_kept() {
    let kept = |session: &Session| {
        let state = session.decoder.session();
        let channel = state.channels().get(b"#c", state.support().casemapping()).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let entry = |mask: &wiretale_irc::Mask| {
            format!("{} {} {} {:?}", char::from(mask.letter), text(&mask.mask), text(&mask.setter), mask.time)
        };
        channel.masks().iter().map(entry).collect::<Vec<_>>()
    };
    let mut session = Session::new();
    session.client("PASS one TS 6 :0AA\r\nCAPAB :QS ENCAP\r\nSERVER a.example 1 :a\r\n");
    session.server(concat!(
        "PASS two TS 6 :0BB\r\nCAPAB :QS ENCAP\r\nSERVER b.example 1 :b\r\n",
        ":0BB UID ben 1 1700000000 +i b ben.example 192.0.2.2 0BBAAAAAA :Ben\r\n",
        ":0BB SJOIN 1700000000 #c +nt :@0BBAAAAAA\r\n",
        ":0BB BMASK 1700000000 #c b :*!*@bad.example  worse!*@*\r\n:0BB BMASK 1700000000 #c e :good!*@*\r\n",
        ":0BBAAAAAA TMODE 1700000000 #c -b+I worse!*@* in!*@*\r\n",
    ));
    assert_eq!(session.events("Listed").len(), 3);
    assert_eq!(kept(&session), ["b *!*@bad.example  None", "e good!*@*  None", "I in!*@* ben None"]);

    let mut session = Session::new();
    session.client("CAPAB START 1206\r\nCAPAB END\r\nSERVER a.example pwd1 0 1AA :a\r\n");
    session.server(concat!(
        "SERVER b.example pwd2 0 1BB :b\r\n",
        ":1BB UID 1BBAAAAAA 1700000000 ann real.example shown.example a 192.0.2.1 1700000000 +i :Ann\r\n",
        ":1BB FJOIN #c 1700000000 +nt :o,1BBAAAAAA:0\r\n",
        ":1BB LMODE #c 1700000000 b *!*@bad.example ann 1700000005 worse!*@* ben 1700000006\r\n",
    ));
    assert_eq!(kept(&session), ["b *!*@bad.example ann Some(1700000005)", "b worse!*@* ben Some(1700000006)"]);

    let mut session = Session::new();
    session.client("PASS :pw\r\nPROTOCTL EAUTH=a.example SID=001\r\nSERVER a.example 1 :U5 a\r\n");
    session.server(concat!(
        "PROTOCTL EAUTH=b.example SID=002\r\nSERVER b.example 1 :b\r\n",
        ":002 UID ann 1 1700000000 a real.example 002AAAAAA 0 +i shown.example cloak.example wAACAQ== :Ann\r\n",
        ":002 SJOIN 1700000000 #c +nt :@002AAAAAA &*!*@bad.example <1700000007,ann>\"good!*@* 'in!*@*\r\n",
    ));
    assert_eq!(kept(&session), ["b *!*@bad.example  None", "e good!*@* ann Some(1700000007)", "I in!*@*  None"]);
    assert_eq!(session.events("Joined").len(), 1);
}

#[test]
fn p25_inspircd_unrealircd_and_rfc2813_links_are_read() {
    let mut session = Session::new();
    session.client("CAPAB START 1205\r\nCAPAB END\r\nSERVER a.example pwd1 0 1AA :a\r\n");
    session.server(concat!(
        "SERVER b.example pwd2 0 1BB :b\r\n:1BB BURST 1\r\n",
        ":1BB UID 1BBAAAAAA 1700000000 ann real.example shown.example a 192.0.2.1 1700000000 +i :Ann\r\n",
        ":1BB FJOIN #c 1700000000 +nt :o,1BBAAAAAA:0\r\n:1BB FTOPIC #c 1 1700000000 ann :the topic\r\n:1BB ENDBURST\r\n",
    ));
    assert!(
        session.events("LinkPeer")[1].contains("sid: \"1BB\"") && session.events("LinkPeer")[1].contains("Inspircd")
    );
    assert!(session.events("Joined")[0].contains("name: \"ann\""));
    assert!(session.events("Topic")[0].contains("the topic"));
    assert_eq!(session.events("BurstEnd"), ["BurstEnd { server: \"b.example\", servers: 2, users: 1 }"]);
    assert!(!format!("{:?}", session.heard.messages).contains("pwd"));

    let mut session = Session::new();
    session.client("PASS :pw\r\nPROTOCTL EAUTH=a.example SID=001\r\nSERVER a.example 1 :U5 a\r\n");
    session.server(concat!(
        "PROTOCTL EAUTH=b.example SID=002\r\nSERVER b.example 1 :b\r\n",
        ":002 UID ann 1 1700000000 a real.example 002AAAAAA annacc +i shown.example cloak.example wAACAQ== :Ann\r\n",
        ":002 SJOIN 1700000000 #c +nt :@002AAAAAA\r\n:002 EOS\r\n",
    ));
    assert!(session.events("UserJoined")[0].contains("account: \"annacc\""));
    assert!(session.events("LinkPeer")[1].contains("sid: \"002\""), "{:?}", session.events("LinkPeer"));

    let mut session = Session::new();
    session.client("PASS pw 0210-IRC+ ngIRCd|26:CHLMSXo P\r\nSERVER a.example 1 :a\r\n");
    session.server(concat!(
        ":b.example PASS pw 0210-IRC+ ngIRCd|26:CHLMSXo P\r\n:b.example SERVER b.example 1 :b\r\n",
        ":b.example NICK ann 1 ~a host.example 1 +i :Ann\r\n:b.example NJOIN #c :@ann\r\n:ann NICK anna\r\n",
        ":anna PRIVMSG #c :hi\r\n",
    ));
    assert!(session.events("Text")[0].contains("name: \"anna\", user: \"~a\""));
}

#[test]
fn p25_a_client_that_calls_itself_a_server_hides_nothing() {
    let mut session = Session::new();
    session.client("SERVER x.example 1 :x\r\nNICK ann\r\nUSER a 0 * :A\r\n");
    session.server(":irc.example 001 ann :Welcome\r\n:irc.example 332 ann #c :topic\r\n");
    session.client("PRIVMSG #c :seen\r\n");
    assert_eq!((session.events("Registered").len(), session.events("Topic").len()), (1, 1));
    assert!(session.events("Text")[0].contains("seen"));
}

#[test]
fn p25_a_client_that_calls_itself_a_server_offers_no_foreign_address_unnoticed() {
    let weirds = |first: &str| {
        let mut session = Session::new();
        session.client(format!("{first}NICK ann\r\nUSER a 0 * :A\r\n")).server(":irc.example 001 ann :Welcome\r\n");
        session.client("PRIVMSG bob :\x01DCC SEND f 3325256905 4000 10\x01\r\n");
        session.heard.weirds
    };
    assert!(!weirds("").is_empty());
    assert_eq!(weirds("SERVER x.example 1 :x\r\n"), weirds(""));
}

#[test]
fn p36_a_link_grows_no_further_than_its_bound() {
    let mut session = Session::new();
    session.client("CAPAB START 1205\r\nSERVER a.example x 0 1AA :a\r\n");
    for n in 0..5000 {
        session.client(format!(":a.example SERVER s{n}.example 2 5 :x\r\n"));
    }
    for n in 0..66_000 {
        session.client(format!(":1AA UID 1AAA{n:05} 1 n{n} h h u 192.0.2.1 1 +i :x\r\n"));
    }
    assert_eq!(session.decoder.session().link(), Some((4096, 65_536)));
    assert_eq!(session.heard.weirds, ["irc_too_many_servers", "irc_too_many_users"]);
}

#[test]
fn p37_every_command_bears_any_number_of_parameters() {
    for (name, _) in COMMANDS {
        for count in 0..20 {
            let mut params = vec!["x"; count];
            for prefix in ["", ":a!b@c ", ":s.example ", ":0AA "] {
                for (greeting, link) in [(":s 001 x :hi\r\n", false), ("CAPAB START 1205\r\n", true)] {
                    let mut session = Session::new();
                    session.server(greeting);
                    params.iter_mut().for_each(|param| *param = if link { "#c" } else { "x" });
                    let line = format!("{prefix}{name} {}\r\n", params.join(" "));
                    session.client(&line).server(&line).end();
                }
            }
        }
    }
    for code in 0..1000 {
        let mut session = Session::new();
        for count in 0..20 {
            session.server(format!(":s {code:03} {}\r\n", vec!["ann"; count].join(" ")));
        }
        session.end();
    }
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let command = prop_oneof![
        proptest::sample::select(COMMANDS.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>()),
        (0u16..1000).prop_map(|code| format!("{code:03}")),
    ];
    let param = prop_oneof![
        Just("#c".to_owned()),
        Just("ann".to_owned()),
        Just("NickServ".to_owned()),
        Just("0AAAAAAAA".to_owned()),
        Just("0AA".to_owned()),
        Just("+ovk-k".to_owned()),
        Just(":IDENTIFY ann pw".to_owned()),
        Just(":\x01DCC SEND f 1 2 3\x01".to_owned()),
        "[ -~]{0,12}",
    ];
    (
        proptest::option::of("[a-z]{1,3}(![a-z]@[a-z]\\.x)?|0AA|0AAAAAAAA"),
        command,
        proptest::collection::vec(param, 0..6),
    )
        .prop_map(|(prefix, command, params)| {
            let prefix = prefix.map(|prefix| format!(":{prefix} ")).unwrap_or_default();
            format!("{prefix}{command} {}\r\n", params.join(" ")).into_bytes()
        })
}

fn turns() -> impl Strategy<Value = Vec<(Direction, Vec<u8>)>> {
    let direction = prop_oneof![Just(Direction::Client), Just(Direction::Server)];
    let bytes = prop_oneof![8 => line(), 1 => proptest::collection::vec(any::<u8>(), 1..80)];
    proptest::collection::vec((direction, bytes), 1..24)
}

// Everything heard of `turns`, each cut by `cut`. The pieces of a turn arrive at one time: offers keep theirs.
fn heard(turns: &[(Direction, Vec<u8>)], cut: impl Fn(&[u8]) -> Vec<&[u8]>) -> (Vec<String>, Vec<String>, String) {
    let mut session = Session::new();
    for (n, (direction, bytes)) in turns.iter().enumerate() {
        session.frame = n as u64;
        for piece in cut(bytes) {
            session.chunk(*direction, Chunk::Data(piece));
        }
    }
    session.end();
    let exposures = format!("{:?} {:?}", session.heard.exposures, session.shared.expected);
    (session.heard.messages, session.heard.events, exposures)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_split_law_holds(turns in turns(), cuts in proptest::collection::vec(0usize..300, 0..4)) {
        let whole = heard(&turns, |bytes| vec![bytes]);
        prop_assert_eq!(&whole, &heard(&turns, |bytes| wiretale_testkit::cut(bytes, &cuts)));
        prop_assert_eq!(&whole, &heard(&turns, |bytes| bytes.chunks(1).collect()));
    }

    #[test]
    fn p37_no_bytes_panic_and_gaps_may_fall_anywhere(turns in turns(), gaps in proptest::collection::vec(0usize..24, 0..4)) {
        let mut session = Session::new();
        for (n, (direction, bytes)) in turns.iter().enumerate() {
            if gaps.contains(&n) {
                session.chunk(*direction, Chunk::Gap(7));
            }
            session.chunk(*direction, Chunk::Data(bytes));
        }
        session.end();
    }
}
