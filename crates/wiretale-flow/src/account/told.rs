//! What is told of a connection when it is over.

use wiretale_protocol::{Direction, Side, State};

use super::Account;
use crate::party::Phase;

impl Account {
    /// What a side sent; its bytes only where there was time for some.
    pub(crate) fn side(&self, of: Direction, timed: bool) -> Side {
        let party = self.party(of);
        let bytes = timed.then(|| party.size(self.party(of.opposite())));
        Side { bytes, packets: party.packets, ip_bytes: party.ip_bytes }
    }

    /// Zeek's `conn_state`.
    pub(crate) fn state(&self, history: &[u8]) -> State {
        let [client, server] = &self.parties;
        match (client.phase, server.phase) {
            (Phase::SynSent | Phase::SynAckSent, Phase::Reset) => State::Rej,
            (Phase::Reset, Phase::Reset) if client.size(server) == 0 && server.size(client) == 0 => State::Rej,
            (c, Phase::Reset) if c.is_silent() => State::Rstrh,
            (_, Phase::Reset) => State::Rstr,
            (Phase::Reset, s) if s.is_silent() => {
                if is_aborted_attempt(history) {
                    State::RstoS0
                } else {
                    State::Oth
                }
            }
            (Phase::Reset, _) => State::Rsto,
            (Phase::Closed, Phase::Closed) => State::Sf,
            (Phase::Closed, s) => {
                if s.is_silent() {
                    State::Sh
                } else {
                    State::S2
                }
            }
            (c, Phase::Closed) => {
                if c.is_silent() {
                    State::Shr
                } else {
                    State::S3
                }
            }
            (Phase::SynSent, Phase::Inactive) => State::S0,
            (Phase::Established, Phase::Established) => State::S1,
            _ => State::Oth,
        }
    }
}

/// A SYN, then nothing but what an attempt given up shows, then a RST.
fn is_aborted_attempt(history: &[u8]) -> bool {
    let letters = history.strip_prefix(b"^").unwrap_or(history);
    let Some(rest) = letters.strip_prefix(b"S") else { return false };
    let before = rest.split(|letter| *letter == b'R').next().unwrap_or_default();
    before.len() < rest.len() && !before.iter().any(|letter| b"HAFGIQ".contains(letter))
}
