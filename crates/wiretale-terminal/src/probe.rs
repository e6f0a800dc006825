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
    let odd = bytes
        .iter()
        .filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r' | 0x07 | 0x08 | 0x1b | b' '..=b'~' | 0xa0..=0xff));
    let telnet = bytes.first() == Some(&0xff) && matches!(bytes.get(1), Some(0xfa..=0xfe));
    let high = bytes.iter().filter(|&&byte| byte >= 0x80).count();
    telnet || (odd.count() * 20 <= bytes.len() && high * 2 <= bytes.len())
}

const ENOUGH: usize = 512;
