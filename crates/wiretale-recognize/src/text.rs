//! Protocols of lines.

use memchr::{memchr, memchr_iter, memchr2};
use wiretale_protocol::Probe;

use crate::view::{View, once, starts, starts_any};

pub(crate) fn http(view: &View<'_>) -> Probe {
    // A page, as HTTP/0.9 answers, is taken too: the request has told, or will.
    let answer = |server: &[u8]| match oldest(view.client) {
        Probe::No => starts(server, b"HTTP/"),
        _ => Probe::Unsure,
    };
    let request = |client: &[u8]| match oldest(client) {
        Probe::Yes => Probe::Yes,
        _ => request(client, b"HTTP/", METHODS),
    };
    view.agree(request, answer)
}

// A request of HTTP/0.9: `GET`, a path, and nothing more.
fn oldest(client: &[u8]) -> Probe {
    let head = client.get(..LONG_LINE).unwrap_or(client);
    let Some(path) = head.strip_prefix(b"GET /") else {
        let begins = !client.is_empty() && b"GET /".starts_with(client);
        return if begins { Probe::Unsure } else { Probe::No };
    };
    match memchr2(b' ', b'\n', path).and_then(|end| path.get(end)) {
        Some(b'\n') => Probe::Yes,
        None if head.len() < LONG_LINE => Probe::Unsure,
        _ => Probe::No,
    }
}

pub(crate) fn rtsp(view: &View<'_>) -> Probe {
    view.agree(|client| request(client, b"RTSP/", RTSP_METHODS), |server| starts(server, b"RTSP/1."))
}

pub(crate) fn sip(view: &View<'_>) -> Probe {
    let either = |bytes: &[u8]| match starts(bytes, b"SIP/2.0 ") {
        Probe::Yes => Probe::Yes,
        maybe => match request(bytes, b"SIP/2.0", SIP_METHODS) {
            Probe::No => maybe,
            better => better,
        },
    };
    view.agree(either, either)
}

// FTP greets with 220 too: the word or the client must tell.
pub(crate) fn smtp(view: &View<'_>) -> Probe {
    let hello = starts_any(view.client, &[b"EHLO ", b"HELO ", b"LHLO ", b"ehlo ", b"helo ", b"Ehlo ", b"Helo "]);
    if hello == Probe::Yes {
        return Probe::Yes;
    }
    // A client that does not greet so leaves the word only the first line, lest a no become a yes.
    let place = |server: &[u8], end: Option<usize>| end.filter(|_| hello == Probe::No).unwrap_or(server.len());
    let greeting = view.greeting(|server| match (starts_any(server, &[b"220 ", b"220-"]), memchr(b'\n', server)) {
        (Probe::Yes, end) if says(server, place(server, end), b"SMTP") => Probe::Yes,
        (Probe::Yes, Some(_)) if hello == Probe::No => Probe::No,
        (Probe::Yes, _) => Probe::Unsure,
        (maybe, _) => maybe,
    });
    match greeting {
        Probe::No if hello == Probe::Unsure && !view.client.is_empty() => Probe::Unsure,
        other => other,
    }
}

pub(crate) fn pop3(view: &View<'_>) -> Probe {
    view.greeting(|server| starts(server, b"+OK"))
}

pub(crate) fn imap(view: &View<'_>) -> Probe {
    view.greeting(|server| starts_any(server, &[b"* OK", b"* PREAUTH", b"* BYE"]))
}

pub(crate) fn nntp(view: &View<'_>) -> Probe {
    view.greeting(|server| match (starts_any(server, &[b"200 ", b"201 "]), memchr(b'\n', server)) {
        (Probe::Yes, end) if NNTP.iter().any(|word| says(server, end.unwrap_or(server.len()), word)) => Probe::Yes,
        (Probe::Yes, Some(_)) => starts(view.client, b"MODE READER"),
        (Probe::Yes, None) => Probe::Unsure,
        (maybe, _) => maybe,
    })
}

pub(crate) fn rfb(view: &View<'_>) -> Probe {
    view.agree(|client| starts(client, b"RFB 00"), |server| starts(server, b"RFB 00"))
}

pub(crate) fn rsync(view: &View<'_>) -> Probe {
    view.agree(|client| starts(client, b"@RSYNCD: "), |server| starts(server, b"@RSYNCD: "))
}

pub(crate) fn git(view: &View<'_>) -> Probe {
    let request = |client: &[u8]| match client.split_at_checked(4) {
        Some((length, rest)) if length.iter().all(u8::is_ascii_hexdigit) => starts(rest, b"git-"),
        Some(_) => Probe::No,
        None => Probe::Unsure,
    };
    view.request(request)
}

// Lengths as in the request, or an end.
pub(crate) fn git_answer(server: &[u8]) -> Probe {
    once(server, 4, |head| head.iter().all(u8::is_ascii_hexdigit))
}

