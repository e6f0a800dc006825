//! D36: a home host calls the same place again and again, as regularly as a clock (ATT&CK T1071, T1029).
//!
//! The time and size parts of RITA's beacon score (v5), on the beginnings of connections: skew and spread of the gaps
//! between them, and of their sizes. IRC's own PING and PONG would make every chat a beacon, so bytes in a flow do not
//! count.

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Timestamp};

use crate::pairs::Pair;
use crate::weighed::{Heap, Weighed};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Beginnings of connections by home host, peer and port.
pub(super) struct Beacon {
    calls: Weighed<(Pair, u16), Calls>,
}

#[derive(Default)]
struct Calls {
    // When each began, and the bytes that the host sent. Mostly there is one.
    calls: SmallVec<[(Timestamp, u64); 1]>,
    // It was told of, or there were too many to be none: nothing is kept any more.
    over: bool,
}

impl Default for Beacon {
    fn default() -> Self {
        Self { calls: Weighed::new(1 << 14, MOST) }
    }
}

impl Detector for Beacon {
    fn name(&self) -> &'static str {
        "D36"
    }

    fn memory(&self) -> usize {
        self.calls.memory()
    }

    fn hears(&self) -> Hears {
        Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let flow = scene.moment.flow;
        if scene.facts.service == Some("dns") {
            return;
        }
        let Some(pair) = scene.facts.pair else { return };
        let call = (flow.opened, summary.client.bytes.unwrap_or(0));
        let news = self.calls.change((pair, flow.server.port), scene.moment.at, |calls| calls.again(call));
        if let Some((times, score)) = news {
            let peer = scene.called(flow.server.address);
            let text = format!("{} called {peer} {times} times at even intervals", flow.client.address);
            let evidence = scene.evidence(Direction::Client, "D36.beacon", flow.server.to_string(), text);
            findings.push(evidence.strength((score - 0.7) / 0.3));
        }
    }
}

impl Heap for Calls {
    fn heap(&self) -> usize {
        if self.calls.spilled() { self.calls.capacity() * size_of::<(Timestamp, u64)>() } else { 0 }
    }
}

impl Calls {
    // One more; how many there are and how regular they are, where that is news.
    fn again(&mut self, call: (Timestamp, u64)) -> Option<(usize, f64)> {
        if self.over {
            return None;
        }
        self.calls.push(call);
        let times = self.calls.len();
        let news = if times >= FEWEST && times.is_power_of_two() { Some(self.regularity()) } else { None };
        let news = news.filter(|score| *score > 0.7).map(|score| (times, score));
        if news.is_some() || times >= MANY {
            *self = Self { over: true, ..Self::default() };
        }
        news
    }

    fn regularity(&self) -> f64 {
        let bytes: Vec<f64> = self.calls.iter().map(|(_, bytes)| *bytes as f64).collect();
        (regularity(&gaps(self.calls.iter().map(|(at, _)| *at).collect())) + regularity(&bytes)) / 2.0
    }
}

fn gaps(mut at: Vec<Timestamp>) -> Vec<f64> {
    at.sort_unstable();
    at.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).filter(|gap| *gap > 0.0).collect()
}

/// One for a clock, near nothing for chance: symmetry (Bowley's skewness) and narrowness (median absolute deviation).
fn regularity(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(low), Some(median), Some(high)) =
        (quantile(&sorted, 0.25), quantile(&sorted, 0.5), quantile(&sorted, 0.75))
    else {
        return 0.0;
    };
    let skew = if high <= low { 0.0 } else { (low + high - 2.0 * median) / (high - low) };
    let mut away: Vec<f64> = sorted.iter().map(|value| (value - median).abs()).collect();
    away.sort_by(f64::total_cmp);
    let spread = quantile(&away, 0.5).unwrap_or(0.0);
    let narrow = if median > 0.0 { ((median - spread) / median).max(0.0) } else { 0.0 };
    ((1.0 - skew.abs()) + narrow) / 2.0
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    sorted.get(((sorted.len().checked_sub(1)?) as f64 * share).round() as usize).copied()
}

const FEWEST: usize = 8;
const MANY: usize = 1024;
// Bytes of all calls together.
const MOST: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::State;

    #[test]
    fn a_clock_is_regular_and_chance_is_not() {
        assert!(regularity(&[60.0; 16]) > 0.95);
        let wild: Vec<f64> = (1..17).map(|n| f64::from(n * n * n)).collect();
        assert!(regularity(&wild) < 0.6, "{}", regularity(&wild));
        assert_eq!(regularity(&[]), 0.0);
    }

    // Calls with these pauses before them, in which the host sends so much.
    fn calls(pauses: &[f64], bytes: impl Fn(usize) -> u64, service: &'static str) -> Play {
        let mut play = Play::of(Beacon::default());
        let mut at = 0.0;
        for (n, pause) in pauses.iter().enumerate() {
            at += pause;
            let flow = play.open(at, HOST, [198, 51, 100, 9], 443);
            play.recognized(flow, at, service);
            play.close_as(flow, at + 1.0, State::Sf, [5, 5], |summary| summary.client.bytes = Some(bytes(n)));
        }
        play
    }

    #[test]
    fn eight_calls_like_a_clock_are_a_beacon_and_told_once() {
        for (many, rows) in [(7, 0), (8, 1), (40, 1)] {
            let play = calls(&vec![60.0; many], |_| 300, "http");
            assert_eq!(play.rows(), vec!["D36.beacon"; rows], "{many}");
            assert!(play.evidence().iter().all(|row| row.strength > 0.99));
        }
    }

    #[test]
    fn browsing_and_dns_are_none() {
        let wild: Vec<f64> = (1..17).map(|n| f64::from(n * n * n)).collect();
        assert!(calls(&wild, |n| 100 << n, "http").rows().is_empty());
        assert!(calls(&[60.0; 40], |_| 300, "dns").rows().is_empty());
    }

    #[test]
    fn what_a_home_host_is_asked_for_is_no_call_of_its_own() {
        let mut play = Play::of(Beacon::default());
        for at in (0..16).map(|n| f64::from(n) * 60.0) {
            for (client, server) in [([198, 51, 100, 9], HOST), (HOST, [10, 0, 0, 8])] {
                let flow = play.open(at, client, server, 443);
                play.close(flow, at + 1.0, State::Sf, [5, 5]);
            }
        }
        assert!(play.rows().is_empty());
    }
}
