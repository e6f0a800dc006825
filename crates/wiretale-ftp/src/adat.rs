//! Security data (RFC 2228 section 3, `ADAT`): what kind of token, and no more of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

/// The mechanism that a token belongs to, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Mechanism {
    /// Kerberos 5 (RFC 4121).
    Kerberos5,
    /// Negotiation of a mechanism (RFC 4178).
    Spnego,
    /// NTLM, bare.
    Ntlm,
    /// The Grid Security Infrastructure: records of TLS.
    Gsi,
    /// Another.
    Other,
    /// It is no base64.
    Unreadable,
}

impl Mechanism {
    /// Of a token in base64, and how many bytes it has.
    pub(crate) fn of(token: &[u8]) -> (Self, usize) {
        let bytes = token.iter().filter(|&&byte| byte != b'=').count() * 3 / 4;
        let head = token.get(..HEAD.min(token.len() / 4 * 4)).unwrap_or_default();
        match STANDARD.decode(head) {
            Ok(head) if !head.is_empty() => (Self::by(&head), bytes),
            _ => (Self::Unreadable, bytes),
        }
    }

    fn by(head: &[u8]) -> Self {
        match head {
            [0x14..=0x16, 3, ..] => Self::Gsi,
            // A token behind the first has no name in front (RFC 4178 section 4.2).
            [0xa1, ..] => Self::Spnego,
            [0x60, ..] if memmem::find(head, KERBEROS_5).is_some() => Self::Kerberos5,
            [0x60, ..] if memmem::find(head, SPNEGO).is_some() => Self::Spnego,
            _ if head.starts_with(b"NTLMSSP\0") => Self::Ntlm,
            _ => Self::Other,
        }
    }
}

/// The token in the text of a reply: `ADAT=…`.
pub(crate) fn in_reply(text: &[u8]) -> Option<&[u8]> {
    let at = memmem::find(text, b"ADAT=")?;
    text.get(at + 5..)?.split(|byte| matches!(byte, b' ' | b'\t' | b']')).next()
}

// 1.2.840.113554.1.2.2 and 1.3.6.1.5.5.2 in DER.
const KERBEROS_5: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
const SPNEGO: &[u8] = &[6, 6, 0x2b, 6, 1, 5, 5, 2];
// As much as the longest of these names needs, in base64.
const HEAD: usize = 24;
