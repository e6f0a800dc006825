use alloc::string::{String, ToString};

use super::*;

fn target(client: &[u8]) -> (usize, &'static str, String) {
    match reach(Direction::Client, client) {
        Reach::Over(len, Some(target)) => (len, target.kind, target.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn preludes_end_where_irc_begins() {
    assert_eq!(target(b"\x04\x01\x1a\x0b\xc0\x00\x02\x01me\0NICK"), (11, "socks4", "192.0.2.1:6667".into()));
    assert_eq!(target(b"\x04\x01\x1a\x0b\0\0\0\x01\0irc.example\0N"), (21, "socks4", "irc.example:6667".into()));
    assert_eq!(target(b"\x05\x01\0\x05\x01\0\x03\x01x\x1a\x0bN"), (11, "socks5", "x:6667".into()));
    assert_eq!(target(b"\x05\x01\x02\x01\x01u\x02pw\x05\x01\0\x01\xc0\0\x02\x01\x1a\x0bN").2, "192.0.2.1:6667");
    assert_eq!(target(b"CONNECT a.example:6667 HTTP/1.0\r\n\r\nNICK").2, "a.example:6667");
    assert_eq!(reach(Direction::Server, b"\x05\0\x05\0\0\x01\0\0\0\0\0\0:"), Reach::Over(12, None));
    assert_eq!(reach(Direction::Server, b"\0Z\0\0\0\0\0"), Reach::More);
    assert_eq!(reach(Direction::Client, b"NICK"), Reach::None);
    assert_eq!(reach(Direction::Client, b"CAP LS 302\r\n"), Reach::None);
    assert_eq!(reach(Direction::Client, b"CONNECT hub.example 6667\r\n"), Reach::None);
}

#[test]
fn a_proxy_may_lead_to_a_proxy_and_ask_for_a_password_first() {
    let twice = b"\x05\x01\0\x05\x01\0\x03\x01x\x04\x38\x05\x01\0\x05\x01\0\x03\x01y\x1a\x0bNICK";
    assert_eq!(behind(Direction::Client, twice), Some(&b"NICK"[..]));
    assert_eq!(behind(Direction::Client, &twice[..14]), None);
    let refused = b"HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(behind(Direction::Server, refused), None);
    let granted = [&refused[..], b"HTTP/1.1 200 OK\r\n\r\n:irc"].concat();
    assert_eq!(behind(Direction::Server, &granted), Some(&b":irc"[..]));
}

#[test]
fn many_preludes_are_read_where_they_lie() {
    let all = [&b"\x05\x01\0\x05\x01\0\x03\x01x\x1a\x0b".repeat(50_000)[..], b"NICK"].concat();
    let mut told = 0;
    let (rest, waits) = skip(Direction::Client, &all, |_| told += 1);
    assert_eq!((told, waits), (50_000, false));
    assert_eq!(rest.as_ptr_range(), all[all.len() - 4..].as_ptr_range());
}
