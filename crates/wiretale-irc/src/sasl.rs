//! SASL (IRCv3 `sasl-3.1`, `sasl-3.2`): which mechanism, and the account of `PLAIN`.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::name::{Name, keep};
use crate::secret::Secret;

/// One exchange on a client's connection.
#[derive(Default)]
pub(crate) struct Sasl {
    mechanism: Name,
    account: Name,
    // The response so far, still encoded: 400 bytes a line.
    response: Secret,
    told: bool,
}

/// What a response of `PLAIN` holds (RFC 4616).
pub(crate) struct Plain {
    pub(crate) account: Vec<u8>,
    pub(crate) password: Secret,
}

impl Sasl {
    /// The client's `AUTHENTICATE`, its response already masked: only the choice of a mechanism is left to see.
    pub(crate) fn asked(&mut self, argument: &[u8]) {
        let named =
            argument.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(byte));
        if argument == b"*" || argument == crate::mask::HIDDEN || self.hides() {
            return;
        }
        if named && (1..=20).contains(&argument.len()) {
            keep(&mut self.mechanism, argument);
            self.told = false;
            self.response.clear();
        }
    }

    /// Is what the client sends now a secret? Everything but a choice of mechanism, where none was chosen or the chosen
    /// one sends passwords.
    pub(crate) fn hides(&self) -> bool {
        matches!(&*self.mechanism, b"PLAIN" | b"LOGIN")
    }

    /// A piece of the client's response. `None` while more must follow.
    pub(crate) fn response(&mut self, piece: &[u8]) -> Option<Plain> {
        if piece != b"+" {
            self.response.extend(piece, LONGEST_RESPONSE);
        }
        if piece.len() >= PIECE {
            return None;
        }
        let plain = decode(self.response.bytes());
        self.response.clear();
        let plain = plain?;
        keep(&mut self.account, &plain.account);
        Some(plain)
    }

    /// The server told of a login: the mechanism that led to it, if one did.
    pub(crate) fn told(&mut self) -> Name {
        self.told = true;
        self.mechanism.clone()
    }

    /// The exchange is over: mechanism and account, unless that was told already.
    pub(crate) fn ended(&mut self) -> Option<(Name, Name)> {
        let told = core::mem::take(&mut self.told);
        let ended = (core::mem::take(&mut self.mechanism), core::mem::take(&mut self.account));
        self.response.clear();
        (!told).then_some(ended)
    }
}

/// Decodes a response of `PLAIN`: `authzid NUL authcid NUL password`, in base64.
pub(crate) fn decode(response: &[u8]) -> Option<Plain> {
    let mut decoded = STANDARD.decode(response).ok()?;
    let plain = {
        let mut fields = decoded.splitn(3, |&byte| byte == 0);
        match (fields.next(), fields.next(), fields.next()) {
            (Some(_), Some(account), Some(password)) => {
                Some(Plain { account: account.to_vec(), password: Secret::new(password) })
            }
            _ => None,
        }
    };
    decoded.fill(0);
    plain
}

const PIECE: usize = 400;
const LONGEST_RESPONSE: usize = 4096;
