//! Host keys and their fingerprints.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::Text;

/// A server's host key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostKey<'a> {
    /// The key's type as the key itself says it: `ssh-ed25519`. Empty for SSH1, whose keys have no type but RSA.
    pub algorithm: Text<'a>,
    /// Length of the key blob in bytes.
    pub len: usize,
    /// SHA-256 fingerprint.
    pub sha256: Sha256Fingerprint,
    /// MD5 fingerprint.
    pub md5: Md5Fingerprint,
}

/// A SHA-256 fingerprint. Prints as OpenSSH does: `SHA256:` and 43 base64 digits without padding.
///
/// Zeek's `host_key_fingerprint` has the first 32 digits only; [`Sha256Fingerprint::zeek`] prints that.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Fingerprint(pub [u8; 32]);

/// An MD5 fingerprint. Prints as sixteen pairs of hexadecimal digits with colons between.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Md5Fingerprint(pub [u8; 16]);

impl<'a> HostKey<'a> {
    /// The host key whose fingerprints are those of these parts, one after another.
    pub(crate) fn of(algorithm: &'a [u8], parts: &[&[u8]]) -> Self {
        let (mut sha256, mut md5) = (Sha256::new(), Md5::new());
        for part in parts {
            sha256.update(part);
            md5.update(part);
        }
        Self {
            algorithm: Text(algorithm),
            len: parts.iter().map(|part| part.len()).sum(),
            sha256: Sha256Fingerprint(sha256.finalize().into()),
            md5: Md5Fingerprint(md5.finalize().into()),
        }
    }
}

impl Sha256Fingerprint {
    /// As Zeek's `ssh.log` has it: cut after 32 digits.
    pub fn zeek(&self) -> impl fmt::Display {
        Digits { fingerprint: *self, digits: 32 }
    }
}

impl fmt::Display for Sha256Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Digits { fingerprint: *self, digits: 43 }, f)
    }
}

impl fmt::Debug for Sha256Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Md5Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(i, byte)| {
            let colon = if i == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")
        })
    }
}

impl fmt::Debug for Md5Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

struct Digits {
    fingerprint: Sha256Fingerprint,
    digits: usize,
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 44];
        let len = STANDARD_NO_PAD.encode_slice(self.fingerprint.0, &mut text).unwrap_or(0);
        f.write_str("SHA256:")?;
        text.iter().take(len.min(self.digits)).try_for_each(|&digit| fmt::Write::write_char(f, char::from(digit)))
    }
}
