//! What stands beside the evidence: who is a peer, what answers, who was on IRC.

mod hostile;

use std::net::IpAddr;

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale_report::case::Style;
use wiretale_testkit::{Weather, Wire};

use hostile::Told;

const HOME: [u8; 4] = [10, 20, 3, 7];
const FRIEND: [u8; 4] = [198, 51, 100, 9];
const SERVER: [u8; 4] = [203, 0, 113, 10];

fn at(second: i64) -> Timestamp {
    Timestamp::from_parts(1_795_316_824 + second, 0)
}

fn end(address: [u8; 4], port: u16) -> Endpoint {
    Endpoint::new(Address::v4(address), port)
}

fn told(cross: impl FnOnce(&mut Wire)) -> Told {
    let mut wire = Wire::new(Weather::default(), 3);
    cross(&mut wire);
    Told::of(wire, "")
}

const HOST: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(HOME[0], HOME[1], HOME[2], HOME[3]));

#[test]
fn a_peer_is_whom_something_was_said_to_over_tcp() {
    let told = told(|wire| {
        wire.udp(at(1), end(HOME, 4000), end(FRIEND, 5353), b"hello");
        let _ = wire.tcp(at(2), end(HOME, 4001), end(FRIEND, 80)).leave();
        wire.tcp(at(3), end(HOME, 4002), end(SERVER, 80)).client("hello\n").close(Direction::Client);
    });
    let peers = told.with(|dossier| dossier.chronicle.peers(HOST).into_keys().collect::<Vec<_>>());
    assert_eq!(peers, [IpAddr::from(SERVER)]);
}

#[test]
fn a_port_answers_that_took_a_connection() {
    let told = told(|wire| {
        wire.attempt(at(1), end(FRIEND, 4000), end(HOME, 81), true);
        wire.attempt(at(2), end(FRIEND, 4001), end(HOME, 82), false);
        let long = wire.tcp(at(3), end(FRIEND, 4002), end(HOME, 83)).client("GET / HTTP/1.1\r\n\r\n");
        long.server("HTTP/1.1 200 OK\r\n\r\n").wait(std::time::Duration::from_secs(200)).close(Direction::Client);
        for port in 0..20 {
            wire.tcp(at(10), end([198, 51, 100, port], 4003), end(HOME, 83))
                .server("SSH-2.0-x\r\n")
                .client("SSH-2.0-y\r\n")
                .close(Direction::Client);
        }
    });
    told.with(|dossier| {
        let known: Vec<_> = dossier.chronicle.listeners().of(HOST).collect();
        let [(83, listener)] = known[..] else { panic!("{known:?}") };
        assert_eq!((listener.times, listener.outside.len(), listener.service), (21, 16, "http"));
        assert_eq!(listener.first, at(3), "the one that ended last began first");
    });
}

/// A session in which many channels are entered, somebody is asked about and nobody found.
fn on_irc(wire: &mut Wire) {
    let joins: String = (0..70).map(|n| format!(":bee!b@h JOIN #c{n}\r\n")).collect();
    let _ = wire
        .tcp(at(1), end(HOME, 4000), end(SERVER, 6667))
        .client("NICK bee\r\nUSER b 0 * :B\r\n")
        .server(":irc.example 001 bee :Welcome\r\n")
        .client("WHOIS gone\r\n")
        .server(":irc.example 401 bee gone :No such nick\r\n:irc.example 318 bee gone :End\r\n")
        .server(joins)
        .leave();
}

#[test]
fn who_was_not_found_is_nobody_and_channels_are_bounded() {
    let told = told(on_irc);
    told.with(|dossier| {
        let people = dossier.chronicle.people();
        assert_eq!(people.asked_by(HOST).count(), 0);
        let (_, _, session) = people.sessions(HOST).next().unwrap();
        assert_eq!(session.channels.len(), 64);
    });
}

/// The same login by FTP on two days.
fn logs_in(wire: &mut Wire, client: [u8; 4], name: &str, password: &str, answer: &str) {
    for day in 0..2 {
        wire.tcp(at(60 + day * 86_400), end(client, 4000), end(SERVER, 21))
            .server("220 go\r\n")
            .client(format!("USER {name}\r\n"))
            .server("331 on\r\n")
            .client(format!("PASS {password}\r\n"))
            .server(answer)
            .close(Direction::Client);
    }
}

#[test]
fn when_a_secret_last_crossed_is_known_of_each_way() {
    let told = told(|wire| logs_in(wire, HOME, "al", "k3ysecret", "230 in\r\n"));
    told.with(|dossier| {
        let all = dossier.chronicle.exposures().all();
        let [exposed] = &all[..] else { panic!("{all:?}") };
        let last = exposed.crossed.ways[&(HOST, SERVER.into())];
        assert!(last > at(86_400) && exposed.crossed.times == 2, "{exposed:?}");
    });
}

#[test]
fn a_letter_names_the_accounts_that_are_the_machines_own_and_fit() {
    let told = told(|wire| {
        logs_in(wire, HOME, "mine", "k3ysecret", "230 in\r\n");
        logs_in(wire, [10, 20, 3, 99], "others", "0thersecret", "230 in\r\n");
        logs_in(wire, HOME, "guessed", "wrong1", "530 no\r\n");
        wire.tcp(at(3000), end(FRIEND, 5000), end(HOME, 64_000))
            .server("Who are you? ")
            .client("sesame99\n")
            .server("# ")
            .client("id\n")
            .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
            .close(Direction::Client);
    });
    let letter = told.letter(Style::Plain).split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, recover) = letter.split_once("How to recover").unwrap();
    assert!(recover.contains("mine at"), "{recover}");
    assert!(!recover.contains("others at") && !recover.contains("guessed at"), "{recover}");
}
