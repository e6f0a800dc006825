//! An SSH connection as a capture has it: the key exchange in clear, and then lengths.
//!
//! The lengths are those of OpenSSH with `chacha20-poly1305@openssh.com`: four bytes of length, the padded packet, a tag
//! of sixteen. What is under the seal is chance.

use wiretale_packet::{Direction, Timestamp};

use super::story::{pause, secs};
use crate::random::Random;
use crate::talk::Talk;

/// An SSH connection after its key exchange.
pub(super) struct Ssh<'w> {
    talk: Talk<'w>,
    random: Random,
}

/// Who speaks, and with which key.
#[derive(Clone, Copy)]
pub(super) struct Software<'a> {
    pub(super) client: &'a str,
    pub(super) server: &'a str,
    /// Equal keys have equal numbers.
    pub(super) key: u8,
}

impl Default for Software<'_> {
    fn default() -> Self {
        Self { client: "OpenSSH_8.9p1 Ubuntu-3ubuntu0.6", server: "OpenSSH_9.2p1 Debian-2+deb12u3", key: 1 }
    }
}

impl<'w> Ssh<'w> {
    /// Identification, key exchange, and the service.
    pub(super) fn open(mut talk: Talk<'w>, mut random: Random, software: Software<'_>) -> Self {
        let newkeys = clear(&[21]);
        talk.speak(Direction::Client, format!("SSH-2.0-{}\r\n", software.client).as_bytes());
        talk.speak(Direction::Server, format!("SSH-2.0-{}\r\n", software.server).as_bytes());
        talk.speak(Direction::Client, &clear(&kexinit(&mut random)));
        talk.speak(Direction::Server, &clear(&kexinit(&mut random)));
        let public = random.bytes(32);
        talk.speak(Direction::Client, &clear(&[&[30][..], &string(&public)].concat()));
        let reply = clear(&kex_reply(&mut random, software.key));
        talk.speak(Direction::Server, &[reply, newkeys.clone()].concat());
        talk.speak(Direction::Client, &newkeys);
        let mut ssh = Self { talk, random };
        ssh.send(Direction::Client, &[17]);
        ssh.send(Direction::Server, &[17]);
        ssh
    }

    /// Asks which methods there are, and guesses passwords in vain.
    pub(super) fn refused(&mut self, times: u32) {
        for attempt in 0..=times {
            self.talk.pause(secs(0.12));
            let request = if attempt == 0 { 35 } else { PASSWORD };
            self.send(Direction::Client, &[request]);
            self.talk.pause(secs(0.02));
            self.send(Direction::Server, &[FAILURE]);
        }
    }

    /// A password, accepted; and a shell with its prompt.
    pub(super) fn shell(&mut self) {
        self.accepted();
        self.send(Direction::Client, &[24, 34]);
        self.send(Direction::Server, &[17]);
        self.send(Direction::Client, &[35, 345, 23]);
        self.send(Direction::Server, &[9, 9, 60]);
        self.talk.pause(secs(0.05));
        self.send(Direction::Server, &[150, 33]);
    }

    /// A password, accepted; and a program of which the output is read (`ssh host command`, scp, rsync).
    pub(super) fn program(&mut self) {
        self.accepted();
        self.send(Direction::Client, &[24, 34]);
        self.send(Direction::Server, &[17]);
        self.send(Direction::Client, &[35, 60]);
        self.send(Direction::Server, &[9, 5]);
    }

    fn accepted(&mut self) {
        let think = pause(&mut self.random, 1.5);
        self.talk.pause(secs(think));
        self.send(Direction::Client, &[PASSWORD]);
        self.talk.pause(secs(0.02));
        self.send(Direction::Server, &[1]);
        self.send(Direction::Server, &[180]);
    }

    /// A person types a line of so many keys, each echoed, and reads so many bytes.
    pub(super) fn typed(&mut self, keys: usize, output: usize) {
        let think = pause(&mut self.random, 1.8);
        self.talk.pause(secs(think));
        for _ in 0..keys {
            let pause = pause(&mut self.random, 0.17).clamp(0.05, 1.5);
            self.talk.pause(secs(pause));
            self.send(Direction::Client, &[10]);
            self.talk.pause(secs(0.0005));
            self.send(Direction::Server, &[10]);
        }
        self.talk.pause(secs(0.2));
        self.send(Direction::Client, &[10]);
        self.send(Direction::Server, &[11]);
        self.talk.pause(secs(0.004));
        self.send(Direction::Server, &[9 + output, 33]);
    }

    /// Bulk data one way.
    pub(super) fn bulk(&mut self, from: Direction, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let piece = left.min(16_384);
            let sealed = self.sealed(&[9 + piece]);
            self.talk.speak(from, &sealed);
            left -= piece;
        }
        self.send(from.opposite(), &[9]);
    }

    /// The client leaves. Returns when.
    pub(super) fn close(mut self) -> Timestamp {
        self.send(Direction::Client, &[5]);
        self.talk.close(Direction::Client)
    }

    fn send(&mut self, from: Direction, payloads: &[usize]) {
        let sealed = self.sealed(payloads);
        self.talk.speak(from, &sealed);
    }

    fn sealed(&mut self, payloads: &[usize]) -> Vec<u8> {
        let bytes = payloads.iter().map(|payload| 4 + (1 + payload + 4).div_ceil(8) * 8 + 16).sum();
        self.random.bytes(bytes)
    }
}

fn clear(payload: &[u8]) -> Vec<u8> {
    let all = (4 + 1 + payload.len() + 4).div_ceil(8) * 8;
    let padding = all - 5 - payload.len();
    let mut packet = ((all - 4) as u32).to_be_bytes().to_vec();
    packet.push(padding as u8);
    packet.extend(payload);
    packet.resize(all, 0);
    packet
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

fn kexinit(random: &mut Random) -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend(random.bytes(16));
    for list in LISTS {
        payload.extend(string(list.as_bytes()));
    }
    payload.extend([0; 5]);
    payload
}

fn kex_reply(random: &mut Random, key: u8) -> Vec<u8> {
    let host_key = [string(b"ssh-ed25519"), string(&[key; 32])].concat();
    let signature = [string(b"ssh-ed25519"), string(&random.bytes(64))].concat();
    [&[31][..], &string(&host_key), &string(&random.bytes(32)), &string(&signature)].concat()
}

const LISTS: [&str; 10] = [
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group14-sha256",
    "ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
    "chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr,aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr,aes256-gcm@openssh.com",
    "umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-256",
    "umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-256",
    "none,zlib@openssh.com",
    "none,zlib@openssh.com",
    "",
    "",
];

// Payloads: "publickey,password" in a refusal; a request with a password, which OpenSSH pads.
const FAILURE: usize = 24;
const PASSWORD: usize = 120;