pub(crate) fn redis(view: &View<'_>) -> Probe {
    let array = |client: &[u8]| match client {
        [] => Probe::Unsure,
        [b'*', digits @ ..] => match memchr(b'\n', digits) {
            Some(end @ ..8) => match digits.split_at_checked(end + 1) {
                Some((_, rest)) => starts(rest, b"$"),
                None => Probe::No,
            },
            None if digits.len() < 8 => Probe::Unsure,
            _ => Probe::No,
        },
        _ => Probe::No,
    };
    view.request(array)
}

// A type, and behind most of them a number. IRC begins as a number does here.
pub(crate) fn redis_answer(server: &[u8]) -> Probe {
    match server {
        [] | [b':' | b'$' | b'*' | b'%' | b'~' | b'>' | b'|' | b'!' | b'='] => Probe::Unsure,
        [b'+' | b'-' | b'_' | b'#' | b',' | b'(', ..] => Probe::Yes,
        [b':', number @ ..] => {
            let number = number.strip_prefix(b"-").unwrap_or(number);
            match number.iter().find(|byte| !byte.is_ascii_digit()) {
                Some(b'\r') => Probe::Yes,
                Some(_) => Probe::No,
                None => Probe::Unsure,
            }
        }
        [b'$' | b'*' | b'%' | b'~' | b'>' | b'|' | b'!' | b'=', b'-' | b'0'..=b'9', ..] => Probe::Yes,
        _ => Probe::No,
    }
}

pub(crate) fn xmpp(view: &View<'_>) -> Probe {
    let stream = |bytes: &[u8]| match starts_any(bytes, &[b"<?xml", b"<stream:stream"]) {
        Probe::Yes if says(bytes, 512.min(bytes.len()), b"<stream:stream") => Probe::Yes,
        Probe::Yes if bytes.len() < 512 => Probe::Unsure,
        Probe::Yes => Probe::No,
        maybe => maybe,
    };
    view.agree(stream, stream)
}

// Does the word stand before `end`?
fn says(bytes: &[u8], end: usize, word: &[u8]) -> bool {
    // These are lines: a search made for long texts takes longer to begin.
    let (Some(bytes), Some(first)) = (bytes.get(..end), word.first()) else { return false };
    memchr_iter(*first, bytes).any(|at| bytes.get(at..).is_some_and(|rest| rest.starts_with(word)))
}

// A request line: a method, and at the line's end the protocol. Where the end is out of sight, the method must do.
fn request(bytes: &[u8], protocol: &[u8], methods: &[&[u8]]) -> Probe {
    if bytes.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
        return Probe::No;
    }
    match starts_any(bytes, methods) {
        Probe::Yes => match memchr(b'\n', bytes) {
            Some(end) if says(bytes, end, protocol) => Probe::Yes,
            Some(_) => Probe::No,
            None if bytes.len() < LONG_LINE => Probe::Unsure,
            None => Probe::Yes,
        },
        maybe => maybe,
    }
}

const LONG_LINE: usize = 1000;

const NNTP: [&[u8]; 2] = [b"NNTP", b"InterNetNews"];

// These and all below begin with a capital letter, which is looked at first.
const METHODS: &[&[u8]] = &[
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"CONNECT ",
    b"TRACE ",
    b"PATCH ",
    b"PRI * HTTP",
    b"PROPFIND ",
    b"REPORT ",
    b"MKCOL ",
    b"SUBSCRIBE ",
    b"NOTIFY ",
    b"RPC_IN_DATA ",
    b"RPC_OUT_DATA ",
    b"CCM_POST ",
    b"SSTP_DUPLEX_POST ",
];

const RTSP_METHODS: &[&[u8]] =
    &[b"OPTIONS ", b"DESCRIBE ", b"SETUP ", b"PLAY ", b"ANNOUNCE ", b"RECORD ", b"GET_PARAMETER "];

const SIP_METHODS: &[&[u8]] = &[
    b"INVITE ",
    b"REGISTER ",
    b"OPTIONS ",
    b"ACK ",
    b"BYE ",
    b"CANCEL ",
    b"SUBSCRIBE ",
    b"NOTIFY ",
    b"MESSAGE ",
    b"PUBLISH ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_begin_with_a_capital_letter() {
        assert!([METHODS, RTSP_METHODS, SIP_METHODS].concat().iter().all(|method| method[0].is_ascii_uppercase()));
    }

    #[test]
    fn a_word_is_found_before_the_end_alone() {
        assert!(says(b"GET HHTTP/1.0\n", 13, b"HTTP/"));
        assert!(!says(b"GET / HTT\nP/ HTTP/", 9, b"HTTP/") && !says(b"GET", 4, b"GET"));
    }
}
