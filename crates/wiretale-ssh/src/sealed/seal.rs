//! What a cipher and a MAC make of a packet's length.

use crate::Algorithms;

/// How one direction's packets look from outside (RFC 4253 §6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seal {
    /// Packets are padded to a multiple of this.
    pub(crate) block: u32,
    /// MAC or authentication tag.
    pub(crate) tag: u32,
    /// The four bytes of length stand outside what is padded: AEAD ciphers and encrypt-then-MAC.
    pub(crate) outside: bool,
    /// These four bytes can be read.
    pub(crate) readable: bool,
    /// Both algorithms are known.
    pub(crate) known: bool,
}

impl Seal {
    /// Of algorithms that are not known.
    pub(crate) const UNKNOWN: Self = Self { block: 16, tag: 0, outside: false, readable: false, known: false };

    /// Of a cipher and a MAC.
    pub(crate) fn of(cipher: &[u8], mac: &[u8]) -> Self {
        if cipher == b"chacha20-poly1305@openssh.com" || cipher == b"chacha20-poly1305" {
            return Self { block: 8, tag: 16, outside: true, readable: false, known: true };
        }
        if cipher.windows(3).any(|part| part == b"gcm" || part == b"GCM") {
            return Self { block: 16, tag: 16, outside: true, readable: true, known: true };
        }
        let (Some(block), Some(tag)) = (block(cipher), tag(mac)) else {
            return Self::UNKNOWN;
        };
        let etm = mac.ends_with(b"-etm@openssh.com");
        Self { block, tag, outside: etm, readable: etm, known: true }
    }

    /// The seals of both directions.
    pub(crate) fn both(algorithms: &Algorithms<'_>) -> (Self, Self) {
        let (cipher, mac) = (algorithms.cipher, algorithms.mac);
        (
            Self::of(cipher.to_server.name(), mac.to_server.name()),
            Self::of(cipher.to_client.name(), mac.to_client.name()),
        )
    }

    /// Bytes on the wire of a packet with a payload of this length and no more padding than it needs. A tag that was
    /// learnt from a turn of gigabytes may be as large as numbers go.
    pub(crate) const fn size(&self, payload: u32) -> u32 {
        let outside = if self.outside { 4 } else { 0 };
        let padded = (4 - outside + 1 + 4_u32).saturating_add(payload);
        let padded = padded.div_ceil(self.block).saturating_mul(self.block);
        let padded = if padded < 8 { 8 } else { padded };
        padded.saturating_add(outside).saturating_add(self.tag)
    }

    /// The longest payload a packet of this size can have.
    pub(crate) const fn payload(&self, size: u32) -> u32 {
        size.saturating_sub(self.tag.saturating_add(4 + 1 + 4))
    }

    /// Whether so many bytes may be a single packet.
    pub(crate) const fn single(&self, size: u32) -> bool {
        let outside = if self.outside { 4 } else { 0 };
        size % self.block == self.tag.saturating_add(outside) % self.block
    }

    /// Whether the count of packets shows in the sum of their sizes.
    pub(crate) const fn countable(&self) -> bool {
        let outside = if self.outside { 4 } else { 0 };
        !self.tag.saturating_add(outside).is_multiple_of(self.block)
    }
}

fn block(cipher: &[u8]) -> Option<u32> {
    let starts = |name: &[u8]| cipher.starts_with(name);
    if starts(b"aes") || starts(b"rijndael") || starts(b"camellia") || starts(b"twofish") || starts(b"serpent") {
        Some(16)
    } else if starts(b"3des") || starts(b"blowfish") || starts(b"cast128") || starts(b"arcfour") || starts(b"none") {
        Some(8)
    } else {
        None
    }
}

fn tag(mac: &[u8]) -> Option<u32> {
    let name = mac.strip_suffix(b"-etm@openssh.com").unwrap_or(mac);
    let name = name.split(|&byte| byte == b'@').next().unwrap_or(name);
    if name.starts_with(b"hmac-") && name.ends_with(b"-96") {
        return Some(12);
    }
    TAGS.iter().find(|(known, _)| *known == name).map(|&(_, tag)| tag)
}

const TAGS: &[(&[u8], u32)] = &[
    (b"hmac-md5", 16),
    (b"hmac-sha1", 20),
    (b"hmac-sha2-256", 32),
    (b"hmac-sha256", 32),
    (b"hmac-sha2-512", 64),
    (b"hmac-sha512", 64),
    (b"hmac-ripemd160", 20),
    (b"umac-32", 4),
    (b"umac-64", 8),
    (b"umac-96", 12),
    (b"umac-128", 16),
    (b"none", 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    // SERVICE_ACCEPT and USERAUTH_SUCCESS as captures show them.
    #[test]
    fn sizes_are_those_on_the_wire() {
        for (cipher, mac, accept, success) in [
            ("chacha20-poly1305@openssh.com", "umac-64-etm@openssh.com", 44, 28),
            ("aes128-ctr", "hmac-md5", 48, 32),
            ("aes128-ctr", "hmac-md5-etm@openssh.com", 52, 36),
            ("arcfour256", "hmac-md5-etm@openssh.com", 44, 28),
            ("aes128-ctr", "umac-64@openssh.com", 40, 24),
            ("aes256-ctr", "hmac-sha2-256", 64, 48),
        ] {
            let seal = Seal::of(cipher.as_bytes(), mac.as_bytes());
            assert_eq!((seal.size(17), seal.size(1)), (accept, success), "{cipher} {mac}");
        }
        assert!(!Seal::of(b"new-cipher", b"hmac-md5").known);
    }

    #[test]
    fn a_size_that_numbers_do_not_hold_is_the_largest() {
        let vast = Seal { tag: u32::MAX - 32, outside: true, ..Seal::UNKNOWN };
        assert_eq!((vast.size(17), vast.size(1000)), (u32::MAX, u32::MAX));
        assert_eq!((vast.payload(u32::MAX), Seal::UNKNOWN.size(u32::MAX)), (23, u32::MAX));
    }

    #[test]
    fn the_count_of_packets_shows_where_sizes_allow() {
        let chacha = Seal::of(b"chacha20-poly1305@openssh.com", b"");
        assert!(chacha.countable() && chacha.single(28) && !chacha.single(28 + 220));
        assert!(!Seal::of(b"aes128-ctr", b"hmac-md5").countable());
    }
}
