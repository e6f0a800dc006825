//! What operating systems put before IP themselves: BSD loopback, Linux cooked captures, netfilter's log.

use super::ethernet;
use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Layer, Why};

/// An address family of 32 bits in either byte order. IPv6 has another number in each system.
pub(crate) fn null(view: View<'_>) -> Step<'_> {
    let (&bytes, rest) = view.head::<4>()?;
    match u32::from_le_bytes(bytes).min(u32::from_be_bytes(bytes)) {
        2 => Ok(Found::Next(Layer::Ipv4, rest)),
        10 | 23 | 24 | 26 | 28 | 30 => Ok(Found::Next(Layer::Ipv6, rest)),
        family => Err(Why::NotIp(u16::try_from(family).unwrap_or(u16::MAX))),
    }
}

/// Linux cooked capture: packet type, hardware type, address of up to eight bytes, protocol.
pub(crate) fn sll<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[_, _, h0, h1, .., p0, p1], rest) = view.head::<16>()?;
    protocol(walk, u16::from_be_bytes([h0, h1]), u16::from_be_bytes([p0, p1]), rest)
}

/// Its second version: protocol first, then interface, hardware type, packet type, address.
pub(crate) fn sll2<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[p0, p1, _, _, _, _, _, _, h0, h1, ..], rest) = view.head::<20>()?;
    protocol(walk, u16::from_be_bytes([h0, h1]), u16::from_be_bytes([p0, p1]), rest)
}

fn protocol<'a>(walk: &mut Walk<'a>, hardware: u16, protocol: u16, view: View<'a>) -> Step<'a> {
    match (hardware, protocol) {
        (ARPHRD_RADIOTAP, _) => Ok(Found::Next(Layer::Radiotap, view)),
        (ARPHRD_NETLINK, _) => Err(Why::NotIp(protocol)),
        (_, 4) => Ok(Found::Next(Layer::Llc, view)),
        (_, 0..=1500) => Err(Why::NotIp(protocol)),
        _ => ethernet::tagged(walk, protocol, view),
    }
}

/// A netfilter log message: family, version, resource, then attributes, of which one is the packet.
pub(crate) fn nflog(view: View<'_>) -> Step<'_> {
    let (&[_, version, _, _], mut rest) = view.head()?;
    if version != 0 {
        return Err(Why::Version);
    }
    // The attributes are in the byte order of the machine that captured: the first tells which.
    let little = matches!(rest.bytes, &[l0, l1, ..] if fits(u16::from_le_bytes([l0, l1]), rest));
    let number = |bytes: [u8; 2]| if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
    loop {
        let (&[l0, l1, t0, t1], value) = rest.head()?;
        let len = number([l0, l1]);
        if !fits(len, rest) {
            return Err(Why::Field);
        }
        if number([t0, t1]) == NFLOG_PAYLOAD {
            return Ok(Found::Next(Layer::Ip, value.limit(u32::from(len).saturating_sub(4))));
        }
        // Padded to a multiple of four, the last one perhaps not.
        rest = rest.after(u32::from(len).next_multiple_of(4));
    }
}

fn fits(len: u16, view: View<'_>) -> bool {
    len >= 4 && u32::from(len) <= view.wire
}

const ARPHRD_RADIOTAP: u16 = 803;
const ARPHRD_NETLINK: u16 = 824;
const NFLOG_PAYLOAD: u16 = 9;
