//! D33: a home host floods another (ATT&CK T1498.001, T1499).
//!
//! Packets that nothing answers, by the thousand within seconds. A flow longer than that counts by its rate: a day of
//! syslog has as many packets, and is none.

use wiretale_protocol::{Direction, State, Summary, Timestamp, Transport};

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
        let packets = within(summary, window);
        rate.packets += packets;
        rate.unanswered += if is_unanswered(summary, flow.transport) { packets } else { 0 };
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

// How many of the client's packets a window can hold.
fn within(summary: &Summary<'_>, window: f64) -> u64 {
    let lasted = summary.duration.map_or(0.0, |duration| duration.as_secs_f64());
    let share = if lasted > window { window / lasted } else { 1.0 };
    (summary.client.packets as f64 * share) as u64
}

// Did nobody answer? A TCP client that acknowledges and goes on was answered by somebody who was not captured.
fn is_unanswered(summary: &Summary<'_>, transport: Transport) -> bool {
    let silent = matches!(summary.state, State::S0 | State::RstoS0) || summary.server.packets == 0;
    let talks = summary.client.bytes.unwrap_or(0) > 0 || summary.history.contains(&b'A');
    silent && !(transport == Transport::Tcp && talks && summary.client.packets > ALONE)
}

// Packets of a client that may be a flood's: a handful at most for each of its connections.
const ALONE: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use std::time::Duration;

    const TARGET: [u8; 4] = [198, 51, 100, 9];

    fn sent(play: &mut Play, transport: Transport, seconds: u64, bytes: u64, history: &'static [u8]) {
        let flow = play.open_as(0.0, HOST, TARGET, 514, |flow| flow.transport = transport);
        play.close_as(flow, seconds as f64, State::S0, [5600, 0], |summary| {
            (summary.duration, summary.history) = (Some(Duration::from_secs(seconds)), history);
            summary.client.bytes = Some(bytes);
        });
    }

    #[test]
    fn a_flood_is_one_however_long_it_lasts_and_a_day_of_syslog_is_none() {
        let rows = |seconds| {
            let mut play = Play::of(Flood::default());
            sent(&mut play, Transport::Udp, seconds, 5600, b"D");
            play.rows().len()
        };
        assert_eq!((rows(6), rows(11), rows(86_400)), (1, 1, 0));
    }

    #[test]
    fn syns_are_a_flood_and_half_a_connection_is_none() {
        let rows = |bytes, history| {
            let mut play = Play::of(Flood::default());
            sent(&mut play, Transport::Tcp, 5, bytes, history);
            play.rows().len()
        };
        assert_eq!((rows(0, b"S"), rows(8_000_000, b"SAD"), rows(0, b"A")), (1, 0, 0));
        let mut play = Play::of(Flood::default());
        for n in 0..5000 {
            let flow = play.open(f64::from(n) * 0.001, HOST, TARGET, 80);
            play.close(flow, 7.0, State::S0, [1, 0]);
        }
        assert_eq!(play.rows(), ["D33.flood"]);
    }
}
