//! Connections that begin on the addresses and ports of one that is there.

use std::time::Duration;

use wiretale_packet::{Flags, Segment};
use wiretale_protocol::Direction;

use super::{Account, FORGET};
use crate::party::Phase;
use crate::steps::is_bare_syn;

impl Account {
    /// Does this SYN begin another connection on the same addresses and ports? Inside an established one only
    /// reassembly can tell.
    #[inline]
    pub(crate) fn is_reuse(&self, from: Direction, segment: &Segment<'_>) -> bool {
        let (client, server) = (self.party(Direction::Client), self.party(Direction::Server));
        if !segment.flags.has(Flags::SYN) {
            return false;
        }
        if segment.flags.has(Flags::ACK) {
            // It answers another SYN than the one we have: one we missed, or one that a forged SYN displaced.
            let awaited =
                from == Direction::Server && client.phase == Phase::SynSent && server.phase == Phase::Inactive;
            return (awaited && !client.spans(segment.ack.0.wrapping_sub(1)))
                || (client.phase == Phase::Inactive && segment.seq.0 != server.start());
        }
        if self.is_closed() {
            return true;
        }
        if from == Direction::Server {
            // Whom we took for the server opens a connection, and the client was never heard: we took it wrong.
            return client.phase == Phase::Inactive && segment.seq.0 != server.start();
        }
        if client.phase == Phase::Inactive {
            return false;
        }
        let refused = client.phase.is_handshake() && server.phase == Phase::Reset;
        let broken = client.phase == Phase::Reset || server.phase == Phase::Reset;
        let alive = !client.phase.is_handshake() && !server.phase.is_handshake();
        refused || (segment.seq.0 != client.start() && (broken || !alive))
    }

    /// A SYN with another number inside a living connection: hosts answer it with a challenge, so it moves nothing here
    /// unless reassembly finds it confirmed.
    pub(crate) fn is_foreign(&self, segment: &Segment<'_>) -> bool {
        let [client, server] = &self.parties;
        is_bare_syn(segment.flags)
            && client.phase == Phase::Established
            && server.phase == Phase::Established
            && segment.seq.0 != client.start()
    }

    /// Counts a SYN that moves nothing, and remembers its length for the case that it moves something after all.
    pub(crate) fn aside(&mut self, from: Direction, ip_len: u32) {
        let party = self.party_mut(from);
        party.packets += 1;
        party.ip_bytes += u64::from(ip_len);
        party.odd().aside = Some(ip_len);
    }

    /// Takes back such a SYN, which is another connection's: how long it was, or `least` where that was not remembered.
    pub(crate) fn take_back(&mut self, from: Direction, least: u32) -> u32 {
        let party = self.party_mut(from);
        let ip_len = party.odd().aside.take().unwrap_or(least);
        party.packets = party.packets.saturating_sub(1);
        party.ip_bytes = party.ip_bytes.saturating_sub(u64::from(ip_len));
        ip_len
    }

    /// What Zeek calls the reuse of a connection that ended so; nothing where it is quite in order.
    pub(crate) fn reuse(&self, segment: &Segment<'_>, pause: Duration) -> Option<&'static str> {
        let [client, server] = &self.parties;
        let reset = client.phase == Phase::Reset || server.phase == Phase::Reset;
        if !self.is_closed() {
            return Some(match client.phase {
                Phase::SynSent if segment.flags.has(Flags::ACK) => "bad_SYN_ack",
                Phase::SynSent => "SYN_seq_jump",
                _ => "active_connection_reuse",
            });
        }
        (pause < FORGET && !reset).then_some("premature_connection_reuse")
    }
}
