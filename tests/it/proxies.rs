//! What goes through a proxy is known for what it is, where both sides take turns as they do.

use wiretale::protocol::Direction::{Client, Server};

use crate::websockets::services;

type Turns = &'static [(wiretale::protocol::Direction, &'static [u8])];

const SOCKS5: Turns = &[
    (Client, b"\x05\x01\0"),
    (Server, b"\x05\0"),
    (Client, b"\x05\x01\0\x03\x0birc.example\x1a\x0b"),
    (Server, b"\x05\0\0\x01\0\0\0\0\0\0"),
];
const SOCKS4: Turns = &[(Client, b"\x04\x01\x1a\x0b\xc0\0\x02\x01me\0"), (Server, b"\0Z\0\0\0\0\0\0")];
const CONNECT: Turns = &[
    (Client, b"CONNECT irc.example:6667 HTTP/1.1\r\nHost: irc.example\r\n\r\n"),
    (Server, b"HTTP/1.1 200 OK\r\n\r\n"),
];
const REFUSED: Turns = &[
    (Client, b"CONNECT irc.example:6667 HTTP/1.1\r\nHost: irc.example\r\n\r\n"),
    (Server, b"HTTP/1.1 407 Who are you?\r\nContent-Length: 5\r\n\r\nhello"),
];
const IRC: Turns = &[
    (Client, b"NICK ann\r\nUSER a 0 * :Ann\r\n"),
    (Server, b":irc.example 001 ann :Welcome\r\n"),
    (Client, b"JOIN #c\r\n"),
];
const TLS: Turns = &[(Client, b"\x16\x03\x01\0\x05\x01\0\0\x01\0"), (Server, b"\x16\x03\x03\0\x05\x02\0\0\x01\0")];
const WEB: Turns = &[(Client, b"GET / HTTP/1.0\r\n\r\n"), (Server, b"HTTP/1.0 200 OK\r\n\r\nhi")];

fn said(parts: &[Turns], segment: usize) -> Vec<&'static str> {
    let steps: Vec<_> =
        parts.iter().flat_map(|turns| turns.iter()).map(|(from, text)| (*from, text.to_vec())).collect();
    services(&steps, segment)
}

#[test]
fn irc_behind_a_proxy_is_known_when_both_take_turns() {
    for segment in [3, 1000] {
        assert_eq!(said(&[SOCKS5, IRC], segment), ["socks", "irc"], "{segment}");
        assert_eq!(said(&[SOCKS4, IRC], segment), ["socks", "irc"], "{segment}");
        assert_eq!(said(&[CONNECT, IRC], segment), ["http", "irc"], "{segment}");
        assert_eq!(said(&[SOCKS5, SOCKS4, IRC], segment), ["socks", "irc"], "{segment}");
        assert_eq!(said(&[REFUSED, CONNECT, IRC], segment), ["http", "irc"], "{segment}");
    }
}

#[test]
fn a_proxy_keeps_its_name_when_something_else_goes_through_it() {
    for other in [TLS, WEB, &[]] {
        assert_eq!(said(&[SOCKS5, other], 1000), ["socks"]);
        assert_eq!(said(&[SOCKS4, other], 1000), ["socks"]);
        assert_eq!(said(&[CONNECT, other], 1000), ["http"]);
    }
    assert_eq!(said(&[REFUSED], 1000), ["http"]);
}

#[test]
fn a_long_head_hides_nothing_that_goes_through_a_proxy() {
    let connect =
        |more: usize| format!("CONNECT irc.example:6667 HTTP/1.1\r\nCookie: {}\r\n\r\n", "c".repeat(more)).into_bytes();
    let socks = |user: usize, host: usize| {
        [b"\x04\x01\x1a\x0b\0\0\0\x01", &*b"u".repeat(user), b"\0", &*b"h".repeat(host), b"\0"].concat()
    };
    let proxied = |head: Vec<u8>, answer: &[u8], segment| {
        let turns = [(Client, head), (Server, answer.to_vec())].into_iter();
        let steps: Vec<_> = turns.chain(IRC.iter().map(|(from, text)| (*from, text.to_vec()))).collect();
        services(&steps, segment)
    };
    for segment in [1000, 40] {
        for more in [1900, 2100, 5000, 8000] {
            assert_eq!(proxied(connect(more), b"HTTP/1.1 200 OK\r\n\r\n", segment), ["http", "irc"], "{more}");
        }
        for (user, host) in [(3000, 20), (20, 3000), (4000, 4000)] {
            assert_eq!(proxied(socks(user, host), b"\0Z\0\0\0\0\0\0", segment), ["socks", "irc"], "{user} {host}");
        }
    }
    // There is a bound, behind which the client's next words tell.
    assert_eq!(proxied(connect(20_000), b"HTTP/1.1 200 OK\r\n\r\n", 1000), ["http", "irc"]);
}
