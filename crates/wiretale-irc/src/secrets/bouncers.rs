//! Passwords given to bouncers: to ZNC's modules and to soju's BouncerServ.

use smallvec::SmallVec;
use wiretale_protocol::Outcome;

use crate::mask::place;
use crate::secret::{Awaits, Found};
use crate::support::split_token;

/// `PRIVMSG *controlpanel :AddUser bob pw` and the like.
pub(super) fn in_znc_words(line: &[u8], text: &[u8], found: &mut Found) -> bool {
    let words: Words<'_> = text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).take(8).collect();
    add(line, znc_secret(&words, text), found)
}

/// `PRIVMSG BouncerServ :sasl set-plain ann pw` and the like.
pub(super) fn in_soju_words(line: &[u8], text: &[u8], found: &mut Found) -> bool {
    add(line, soju_secret(&soju_words(text)), found)
}

pub(super) fn is_soju(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"BouncerServ")
}

fn add(line: &[u8], given: Option<Given<'_>>, found: &mut Found) -> bool {
    let Some((account, secret)) = given else { return false };
    found.add(line, secret, "bouncer-set", account, Awaits::Nothing(Outcome::Unknown));
    true
}

// `Set pw`, `Set user pw`, `Set Password user pw`, `AddUser user pw`, `AddServer host +6697 pw`.
fn znc_secret<'a>(words: &[&'a [u8]], text: &'a [u8]) -> Option<Given<'a>> {
    let (verb, args) = words.split_first()?;
    let is = |name: &[u8]| verb.eq_ignore_ascii_case(name);
    if is(b"set") {
        let names = |word: &&[u8]| word.eq_ignore_ascii_case(b"password") || word.eq_ignore_ascii_case(b"pass");
        let takes = args.len() <= 2 || args.iter().take(2).any(names);
        args.last().filter(|_| takes).map(|secret| (&[][..], *secret))
    } else if is(b"adduser") {
        Some((args.first()?, args.get(1)?))
    } else if is(b"addserver") || is(b"delserver") {
        Some((&[], behind_port(args, text)?))
    } else {
        None
    }
}

// A server's password is all that stands behind its port, spaces too.
fn behind_port<'a>(args: &[&[u8]], text: &'a [u8]) -> Option<&'a [u8]> {
    let is_port = |word: &[u8]| {
        let digits = word.strip_prefix(b"+").unwrap_or(word);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    let at = args.iter().skip(1).position(|word| is_port(word))? + 1;
    let start = place(text, args.get(at + 1)?)?.start;
    text.get(start..).map(<[u8]>::trim_ascii_end)
}

// `sasl set-plain [-network name] user pw`, `user create -username bob -password pw`, `user update bob -password pw`,
// `network create -pass pw`. Commands may be cut short.
fn soju_secret<'a>(words: &[&'a [u8]]) -> Option<Given<'a>> {
    let is_flag = |word: &[u8]| word.starts_with(b"-");
    match words {
        [sasl, set, .., user, secret] if begins(b"sasl", sasl) && begins(b"set-plain", set) => {
            Some((unquoted(user), unquoted(secret)))
        }
        _ => {
            let secret = flag(words, &[b"password", b"pass"])?;
            let named = words.get(2).copied().filter(|word| !is_flag(word));
            let account = flag(words, &[b"username"]).or(named).unwrap_or_default();
            Some((unquoted(account), unquoted(secret)))
        }
    }
}

fn begins(whole: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && whole.starts_with(word)
}

// `-name value`, `--name value`, `-name=value`.
fn flag<'a>(words: &[&'a [u8]], names: &[&[u8]]) -> Option<&'a [u8]> {
    words.iter().enumerate().find_map(|(at, word)| {
        let word = word.strip_prefix(b"-")?;
        let (name, value) = split_token(word.strip_prefix(b"-").unwrap_or(word));
        names.contains(&name).then(|| value.or_else(|| words.get(at + 1).copied()))?
    })
}

fn soju_words(mut text: &[u8]) -> Words<'_> {
    let mut words = Words::new();
    loop {
        text = text.trim_ascii_start();
        let Some((word, rest)) = text.split_at_checked(word_end(text)).filter(|(word, _)| !word.is_empty()) else {
            return words;
        };
        words.push(word);
        text = rest;
    }
}

// Where the first word ends: quotes and backslashes hold one together.
fn word_end(text: &[u8]) -> usize {
    let (mut quote, mut escaped) = (None, false);
    let end = text.iter().position(|&byte| {
        if byte == b' ' && quote.is_none() && !escaped {
            return true;
        }
        quote = match quote {
            quote if escaped => quote,
            None => Some(byte).filter(|byte| b"\"'".contains(byte)),
            quote => quote.filter(|&open| open != byte),
        };
        escaped = byte == b'\\' && !escaped;
        false
    });
    end.unwrap_or(text.len())
}

fn unquoted(word: &[u8]) -> &[u8] {
    match word {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => word,
    }
}

// The account, and its password.
type Given<'a> = (&'a [u8], &'a [u8]);
type Words<'a> = SmallVec<[&'a [u8]; 16]>;
