//! SSH conversations made up: real packets in the clear, and packets of the right sizes behind NEWKEYS.

use std::time::Duration;

use wiretale_packet::{Address, Endpoint, Timestamp};
use wiretale_protocol::{Direction, End};

use super::{Piece, Recorded, Said, decode_invariantly};

pub const CLIENT: Direction = Direction::Client;
pub const SERVER: Direction = Direction::Server;

/// How packets of a direction are sealed.
#[derive(Clone, Copy)]
pub struct Cipher {
    pub name: &'static str,
    pub mac: &'static str,
    block: usize,
    tag: usize,
    outside: bool,
}

pub const CHACHA: Cipher =
    Cipher { name: "chacha20-poly1305@openssh.com", mac: "hmac-sha2-256", block: 8, tag: 16, outside: true };
pub const CTR: Cipher = Cipher { name: "aes128-ctr", mac: "hmac-sha2-256", block: 16, tag: 32, outside: false };
pub const CTR_SHA1: Cipher = Cipher { name: "aes128-ctr", mac: "hmac-sha1", block: 16, tag: 20, outside: false };
pub const ETM: Cipher =
    Cipher { name: "aes256-ctr", mac: "hmac-sha2-256-etm@openssh.com", block: 16, tag: 32, outside: true };
pub const GCM: Cipher =
    Cipher { name: "aes256-gcm@openssh.com", mac: "hmac-sha2-256", block: 16, tag: 16, outside: true };
pub const CIPHERS: [Cipher; 5] = [CHACHA, CTR, CTR_SHA1, ETM, GCM];

impl Cipher {
    /// A sealed packet with a payload of so many bytes.
    pub fn packet(&self, payload: usize) -> Vec<u8> {
        let aligned = if self.outside { 1 + payload } else { 4 + 1 + payload };
        let mut padding = self.block - aligned % self.block;
        if padding < 4 {
            padding += self.block;
        }
        let length = 1 + payload + padding;
        let mut packet = Vec::from(u32::try_from(length).unwrap().to_be_bytes());
        if self.name.starts_with("chacha") || !self.outside {
            packet = vec![0xee; 4];
        }
        packet.resize(4 + length + self.tag, 0xee);
        packet
    }
}

/// A conversation in the making.
pub struct Made {
    pub recorded: Recorded,
    pub cipher: Cipher,
    now: Timestamp,
}

impl Made {
    /// Nothing said yet.
    pub fn new(cipher: Cipher) -> Self {
        let client = Endpoint::new(Address::v4([10, 0, 0, 1]), 40_000);
        let server = Endpoint::new(Address::v4([10, 0, 0, 2]), 22);
        let now = Timestamp::from_parts(1_000_000_000, 0);
        Self { recorded: Recorded { client, server, pieces: Vec::new() }, cipher, now }
    }

    /// Identification, key exchange and NEWKEYS of both sides, the service request and its answer.
    pub fn opened(cipher: Cipher, client: &str) -> Self {
        let mut made = Self::new(cipher);
        made.keyed(client, "OpenSSH_9.9", "curve25519-sha256", "none");
        made.client(&[17]).server(&[17]);
        made
    }

    /// Identification, key exchange and NEWKEYS of both sides.
    pub fn keyed(&mut self, client: &str, server: &str, kex: &str, compression: &str) -> &mut Self {
        self.clear(CLIENT, format!("SSH-2.0-{client}\r\n").as_bytes());
        self.clear(SERVER, format!("SSH-2.0-{server}\r\n").as_bytes());
        let offer = kexinit(kex, self.cipher.name, self.cipher.mac, compression);
        self.clear(CLIENT, &offer).clear(SERVER, &offer);
        self.clear(CLIENT, &packet(30, &string(&[9; 32])));
        let reply = [string(&host_key()), string(&[8; 32]), string(&[7; 83])].concat();
        self.clear(SERVER, &[packet(31, &reply), packet(21, &[])].concat());
        self.clear(CLIENT, &packet(21, &[]))
    }

    /// Bytes in the clear, a millisecond later.
    pub fn clear(&mut self, direction: Direction, bytes: &[u8]) -> &mut Self {
        self.wait(1);
        self.recorded.pieces.push((self.now, direction, Piece::Data(bytes.to_vec())));
        self
    }

    /// Sealed packets with payloads of these lengths from the client, each in a segment of its own.
    pub fn client(&mut self, payloads: &[usize]) -> &mut Self {
        self.sealed(CLIENT, payloads)
    }

    /// The same from the server.
    pub fn server(&mut self, payloads: &[usize]) -> &mut Self {
        self.sealed(SERVER, payloads)
    }

    /// Time passes.
    pub fn wait(&mut self, millis: u64) -> &mut Self {
        self.now = self.now + Duration::from_millis(millis);
        self
    }

    /// A request for authentication with this password, or for the list of methods without one.
    pub fn asks(&mut self, user: usize, password: Option<usize>) -> &mut Self {
        self.client(&[password.map_or(31 + user, |password| 40 + user + password)])
    }

    /// The user's ed25519 key, unsigned and then signed.
    pub fn key(&mut self, user: usize, signed: bool) -> &mut Self {
        self.client(&[107 + user + if signed { 4 + 83 } else { 0 }])
    }

    /// A refusal: `publickey,password`.
    pub fn refuses(&mut self) -> &mut Self {
        self.server(&[24])
    }

    /// In: the yes and the host keys, then the client opens a session and the server confirms it.
    pub fn lets_in(&mut self) -> &mut Self {
        self.server(&[1, 180]).client(&[24, 34]).server(&[17])
    }

    /// Both sides are done.
    pub fn end(&mut self) -> &mut Self {
        for direction in Direction::BOTH {
            self.recorded.pieces.push((self.now, direction, Piece::End(End::Finished)));
        }
        self
    }

    /// What the decoder says of it, however it is cut.
    pub fn said(&mut self) -> Said {
        self.end();
        decode_invariantly(&self.recorded, 25).expect("SSH")
    }

    fn sealed(&mut self, direction: Direction, payloads: &[usize]) -> &mut Self {
        self.wait(1);
        for &payload in payloads {
            self.recorded.pieces.push((self.now, direction, Piece::Data(self.cipher.packet(payload))));
        }
        self
    }
}

/// A binary packet in the clear (RFC 4253 §6).
pub fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let mut padding = 8 - (4 + 1 + 1 + body.len()) % 8;
    if padding < 4 {
        padding += 8;
    }
    let length = 1 + 1 + body.len() + padding;
    let mut packet = Vec::from(u32::try_from(length).unwrap().to_be_bytes());
    packet.extend([u8::try_from(padding).unwrap(), number]);
    packet.extend_from_slice(body);
    packet.resize(4 + length, 0);
    packet
}

/// An SSH string.
pub fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// An offer whose lists hold one name each.
pub fn kexinit(kex: &str, cipher: &str, mac: &str, compression: &str) -> Vec<u8> {
    offer(&[kex, "ssh-ed25519", cipher, cipher, mac, mac, compression, compression, "", ""])
}

/// An offer of these ten lists.
pub fn offer(lists: &[&str; 10]) -> Vec<u8> {
    let mut body = vec![3; 16];
    for list in lists {
        body.extend(string(list.as_bytes()));
    }
    body.extend([0; 5]);
    packet(20, &body)
}

/// An ed25519 host key.
pub fn host_key() -> Vec<u8> {
    [string(b"ssh-ed25519"), string(&[5; 32])].concat()
}
