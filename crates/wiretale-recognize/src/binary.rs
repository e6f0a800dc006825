//! Protocols of bytes, over TCP.

use wiretale_protocol::Probe;

use crate::view::{View, any, long, once, starts, word};

// TLS 1.0 to 1.3 and SSL 3.0 begin with a handshake record that holds a hello (or with an alert), SSL 2.0 hellos with
// a length whose top bit is set.
pub(crate) fn ssl(view: &View<'_>) -> Probe {
    let record = |bytes: &[u8], hello: u8| {
        once(bytes, 6, |head| {
            matches!(head, [0x16, 3, 0..=4, _, _, kind] if *kind == hello) || matches!(head, [0x15, 3, 0..=4, 0, 2, _])
        })
    };
    let old =
        |bytes: &[u8]| once(bytes, 5, |head| matches!(head, [0x80..=0x8f, _, 1, 3, 0..=3] | [0x80..=0x8f, _, 1, 0, 2]));
    view.agree(|client| any([record(client, 1), old(client)].into_iter()), |server| record(server, 2))
}

pub(crate) fn smb(view: &View<'_>) -> Probe {
    let session = |bytes: &[u8]| {
        let message = once(bytes, 8, |head| matches!(head, [0, 0, _, _, 0xff | 0xfe, b'S', b'M', b'B']));
        // A NetBIOS session request and its answer.
        let netbios = once(bytes, 4, |head| matches!(head, [0x81, 0, 0, 68] | [0x82, 0, 0, 0]));
        any([message, netbios].into_iter())
    };
    view.agree(session, session)
}

// A connection request of X.224 as RDP makes it: bare, with a cookie, or with a negotiation. Others, such as S7, put
// their parameters there.
pub(crate) fn rdp(view: &View<'_>) -> Probe {
    view.agree(|client| x224(client, 0xe0, &[b'C', 1]), |server| x224(server, 0xd0, &[2, 3]))
}

fn x224(bytes: &[u8], kind: u8, next: &[u8]) -> Probe {
    match once(bytes, 6, |head| matches!(head, [3, 0, 0, length, _, code] if *code == kind && *length >= 11)) {
        Probe::Yes if matches!(bytes, [_, _, _, 11, ..]) => Probe::Yes,
        Probe::Yes => {
            bytes.get(11).map_or(Probe::Unsure, |byte| if next.contains(byte) { Probe::Yes } else { Probe::No })
        }
        maybe => maybe,
    }
}

pub(crate) fn mysql(view: &View<'_>) -> Probe {
    view.greeting(|server| {
        once(server, 7, |head| {
            matches!(head, [_, 0, 0, 0, 10, b'3'..=b'9' | b'1', b'.' | b'0'..=b'9'])
                || matches!(head, [_, 0, 0, 0, 0xff, _, 4])
        })
    })
}

pub(crate) fn postgresql(view: &View<'_>) -> Probe {
    let startup = |client: &[u8]| {
        once(client, 8, |head| {
            let (length, version) = (long(head, 0).unwrap_or(0), long(head, 4).unwrap_or(0));
            // Protocol 3.0 and 3.2; requests for TLS, for GSSAPI, to cancel.
            matches!(version, 0x0003_0000 | 0x0003_0002) && (9..10_000).contains(&length)
                || matches!(version, 80_877_102..=80_877_104) && matches!(length, 8 | 16)
        })
    };
    view.request(startup)
}

// One byte answers a request for TLS or GSSAPI: what follows is that, or a message with a length.
pub(crate) fn postgresql_answer(server: &[u8]) -> Probe {
    let (granted, rest) = match server {
        [b'S' | b'G', rest @ ..] => (true, rest),
        [b'N', rest @ ..] if rest.first() != Some(&0) => (false, rest),
        rest => (false, rest),
    };
    match rest {
        [] | [b'R' | b'E' | b'N' | b'v'] => Probe::Unsure,
        [0x14..=0x17, ..] if granted => Probe::Yes,
        [b'R' | b'E' | b'N' | b'v', 0, ..] => Probe::Yes,
        [0, 0, ..] if granted => Probe::Yes,
        [b'E', ..] => starts(rest, b"EFATAL"),
        _ => Probe::No,
    }
}

