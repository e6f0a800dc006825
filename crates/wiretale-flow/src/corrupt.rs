//! Packets with wrong checksums.

use wiretale_packet::{Body, Direction, Packet, Transport};
use wiretale_protocol::{Moment, Observer, Quota, Services, Weird};

use crate::analyzer::Analyzer;
use crate::arrived::Within;
use crate::commons::Commons;
use crate::record::{Carrier, Flows, Record};
use crate::settings::Checksums;
use crate::sources::{Covers, Judged, Sources};

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes note of a packet whose IP header has a wrong checksum; true if it does not count.
    #[cold]
    pub(crate) fn discards_header(&mut self, packet: &Packet<'_>, within: &Within<'_>) -> bool {
        let auto = self.settings.checksums == Checksums::Auto;
        let judged =
            if auto { self.sources.bad(packet.ip.src, packet.ip.dst, Covers::Header) } else { Judged::Corrupt };
        let endpoints = Some(packet.endpoints());
        match judged {
            Judged::Offloaded(first) => {
                self.commons.stats.offloaded += 1;
                if first {
                    self.stray(packet.at, within.number, endpoints, "checksum_offload", b"IP");
                }
                false
            }
            Judged::Corrupt | Judged::Unwatched => {
                self.commons.stats.corrupt += 1;
                self.stray(packet.at, within.number, endpoints, "bad_IP_checksum", b"");
                true
            }
        }
    }
}

/// What to make of a packet with a wrong checksum.
pub(crate) fn judge<S, F>(
    sources: &mut Sources,
    checksums: Checksums,
    record: &Record<S, F>,
    from: Direction,
    packet: &Packet<'_>,
) -> Judged {
    match covers(packet) {
        Some(covers) if checksums == Checksums::Auto && is_joined(packet) => sources.left(packet.ip.src, covers),
        Some(covers) if checksums == Checksums::Auto && !record.credited.has(from) => {
            sources.bad(packet.ip.src, packet.ip.dst, covers)
        }
        _ => Judged::Corrupt,
    }
}

/// Takes note of a packet with a wrong checksum; true if it counts all the same.
#[cold]
pub(crate) fn accept<P: Services<O>, O: Observer>(
    judged: Judged,
    record: &mut Flows<P, O>,
    from: Direction,
    packet: &Packet<'_>,
    frame: u64,
    observer: &mut O,
    commons: &mut Commons,
) -> bool {
    let transport = record.flow.transport;
    let name = match judged {
        Judged::Offloaded(first) => {
            commons.stats.offloaded += 1;
            if !first {
                return true;
            }
            "checksum_offload"
        }
        Judged::Corrupt | Judged::Unwatched => {
            commons.stats.corrupt += 1;
            commons.stats.senders_unwatched += u64::from(judged == Judged::Unwatched);
            match &mut record.carrier {
                Carrier::Tcp(tcp) => tcp.account.corrupt(from, &mut record.history),
                Carrier::Datagrams(both) => both.corrupt(from, transport, &mut record.history),
                Carrier::Over => {}
            }
            match transport {
                Transport::Tcp => "bad_TCP_checksum",
                Transport::Udp => "bad_UDP_checksum",
                _ => "bad_ICMP_checksum",
            }
        }
    };
    let suppressed = &mut commons.stats.weirds_suppressed;
    if (Quota { said: &mut record.weirds, most: commons.limits.weirds, suppressed }).allow(name) {
        let moment = Moment { at: packet.at, frame, direction: from, flow: &record.flow };
        observer.weird(&mut record.state, &moment, &Weird { name, addl: b"" });
    }
    name == "checksum_offload"
}

/// Takes note of the first right checksum of a flow's sender.
pub(crate) fn credit(sources: &mut Sources, checksums: Checksums, packet: &Packet<'_>) {
    if let (Checksums::Auto, Some(covers)) = (checksums, covers(packet)) {
        sources.good(packet.ip.src, packet.ip.dst, covers);
        if packet.ip.header_ok {
            sources.good(packet.ip.src, packet.ip.dst, Covers::Header);
        }
    }
}

// Longer than any packet that is routed through networks of Ethernet: a host put it together from several that it
// received, or its card is to cut it into several. In neither is there a checksum, whatever those of the sender's others are.
fn is_joined(packet: &Packet<'_>) -> bool {
    matches!(packet.body, Body::Tcp { .. }) && packet.ip.total_len > MTU
}

fn covers(packet: &Packet<'_>) -> Option<Covers> {
    match packet.body {
        Body::Tcp { .. } => Some(Covers::Tcp),
        Body::Udp(_) => Some(Covers::Udp),
        _ => None,
    }
}

const MTU: u32 = 1500;
