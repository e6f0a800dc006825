//! What a WebSocket carries is known for what it is, by whichever room it belongs to.

use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::{Direction, Moment, Observer};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_testkit::{Weather, Wire, lend};

#[derive(Default)]
struct Services(Vec<&'static str>);

impl Observer for Services {
    type Flow = ();

    fn recognized(&mut self, (): &mut (), _: &Moment<'_>, service: &'static str) {
        self.0.push(service);
    }
}

wiretale::ignore!(Services: irc::Irc, dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Services: recognize::Named, terminal::Terminal);

const REQUEST: &str = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

// The services of a conversation on port 8888, or another one, each step in segments of so many bytes.
pub(crate) fn services(steps: &[(Direction, Vec<u8>)], segment: usize) -> Vec<&'static str> {
    services_on(8888, steps, segment)
}

pub(crate) fn services_on(port: u16, steps: &[(Direction, Vec<u8>)], segment: usize) -> Vec<&'static str> {
    let mut wire = Wire::new(Weather::default(), 1);
    let end = |last, port| Endpoint::new(Address::v4([10, 0, 0, last]), port);
    let mut talk = wire.tcp(Timestamp::from_parts(1_000_000_000, 0), end(1, 40_000), end(2, port));
    for (from, bytes) in steps {
        for piece in bytes.chunks(segment) {
            talk.speak(*from, piece);
            talk.pause(Duration::from_millis(1));
        }
    }
    talk.close(Direction::Client);
    let mut analyzer = Analyzer::<Standard, Services>::new(Services::default(), Settings::default());
    for (number, frame) in (1..).zip(&wire.into_frames()) {
        analyzer.packet(lend(frame), number);
    }
    analyzer.finish().0
}

// A frame of at most 125 bytes, as its side writes it.
fn message(from: Direction, text: &[u8]) -> (Direction, Vec<u8>) {
    let len = u8::try_from(text.len()).expect("short");
    let frame = match from {
        Direction::Client => {
            let masked = text.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, key)| byte ^ key);
            [0x82, 0x80 | len, 1, 2, 3, 4].into_iter().chain(masked).collect()
        }
        Direction::Server => [&[0x82, len], text].concat(),
    };
    (from, frame)
}

#[test]
fn a_websocket_is_claimed_by_the_room_of_what_it_carries() {
    use Direction::{Client, Server};
    let opened = [(Client, REQUEST.into()), (Server, ANSWER.into())];
    let with = |messages: &[(Direction, &[u8])]| {
        let messages = messages.iter().map(|(from, text)| message(*from, text));
        opened.iter().cloned().chain(messages).collect::<Vec<_>>()
    };
    let irc = with(&[(Client, b"NICK ann"), (Client, b"USER a 0 * :A"), (Server, b":irc.example 001 ann :Welcome")]);
    let late = with(&[(Server, b":irc.example NOTICE * :*** Looking up"), (Client, b"CAP LS 302")]);
    let keys: &[u8] = &[0, 0, 0, 12, 10, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let ssh =
        with(&[(Server, b"SSH-2.0-OpenSSH_9.2\r\n"), (Client, b"SSH-2.0-PuTTY\r\n"), (Client, keys), (Server, keys)]);
    let other = with(&[(Client, b"{\"op\": 1, \"d\": null}"), (Server, b"{\"op\": 11}")]);
    let silent = with(&[]);
    let refused = vec![(Client, REQUEST.into()), (Server, b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec())];
    let bare: Vec<_> = irc
        .iter()
        .map(|(from, bytes)| (*from, bytes.split(|&byte| byte == b'\r').collect::<Vec<_>>().concat()))
        .collect();
    for segment in [1, 3, 7, 1000] {
        assert_eq!(services(&bare, segment), ["http", "websocket", "irc"], "{segment}");
        assert_eq!(services(&irc, segment), ["http", "websocket", "irc"], "{segment}");
        assert_eq!(services(&late, segment), ["http", "websocket", "irc"], "{segment}");
        assert_eq!(services(&ssh, segment), ["http", "websocket", "ssh"], "{segment}");
        assert_eq!(services(&other, segment), ["http", "websocket"], "{segment}");
        assert_eq!(services(&silent, segment), ["http", "websocket"], "{segment}");
        assert_eq!(services(&refused, segment), ["http"], "{segment}");
    }
}

#[test]
fn an_upgrade_is_found_behind_other_requests() {
    let (client, server) = (Direction::Client, Direction::Server);
    let get = (client, b"GET /login HTTP/1.1\r\nHost: h\r\n\r\n".to_vec());
    let answers: [&[u8]; 2] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 401 Who are you?\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    ];
    let rest = [
        (client, REQUEST.as_bytes().to_vec()),
        (server, ANSWER.as_bytes().to_vec()),
        message(client, b"NICK ann"),
        message(client, b"USER a 0 * :Ann"),
        message(server, b":irc.example 001 ann :Welcome"),
    ];
    for (answer, before, segment) in [(0, 1, 1000), (0, 1, 7), (1, 1, 1000), (1, 1, 1), (0, 60, 5), (0, 250, 1000)] {
        let before_it: Vec<_> = (0..before).flat_map(|_| [get.clone(), (server, answers[answer].to_vec())]).collect();
        let found = services(&[&before_it[..], &rest].concat(), segment);
        let wanted = if before < 200 { vec!["http", "websocket", "irc"] } else { vec!["http"] };
        assert_eq!(found, wanted, "{answer} {before} {segment}");
    }
    // What is no request for an upgrade is the web's.
    let lines = (client, b"NICK ann\r\nUSER a 0 * :Ann\r\n".to_vec());
    assert_eq!(services(&[get, (server, answers[0].to_vec()), lines], 1000), ["http"]);
}

#[test]
fn a_long_head_hides_no_upgrade() {
    for cookies in [1500, 3000, 7900] {
        let request = REQUEST.replace("Host: h", &format!("Host: h\r\nCookie: {}", "c".repeat(cookies)));
        let steps = [
            (Direction::Client, request.into_bytes()),
            (Direction::Server, ANSWER.as_bytes().to_vec()),
            message(Direction::Client, b"NICK ann"),
            message(Direction::Server, b":irc.example 001 ann :Welcome"),
        ];
        for segment in [1000, 50] {
            assert_eq!(services(&steps, segment), ["http", "websocket", "irc"], "{cookies} {segment}");
        }
    }
}
