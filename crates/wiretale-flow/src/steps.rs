//! The states of a TCP connection, as Zeek moves them on.

use wiretale_packet::{Flags, Segment};
use wiretale_protocol::{Direction, Timestamp};

use crate::account::Account;
use crate::party::Phase;

impl Account {
    /// Moves the states on; true if the segment closes its side.
    pub(crate) fn step(
        &mut self,
        from: Direction,
        segment: &Segment<'_>,
        at: Timestamp,
        weird: &mut impl FnMut(&'static str),
    ) -> bool {
        match self.party(from).phase {
            Phase::Inactive => self.step_inactive(from, segment, at, weird),
            Phase::SynSent | Phase::SynAckSent => self.step_opening(from, segment, weird),
            Phase::Established | Phase::Partial => self.step_established(from, segment, weird),
            Phase::Closed => self.step_closed(from, segment),
            Phase::Reset => {
                if segment.flags.has(Flags::SYN) {
                    weird("SYN_after_reset");
                }
                if segment.flags.has(Flags::FIN) {
                    weird("FIN_after_reset");
                }
                false
            }
        }
    }

    fn step_inactive(
        &mut self,
        from: Direction,
        segment: &Segment<'_>,
        at: Timestamp,
        weird: &mut impl FnMut(&'static str),
    ) -> bool {
        let flags = segment.flags;
        let mut closes = false;
        if flags.has(Flags::SYN) {
            self.step_syn(from, flags, at, weird);
        }
        let peer = self.party(from.opposite()).phase;
        if flags.has(Flags::FIN) {
            self.enter(from, Phase::Closed);
            closes = true;
            if peer != Phase::Partial && !flags.has(Flags::SYN) {
                weird("spontaneous_FIN");
            }
        }
        if flags.has(Flags::RST) {
            self.enter(from, Phase::Reset);
            closes = true;
            if peer == Phase::Inactive {
                weird("spontaneous_RST");
            }
        }
        if self.party(from).phase == Phase::Inactive {
            self.step_partial(from, segment, peer);
        }
        closes
    }

    fn step_syn(&mut self, from: Direction, flags: Flags, at: Timestamp, weird: &mut impl FnMut(&'static str)) {
        if from == Direction::Client {
            self.attempted.get_or_insert(at);
            if flags.has(Flags::ACK) {
                weird("connection_originator_SYN_ack");
                self.enter(from, Phase::SynAckSent);
            } else {
                self.enter(from, Phase::SynSent);
            }
            return;
        }
        if self.party(Direction::Client).phase == Phase::SynSent {
            self.enter(Direction::Client, Phase::Established);
        }
        self.enter(from, Phase::Established);
    }

    /// A first segment without SYN, FIN and RST.
    fn step_partial(&mut self, from: Direction, segment: &Segment<'_>, peer: Phase) {
        let eccentric = from == Direction::Server && segment.wire_len() == 0 && peer == Phase::SynSent;
        if eccentric {
            // Some hosts acknowledge a SYN before they answer it.
        } else if segment.flags.has(Flags::ACK) && peer == Phase::Established {
            // The SYN was missed, its answer was not.
            self.enter(from, Phase::Established);
        } else {
            self.enter(from, Phase::Partial);
        }
    }

    fn step_opening(&mut self, from: Direction, segment: &Segment<'_>, weird: &mut impl FnMut(&'static str)) -> bool {
        let flags = segment.flags;
        let (own, peer) = (self.party(from).phase, self.party(from.opposite()).phase);
        let bare = !flags.has(Flags::FIN) && !flags.has(Flags::RST);
        if from == Direction::Client && flags.has(Flags::SYN.with(Flags::ACK)) && bare && own != Phase::SynAckSent {
            weird("repeated_SYN_with_ack");
        }
        if flags.has(Flags::FIN) {
            if matches!(peer, Phase::Inactive | Phase::SynSent) {
                weird("inappropriate_FIN");
            }
            self.enter(from, Phase::Closed);
        }
        if flags.has(Flags::RST) {
            self.enter(from, Phase::Reset);
            self.over = true;
        }
        flags.has(Flags::FIN) || flags.has(Flags::RST)
    }

    fn step_established(
        &mut self,
        from: Direction,
        segment: &Segment<'_>,
        weird: &mut impl FnMut(&'static str),
    ) -> bool {
        let flags = segment.flags;
        let (own, peer) = (self.party(from).phase, self.party(from.opposite()));
        let (peer, peer_was) = (peer.phase, peer.was);
        if is_bare_syn(flags) && own == Phase::Partial && peer == Phase::Inactive {
            weird("SYN_after_partial");
            self.enter(from, Phase::SynSent);
        }
        if flags.has(Flags::FIN) && !flags.has(Flags::RST) {
            self.enter(from, Phase::Closed);
            if peer == Phase::Reset && peer_was == Phase::Closed {
                // A FIN, then a RST: that was a normal end after all.
                self.enter(from.opposite(), Phase::Closed);
            }
        }
        if flags.has(Flags::RST) {
            self.enter(from, Phase::Reset);
            self.over |= peer != Phase::Reset || peer_was != Phase::Established;
        }
        flags.has(Flags::FIN) || flags.has(Flags::RST)
    }

    fn step_closed(&mut self, from: Direction, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::RST) || self.party(from.opposite()).phase == Phase::Closed {
            return false;
        }
        self.enter(from, Phase::Reset);
        !self.party(from).closed
    }

    fn enter(&mut self, of: Direction, phase: Phase) {
        let peer = self.party(of.opposite()).phase;
        let was = self.party(of).phase;
        if was != phase && was.is_handshake() && peer.is_handshake() && !phase.is_handshake() {
            self.established = true;
        }
        self.party_mut(of).enter(phase);
    }
}

pub(crate) const fn is_bare_syn(flags: Flags) -> bool {
    flags.has(Flags::SYN) && !flags.has(Flags::ACK)
}
