//! More captures of the evasion family, made here: forgeries, odd openings and ends, pieces and detours around one line.

mod copies;
mod dropped;
mod ends;
mod openings;
mod pieces;
mod probes;
mod story;

use wiretale::packet::{Address, Endpoint, Flags};

use self::story::*;
use crate::evasion::Seen;
use crate::evasion_variants::{Frame, pcap};

/// What must be seen: the host's bytes, and if any are named, one of these events; or at least one of both.
enum Must {
    Exact(&'static [&'static str]),
    Either(&'static [&'static str]),
}
use Must::{Either, Exact};

fn check(name: &str, must: Must, story: Story) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut file, &pcap(&story.frames, 1, false, false)).expect("written");
    let seen = Seen::of(file.path());
    let client = [HELLO, JOIN, story.key, QUIT].concat();
    let server = if story.only_client { Vec::new() } else { vec![WELCOME.to_vec(); story.sessions] };
    let exact = seen.client == vec![client; story.sessions] && seen.server == server;
    let (right, names) = match must {
        Exact(names) => (exact && (names.is_empty() || names.iter().any(|name| seen.weirds.contains(*name))), names),
        Either(names) => (exact || names.iter().any(|name| seen.weirds.contains(*name)), names),
    };
    let shown: Vec<_> = seen.client.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    assert!(
        right,
        "{name}: bytes {exact}, one of {names:?} in {:?}; {shown:?}, {} of the server",
        seen.weirds,
        seen.server.len()
    );
    println!("{name}: bytes {exact}, {:?}", seen.weirds);
}

const CLIENT: Endpoint = Endpoint::new(Address::v4([10, 1, 0, 10]), 40_001);
const SERVER: Endpoint = Endpoint::new(Address::v4([10, 1, 0, 20]), 6667);
const ACK: Flags = Flags::ACK;
const SYN: Flags = Flags::SYN;
const FIN: Flags = Flags::FIN;
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);
const PUSH: Flags = Flags::PSH.with(Flags::ACK);
const HELLO: &[u8] = b"NICK alice\r\nUSER a 0 * :Alice\r\n";
const WELCOME: &[u8] = b":irc.example 001 alice :Welcome\r\n";
const JOIN: &[u8] = b"JOIN #ops\r\n";
const KEY: &[u8] = b"PRIVMSG #ops :SECRET run payload\r\n";
const FAKE: &[u8] = b"PRIVMSG #ops :nothing to see hr!\r\n";
const QUIT: &[u8] = b"QUIT :bye\r\n";