pub(crate) fn socks(view: &View<'_>) -> Probe {
    let four = |client: &[u8]| once(client, 9, |head| matches!(head, [4, 1 | 2, ..]) && word(head, 2) != Some(0));
    let five = |client: &[u8]| match client {
        [] | [5] => Probe::Unsure,
        [5, count @ 1..=8, methods @ ..] if methods.len() >= usize::from(*count) => Probe::Yes,
        [5, 1..=8, ..] => Probe::Unsure,
        _ => Probe::No,
    };
    if view.client.is_empty() {
        return if view.server.is_empty() { Probe::Unsure } else { Probe::No };
    }
    // The client's bytes alone are too few to tell.
    match (any([four(view.client), five(view.client)].into_iter()), socks_answer(view.server)) {
        (Probe::No, _) | (_, Probe::No) => Probe::No,
        (Probe::Yes, Probe::Yes) => Probe::Yes,
        _ => Probe::Unsure,
    }
}

pub(crate) fn socks_answer(server: &[u8]) -> Probe {
    once(server, 2, |head| matches!(head, [0, 90..=93] | [5, _]))
}

pub(crate) fn bittorrent(view: &View<'_>) -> Probe {
    let hello = |bytes: &[u8]| starts(bytes, b"\x13BitTorrent protocol");
    view.agree(hello, hello)
}

pub(crate) fn ldap(view: &View<'_>) -> Probe {
    view.agree(ldap_message, ldap_message)
}

// A sequence, its length short or long; a message number; one of LDAP's operations.
pub(crate) fn ldap_message(bytes: &[u8]) -> Probe {
    let skip = match bytes {
        [] | [0x30] => return Probe::Unsure,
        [0x30, 0..=0x7f, ..] => 2,
        [0x30, 0x81, ..] => 3,
        [0x30, 0x82, ..] => 4,
        [0x30, 0x84, ..] => 6,
        _ => return Probe::No,
    };
    once(bytes, skip + 4, |head| {
        matches!(head.get(skip..), Some([2, 1, _, 0x60 | 0x61 | 0x63 | 0x64 | 0x65 | 0x77 | 0x78 | 0x42]))
    })
}

pub(crate) fn mqtt(view: &View<'_>) -> Probe {
    let connect = |client: &[u8]| match client {
        [0x10, 0..=0x7f, rest @ ..] | [0x10, 0x80..=0xff, 0..=0x7f, rest @ ..] => {
            any([starts(rest, b"\0\x04MQTT"), starts(rest, b"\0\x06MQIsdp")].into_iter())
        }
        [] | [0x10] | [0x10, _] => Probe::Unsure,
        _ => Probe::No,
    };
    view.request(connect)
}

pub(crate) fn mqtt_answer(server: &[u8]) -> Probe {
    once(server, 2, |head| matches!(head, [0x20 | 0xe0 | 0xf0, 2..=0x7f]))
}

pub(crate) fn x11(view: &View<'_>) -> Probe {
    let setup = |client: &[u8]| any([starts(client, b"l\0\x0b\0"), starts(client, b"B\0\0\x0b")].into_iter());
    view.request(setup)
}

// Refused, let in, or asked for more.
pub(crate) fn x11_answer(server: &[u8]) -> Probe {
    once(server, 1, |head| matches!(head, [0..=2]))
}

pub(crate) fn dce_rpc(view: &View<'_>) -> Probe {
    let header = |bytes: &[u8]| {
        once(bytes, 8, |head| {
            matches!(head, [5, 0 | 1, 11..=16, _, 0 | 0x10, 0, 0, 0] | [5, 0 | 1, 0..=19, _, 0x10, 0, 0, 0])
        })
    };
    view.agree(header, header)
}

pub(crate) fn dnp3(view: &View<'_>) -> Probe {
    let frame = |bytes: &[u8]| once(bytes, 4, |head| matches!(head, [5, 0x64, 5..=255, _]));
    view.agree(frame, frame)
}

pub(crate) fn modbus(view: &View<'_>) -> Probe {
    if !view.port(502) {
        return Probe::No;
    }
    let header = |bytes: &[u8]| once(bytes, 8, |head| matches!(head, [_, _, 0, 0, 0, 2..=254, _, code] if *code != 0));
    view.agree(header, header)
}

pub(crate) fn kerberos(view: &View<'_>) -> Probe {
    let message = |bytes: &[u8]| {
        once(bytes, 6, |head| matches!(head, [0, 0, _, _, 0x6a..=0x6d | 0x7e, 0x81 | 0x82 | 0x30..=0x7f]))
    };
    view.agree(message, message)
}
