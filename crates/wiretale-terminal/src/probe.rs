//! Is it text that people and shells write to each other?

use wiretale_protocol::{Opening, Probe, Transport};

/// Left over if both sides, as far as they spoke, wrote text.
pub(crate) fn probe(opening: &Opening<'_>) -> Probe {
    if opening.flow.transport != Transport::Tcp || !is_text(opening.client) || !is_text(opening.server) {
        return Probe::No;
    }
    let spoke = opening.client.len() + opening.server.len();
    // A lone side might still turn out to be the first half of a protocol whose other half tells.
    let both = !opening.client.is_empty() && !opening.server.is_empty();
    match () {
        () if spoke == 0 => {
            if opening.last {
                Probe::No
            } else {
                Probe::Unsure
            }
        }
        () if both || opening.last || spoke >= ENOUGH => Probe::Leftover,
        () => Probe::Unsure,
    }
}

/// At least nineteen bytes in twenty are printable ASCII, UTF-8's upper half, white space or telnet's.
fn is_text(bytes: &[u8]) -> bool {
    let telnet = bytes.first() == Some(&0xff) && matches!(bytes.get(1), Some(0xfa..=0xfe));
    telnet || {
        let is_odd = |byte| !matches!(byte, b'\t' | b'\n' | b'\r' | 0x07 | 0x08 | 0x1b | b' '..=b'~' | 0xa0..=0xff);
        count(bytes, is_odd) * 20 <= bytes.len() && count(bytes, |byte| byte >= 0x80) * 2 <= bytes.len()
    }
}

/// How many bytes are so. Counted in bytes, of which many are counted at once.
#[inline]
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let count = |block: &[u8]| block.iter().fold(0_u8, |n, &byte| n.wrapping_add(u8::from(is(byte))));
    bytes.chunks(u8::MAX.into()).map(|block| usize::from(count(block))).sum()
}

const ENOUGH: usize = 512;
