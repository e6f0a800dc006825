//! What the words at an end mean: why a client was refused, and whether a link broke.

use crate::Refusal;

/// What the words of an `ERROR` mean.
pub(crate) fn refusal_in(text: &[u8]) -> Refusal {
    let text = text.to_ascii_lowercase();
    let says = |word: &&[u8]| memchr::memmem::find(&text, word).is_some();
    let any = |words: &[&[u8]]| words.iter().any(says);
    if any(&[b"banned", b"-lined", b"k:line", b"z:line", b"g:line", b"d:line", b"akill", b"blacklist", b"dnsbl"]) {
        Refusal::Banned
    } else if any(&[b"throttl", b"too fast", b"too many", b"reconnect", b"clone"]) {
        Refusal::Throttled
    } else if any(&[b"full", b"no more connections"]) {
        Refusal::Full
    } else if any(&[b"password", b"access denied", b"authentication failed"]) {
        Refusal::Password
    } else {
        Refusal::Other
    }
}

// Two server names and nothing else, or the `*.net *.split` that networks put in their place.
pub(super) fn is_netsplit(reason: &[u8]) -> bool {
    let mut words = reason.split(|&byte| byte == b' ');
    let named = |word: Option<&[u8]>| {
        word.is_some_and(|word| {
            let mut labels = word.split(|&byte| byte == b'.');
            word.contains(&b'.') && labels.all(|label| !label.is_empty() && label.iter().all(is_label))
        })
    };
    named(words.next()) && named(words.next()) && words.next().is_none()
}

fn is_label(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_netsplit_is_two_servers_and_nothing_else() {
        assert!(is_netsplit(b"hub.example.net leaf.example.org"));
        assert!(is_netsplit(b"*.net *.split"));
        assert!(!is_netsplit(b"hub.example.net leaf.example.org bye"));
        assert!(!is_netsplit(b"Quit: see example.org now."));
        assert!(!is_netsplit(b"... ..."));
        assert!(!is_netsplit(b""));
    }
}
