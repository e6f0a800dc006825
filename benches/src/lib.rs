//! Inputs shared by the benches, made with fixed seeds.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
pub use wiretale_testkit::lend;
use wiretale_testkit::{Random, Weather, Wire};

/// Lines as a busy channel sends them, 66 bytes each with their ends on average, `bytes` in all.
#[must_use]
pub fn irc_lines(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(7);
    let mut lines = Vec::with_capacity(bytes + 100);
    while lines.len() < bytes {
        let word = random.between(0, 100_000_000_000_000_000);
        let nick = random.between(100, 999);
        lines.extend(format!(":nick{nick}!user@host{nick}.example PRIVMSG #channel :{word:017}\r\n").bytes());
    }
    lines
}

/// A control connection's commands and replies, `exchanges` of them, each side's words in turn.
#[must_use]
pub fn ftp_session(exchanges: usize) -> Vec<(Direction, Vec<u8>)> {
    let mut turns = vec![
        (Direction::Server, b"220 ready\r\n".to_vec()),
        (Direction::Client, b"USER anonymous\r\n".to_vec()),
        (Direction::Server, b"331 password, please\r\n".to_vec()),
        (Direction::Client, b"PASS guest@example.edu\r\n".to_vec()),
        (Direction::Server, b"230 welcome\r\n".to_vec()),
    ];
    for n in 0..exchanges {
        turns.push((Direction::Client, format!("SIZE file{n:05}.bin\r\n").into_bytes()));
        turns.push((Direction::Server, format!("213 {n}\r\n").into_bytes()));
    }
    turns
}

/// An SSH connection: identification, key exchange in clear as far as it goes, then sealed packets in turns.
#[must_use]
pub fn ssh_session(turns: usize) -> Vec<(Direction, Vec<u8>)> {
    let mut random = Random::new(13);
    let mut session = vec![
        (Direction::Client, b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        (Direction::Server, b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        (Direction::Client, ssh_packet(&kexinit())),
        (Direction::Server, ssh_packet(&kexinit())),
        (Direction::Client, ssh_packet(&[&[30, 0, 0, 0, 32][..], &[7; 32]].concat())),
        (Direction::Server, ssh_packet(&[21])),
        (Direction::Client, ssh_packet(&[21])),
    ];
    for n in 0..turns {
        let direction = if n % 2 == 0 { Direction::Client } else { Direction::Server };
        session.push((direction, random.bytes(36 + n % 3 * 8)));
    }
    session
}

// RFC 4253 section 7.1, with one algorithm of each kind.
fn kexinit() -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend([5; 16]);
    let lists = [
        "curve25519-sha256",
        "ssh-ed25519",
        "aes128-ctr",
        "aes128-ctr",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    ];
    for list in lists {
        payload.extend((list.len() as u32).to_be_bytes());
        payload.extend(list.bytes());
    }
    payload.extend([0; 5]);
    payload
}

// RFC 4253 section 6: length, padding length, payload, padding to a multiple of eight.
fn ssh_packet(payload: &[u8]) -> Vec<u8> {
    let padding = 12 - (payload.len() + 5 + 4) % 8;
    let mut packet = ((payload.len() + padding + 1) as u32).to_be_bytes().to_vec();
    packet.push(padding as u8);
    packet.extend(payload);
    packet.extend(vec![0; padding]);
    packet
}

/// DNS queries and their answers, one datagram each.
#[must_use]
pub fn dns_session(questions: u16) -> Vec<(Direction, Vec<u8>)> {
    let name = b"\x03www\x07example\x03edu\x00";
    let mut session = Vec::new();
    for id in 0..questions {
        let question = [&name[..], &[0, 1, 0, 1]].concat();
        session.push((Direction::Client, [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0], &question].concat()));
        let answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 1];
        session.push((
            Direction::Server,
            [&id.to_be_bytes()[..], &[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], &question, &answer].concat(),
        ));
    }
    session
}

/// A DCC transfer in 1448-byte pieces, acknowledged every fourth.
#[must_use]
pub fn dcc_transfer(bytes: usize) -> Vec<(Direction, Vec<u8>)> {
    let mut random = Random::new(17);
    let (mut session, mut sent) = (Vec::new(), 0);
    while sent < bytes {
        for _ in 0..4 {
            session.push((Direction::Server, random.bytes(1448)));
            sent += 1448;
        }
        session.push((Direction::Client, (sent as u32).to_be_bytes().to_vec()));
    }
    session
}

/// The frames of many conversations: chat, transfers, refusals, sorted by time.
#[must_use]
pub fn conversations(flows: u64) -> Vec<(Timestamp, Vec<u8>)> {
    let mut wire = Wire::new(Weather { loss: 0.01, ..Weather::default() }, 3);
    let mut random = Random::new(11);
    let lines = irc_lines(6000);
    let start = Timestamp::from_parts(1_700_000_000, 0);
    for n in 0..flows {
        let at = Timestamp::from_nanos(start.nanos() + (n * 3_000_000) as i64);
        let client = Endpoint::new(Address::v4([10, 20, (n >> 8) as u8, n as u8]), 1024 + (n % 60_000) as u16);
        let server = Endpoint::new(Address::v4([203, 0, 113, (n % 200) as u8]), 6667);
        match n % 4 {
            0 => {
                let talk = wire.tcp(at, client, server).client("NICK a\r\nUSER a 0 * :A\r\n");
                let _ = talk.server(&lines).client("QUIT :bye\r\n").close(Direction::Client);
            }
            1 | 2 => {
                let bytes = random.bytes(8000);
                let _ = wire
                    .tcp(at, client, Endpoint { port: 9000, ..server })
                    .client(b"\x01go")
                    .server(bytes)
                    .close(Direction::Server);
            }
            _ => wire.attempt(at, client, server, n % 8 == 3),
        }
    }
    wire.into_frames()
}

/// The capture that `WIRETALE_PCAP` names, for figures of one's own: as seen from the repository's root, where the command
/// is given, though a bench is run elsewhere.
#[must_use]
pub fn own_capture() -> Option<PathBuf> {
    let path = std::env::var_os("WIRETALE_PCAP")?;
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
}
