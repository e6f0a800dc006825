//! Decoders: the split law on any conversation, and the pure parsers on any line.

use wiretale::protocol::{Direction, Protocol};
use wiretale_testkit::{Solo, assert_split_law};

/// `wiretale_irc::Irc`.
pub fn irc(data: &[u8]) {
    law::<wiretale::irc::Irc>(data);
}

/// `wiretale_irc::parse`: no line makes it panic, and its parts lie inside the line.
pub fn irc_line(data: &[u8]) {
    let range = data.as_ptr_range();
    if let Ok(message) = wiretale::irc::parse(data) {
        for param in message.params.iter() {
            assert!(param.is_empty() || (range.contains(&param.as_ptr()) && param.as_ptr_range().end <= range.end));
        }
    }
}

/// `wiretale_dcc::Dcc` and `DccChat`.
pub fn dcc(data: &[u8]) {
    law::<wiretale::dcc::Dcc>(data);
    law::<wiretale::dcc::DccChat>(data);
}

/// `wiretale_dcc::parse`.
pub fn dcc_line(data: &[u8]) {
    let _ = wiretale::dcc::parse(data);
}

/// `wiretale_ftp::Ftp` and `FtpData`.
pub fn ftp(data: &[u8]) {
    law::<wiretale::ftp::Ftp>(data);
}

/// `wiretale_ssh::Ssh`: what it says of the clear part does not depend on the cuts, and nothing makes it panic.
pub fn ssh(data: &[u8]) {
    let mut solo = Solo::<wiretale::ssh::Ssh>::new();
    for (direction, bytes) in turns(data) {
        for piece in wiretale_testkit::cut(&bytes, &cuts(data)) {
            solo.chunk(direction, wiretale::protocol::Chunk::Data(piece));
        }
    }
    solo.end();
}

/// `wiretale_dns::Dns`, each piece a datagram of its own.
pub fn dns(data: &[u8]) {
    let mut solo = Solo::<wiretale::dns::Dns>::new();
    for (direction, bytes) in turns(data).into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        solo.chunk(direction, wiretale::protocol::Chunk::Data(&bytes));
    }
    solo.end();
}

/// `wiretale_terminal::Terminal`.
pub fn terminal(data: &[u8]) {
    law::<wiretale::terminal::Terminal>(data);
}

/// `wiretale_recognize::Named`: any first bytes.
pub fn recognize(data: &[u8]) {
    let solo = Solo::<wiretale::recognize::Named>::new();
    let (client, server) = data.split_at(data.len() / 2);
    for last in [false, true] {
        let opening = wiretale::protocol::Opening { client, server, flow: &solo.flow, last };
        let _ = wiretale::recognize::Named::probe(&opening);
    }
}

fn law<P: Protocol>(data: &[u8]) {
    assert_split_law::<P>(&turns(data), &cuts(data));
}

/// A conversation: pieces behind the mark `\1PKT` and a byte whose lowest bit is the direction, as Zeek's fuzzers write
/// them; without a mark, the client's bytes.
fn turns(data: &[u8]) -> Vec<(Direction, Vec<u8>)> {
    let mut turns = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        push(&mut turns, &rest[..at]);
        rest = &rest[at + MARK.len()..];
        let Some((byte, after)) = rest.split_first() else { break };
        turns.push((if byte & 1 == 1 { Direction::Client } else { Direction::Server }, Vec::new()));
        rest = after;
    }
    push(&mut turns, rest);
    turns
}

fn push(turns: &mut Vec<(Direction, Vec<u8>)>, bytes: &[u8]) {
    match turns.last_mut() {
        Some((_, last)) => last.extend_from_slice(bytes),
        None => turns.push((Direction::Client, bytes.to_vec())),
    }
}

fn cuts(data: &[u8]) -> Vec<usize> {
    data.iter().rev().take(4).map(|&byte| usize::from(byte) * 3).collect()
}

const MARK: &[u8] = b"\x01PKT";
