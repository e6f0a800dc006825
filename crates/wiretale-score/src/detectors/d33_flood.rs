//! D33: a home host floods another (ATT&CK T1498.001, T1499).

use wiretale_protocol::{Direction, State, Timestamp, Transport};

use crate::pairs::Slots;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// What a home host sends to one peer within a second or so.
#[derive(Default)]
pub(super) struct Flood {
    // The weights' window in seconds and number of packets, once they were looked up.
    bounds: Option<(f64, u64)>,
    rates: Slots<Rate>,
}

#[derive(Default)]
struct Rate {
    since: Option<Timestamp>,
    packets: u64,
    unanswered: u64,
    told: bool,
}

impl Detector for Flood {
    fn name(&self) -> &'static str {
        "D33"
    }

    fn memory(&self) -> usize {
        self.rates.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        let one_sided = matches!(summary.state, State::S0 | State::RstoS0) || summary.server.packets == 0;
        if flow.transport == Transport::Icmp {
            return;
        }
        let (window, least) = *self.bounds.get_or_insert_with(|| {
            let bound = |name, default| scene.weights.threshold("D33", name, default);
            (bound("window_seconds", 10.0), bound("packets", 5000.0) as u64)
        });
        let Some(pair) = scene.facts.pair else { return };
        let rate = self.rates.entry(pair);
        let since = *rate.since.get_or_insert(flow.opened);
        if flow.opened.since(since).as_secs_f64() > window {
            let told = rate.told;
            *rate = Rate { since: Some(flow.opened), told, ..Rate::default() };
        }
        rate.packets += summary.client.packets;
        rate.unanswered += if one_sided { summary.client.packets } else { 0 };
        if rate.told || rate.packets < least || rate.unanswered * 10 < rate.packets * 9 {
            return;
        }
        rate.told = true;
        let peer = scene.called(flow.server.address);
        let text =
            format!("{} sent {} unanswered packets to {peer} within {window} s", flow.client.address, rate.unanswered);
        findings.push(scene.evidence(Direction::Client, "D33.flood", flow.server.address.to_string(), text));
    }
}
