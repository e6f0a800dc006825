//! D35: much goes out to a peer from which little comes (ATT&CK T1048.003, T1041).

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
        Ends::ONE
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let Some(home) = scene.home_end() else { return };
        let flow = scene.moment.flow;
        let (host, peer) = (flow.speaker(home).address, flow.speaker(home.opposite()).address);
        let sides = [summary.client.bytes.unwrap_or(0), summary.server.bytes.unwrap_or(0)];
        let Some(pair) = scene.facts.pair.filter(|_| sides != [0, 0]) else { return };
        let (out, back, told) = self.totals.entry(pair);
        *out = out.saturating_add(sides[home.index()]);
        *back = back.saturating_add(sides[home.opposite().index()]);
        let (least, ratio) = *self.bounds.get_or_insert_with(|| {
            let bound = |name, default| scene.weights.threshold("D35", name, default) as u64;
            (bound("bytes", 10_000_000.0), bound("ratio", 10.0))
        });
        // A host that serves what it is asked for sends much by its nature.
        if *told || home == Direction::Server || *out < least || *out < back.saturating_mul(ratio) {
            return;
        }
        *told = true;
        let text = format!(
            "{host} sent {:.1} MB to {} and got {:.1} MB back",
            *out as f64 / 1e6,
            scene.called(peer),
            *back as f64 / 1e6
        );
        findings.push(scene.evidence(home, "D35.volume", peer.to_string(), text));
    }
}
