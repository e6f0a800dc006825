//! PPP (RFC 1661, RFC 1662), PPPoE (RFC 2516), Cisco HDLC and frame relay (RFC 2427).

use super::ethernet::by_ethertype;
use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Layer, Why};

/// A PPPoE session packet.
pub(crate) fn pppoe<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[_, code, s0, s1, l0, l1], rest) = view.head()?;
    if code != 0 {
        return Err(Why::NotIp(u16::from(code)));
    }
    walk.tags.pppoe = Some(u16::from_be_bytes([s0, s1]));
    let len = u32::from(u16::from_be_bytes([l0, l1]));
    if len > rest.wire {
        return Err(Why::TotalLength);
    }
    Ok(Found::Next(Layer::Ppp, rest.limit(len)))
}

/// A PPP frame: with or without the direction some captures put first, with or without address and control, its
/// protocol in two bytes or, compressed, in one (RFC 1661 section 6.5).
pub(crate) fn ppp(view: View<'_>) -> Step<'_> {
    let view = match view.bytes {
        [0 | 1, 0xff, 0x03, ..] => view.skip(3)?,
        [0xff, 0x03, ..] => view.skip(2)?,
        // Cisco's HDLC shares the link type.
        [0x0f | 0x8f, 0x00, ..] => return Ok(Found::Next(Layer::Hdlc, view)),
        _ => view,
    };
    let (&[first], rest) = view.head()?;
    let (protocol, rest) = match first & 1 {
        1 => (u16::from(first), rest),
        _ => {
            let (&[second], rest) = rest.head()?;
            (u16::from_be_bytes([first, second]), rest)
        }
    };
    match protocol {
        0x0021 => Ok(Found::Next(Layer::Ipv4, rest)),
        0x0057 => Ok(Found::Next(Layer::Ipv6, rest)),
        0x0281 => Ok(Found::Next(Layer::Mpls, rest)),
        _ => Err(Why::NotIp(protocol)),
    }
}

/// Address, control, ethertype.
pub(crate) fn hdlc(view: View<'_>) -> Step<'_> {
    let (&[_, _, t0, t1], rest) = view.head()?;
    let (layer, view) = by_ethertype(u16::from_be_bytes([t0, t1]), rest)?;
    Ok(Found::Next(layer, view))
}

/// An address of two to four bytes (the last has its lowest bit set), then what RFC 2427 puts there.
pub(crate) fn frame_relay(mut view: View<'_>) -> Step<'_> {
    loop {
        let (&[address], rest) = view.head()?;
        view = rest;
        if address & 1 == 1 {
            break;
        }
    }
    match view.bytes {
        [0x03, 0xcc, ..] => Ok(Found::Next(Layer::Ipv4, view.skip(2)?)),
        [0x03, 0x8e, ..] => Ok(Found::Next(Layer::Ipv6, view.skip(2)?)),
        [0x03, 0x00, 0x80, ..] => snap(view.skip(3)?),
        [0x03, 0x80, ..] => snap(view.skip(2)?),
        // Cisco's own encapsulation has an ethertype there.
        [0x08, 0x00, ..] | [0x86, 0xdd, ..] => Ok(Found::Next(Layer::Ip, view.skip(2)?)),
        _ => Err(Why::NotIp(0)),
    }
}

fn snap(view: View<'_>) -> Step<'_> {
    let (&[_, _, _, t0, t1], rest) = view.head()?;
    let (layer, view) = by_ethertype(u16::from_be_bytes([t0, t1]), rest)?;
    Ok(Found::Next(layer, view))
}
