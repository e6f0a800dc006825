//! A packet that belongs to no connection, and what its header says.

use wiretale_protocol::{Endpoint, Summary, Timestamp};

/// The header of a packet that began a flow from outside.
#[derive(Clone, Copy)]
pub(super) struct Stray {
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) source_port: u16,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) window: u16,
    // Of a flow that began without a SYN.
    pub(super) midstream: bool,
    // Part of a connection, or not yet known to be none.
    pub(super) ordinary: bool,
}

/// A packet or a few that nothing but a reset answered.
pub(super) fn is_lone(summary: &Summary<'_>) -> bool {
    let answered = |letter: &u8| letter.is_ascii_lowercase() && *letter != b'r';
    summary.client.packets <= ALONE && !summary.history.iter().any(answered)
}

/// Two strays that differ in port and sequence number but not in their sum.
pub(super) fn same_sum(strays: &[Stray]) -> Option<(Stray, Stray)> {
    let sum = |stray: &Stray| stray.seq.wrapping_add(u32::from(stray.source_port));
    let mut pairs = strays.iter().enumerate().flat_map(|(n, a)| strays[n + 1..].iter().map(move |b| (*a, *b)));
    pairs.find(|(a, b)| a.source_port != b.source_port && a.seq != b.seq && sum(a) == sum(b))
}

/// Does a header field of the stray spell the port called back?
pub(super) fn spells(stray: &Stray, called: Endpoint) -> bool {
    let halves = |word: u32| [(word >> 16) as u16, word as u16];
    let [seq_high, seq_low] = halves(stray.seq);
    let [ack_high, ack_low] = halves(stray.ack);
    let spelt = [
        stray.window.wrapping_sub(8192),
        stray.window,
        stray.window.swap_bytes(),
        seq_high,
        seq_low,
        ack_high,
        ack_low,
        stray.source_port,
        stray.source_port.wrapping_add(1),
    ];
    spelt.contains(&called.port) && !COMMON.contains(&called.port)
}

// Too common as destinations to be a code word.
const COMMON: &[u16] = &[20, 21, 22, 25, 53, 80, 110, 113, 123, 143, 443, 465, 587, 993, 995, 6667, 6697, 8080];
// A packet may be sent again.
const ALONE: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::Address;

    fn stray(source_port: u16, seq: u32, window: u16) -> Stray {
        let (at, midstream, ordinary) = (Timestamp::default(), false, false);
        Stray { at, frame: 1, source_port, seq, ack: 0, window, midstream, ordinary }
    }

    #[test]
    fn a_constant_sum_is_seen_and_a_retransmission_is_none() {
        assert!(same_sum(&[stray(1000, 500, 0), stray(900, 600, 0)]).is_some());
        assert!(same_sum(&[stray(1000, 500, 0), stray(1000, 500, 0)]).is_none());
    }

    #[test]
    fn a_window_spells_the_port() {
        let called = Endpoint::new(Address::v4([192, 0, 2, 1]), 31_000);
        assert!(spells(&stray(1, 2, 31_000 + 8192), called) && !spells(&stray(1, 2, 7), called));
    }
}
