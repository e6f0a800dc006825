//! What stands before IRC where it goes through a proxy: SOCKS 4 and 5 (RFC 1928, RFC 1929), HTTP `CONNECT`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use memchr::{memchr, memmem};
use wiretale_protocol::{Direction, Escaped};

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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach<'a> {
    /// There is none.
    None,
    /// More must come.
    More,
    /// It has so many bytes; the client's names where it wants to go.
    Over(usize, Option<Target<'a>>),
}

/// Where a client wants to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) kind: &'static str,
    host: Host<'a>,
    // In HTTP it is part of what the client wrote.
    port: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Host<'a> {
    Name(&'a [u8]),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host {
            Host::Name(name) => write!(f, "{}", Escaped(name)),
            Host::V4(address) => write!(f, "{address}"),
            Host::V6(address) => write!(f, "[{address}]"),
        }?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
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
        let mut carry = core::mem::take(&mut prelude.carry);
        carry.extend_from_slice(bytes);
        let (rest, waits) = skip(direction, &carry, |next| {
            *answered |= direction == Direction::Server;
            let next = next.map(|next| (next.kind, next.to_string()));
            if next.is_some() && next != *target {
                *target = next;
                with(target.as_ref(), &[]);
            }
        });
        if waits && rest.len() < LONGEST {
            let read = carry.len() - rest.len();
            carry.drain(..read);
            prelude.carry = carry;
            return;
        }
        prelude.over = true;
        with(None, rest);
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
pub(crate) fn behind(direction: Direction, bytes: &[u8]) -> Option<&[u8]> {
    let (rest, waits) = skip(direction, bytes, |_| {});
    (!waits || rest.is_empty()).then_some(rest)
}

/// What stands behind the preludes that are over, each told of, and whether more of one must come. The bytes stay where
/// they lie, and those of a prelude are looked at once, however many there are.
fn skip<'a>(direction: Direction, mut bytes: &'a [u8], mut over: impl FnMut(Option<Target<'a>>)) -> (&'a [u8], bool) {
    loop {
        match reach(direction, bytes) {
            Reach::None => return (bytes, false),
            Reach::More => return (bytes, true),
            Reach::Over(len, target) => {
                bytes = bytes.get(len..).unwrap_or_default();
                over(target);
            }
        }
    }
}

/// How far the prelude of this direction goes.
pub(crate) fn reach(direction: Direction, bytes: &[u8]) -> Reach<'_> {
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

type Found<'a> = Option<(usize, Option<Target<'a>>)>;

fn connect(bytes: &[u8]) -> Found<'_> {
    let end = head_end(bytes)?;
    let name = bytes.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
    Some((end, Some(Target { kind: HTTP, host: Host::Name(name), port: None })))
}

// Unless it grants the way, another answer follows, behind what this one has to say.
fn answer(bytes: &[u8]) -> Found<'_> {
    let end = head_end(bytes)?;
    let granted = bytes.get(9) == Some(&b'2');
    let next = || memmem::find(bytes.get(end..)?, ANSWER);
    Some((if granted { end } else { end + next()? }, None))
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

// 4, 1, port, address, user NUL, and with the address 0.0.0.x a host name NUL.
fn socks4(bytes: &[u8]) -> Found<'_> {
    let (&[_, _, p, q, a, b, c, d], rest) = bytes.split_first_chunk::<8>()?;
    let user = rest.iter().position(|&byte| byte == 0)?;
    let target = |host| Some(Target { kind: "socks4", host, port: Some(u16::from_be_bytes([p, q])) });
    let len = 8 + user + 1;
    if [a, b, c] != [0; 3] || d == 0 {
        return Some((len, target(Host::V4(Ipv4Addr::new(a, b, c, d)))));
    }
    let host = rest.get(user + 1..)?;
    let host = host.get(..host.iter().position(|&byte| byte == 0)?)?;
    Some((len + host.len() + 1, target(Host::Name(host))))
}

// Greeting, perhaps user and password, request.
fn socks5(bytes: &[u8]) -> Found<'_> {
    let mut at = 2 + usize::from(*bytes.get(1)?);
    if *bytes.get(at)? == 1 {
        at += 2 + usize::from(*bytes.get(at + 1)?);
        at += 1 + usize::from(*bytes.get(at)?);
    }
    let (len, target) = socks5_address(bytes.get(at..)?)?;
    Some((at + len, Some(target)))
}

// The chosen method, perhaps the answer to user and password, the answer to the request.
fn socks5_answer(bytes: &[u8]) -> Found<'_> {
    let mut at = 2;
    if *bytes.get(1)? == 2 {
        at += 2;
    }
    let (len, _) = socks5_address(bytes.get(at..)?)?;
    Some((at + len, None))
}

// 5, command or answer, 0, type, address, port.
fn socks5_address(bytes: &[u8]) -> Option<(usize, Target<'_>)> {
    let (&[_, _, _, kind], rest) = bytes.split_first_chunk::<4>()?;
    let (len, host) = match kind {
        1 => (4, Host::V4(Ipv4Addr::from(*rest.first_chunk::<4>()?))),
        4 => (16, Host::V6(Ipv6Addr::from(*rest.first_chunk::<16>()?))),
        _ => {
            let len = usize::from(*rest.first()?);
            (1 + len, Host::Name(rest.get(1..=len)?))
        }
    };
    let port = u16::from_be_bytes(*rest.get(len..)?.first_chunk::<2>()?);
    Some((4 + len + 2, Target { kind: "socks5", host, port: Some(port) }))
}

/// The kind of a proxy that is asked in HTTP.
pub(crate) const HTTP: &str = "http-connect";
const METHOD: &[u8] = b"CONNECT ";
const ANSWER: &[u8] = b"HTTP/1.";
const LONGEST: usize = 8192;

#[cfg(test)]
mod tests;
