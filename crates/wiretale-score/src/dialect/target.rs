//! Whom an order or a report names: addresses, networks, masks, hosts with ports, and URLs.

use std::net::{IpAddr, Ipv6Addr};

use super::is_number;
use super::vocabulary::SCHEMES;
use crate::text::words;

/// The addresses that stand in a report, alone, with a port or in a URL.
pub(crate) fn addresses_in(text: &[u8]) -> impl Iterator<Item = IpAddr> {
    let bare = |word: &[u8]| {
        let word = word.strip_suffix(b".").or_else(|| word.strip_suffix(b",")).unwrap_or(word);
        address(host(word))
    };
    links(text).filter_map(address).chain(words(text).filter_map(bare))
}

/// The hosts of URLs, in quotation marks or not.
pub(super) fn links(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = words(text).flat_map(|word| word.split(|byte| *byte == b'"'));
    parts.filter_map(|part| url(part).map(|(host, _)| host))
}

/// A URL's host, an IPv6 address without its brackets, and what follows host and port.
pub(crate) fn url(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (head, rest) = word.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    let (host, _) = split(place.rsplit(|byte| *byte == b'@').next().unwrap_or(place));
    (!host.is_empty()).then_some((host, path))
}

/// A word that is an address.
pub(crate) fn address(word: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// A word without a port: `192.0.2.1` of `192.0.2.1:80`, `2001:db8::1` of `[2001:db8::1]:80` and of itself.
pub(super) fn host(word: &[u8]) -> &[u8] {
    split(word).0
}

// A host, and its port where one is named. A bare IPv6 address has none.
fn split(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    let closed = |inside: &[u8]| inside.iter().position(|byte| *byte == b']');
    if let Some((inside, at)) = word.strip_prefix(b"[").and_then(|inside| Some((inside, closed(inside)?))) {
        return (&inside[..at], inside[at + 1..].strip_prefix(b":"));
    }
    let mut colons = word.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at);
    match (colons.next(), colons.next()) {
        (Some(_), Some(_)) if is_v6(word) => (word, None),
        (Some(at), _) => (&word[..at], Some(&word[at + 1..])),
        _ => (word, None),
    }
}

/// An address, a network, a mask like 10.30.x.x, host:port.
pub(super) fn is_target(word: &[u8]) -> bool {
    let (host, port) = split(word);
    let network = word.split(|byte| *byte == b'/').next().unwrap_or(word);
    let is_address = |word: &[u8]| is_v6(word) || address(word).is_some_and(|address| address.is_ipv4());
    let named = port.is_some_and(is_number) && host.contains(&b'.') && host.iter().all(|byte| is_host(*byte));
    is_address(host) || is_address(network) || is_mask(word) || named
}

/// A mask of an IPv4 network.
pub(super) fn is_mask(word: &[u8]) -> bool {
    let quads: Vec<&[u8]> = word.split(|byte| *byte == b'.').collect();
    quads.len() == 4
        && quads.iter().any(|quad| matches!(*quad, b"x" | b"X" | b"*"))
        && quads.iter().all(|quad| is_number(quad) || matches!(*quad, b"x" | b"X" | b"*"))
}

// "::" is punctuation.
fn is_v6(word: &[u8]) -> bool {
    matches!(address(word), Some(IpAddr::V6(address)) if address != Ipv6Addr::UNSPECIFIED)
}

const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_stands_alone_or_before_its_port() {
        for (word, host, target) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1:80", "192.0.2.1", true),
            ("192.0.2.0/24", "192.0.2.0/24", true),
            ("2001:db8::1", "2001:db8::1", true),
            ("2001:db8::/32", "2001", true),
            ("[2001:db8::1]:80", "2001:db8::1", true),
            ("[2001:db8::1]", "2001:db8::1", true),
            ("10.30.x.x", "10.30.x.x", true),
            ("irc.example.net:6667", "irc.example.net", true),
            ("::", "", false),
            ("12:30", "12", false),
            ("std::vector", "std", false),
            ("[SCAN]:", "SCAN", false),
            ("[12:04]", "12:04", false),
            ("[2001:db8::1", "[2001", false),
        ] {
            assert_eq!(super::host(word.as_bytes()), host.as_bytes(), "{word}");
            assert_eq!(is_target(word.as_bytes()), target, "{word}");
        }
    }

    #[test]
    fn a_url_names_a_host() {
        for (word, host, path) in [
            ("http://a.example/x?y", "a.example", "/x?y"),
            ("HTTP://u:p@a.example:8080", "a.example", ""),
            ("ftp://[2001:db8::1]:2121/tool.tgz", "2001:db8::1", "/tool.tgz"),
            ("http://[2001:db8::1]/", "2001:db8::1", "/"),
        ] {
            assert_eq!(url(word.as_bytes()), Some((host.as_bytes(), path.as_bytes())), "{word}");
        }
        assert!(url(b"http://").is_none() && url(b"http:///x").is_none() && url(b"a.example").is_none());
    }

    #[test]
    fn reports_name_addresses() {
        let named = |text: &str| addresses_in(text.as_bytes()).map(|a| a.to_string()).collect::<Vec<_>>();
        assert_eq!(named("flooding: 203.0.113.200:80 for 30 seconds"), ["203.0.113.200"]);
        assert_eq!(named("flooding: [2001:db8::5]:80 for 30 seconds"), ["2001:db8::5"]);
        assert_eq!(named("Packeting 2001:db8::5."), ["2001:db8::5"]);
        assert_eq!(named("got \"http://[2001:db8::5]/x\", then 192.0.2.1,"), ["2001:db8::5", "192.0.2.1"]);
    }
}
