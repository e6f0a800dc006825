//! The summary of a capture in which a little of everything happens.

mod hostile;

use std::time::Duration;

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale_testkit::build::{ethernet, ip_packet, udp_frame};
use wiretale_testkit::{Weather, Wire};

use hostile::Told;

const HOME: [u8; 4] = [10, 20, 3, 9];
const OTHER: [u8; 4] = [10, 20, 3, 5];
const FRIEND: [u8; 4] = [198, 51, 100, 201];
const SERVER: [u8; 4] = [203, 0, 113, 10];

fn at(second: i64) -> Timestamp {
    Timestamp::from_parts(1_795_316_824 + second, 0)
}

fn end(address: [u8; 4], port: u16) -> Endpoint {
    Endpoint::new(Address::v4(address), port)
}

/// Attempts in vain, an echo, a question about a name that a home host answers, and a port that says nothing.
fn contacts(wire: &mut Wire) {
    for port in 4000..4003 {
        wire.attempt(at(1), end(HOME, port), end(SERVER, 81), false);
    }
    wire.attempt(at(2), end(HOME, 4010), end(SERVER, 82), true);
    wire.push(
        at(3),
        ethernet(&ip_packet(Address::v4(HOME), Address::v4(SERVER), 1, 64, &[8, 0, 0xf7, 0xff, 0, 0, 0, 0])),
    );
    let question = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x04host\0\0\x01\0\x01";
    let answer = b"\0\x07\x81\x80\0\x01\0\0\0\0\0\0\x04host\0\0\x01\0\x01";
    wire.push(at(4), udp_frame(end(FRIEND, 5000), end(OTHER, 53), question));
    wire.push(at(4) + Duration::from_millis(1), udp_frame(end(OTHER, 53), end(FRIEND, 5000), answer));
    wire.tcp(at(5), end(FRIEND, 5001), end(OTHER, 9000)).client("anybody?\n").close(Direction::Client);
}

/// Two who come to a server on an odd port; it says another thing to each.
fn odd_ports(wire: &mut Wire) {
    for (client, text) in [(5010, "Who are you? "), (5011, "Still here? ")] {
        wire.tcp(at(10), end(FRIEND, client), end(OTHER, 9886)).server(text).client("x\n").close(Direction::Client);
    }
    for client in [5012, 5013] {
        wire.tcp(at(15), end(FRIEND, client), end(OTHER, 2121))
            .server("220 go\r\n")
            .client("USER al\r\n")
            .server("331 on\r\n")
            .close(Direction::Client);
    }
    for (client, address) in [(5020, FRIEND), (5021, SERVER)] {
        wire.tcp(at(20), end(address, client), end(OTHER, 2222))
            .server("SSH-2.0-OpenSSH_9.2\r\n")
            .client("SSH-2.0-check_2.3\r\n")
            .close(Direction::Client);
    }
}

/// A network that names itself to one of two; the other is offered a file that it cannot get.
fn on_irc(wire: &mut Wire) {
    let talk = |wire: &mut Wire, home: [u8; 4], nick: &str, second: i64, more: &str| {
        let _ = wire
            .tcp(at(second), end(home, 4100), end(SERVER, 6667))
            .client(format!("NICK {nick}\r\nUSER u 0 * :U\r\n"))
            .server(format!(":irc.example 001 {nick} :Welcome to the Other IRC Network {nick}\r\n{more}"))
            .client("NOTICE mal :\x01DCC REJECT SEND a.txt\x01\r\n")
            .leave();
    };
    talk(wire, OTHER, "ann", 30, ":irc.example 005 ann NETWORK=RealNet :are supported by this server\r\n");
    talk(
        wire,
        HOME,
        "bob",
        31,
        "\
        :mal!m@h PRIVMSG bob :\x01DCC SEND a.txt 3325256905 32999 12\x01\r\n\
        :mal!m@h PRIVMSG bob :\x01DCC SEND b.txt 3325256905 33000 12\x01\r\n",
    );
    wire.attempt(at(40), end(HOME, 4101), end(FRIEND, 33_000), true);
}

/// A login that nobody answers, and on the next day a file.
fn by_ftp(wire: &mut Wire) {
    wire.tcp(at(50), end(HOME, 4200), end(SERVER, 21))
        .server("220 go\r\n")
        .client("USER al\r\n")
        .server("331 on\r\n")
        .client("PASS k3ysecret\r\n")
        .close(Direction::Client);
    wire.tcp(at(90_000), end(HOME, 4201), end(SERVER, 21))
        .server("220 go\r\n")
        .client("USER al\r\n")
        .server("331 on\r\n")
        .client("PASS k3ysecret\r\n")
        .server("230 in\r\n")
        .client("PASV\r\n")
        .server("227 here (203,0,113,10,20,0)\r\n")
        .client("RETR a.txt\r\n")
        .server("150 coming\r\n")
        .server("226 done\r\n")
        .close(Direction::Client);
    wire.tcp(at(90_001), end(HOME, 4202), end(SERVER, 20 * 256)).server("hello").close(Direction::Server);
}

#[test]
fn a_little_of_everything_is_told_as_it_was() {
    let mut wire = Wire::new(Weather::default(), 3);
    contacts(&mut wire);
    odd_ports(&mut wire);
    on_irc(&mut wire);
    by_ftp(&mut wire);
    let told = Told::of(wire, "").summary;
    let path = format!("{}/tests/golden/summary.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WIRETALE_BLESS").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&path).unwrap(), "{told}");
}

#[test]
fn programs_of_home_hosts_are_known_by_what_they_say_of_themselves() {
    let mut wire = Wire::new(Weather::default(), 3);
    odd_ports(&mut wire);
    let _ = wire
        .tcp(at(30), end(HOME, 4100), end(SERVER, 6667))
        .client("NICK bob\r\nUSER u 0 * :U\r\n")
        .server(":irc.example 001 bob :Welcome\r\n:x!x@h PRIVMSG bob :\x01VERSION\x01\r\n")
        .client("NOTICE x :\x01VERSION Talker 1.2\x01\r\nNOTICE x :\x01FINGER Nobody 9.9\x01\r\n")
        .leave();
    let logs = Told::of(wire, "").logs.logs;
    let software = String::from_utf8(logs["software"].clone()).unwrap();
    assert!(software.contains("SSH::SERVER") && software.contains("\tTalker\t"), "{software}");
    assert!(!software.contains("Nobody"), "{software}");
}
