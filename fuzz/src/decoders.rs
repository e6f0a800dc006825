//! Decoders: the split law on any conversation, and the pure parsers on any line.

use std::sync::LazyLock;

use wiretale::dcc::{Announced, Dcc, DccChat};
use wiretale::ftp::{Ftp, FtpData};
use wiretale::protocol::{Note, Opening, Probe, Protocol};
use wiretale::{irc::Irc, recognize::Named, ssh::Ssh, terminal::Terminal};
use wiretale_testkit::{Deaf, Solo, flow, plain};

use crate::law;

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
    law::holds_for::<Dcc>(data, || announced::<Dcc>(&SEND));
    law::holds_for::<DccChat>(data, || announced::<DccChat>(&CHAT));
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
    let announced = &DATA[usize::from(*kind) % DATA.len()];
    law::holds_for::<FtpData>(data, || {
        announced.clone().and_then(FtpData::start_expected).unwrap_or_else(plain::<FtpData>)
    });
}

/// `wiretale_ssh::Ssh`: what it says of the clear part does not depend on the cuts, and nothing makes it panic.
pub fn ssh(data: &[u8]) {
    // Of sealed packets only sizes and times are known, and both depend on the cuts where borders cannot be found.
    let clear = data.windows(NEWKEYS.len()).position(|window| window == NEWKEYS).unwrap_or(data.len());
    law::holds::<Ssh>(&data[..clear]);
    law::fed::<Ssh>(data);
}

/// `wiretale_dns::Dns`, each turn a datagram of its own.
pub fn dns(data: &[u8]) {
    law::fed::<wiretale::dns::Dns>(data);
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
    let flow = flow();
    let mut refused = None;
    for shown in 0..=client.len().max(server.len()) {
        let client = &client[..shown.min(client.len())];
        let server = &server[..shown.min(server.len())];
        let opening = Opening { client, server, flow: &flow, last: false };
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

// What an offer on IRC leaves for the flow it announces.
fn offered(offer: &[u8]) -> Announced {
    let mut chat = Solo::<Irc, _>::heard_by(plain::<Irc>(), Deaf);
    chat.client(b"NICK a\r\nUSER a 0 * :a\r\n").server(b":x 001 a :hi\r\n");
    chat.client([b"PRIVMSG b :", offer, b"\r\n"].concat());
    chat.expected().pop().and_then(|expected| expected.note.take()).expect("an offer is announced")
}

fn announced<P: Protocol>(announced: &Announced) -> P::Decoder {
    P::start_expected(Note::new(announced.clone())).expect("it is announced")
}

// What a control connection leaves for the data connection of a command.
fn transfer(command: &[u8]) -> Option<Note> {
    let mut control = Solo::<Ftp, _>::heard_by(plain::<Ftp>(), Deaf);
    control.server(b"220 hi\r\n").client(b"USER bob\r\n").server(b"230 in\r\n");
    control.client(b"PASV\r\n").server(b"227 (10,0,0,2,8,1)\r\n").client(command);
    let expected = control.server(b"150 on (40 bytes)\r\n").expected().pop();
    expected.filter(|it| it.tag == FtpData::TAG).map(|it| it.note)
}

pub(crate) static SEND: LazyLock<Announced> = LazyLock::new(|| offered(b"\x01DCC SEND a 167772161 5000 300\x01"));
static CHAT: LazyLock<Announced> = LazyLock::new(|| offered(b"\x01DCC CHAT chat 167772161 5000\x01"));

static DATA: LazyLock<[Option<Note>; 7]> = LazyLock::new(|| COMMANDS.map(transfer));
const COMMANDS: [&[u8]; 7] =
    [b"RETR a\r\n", b"LIST\r\n", b"MLSD\r\n", b"STOR b\r\n", b"NLST\r\n", b"NOOP\r\n", b"REST 7\r\n"];
const NEWKEYS: &[u8] = &[0, 0, 0, 12, 10, 21];
