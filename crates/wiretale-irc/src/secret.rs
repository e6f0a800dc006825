//! A secret that crossed, and what is to be said of it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Outcome};

use crate::mask::{HIDDEN, Places, place};

/// The bytes of a secret. They can be compared and tagged, never printed; forgotten, they are overwritten.
#[derive(Default)]
pub(crate) struct Secret(Vec<u8>);

/// What will tell a secret's outcome.
#[derive(PartialEq, Eq)]
pub(crate) enum Awaits {
    /// The client being taken in.
    Registration,
    /// The answer to `OPER`.
    Oper,
    /// A service's words; to the client of this nick, or to this connection's own where it is empty.
    Service { service: Box<[u8]>, client: Box<[u8]> },
    /// A bot's words.
    Bot { master: Box<[u8]>, bot: Box<[u8]> },
    /// The end of SASL; of this user of a link, or of this connection's client where it is empty.
    Sasl(Box<[u8]>),
    /// The client being let into a channel.
    Join,
    /// The channel's mode being changed.
    KeySet,
    /// The link going on, after this side named itself.
    Link(Direction),
    /// Nothing: it is known.
    Nothing(Outcome),
}

/// A secret on a line.
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) account: Box<[u8]>,
    pub(crate) secret: Secret,
    pub(crate) awaits: Awaits,
}

/// All secrets of a line: where they stand, and what is to be said of them.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) places: Places,
    pub(crate) findings: SmallVec<[Finding; 1]>,
}

impl Secret {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn extend(&mut self, bytes: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.0.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
        self.0.clear();
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.findings.is_empty()
    }

    pub(crate) fn hide(&mut self, line: &[u8], part: &[u8]) {
        if !part.is_empty() {
            self.places.extend(place(line, part));
        }
    }

    pub(crate) fn add(&mut self, line: &[u8], secret: &[u8], kind: &'static str, account: &[u8], awaits: Awaits) {
        if secret.is_empty() || secret == HIDDEN {
            return;
        }
        self.hide(line, secret);
        self.findings.push(Finding { kind, account: account.into(), secret: Secret::new(secret), awaits });
    }
}
