//! Words that tell of secrets.

/// A question whose answer opens something: it asks for a password, or for who is there. A byte 1 is what rsh, rexec and
/// rlogin put in front of what went wrong.
pub(crate) fn asks_for_secret(text: &[u8]) -> bool {
    if text.first() == Some(&1) {
        return false;
    }
    has(text, b"assw") || has(text, b"who are you") || has(text, b"passphrase") || has(text, b"secret")
}

/// It asks for a name, which is no secret.
pub(crate) fn asks_for_name(text: &[u8]) -> bool {
    let asks = text.trim_ascii_end().ends_with(b":") && !asks_for_secret(text);
    asks && [&b"login"[..], b"user", b"name"].iter().any(|word| has(text, word))
}

pub(crate) fn refuses(text: &[u8]) -> bool {
    [&b"go away"[..], b"incorrect", b"wrong", b"denied", b"failed", b"invalid", b"bad "]
        .iter()
        .any(|word| has(text, word))
}

pub(crate) fn accepts(text: &[u8]) -> bool {
    [&b"welcome"[..], b"last login", b"granted", b"accepted"].iter().any(|word| has(text, word))
}

fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}
