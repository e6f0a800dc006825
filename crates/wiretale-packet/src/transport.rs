//! TCP (RFC 9293), UDP (RFC 768) and ICMP (RFC 792, RFC 4443).

use crate::dissect::{Dissect, Found, Step};
use crate::view::View;
use crate::{Body, Checks, Checksum, Datagram, Flags, Icmp, Segment, SeqNumber, Why, checksum, tunnel};

#[inline]
pub(crate) fn tcp<'a>(walk: &Dissect<'a>, view: View<'a>) -> Step<'a> {
    let (head, rest) = view.head::<20>()?;
    let &[p0, p1, p2, p3, s0, s1, s2, s3, a0, a1, a2, a3, offset, flags, w0, w1, _, _, u0, u1] = head;
    let header_len = u32::from(offset >> 4).saturating_mul(4);
    if header_len < 20 || header_len > view.wire {
        return Err(Why::HeaderLength);
    }
    let options_len = header_len.saturating_sub(20);
    // The capture may end within the options: then they are what there is, and the payload is missing as a whole.
    let payload = rest.after(options_len);
    let segment = Segment {
        seq: SeqNumber(u32::from_be_bytes([s0, s1, s2, s3])),
        ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        urgent: u16::from_be_bytes([u0, u1]),
        options: rest.limit(options_len).bytes,
        payload: payload.bytes,
        missing: payload.missing(),
    };
    let body = Body::Tcp { src_port: u16::from_be_bytes([p0, p1]), dst_port: u16::from_be_bytes([p2, p3]), segment };
    Ok(Found::Packet(walk.packet(body, verdict(walk, view, 6))))
}

pub(crate) fn udp<'a>(walk: &mut Dissect<'a>, view: View<'a>) -> Step<'a> {
    let (&[p0, p1, p2, p3, l0, l1, c0, c1], rest) = view.head()?;
    let (src_port, dst_port) = (u16::from_be_bytes([p0, p1]), u16::from_be_bytes([p2, p3]));
    // Zero is a jumbogram's or a segmentation offload's; a length beyond the packet is cut down to it, as Zeek does.
    let whole = match u32::from(u16::from_be_bytes([l0, l1])) {
        0 => view,
        n if n < 8 => return Err(Why::HeaderLength),
        n => view.limit(n),
    };
    let payload = rest.limit(whole.wire.saturating_sub(8));
    let datagram = Datagram { src_port, dst_port, payload: payload.bytes, missing: payload.missing() };
    let inside = tunnel::in_udp(src_port, dst_port, payload);
    let checksum = match (c0, c1) {
        // Absent (RFC 768); over IPv6 for tunnels alone (RFC 6935).
        (0, 0) if !walk.v6 || inside.is_some() => Checksum::Unknown,
        (0, 0) if walk.checks == Checks::Verify => Checksum::Bad,
        _ => verdict(walk, whole, 17),
    };
    let packet = walk.packet(Body::Udp(datagram), checksum);
    walk.tainted |= packet.checksum == Checksum::Bad;
    Ok(match inside {
        Some(layer) => Found::Carrier(packet, layer, payload),
        None => Found::Packet(packet),
    })
}

pub(crate) fn icmp<'a>(walk: &Dissect<'a>, view: View<'a>) -> Step<'a> {
    let (&[kind, code, ..], payload) = view.head::<8>()?;
    let icmp = Icmp { kind, code, v6: walk.v6, payload: payload.bytes, missing: payload.missing() };
    let checksum = match walk.checks {
        Checks::Verify if !walk.v6 => checksum::plain(view),
        _ => verdict(walk, view, 58),
    };
    Ok(Found::Packet(walk.packet(Body::Icmp(icmp), checksum)))
}

#[inline]
fn verdict(walk: &Dissect<'_>, message: View<'_>, protocol: u8) -> Checksum {
    match walk.checks {
        Checks::Verify => checksum::with_pseudo_header(&walk.ip, protocol, message),
        Checks::Ignore => Checksum::Unknown,
    }
}
