//! Text, markup and scripts.

/// What `head` is as a text.
pub(super) fn kinds(head: &[u8]) -> impl Iterator<Item = (i16, &'static str)> {
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    [script(head), markup(body), json(body), php(head), plain(head)].into_iter().flatten()
}

// Ten characters that are ASCII text.
fn plain(head: &[u8]) -> Option<(i16, &'static str)> {
    let body = MARKS.iter().find_map(|mark| head.strip_prefix(*mark)).unwrap_or(head);
    let is_text = |byte: &u8| matches!(byte, 0x09..=0x0d | 0x20..=0x7e);
    body.get(..10).is_some_and(|ten| ten.iter().all(is_text)).then_some((-20, "text/plain"))
}

fn script(head: &[u8]) -> Option<(i16, &'static str)> {
    let line = head.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = line.get(..64).unwrap_or(line);
    let at = line.windows(4).take(15).position(|window| window == b"bin/")?;
    let program = line.get(at + 4..)?;
    let program = program.strip_prefix(b"env ").unwrap_or(program).trim_ascii_start();
    INTERPRETERS.iter().find(|(name, _, _)| program.starts_with(name)).map(|&(_, strength, mime)| (strength, mime))
}

fn markup(body: &[u8]) -> Option<(i16, &'static str)> {
    let declared = body.starts_with(b"<?xml ");
    let element = if declared { behind(body, b"?>").unwrap_or_default().trim_ascii_start() } else { body };
    let element = comments_skipped(element);
    let is = |word: &[u8]| element.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if is(b"<!doctype html") || is(b"<html") || is(b"<meta http-equiv") {
        Some((100, "text/html"))
    } else if is(b"<head") || is(b"<title") || is(b"<body") {
        Some((20, "text/html"))
    } else if is(b"<rss") {
        let tag = element.split(|&byte| byte == b'>').next().unwrap_or(element);
        let atom = tag.windows(10).any(|window| window == b"xmlns:atom");
        Some(if atom { (100, "text/atom") } else { (90, "text/rss") })
    } else if is(b"<soap:envelope") || is(b"<soap-env:envelope") {
        Some((49, "application/soap+xml"))
    } else {
        declared.then_some((10, "application/xml"))
    }
}

fn json(body: &[u8]) -> Option<(i16, &'static str)> {
    let (open, rest) = body.split_first()?;
    let rest = rest.trim_ascii_start();
    let fits = match open {
        b'{' => {
            let name = rest.strip_prefix(b"\"").and_then(|rest| behind(rest, b"\""));
            let value = name.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
            value.is_some_and(|value| begins_value(value.trim_ascii_start())) || rest.starts_with(b"}")
        }
        b'[' => {
            let item = rest.strip_prefix(b"\"").and_then(|rest| behind(rest, b"\""));
            item.is_some_and(|rest| rest.trim_ascii_start().starts_with(b",")) || matches!(rest, [b'{' | b'[', ..])
        }
        _ => false,
    };
    fits.then_some((1, "text/json"))
}

fn begins_value(value: &[u8]) -> bool {
    matches!(value, [b'"' | b'[' | b'{' | b'0'..=b'9', ..]) || value.starts_with(b"true") || value.starts_with(b"false")
}

fn php(head: &[u8]) -> Option<(i16, &'static str)> {
    let line = head.split(|&byte| byte == b'\n').next()?;
    line.windows(5).any(|window| window == b"<?php").then_some((40, "text/x-php"))
}

fn comments_skipped(mut body: &[u8]) -> &[u8] {
    while body.starts_with(b"<!--") {
        match behind(body, b"-->") {
            Some(rest) => body = rest.trim_ascii_start(),
            None => break,
        }
    }
    body
}

fn behind<'a>(body: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = body.windows(mark.len()).position(|window| window == mark)?;
    body.get(at + mark.len()..)
}

// Byte order marks, the longer ones first.
const MARKS: &[&[u8]] = &[b"\xef\xbb\xbf", b"\0\0\xfe\xff", b"\xff\xfe\0\0", b"\xfe\xff", b"\xff\xfe"];

const INTERPRETERS: &[(&[u8], i16, &str)] = &[
    (b"sh", 250, "text/x-shellscript"),
    (b"bash", 250, "text/x-shellscript"),
    (b"dash", 250, "text/x-shellscript"),
    (b"tcsh", 250, "text/x-shellscript"),
    (b"csh", 250, "text/x-shellscript"),
    (b"zsh", 250, "text/x-shellscript"),
    (b"ksh", 250, "text/x-shellscript"),
    (b"ash", 250, "text/x-shellscript"),
    (b"perl", 60, "text/x-perl"),
    (b"ruby", 60, "text/x-ruby"),
    (b"python", 60, "text/x-python"),
    (b"awk", 60, "text/x-awk"),
    (b"gawk", 60, "text/x-awk"),
    (b"tcl", 60, "text/x-tcl"),
    (b"wish", 60, "text/x-tcl"),
    (b"lua", 49, "text/x-lua"),
    (b"node", 60, "application/javascript"),
    (b"php", 60, "text/x-php"),
];
