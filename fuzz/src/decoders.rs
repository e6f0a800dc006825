//! Decoders: the split law on any conversation, and the pure parsers on any line.

use wiretale::dcc::{Announced, Dcc, DccChat};
use wiretale::ftp::{Ftp, FtpData};
use wiretale::protocol::{Chunk, Direction, Note, Opening, Probe, Protocol};
use wiretale::{irc::Irc, recognize::Named, ssh::Ssh, terminal::Terminal};
use wiretale_testkit::Solo;

use crate::law::{self, Turn};

/// `wiretale_irc::Irc`.
pub fn irc(data: &[u8]) {
    law::holds::<Irc>(data);
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

/// `wiretale_dcc::Dcc` and `DccChat`, unannounced and behind an offer.
pub fn dcc(data: &[u8]) {
    law::holds::<Dcc>(data);
    law::holds::<DccChat>(data);
    law::holds_for::<Dcc>(data, || announced(b"\x01DCC SEND a 167772161 5000 300\x01"));
    law::holds_for::<DccChat>(data, || announced(b"\x01DCC CHAT chat 167772161 5000\x01"));
}

/// `wiretale_dcc::parse`.
pub fn dcc_line(data: &[u8]) {
    let _ = wiretale::dcc::parse(data);
}

/// `wiretale_ftp::Ftp`.
pub fn ftp(data: &[u8]) {
    law::holds::<Ftp>(data);
}

/// `wiretale_ftp::FtpData`, behind a control connection that asks for a file or a directory.
pub fn ftp_data(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let command = ["RETR a", "LIST", "MLSD", "STOR b", "NLST", "NOOP", "REST 7"][usize::from(*kind) % 7];
    law::holds_for::<FtpData>(data, || {
        let mut control = Solo::<Ftp>::new();
        control.server("220 hi\r\n").client("USER bob\r\n").server("230 in\r\n");
        control.client("PASV\r\n").server("227 (10,0,0,2,8,1)\r\n").client(format!("{command}\r\n"));
        control.server("150 on (40 bytes)\r\n");
        expected(control.expected())
    });
}

/// `wiretale_ssh::Ssh`: what it says of the clear part does not depend on the cuts, and nothing makes it panic.
pub fn ssh(data: &[u8]) {
    // Of sealed packets only sizes and times are known, and both depend on the cuts where borders cannot be found.
    let clear = data.windows(NEWKEYS.len()).position(|window| window == NEWKEYS).unwrap_or(data.len());
    law::holds::<Ssh>(&data[..clear]);
    fed::<Ssh>(data);
}

/// `wiretale_dns::Dns`, each turn a datagram of its own.
pub fn dns(data: &[u8]) {
    fed::<wiretale::dns::Dns>(data);
}

/// `wiretale_terminal::Terminal`.
pub fn terminal(data: &[u8]) {
    law::holds::<Terminal>(data);
}

/// Who says of any first bytes that they are his: as more is shown, whoever said no does not come back on it.
pub fn recognize(data: &[u8]) {
    let Some((half, data)) = data.split_first() else { return };
    let (client, server) = data.split_at(data.len() * usize::from(*half) / 255);
    steady::<Irc>(client, server);
    steady::<Dcc>(client, server);
    steady::<DccChat>(client, server);
    steady::<Ssh>(client, server);
    steady::<Ftp>(client, server);
    steady::<wiretale::dns::Dns>(client, server);
    steady::<Named>(client, server);
    steady::<Terminal>(client, server);
}

fn steady<P: Protocol>(client: &[u8], server: &[u8]) {
    let solo = Solo::<P>::new();
    let mut refused = None;
    for shown in 0..=client.len().max(server.len()) {
        let client = &client[..shown.min(client.len())];
        let server = &server[..shown.min(server.len())];
        let opening = Opening { client, server, flow: &solo.flow, last: false };
        match P::probe(&opening) {
            Probe::No => refused = refused.or(Some(shown)),
            Probe::Yes if refused.is_some() => panic!("{} said no at {refused:?} and yes at {shown}", P::TAG),
            Probe::Yes => {
                P::start(&opening);
                break;
            }
            Probe::Unsure | Probe::Leftover => {}
        }
        let _ = P::probe(&Opening { last: true, ..opening });
        if refused.is_some_and(|at| shown > at + 64) {
            break;
        }
    }
}

fn fed<P: Protocol>(data: &[u8]) {
    let mut solo = Solo::<P>::new();
    for turn in law::turns(data) {
        match turn {
            Turn::Says(direction, bytes) => solo.chunk(direction, Chunk::Data(&bytes)),
            Turn::Loses(direction, len) => solo.chunk(direction, Chunk::Gap(len)),
        };
    }
    solo.end();
}

fn announced<P: Protocol>(offer: &[u8]) -> Solo<P> {
    let mut chat = Solo::<Irc>::new();
    chat.client("NICK a\r\nUSER a 0 * :a\r\n").server(":x 001 a :hi\r\n");
    chat.chunk(Direction::Client, Chunk::Data(&[b"PRIVMSG b :", offer, b"\r\n"].concat()));
    expected(chat.expected())
}

// A decoder for the last announcement; a plain one where nothing was announced.
fn expected<P: Protocol>(mut expectations: Vec<wiretale::protocol::Expectation>) -> Solo<P> {
    let note = expectations.pop().filter(|expectation| expectation.tag == P::TAG).map(|expectation| expectation.note);
    debug_assert!(note.as_ref().is_none_or(|note| note.peek::<Announced>().is_some() || P::TAG == FtpData::TAG));
    note.and_then(|note: Note| P::start_expected(note)).map_or_else(Solo::new, Solo::with)
}

const NEWKEYS: &[u8] = &[0, 0, 0, 12, 10, 21];
