//! Secrets that cross the wire in clear: what may be said of them.

use core::fmt;
use core::hash::Hasher;

use siphasher::sip::SipHasher24;
use wiretale_packet::{Direction, Timestamp};

/// A secret seen in clear. It says whose, of what kind and with what outcome, never what it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exposure<'a> {
    /// What kind of secret, in lower case with hyphens: `"oper"`, `"nickserv-identify"`, `"ftp"`.
    pub kind: &'static str,
    /// The account it opens; empty where none is named.
    pub account: &'a [u8],
    /// Where it opens it: a server, a network, a channel; empty for the server spoken to.
    pub scope: &'a [u8],
    /// Who sent it: a server may, to its peer on a link or to a bot.
    pub by: Direction,
    /// Whether it was taken.
    pub outcome: Outcome,
    /// Tells equal secrets from different ones.
    pub tag: Tag,
    /// When it crossed; the outcome may have shown later.
    pub crossed: Timestamp,
    /// In which frame it crossed.
    pub frame: u64,
}

/// What became of a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The other side took it.
    Accepted,
    /// The other side refused it.
    Refused,
    /// Nothing tells.
    Unknown,
}

/// A secret's tag: 64 bits under a key that is drawn anew for every run and never leaves it. Not for output as it is:
/// reports number the tags in the order in which they appear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tag(u64);

/// The key of a run's tags.
#[derive(Clone, Copy, Default)]
pub struct SecretKey(u64, u64);

impl SecretKey {
    /// A key from two random numbers. They come from outside: nothing in here reads a clock or a random source.
    #[must_use]
    pub const fn new(a: u64, b: u64) -> Self {
        Self(a, b)
    }

    /// The tag of a secret under this key (SipHash-2-4).
    #[must_use]
    pub fn tag(&self, secret: &[u8]) -> Tag {
        let mut hasher = SipHasher24::new_with_keys(self.0, self.1);
        hasher.write(secret);
        Tag(hasher.finish())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}
