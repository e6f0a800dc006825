//! TCP (RFC 9293), UDP (RFC 768) and ICMP (RFC 792, RFC 4443).

use crate::view::View;
use crate::walk::{Found, Step, Walk};
use crate::{Body, Checks, Checksum, Datagram, Flags, Icmp, Ip, Segment, SeqNumber, Why, checksum, tunnel};

/// A TCP header up to its options, and the bytes behind it.
#[derive(Clone, Copy)]
pub(crate) struct TcpHead<'a> {
    head: &'a [u8; 20],
    rest: View<'a>,
    header_len: u32,
}

impl<'a> TcpHead<'a> {
    #[inline]
    pub(crate) fn read(message: View<'a>) -> Result<Self, Why> {
        let (head, rest) = message.head::<20>()?;
        Self::of(head, rest).ok_or(Why::HeaderLength)
    }

    /// The same, of its first twenty bytes and what follows them; nothing if the length that it says cannot be.
    #[inline]
    pub(crate) fn of(head: &'a [u8; 20], rest: View<'a>) -> Option<Self> {
        let header_len = u32::from(head[12] >> 4).saturating_mul(4);
        (header_len >= 20 && header_len - 20 <= rest.wire).then_some(Self { head, rest, header_len })
    }

    #[inline]
    pub(crate) fn body(self) -> Body<'a> {
        let &[p0, p1, p2, p3, s0, s1, s2, s3, a0, a1, a2, a3, _, flags, w0, w1, _, _, u0, u1] = self.head;
        let options_len = self.header_len.saturating_sub(20);
        // The capture may end within the options: then they are what there is, and the payload is missing as a whole.
        let payload = self.rest.after(options_len);
        let segment = Segment {
            seq: SeqNumber(u32::from_be_bytes([s0, s1, s2, s3])),
            ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
            flags: Flags(flags),
            window: u16::from_be_bytes([w0, w1]),
            urgent: u16::from_be_bytes([u0, u1]),
            options: self.rest.limit(options_len).bytes,
            payload: payload.bytes,
            missing: payload.missing(),
        };
        Body::Tcp { src_port: u16::from_be_bytes([p0, p1]), dst_port: u16::from_be_bytes([p2, p3]), segment }
    }
}

pub(crate) fn tcp<'a>(walk: &Walk<'a>, view: View<'a>) -> Step<'a> {
    let head = TcpHead::read(view)?;
    Ok(Found::Packet(walk.packet(head.body(), verdict(walk.checks, &walk.ip, view, 6))))
}

pub(crate) fn udp<'a>(walk: &mut Walk<'a>, view: View<'a>) -> Step<'a> {
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
        _ => verdict(walk.checks, &walk.ip, whole, 17),
    };
    let packet = walk.packet(Body::Udp(datagram), checksum);
    walk.tainted |= packet.checksum == Checksum::Bad;
    Ok(match inside {
        Some(layer) => Found::Carrier(packet, layer, payload),
        None => Found::Packet(packet),
    })
}

pub(crate) fn icmp<'a>(walk: &Walk<'a>, view: View<'a>) -> Step<'a> {
    let (&[kind, code, ..], payload) = view.head::<8>()?;
    let icmp = Icmp { kind, code, v6: walk.v6, payload: payload.bytes, missing: payload.missing() };
    let checksum = match walk.checks {
        Checks::Verify if !walk.v6 => checksum::plain(view),
        _ => verdict(walk.checks, &walk.ip, view, 58),
    };
    Ok(Found::Packet(walk.packet(Body::Icmp(icmp), checksum)))
}

#[inline]
pub(crate) fn verdict(checks: Checks, ip: &Ip, message: View<'_>, protocol: u8) -> Checksum {
    match checks {
        Checks::Verify => checksum::with_pseudo_header(ip, protocol, message),
        Checks::Ignore => Checksum::Unknown,
    }
}
