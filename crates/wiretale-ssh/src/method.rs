//! Key exchange methods and their messages.

use crate::kexinit::string;

/// A family of key exchange methods: which message means what.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Method {
    /// Fixed groups (RFC 4253 §8, RFC 8268).
    Dh,
    /// Group exchange (RFC 4419).
    GroupExchange,
    /// One message each way: ECDH and ECMQV (RFC 5656), curve25519 (RFC 8731), and the hybrids with sntrup761 and
    /// ML-KEM.
    Ecdh,
    /// GSS-API (RFC 4462, RFC 8732).
    Gss,
    /// RSA (RFC 4432).
    Rsa,
    /// A name that is not in the table. Its messages are read as [`Method::Ecdh`]'s, which new methods follow.
    Unknown,
}

/// What a message of a key exchange says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Message<'a> {
    /// The SSH client's first.
    Init,
    /// A group's prime.
    Group(&'a [u8]),
    /// The server's host key.
    HostKey(&'a [u8]),
    /// Nothing worth knowing.
    Other,
}

impl Method {
    /// The family a name belongs to.
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        TABLE.iter().find(|(prefix, _)| name.starts_with(prefix)).map_or(Self::Unknown, |&(_, method)| method)
    }

    /// Reads a message by its number (30 to 49) and what follows it.
    pub(crate) fn read(self, number: u8, body: &[u8]) -> Message<'_> {
        let key = || string(body).map_or(Message::Other, |(_, key)| Message::HostKey(key));
        match (self, number) {
            (Self::GroupExchange, 30 | 34) | (Self::Gss, 30 | 40) | (Self::Rsa, 31) => Message::Init,
            (Self::GroupExchange, 31) | (Self::Gss, 41) => {
                string(body).map_or(Message::Other, |(_, p)| Message::Group(p))
            }
            (Self::GroupExchange | Self::Gss, 33) | (Self::Rsa, 30) => key(),
            (Self::Dh | Self::Ecdh | Self::Unknown, 30) => Message::Init,
            (Self::Dh | Self::Ecdh, 31) => key(),
            (Self::Unknown, 31 | 33) => plausible(key()),
            _ => Message::Other,
        }
    }
}

// Of an unknown method, a host key is only believed if it begins with its own type.
fn plausible(message: Message<'_>) -> Message<'_> {
    match message {
        Message::HostKey(key) if key_type(key).is_some() => message,
        _ => Message::Other,
    }
}

/// The type a host key blob begins with (RFC 4253 §6.6), if it looks like one.
pub(crate) fn key_type(blob: &[u8]) -> Option<&[u8]> {
    let (_, name) = string(blob).ok()?;
    (!name.is_empty() && name.len() <= 64 && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

/// Prefixes of method names, longer ones first where one is the beginning of another.
const TABLE: &[(&[u8], Method)] = &[
    (b"diffie-hellman-group-exchange-", Method::GroupExchange),
    (b"diffie-hellman-group", Method::Dh),
    (b"curve25519-", Method::Ecdh),
    (b"curve448-", Method::Ecdh),
    (b"ecdh-sha2-", Method::Ecdh),
    (b"ecmqv-sha2", Method::Ecdh),
    (b"sntrup761x25519-", Method::Ecdh),
    (b"sntrup4591761x25519-", Method::Ecdh),
    (b"mlkem768x25519-", Method::Ecdh),
    (b"mlkem768nistp256-", Method::Ecdh),
    (b"mlkem1024nistp384-", Method::Ecdh),
    (b"ecdh-nistp256-kyber-", Method::Ecdh),
    (b"x25519-kyber-", Method::Ecdh),
    (b"kexguess2@matt.ucc.asn.au", Method::Ecdh),
    (b"gss-", Method::Gss),
    (b"rsa1024-", Method::Rsa),
    (b"rsa2048-", Method::Rsa),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_their_families() {
        for (name, method) in [
            ("diffie-hellman-group1-sha1", Method::Dh),
            ("diffie-hellman-group18-sha512", Method::Dh),
            ("diffie-hellman-group-exchange-sha256", Method::GroupExchange),
            ("curve25519-sha256@libssh.org", Method::Ecdh),
            ("sntrup761x25519-sha512@openssh.com", Method::Ecdh),
            ("mlkem768x25519-sha256", Method::Ecdh),
            ("gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==", Method::Gss),
            ("rsa2048-sha256", Method::Rsa),
            ("frodokem-x", Method::Unknown),
        ] {
            assert_eq!(Method::of(name.as_bytes()), method, "{name}");
        }
    }
}
