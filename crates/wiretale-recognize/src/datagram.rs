//! Protocols over UDP. A datagram is whole: nothing here waits for more.

use wiretale_protocol::Probe;

use crate::binary::ldap_message;
use crate::text::sip;
use crate::view::{View, long, word};

/// The name of the service whose datagram this view begins with.
pub(crate) fn name(view: &View<'_>) -> Option<&'static str> {
    if sip(view) == Probe::Yes {
        return Some("sip");
    }
    [view.client, view.server].into_iter().filter(|bytes| !bytes.is_empty()).find_map(|bytes| of(bytes, view))
}

fn of(bytes: &[u8], view: &View<'_>) -> Option<&'static str> {
    let named = |name: &'static str, fits: bool| fits.then_some(name);
    named("dhcp", dhcp(bytes))
        .or_else(|| named("ntp", view.port(123) && ntp(bytes)))
        .or_else(|| named("snmp", snmp(bytes)))
        .or_else(|| named("quic", quic(bytes)))
        .or_else(|| named("dtls", dtls(bytes)))
        .or_else(|| named("stun", long(bytes, 4) == Some(0x2112_a442) && bytes.first().is_some_and(|&first| first < 4)))
        .or_else(|| named("bittorrent", bittorrent(bytes)))
        .or_else(|| named("radius", radius(bytes, view)))
        .or_else(|| named("krb", view.port(88) && matches!(bytes, [0x6a..=0x6d | 0x7e, 0x81 | 0x82 | 0x30..=0x7f, ..])))
        .or_else(|| named("ldap_udp", view.port(389) && ldap_message(bytes) == Probe::Yes))
        .or_else(|| named("syslog", view.port(514) && matches!(bytes, [b'<', b'0'..=b'9', ..])))
        .or_else(|| named("tftp", view.port(69) && matches!(bytes, [0, 1..=5, _, _, ..])))
        .or_else(|| named("ssdp", bytes.starts_with(b"M-SEARCH * HTTP/1.1") || bytes.starts_with(b"NOTIFY * HTTP/1.1")))
        .or_else(|| tunnel(bytes, view))
}

fn dhcp(bytes: &[u8]) -> bool {
    matches!(bytes, [1 | 2, 1, 6, ..]) && long(bytes, 236) == Some(0x6382_5363)
}

// A version, and a mode between peers, clients and servers or of control.
fn ntp(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&first| {
        matches!(first >> 3 & 7, 1..=4) && first & 7 != 0 && (bytes.len() >= 48 || first & 7 >= 6)
    })
}

fn snmp(bytes: &[u8]) -> bool {
    let ([0x30, 0..=0x7f, body @ ..] | [0x30, 0x81, _, body @ ..] | [0x30, 0x82, _, _, body @ ..]) = bytes else {
        return false;
    };
    match body {
        [2, 1, 0 | 1, 4, length, rest @ ..] => {
            rest.get(usize::from(*length)).is_some_and(|kind| matches!(kind, 0xa0..=0xa8))
        }
        [2, 1, 3, 0x30, ..] => true,
        _ => false,
    }
}

// A long header with a version in use.
fn quic(bytes: &[u8]) -> bool {
    let version = long(bytes, 1).unwrap_or(0);
    let known =
        matches!(version, 1 | 0x6b33_43cf | 0xff00_0014..=0xff00_0022) || matches!(version >> 16, 0x5130 | 0x5430);
    bytes.len() >= 64 && bytes.first().is_some_and(|first| first & 0x80 != 0) && known
}

fn dtls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x14..=0x17, 0xfe, 0xff | 0xfd, ..])
        && word(bytes, 11).is_some_and(|length| usize::from(length) + 13 <= bytes.len())
}

fn bittorrent(bytes: &[u8]) -> bool {
    [&b"d1:ad2:id20:"[..], b"d1:rd2:id20:", b"d1:el", b"d2:ip"].iter().any(|prefix| bytes.starts_with(prefix))
}

fn radius(bytes: &[u8], view: &View<'_>) -> bool {
    let port = [1812, 1813, 1645, 1646].iter().any(|&port| view.port(port));
    let length = word(bytes, 2).map_or(0, usize::from);
    port && matches!(bytes, [1..=5 | 11 | 12 | 40..=45, ..]) && (20..=bytes.len()).contains(&length)
}

// Tunnels whose inside is looked at elsewhere: on their own ports only.
fn tunnel(bytes: &[u8], view: &View<'_>) -> Option<&'static str> {
    match bytes {
        [0x08, 0, 0, 0, _, _, _, 0, ..] if view.port(4789) => Some("vxlan"),
        [0..=0x3f, _, 6..=0xff, _, _, _, _, 0, ..] if view.port(6081) => Some("geneve"),
        [0x30..=0x37, _, _, _, _, _, _, _, ..] if view.port(2152) => Some("gtpv1"),
        // Its own header: lengths, methods, an opcode, and IPv6 or nothing inside.
        [_, _, 0x10..=0x1f, 41 | 59, ..] if view.port(5072) => Some("ayiya"),
        [0, 0 | 1, ..] if view.port(3544) => Some("teredo"),
        _ if teredo(bytes) => Some("teredo"),
        _ => None,
    }
}

// An IPv6 packet, whole, between addresses of which one is Teredo's.
fn teredo(bytes: &[u8]) -> bool {
    let length = word(bytes, 4).map_or(0, usize::from);
    let ours = |at: usize| long(bytes, at) == Some(0x2001_0000);
    matches!(bytes, [0x60..=0x6f, ..]) && length + 40 == bytes.len() && (ours(8) || ours(24))
}
