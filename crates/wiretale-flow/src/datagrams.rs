//! The account of flows without connections: UDP, ICMP and the rest.

use wiretale_protocol::{Direction, Side, State, Transport};

use crate::history::{History, Scaled};

/// Both directions of a UDP or ICMP flow.
#[derive(Default, Debug)]
pub(crate) struct Datagrams {
    sides: [Counters; 2],
}

#[derive(Default, Debug)]
struct Counters {
    active: bool,
    bytes: u64,
    packets: u64,
    ip_bytes: u64,
    corrupt: Scaled,
}

impl Datagrams {
    /// Takes note of a datagram with `payload` bytes.
    pub(crate) fn datagram(&mut self, from: Direction, transport: Transport, payload: u32, history: &mut History) {
        let side = &mut self.sides[from.index()];
        if transport == Transport::Udp && !side.active {
            history.add(from, b'D');
        }
        side.active = true;
        side.bytes += u64::from(payload);
    }

    /// Counts its packet.
    pub(crate) fn packet(&mut self, from: Direction, ip_len: u32) {
        let side = &mut self.sides[from.index()];
        side.packets += 1;
        side.ip_bytes += u64::from(ip_len);
    }

    /// A packet with a wrong checksum, which counts for nothing else.
    pub(crate) fn corrupt(&mut self, from: Direction, transport: Transport, history: &mut History) {
        if self.sides[from.index()].corrupt.hit() && transport == Transport::Udp {
            history.add(from, b'C');
        }
    }

    /// Zeek's `conn_state`.
    pub(crate) fn state(&self, transport: Transport) -> State {
        let [client, server] = &self.sides;
        match (transport, client.active, server.active) {
            (Transport::Udp, true, true) => State::Sf,
            (Transport::Udp, true, false) => State::S0,
            (Transport::Udp, false, true) => State::Shr,
            _ => State::Oth,
        }
    }

    pub(crate) fn side(&self, of: Direction, timed: bool) -> Side {
        let side = &self.sides[of.index()];
        Side { bytes: timed.then_some(side.bytes), packets: side.packets, ip_bytes: side.ip_bytes }
    }
}
