//! Fields of the parts of a flow, read in one go: the waits for them overlap, and they are near when their turn comes. The
//! numbers that come of it mean nothing.

use wiretale_packet::{Body as PacketBody, Packet};
use wiretale_protocol::Direction;

use crate::record::{Carrier, Record};

/// A field of each line of a packet that another core has put down.
#[inline]
pub(crate) fn glance_at_packet(packet: &Packet<'_>) -> usize {
    let PacketBody::Tcp { segment, .. } = &packet.body else { return 0 };
    segment.payload.len() ^ usize::from(packet.ip.ttl) ^ usize::from(packet.depth)
}

/// A field of each part of a record.
#[inline]
pub(crate) fn glance_at_record<S, F>(record: &Record<S, F>) -> usize {
    let numbers = record.flow.id.0 ^ record.last_frame ^ record.last.nanos().cast_unsigned();
    low(numbers) ^ record.history.len() ^ record.services.len() ^ usize::from(record.protocol)
}

/// A field of each part of what a record points to.
#[inline]
pub(crate) fn glance_beyond<S, F>(record: &Record<S, F>) -> usize {
    let Carrier::Tcp(tcp) = &record.carrier else { return 0 };
    let [client, server] = Direction::BOTH.map(|of| (tcp.account.party(of).packets, tcp.connection.length(of)));
    low(client.0 ^ client.1 ^ server.0 ^ server.1)
        ^ usize::from(tcp.account.over)
        ^ usize::from(tcp.connection.established())
}

/// What of a number fits; it means nothing.
const fn low(n: u64) -> usize {
    n as usize
}
