//! What stands behind `DCC` in a CTCP message.
//!
//! There is no standard; this is what mIRC, irssi, weechat, HexChat, KVIrc and eggdrop send
//! (<https://modern.ircdocs.horse/dcc.html>, and the clients themselves).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_till1, take_while};
use nom::character::complete::char;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::address::{address, number};
use crate::{Kind, Malformed, Message, Offer, Place};

/// The text behind `DCC ` in a CTCP message, CTCP's own quoting already undone. Verbs are known in any case.
///
/// # Errors
/// If a verb that is known lacks words, or its address or port cannot be read.
pub fn parse(text: &[u8]) -> Result<Message<'_>, Malformed> {
    let (rest, verb) = word(text).map_err(|_| Malformed::Format)?;
    let offer =
        |offered, tls, turbo| offer(rest, Offered { kind: offered, tls, turbo, quoted: false }).map(Message::Offer);
    let is = |name: &[u8]| verb.eq_ignore_ascii_case(name);
    if is(b"SEND") {
        offer(Kind::Send, false, false)
    } else if is(b"TSEND") || is(b"XSEND") {
        offer(Kind::Send, false, true)
    } else if is(b"SSEND") {
        offer(Kind::Send, true, false)
    } else if is(b"STSEND") || is(b"TSSEND") {
        offer(Kind::Send, true, true)
    } else if is(b"CHAT") {
        offer(Kind::Chat, false, false)
    } else if is(b"SCHAT") {
        offer(Kind::Chat, true, false)
    } else if is(b"RESUME") || is(b"TRESUME") {
        place(rest).map(Message::Resume)
    } else if is(b"ACCEPT") || is(b"TACCEPT") {
        place(rest).map(Message::Accept)
    } else if is(b"REJECT") {
        Ok(reject(rest))
    } else if is(b"XMIT") {
        xmit(rest).map(Message::Offer)
    } else {
        Ok(Message::Other { verb, rest: trim(rest) })
    }
}

#[derive(Clone, Copy)]
struct Offered {
    kind: Kind,
    tls: bool,
    turbo: bool,
    // Its name stands in quotes, so that it cannot be mistaken where it ends.
    quoted: bool,
}

// name address port [size [token [T]]], or for a chat: name address port [token].
fn offer(text: &[u8], offered: Offered) -> Result<Offer<'_>, Malformed> {
    let mut first = None;
    let offered = Offered { quoted: quoted(text).is_ok(), ..offered };
    for (name, tail) in names(text) {
        match offer_tail(name, tail, offered, true) {
            Ok(offer) => return Ok(offer),
            Err(malformed) => _ = first.get_or_insert(malformed),
        }
    }
    // No reading is free of fault: take the first that has an address and a port, whatever follows them.
    names(text)
        .find_map(|(name, tail)| offer_tail(name, tail, offered, false).ok())
        .ok_or_else(|| first.unwrap_or(Malformed::Format))
}

fn offer_tail<'a>(name: &'a [u8], tail: &'a [u8], offered: Offered, strict: bool) -> Result<Offer<'a>, Malformed> {
    let mut words = words(tail);
    let host = words.next().ok_or(Malformed::Format)?;
    let port = words.next().ok_or(Malformed::Format)?;
    let address = address(host).ok_or(Malformed::Host)?;
    let port = number(port).and_then(|port| u16::try_from(port).ok()).ok_or(Malformed::Port)?;
    // A size is easily taken for an address: where the name has spaces, no host of network 0 is believed.
    if !offered.quoted && name.contains(&b' ') && port != 0 && matches!(address.as_v4(), Some([0, ..])) {
        return Err(Malformed::Host);
    }
    let mut offer = Offer {
        kind: offered.kind,
        name,
        address,
        port,
        size: None,
        token: &[],
        tls: offered.tls,
        turbo: offered.turbo,
    };
    if offered.kind != Kind::Chat {
        let size = words.next();
        offer.size = size.and_then(number);
        if strict && size.is_some() && offer.size.is_none() {
            return Err(Malformed::Format);
        }
    }
    for word in words.by_ref().take(2) {
        if word.eq_ignore_ascii_case(b"T") {
            offer.turbo = true;
        } else if offer.token.is_empty() {
            offer.token = word;
        }
    }
    if strict && words.next().is_some() {
        return Err(Malformed::Format);
    }
    Ok(offer)
}

