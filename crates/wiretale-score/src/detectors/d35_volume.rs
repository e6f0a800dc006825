//! D35: much goes out to a peer from which little comes (ATT&CK T1048.003, T1041).
//!
//! Only what a home host brings counts: one that serves what it is asked for sends much by its nature.

use wiretale_protocol::Direction;

use crate::pairs::Slots;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Bytes by home host and peer: out, in, and whether it was told.
#[derive(Default)]
pub(super) struct Volume {
    // The weights' number of bytes and ratio, once they were looked up.
    bounds: Option<(u64, u64)>,
    totals: Slots<(u64, u64, bool)>,
}

impl Detector for Volume {
    fn name(&self) -> &'static str {
        "D35"
    }

    fn memory(&self) -> usize {
        self.totals.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        let (host, peer) = (flow.client.address, flow.server.address);
        let sides = [summary.client.bytes.unwrap_or(0), summary.server.bytes.unwrap_or(0)];
        let Some(pair) = scene.facts.pair.filter(|_| sides != [0, 0]) else { return };
        let (out, back, told) = self.totals.entry(pair);
        *out = out.saturating_add(sides[0]);
        *back = back.saturating_add(sides[1]);
        let (least, ratio) = *self.bounds.get_or_insert_with(|| {
            let bound = |name, default| scene.weights.threshold("D35", name, default) as u64;
            (bound("bytes", 10_000_000.0), bound("ratio", 10.0))
        });
        if *told || *out < least || *out < back.saturating_mul(ratio) {
            return;
        }
        *told = true;
        let text = format!(
            "{host} sent {:.1} MB to {} and got {:.1} MB back",
            *out as f64 / 1e6,
            scene.called(peer),
            *back as f64 / 1e6
        );
        findings.push(scene.evidence(Direction::Client, "D35.volume", peer.to_string(), text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::State;

    const PEER: [u8; 4] = [198, 51, 100, 9];

    fn moved(play: &mut Play, client: [u8; 4], server: [u8; 4], bytes: [u64; 2]) {
        let flow = play.open(0.0, client, server, 443);
        play.close_as(flow, 9.0, State::Sf, [10, 10], |summary| {
            [summary.client.bytes, summary.server.bytes] = bytes.map(Some);
        });
    }

    #[test]
    fn what_a_host_brings_counts() {
        let mut play = Play::of(Volume::default());
        moved(&mut play, HOST, PEER, [20_000_000, 300]);
        assert_eq!(play.rows(), ["D35.volume"]);
    }

    #[test]
    fn what_a_host_serves_does_not() {
        let mut play = Play::of(Volume::default());
        moved(&mut play, PEER, HOST, [500, 50_000_000]);
        moved(&mut play, HOST, PEER, [300, 9000]);
        assert!(play.rows().is_empty());
    }

    #[test]
    fn much_is_ten_megabytes_and_little_a_tenth_of_it_and_it_is_told_once() {
        for (bytes, rows) in
            [([10_000_000, 0], 1), ([9_999_999, 0], 0), ([20_000_000, 2_000_000], 1), ([20_000_000, 2_000_001], 0)]
        {
            let mut play = Play::of(Volume::default());
            moved(&mut play, HOST, PEER, bytes);
            assert_eq!(play.rows().len(), rows, "{bytes:?}");
        }
        let mut play = Play::of(Volume::default());
        (0..6).for_each(|_| moved(&mut play, HOST, PEER, [5_000_000, 0]));
        assert_eq!(play.rows().len(), 1);
        // Each peer has its own account.
        moved(&mut play, HOST, [198, 51, 100, 10], [5_000_000, 0]);
        assert_eq!(play.rows().len(), 1);
    }
}
