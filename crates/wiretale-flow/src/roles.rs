//! Who is the client of a flow, and who its server.

use wiretale_packet::{Body, Flags, Packet, Segment};
use wiretale_protocol::{Flow, FlowId, Observer, Services};

use crate::analyzer::Analyzer;
use crate::key::{Ends, is_broadcast};
use crate::ports::Ports;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// The sender of a SYN is the client; where the beginning was not seen, ports decide, and announcements above them.
    pub(crate) fn roles(&mut self, packet: &Packet<'_>, ends: &Ends, id: FlowId) -> Flow {
        let ports = &self.settings.server_ports;
        let (src, dst) = (ends.src, ends.dst);
        let (midstream, mut flip) = match packet.body {
            Body::Tcp { segment, .. } => {
                let (begun, answers) = beginning(&segment);
                (!begun, answers || (!segment.flags.has(Flags::SYN) && speaks_as_server(ports, src.port, dst.port)))
            }
            Body::Udp(_) => (false, ports.udp(src.port) && !ports.udp(dst.port) && !is_broadcast(dst.address)),
            _ => (false, false),
        };
        let opened = packet.at;
        let as_sent = Flow {
            id,
            client: src,
            server: dst,
            transport: ends.transport,
            opened,
            midstream,
            tunneled: packet.depth > 0,
        };
        let reversed = Flow { client: dst, server: src, ..as_sent };
        if midstream {
            self.commons.hear_news();
            let expectations = &self.commons.expectations;
            flip = expectations.matches_reversed(&as_sent, opened)
                || (flip && !expectations.matches_reversed(&reversed, opened));
        }
        if flip { reversed } else { as_sent }
    }
}

// Is it the first packet of a connection, or the answer to that?
fn beginning(segment: &Segment<'_>) -> (bool, bool) {
    let flags = segment.flags;
    let (syn, ack) = (flags.has(Flags::SYN), flags.has(Flags::ACK));
    (syn && !ack, syn && ack && !flags.has(Flags::FIN) && !flags.has(Flags::RST))
}

// Does the first segment that was seen go from a server's port to a client's, as far as ports tell?
fn speaks_as_server(ports: &Ports, from: u16, to: u16) -> bool {
    match (ports.tcp(from), ports.tcp(to)) {
        (true, true) => from < to,
        (false, false) => from < PASSING && to >= PASSING,
        (from, _) => from,
    }
}

/// Where systems take the ports of their clients from, at the least: Linux from here on, others from 49152 on (RFC 6335,
/// section 6).
const PASSING: u16 = 32_768;