// name port position [token]; a token only where the port is 0.
fn place(text: &[u8]) -> Result<Place<'_>, Malformed> {
    names(text).find_map(|(name, tail)| place_tail(name, tail)).ok_or(Malformed::Format)
}

fn place_tail<'a>(name: &'a [u8], tail: &'a [u8]) -> Option<Place<'a>> {
    let mut words = words(tail);
    let port = u16::try_from(number(words.next()?)?).ok()?;
    let position = number(words.next()?)?;
    let token = words.next().unwrap_or_default();
    (words.next().is_none() && (token.is_empty() || port == 0)).then_some(Place { name, port, position, token })
}

fn reject(text: &[u8]) -> Message<'_> {
    let (rest, verb) = word(text).unwrap_or((&[], &[]));
    let kind = match verb {
        _ if ends_with(verb, b"SEND") => Some(Kind::Send),
        _ if ends_with(verb, b"CHAT") => Some(Kind::Chat),
        _ if ends_with(verb, b"XMIT") => Some(Kind::Xmit),
        _ => None,
    };
    let rest = trim(if kind.is_some() { rest } else { text });
    let name = quoted(rest).map_or(rest, |(_, name)| name);
    Message::Reject { kind, name }
}

// XMIT protocol address port [name [size [type]]]
fn xmit(text: &[u8]) -> Result<Offer<'_>, Malformed> {
    let (rest, _protocol) = word(text).map_err(|_| Malformed::Format)?;
    let (rest, host) = word(rest).map_err(|_| Malformed::Format)?;
    let (rest, port) = word(rest).map_err(|_| Malformed::Format)?;
    let address = address(host).ok_or(Malformed::Host)?;
    let port = number(port).and_then(|port| u16::try_from(port).ok()).ok_or(Malformed::Port)?;
    let (rest, name) = alt((quoted, word)).parse(rest).unwrap_or((&[], &[]));
    let size = words(rest).next().and_then(number);
    Ok(Offer { kind: Kind::Xmit, name, address, port, size, token: &[], tls: false, turbo: true })
}

// The ways in which a text may be cut into a name and what follows: at its closing quote where it is quoted, else
// behind its first word, its second, and so on. A name with more words than that is malformed.
fn names(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let text = trim(text);
    let whole = quoted(text).ok().map(|(rest, name)| (name, rest));
    let limit = if whole.is_some() { 0 } else { WORDS_OF_A_NAME };
    let cuts = (1..text.len())
        .filter(move |&at| text.get(at) == Some(&b' ') && text.get(at - 1).is_some_and(|&before| before != b' '));
    whole.into_iter().chain(cuts.take(limit).filter_map(move |at| text.split_at_checked(at)))
}

fn quoted(text: &[u8]) -> IResult<&[u8], &[u8]> {
    let body = delimited(char('"'), take_till(|byte| byte == b'"'), tag(&b"\""[..]));
    preceded(spaces, body).parse(text)
}

fn word(text: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(spaces, terminated(take_till1(|byte| byte == b' '), spaces)).parse(text)
}

fn spaces(text: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte| byte == b' ').parse(text)
}

fn ends_with(word: &[u8], end: &[u8]) -> bool {
    word.len().checked_sub(end.len()).and_then(|at| word.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b' ').filter(|word| !word.is_empty())
}

fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

// A bound on the work that one line can make: each further word of a name is one more reading.
const WORDS_OF_A_NAME: usize = 64;

#[cfg(test)]
mod tests;
