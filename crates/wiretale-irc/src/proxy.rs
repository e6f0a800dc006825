//! What stands before IRC where it goes through a proxy: SOCKS 4 and 5 (RFC 1928, RFC 1929), HTTP `CONNECT`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use memchr::{memchr, memmem};
use wiretale_protocol::Direction;

/// Both directions until their preludes are over.
#[derive(Default)]
pub(crate) struct Preludes {
    sides: [Prelude; 2],
    target: Option<(&'static str, String)>,
    // The proxy answered, and that was told.
    answered: bool,
    told: bool,
}

#[derive(Default)]
struct Prelude {
    carry: Vec<u8>,
    over: bool,
}

/// How far a prelude goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// There is none.
    None,
    /// More must come.
    More,
    /// It has so many bytes; the client's names where it wants to go.
    Over(usize, Option<(&'static str, String)>),
}

impl Preludes {
    /// Bytes of memory in what is not finished.
    pub(crate) fn held(&self) -> usize {
        self.sides.iter().map(|prelude| prelude.carry.capacity()).sum()
    }

    /// Bytes of one direction: what of them is behind the preludes, and where the client wants to go once that is known.
    /// A proxy may lead to a proxy, and may ask for a password first.
    pub(crate) fn feed(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        mut with: impl FnMut(Option<&(&'static str, String)>, &[u8]),
    ) {
        let Self { sides: [client, server], target, answered, .. } = self;
        let prelude = if direction == Direction::Client { client } else { server };
        if prelude.over {
            return with(None, bytes);
        }
        prelude.carry.extend_from_slice(bytes);
        loop {
            match reach(direction, &prelude.carry) {
                Reach::More if prelude.carry.len() < LONGEST => return,
                Reach::More | Reach::None => break,
                Reach::Over(len, next) => {
                    prelude.carry.drain(..len.min(prelude.carry.len()));
                    *answered |= direction == Direction::Server;
                    if next.is_some() && next != *target {
                        *target = next;
                        with(target.as_ref(), &[]);
                    }
                }
            }
        }
        prelude.over = true;
        with(None, &core::mem::take(&mut prelude.carry));
    }

    /// The kind of the proxy, once, when it has answered as one.
    pub(crate) fn served(&mut self) -> Option<&'static str> {
        let (kind, _) = self.target.as_ref().filter(|_| self.answered && !self.told)?;
        self.told = true;
        Some(kind)
    }

    /// Bytes were lost: no prelude can be told from what follows.
    pub(crate) fn gap(&mut self, direction: Direction) {
        let [client, server] = &mut self.sides;
        let prelude = if direction == Direction::Client { client } else { server };
        prelude.over = true;
        prelude.carry = Vec::new();
    }
}

/// Could a client that begins so be talking to a proxy?
pub(crate) fn is_proxied(client: &[u8]) -> bool {
    matches!(client, [4, 1, ..] | [5, 1..=8, 0..=2, ..]) || client.starts_with(METHOD)
}

/// What a side says behind its preludes, where the client begins as [`is_proxied`] says; `None` while one is not over.
pub(crate) fn behind(direction: Direction, mut bytes: &[u8]) -> Option<&[u8]> {
    while !bytes.is_empty() {
        match reach(direction, bytes) {
            Reach::None => break,
            Reach::More => return None,
            Reach::Over(len, _) => bytes = bytes.get(len..)?,
        }
    }
    Some(bytes)
}

/// How far the prelude of this direction goes.
pub(crate) fn reach(direction: Direction, bytes: &[u8]) -> Reach {
    let reach = match (direction, bytes.first()) {
        (_, None) => return Reach::More,
        (Direction::Client, Some(4)) => socks4(bytes),
        (Direction::Client, Some(5)) => socks5(bytes),
        (Direction::Server, Some(0)) => bytes.get(..8).map(|_| (8, None)),
        (Direction::Server, Some(5)) => socks5_answer(bytes),
        (Direction::Client, Some(b'C')) if begins(bytes, METHOD) && !is_ircs(bytes) => connect(bytes),
        (Direction::Server, Some(b'H')) if begins(bytes, ANSWER) => answer(bytes),
        _ => return Reach::None,
    };
    reach.map_or(Reach::More, |(len, target)| Reach::Over(len, target))
}

fn begins(bytes: &[u8], with: &[u8]) -> bool {
    bytes.starts_with(with) || with.starts_with(bytes)
}

// IRC has a CONNECT of its own, whose line names no version of HTTP.
fn is_ircs(bytes: &[u8]) -> bool {
    memchr(b'\n', bytes).and_then(|end| bytes.get(..end)).is_some_and(|line| memmem::find(line, b" HTTP/").is_none())
}

type Found = Option<(usize, Option<(&'static str, String)>)>;

fn connect(bytes: &[u8]) -> Found {
    let end = head_end(bytes)?;
    let target = bytes.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
    Some((end, Some((HTTP, printable(target)))))
}

// Unless it grants the way, another answer follows, behind what this one has to say.
fn answer(bytes: &[u8]) -> Found {
    let end = head_end(bytes)?;
    let granted = bytes.get(9) == Some(&b'2');
    let next = || memmem::find(bytes.get(end..)?, ANSWER);
    Some((if granted { end } else { end + next()? }, None))
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

// 4, 1, port, address, user NUL, and with the address 0.0.0.x a host name NUL.
fn socks4(bytes: &[u8]) -> Found {
    let (&[_, _, p, q, a, b, c, d], rest) = bytes.split_first_chunk::<8>()?;
    let user = rest.iter().position(|&byte| byte == 0)?;
    let port = u16::from_be_bytes([p, q]);
    let len = 8 + user + 1;
    if [a, b, c] != [0; 3] || d == 0 {
        return Some((len, Some(("socks4", format!("{}:{port}", Ipv4Addr::new(a, b, c, d))))));
    }
    let host = rest.get(user + 1..)?;
    let host = host.get(..host.iter().position(|&byte| byte == 0)?)?;
    Some((len + host.len() + 1, Some(("socks4", format!("{}:{port}", printable(host))))))
}

// Greeting, perhaps user and password, request.
fn socks5(bytes: &[u8]) -> Found {
    let mut at = 2 + usize::from(*bytes.get(1)?);
    if *bytes.get(at)? == 1 {
        at += 2 + usize::from(*bytes.get(at + 1)?);
        at += 1 + usize::from(*bytes.get(at)?);
    }
    let (len, target) = socks5_address(bytes.get(at..)?)?;
    Some((at + len, Some(("socks5", target))))
}

// The chosen method, perhaps the answer to user and password, the answer to the request.
fn socks5_answer(bytes: &[u8]) -> Found {
    let mut at = 2;
    if *bytes.get(1)? == 2 {
        at += 2;
    }
    let (len, _) = socks5_address(bytes.get(at..)?)?;
    Some((at + len, None))
}

// 5, command or answer, 0, type, address, port.
fn socks5_address(bytes: &[u8]) -> Option<(usize, String)> {
    let (&[_, _, _, kind], rest) = bytes.split_first_chunk::<4>()?;
    let (len, host) = match kind {
        1 => (4, format!("{}", Ipv4Addr::from(*rest.first_chunk::<4>()?))),
        4 => (16, format!("[{}]", Ipv6Addr::from(*rest.first_chunk::<16>()?))),
        _ => {
            let len = usize::from(*rest.first()?);
            (1 + len, printable(rest.get(1..=len)?))
        }
    };
    let port = u16::from_be_bytes(*rest.get(len..)?.first_chunk::<2>()?);
    Some((4 + len + 2, format!("{host}:{port}")))
}

fn printable(text: &[u8]) -> String {
    format!("{}", wiretale_protocol::Escaped(text))
}

/// The kind of a proxy that is asked in HTTP.
pub(crate) const HTTP: &str = "http-connect";
const METHOD: &[u8] = b"CONNECT ";
const ANSWER: &[u8] = b"HTTP/1.";
const LONGEST: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    fn target(client: &[u8]) -> (usize, &'static str, String) {
        match reach(Direction::Client, client) {
            Reach::Over(len, Some((kind, target))) => (len, kind, target),
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
}
