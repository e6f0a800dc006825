//! What is read behind bytes that are lost in a WebSocket.

mod common;

use common::Session;
use wiretale_irc::Irc;
use wiretale_protocol::{Chunk, Demand, Direction, Opening, Protocol};

const UPGRADE: &str =
    "GET /irc HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: text.ircv3.net\r\n\r\n";
const UPGRADED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

fn frame(first: u8, text: &[u8]) -> Vec<u8> {
    [&[first, u8::try_from(text.len()).unwrap()], text].concat()
}

/// A connection on which the server has greeted.
fn open() -> Session {
    let mut session = Session::new();
    let opening = Opening { client: UPGRADE.as_bytes(), server: &[], flow: &session.flow, last: false };
    session.decoder = Irc::start(&opening);
    session.client(UPGRADE).server(UPGRADED).server(frame(0x81, b":s 001 ann :Welcome"));
    session
}

/// What is read of a message, a frame of which `kept` bytes arrive, then `lost` are lost, and two messages.
fn read(first: u8, kept: usize, lost: usize) -> Vec<String> {
    let mut session = open();
    let broken = frame(first, b":bob!b@h PRIVMSG #c :one");
    session.server(&broken[..kept]);
    session.frame += 1;
    let demand = session.chunk(Direction::Server, Chunk::Gap(u64::try_from(lost).unwrap()));
    assert_eq!(demand, if kept < 2 { Demand::Lengths } else { Demand::Stream });
    session.server(&broken[kept + lost..]);
    session.server(frame(0x81, b":bob!b@h PRIVMSG #c :two")).server(frame(0x81, b":bob!b@h PRIVMSG #c :three")).end();
    let word = |event: &&str| event.split("text: ").nth(1).map(|rest| rest.split('"').nth(1).unwrap().to_owned());
    session.events("Text").iter().filter_map(word).collect()
}

#[test]
fn the_message_behind_a_broken_one_is_whole() {
    for (kept, lost) in [(10, 16), (10, 15), (10, 3), (2, 24), (25, 1), (25, 0)] {
        assert_eq!(read(0x81, kept, lost), ["two", "three"], "{kept} {lost}");
    }
    assert_eq!(read(0x89, 10, 16), ["two", "three"], "bytes of a ping are not missed");
    assert_eq!(read(0x81, 0, 26), [""; 0], "where the next frame begins is not known");
    assert_eq!(read(0x81, 1, 25), [""; 0]);
}

#[test]
fn a_message_goes_on_behind_what_is_lost_of_a_ping_in_it() {
    let mut session = open();
    session.server(frame(1, b":bob!b@h PRIVMSG #c :o")).server(&frame(0x89, b"ping")[..3]);
    session.chunk(Direction::Server, Chunk::Gap(3));
    session.server(frame(0x80, b"ne")).server(frame(0x81, b":bob!b@h PRIVMSG #c :two"));
    let texts = session.events("Text");
    assert!(texts.len() == 2 && texts[0].contains("\"one\"") && texts[1].contains("\"two\""), "{texts:?}");
}
