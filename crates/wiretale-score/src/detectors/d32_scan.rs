//! D32: a home host tries many others that do not answer (ATT&CK T1046, T1018).
//!
//! A sequential test on first contacts, after Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using
//! Sequential Hypothesis Testing", Oakland 2004: each failed first contact multiplies the odds by four, each success
//! divides them by four; in decibans, 6.02 up or down.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, Flow, State, Summary, Transport};

use crate::text::plural;
use crate::weighed::{Heap, Weighed, set_heap};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Walks by host.
pub(super) struct Scan {
    walks: Weighed<Address, Walk>,
}

#[derive(Default)]
struct Walk {
    met: BTreeSet<(Address, u16)>,
    failed: u32,
    // Those of them that were refused.
    refused: u32,
    odds: f64,
    told: f64,
}

impl Default for Scan {
    fn default() -> Self {
        Self { walks: Weighed::new(1 << 14, MOST) }
    }
}

impl Detector for Scan {
    fn name(&self) -> &'static str {
        "D32"
    }

    fn memory(&self) -> usize {
        self.walks.memory()
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
        let ours = flow.transport == Transport::Tcp && !flow.midstream;
        if !ours || scene.inventory.approved(flow.client.address) || scene.names.of(flow.server.address).is_some() {
            return;
        }
        let told = self.walks.change(flow.client.address, scene.moment.at, |walk| walk.meets(flow, summary));
        if let Some((strength, text)) = told {
            findings.push(scene.evidence(Direction::Client, "D32.scan", "scan", text).strength(strength).peer(None));
        }
    }
}

impl Heap for Walk {
    fn heap(&self) -> usize {
        set_heap(&self.met)
    }
}

impl Walk {
    // The host met somebody, or did not: what there is to tell of it, and how strong that is.
    fn meets(&mut self, flow: &Flow, summary: &Summary<'_>) -> Option<(f64, String)> {
        if self.met.len() >= MET || !self.met.insert((flow.server.address, flow.server.port)) {
            return None;
        }
        let failed = is_failed(summary);
        self.failed += u32::from(failed);
        self.refused += u32::from(summary.state == State::Rej);
        self.odds = (self.odds + if failed { STEP } else { -STEP }).clamp(-20.0, 1000.0);
        // 20 decibans of odds is the test's own threshold (99 to 1); a walk of a few failures proves nothing.
        if self.odds < 20.0 || self.failed < FEWEST || self.odds < self.told * 2.0 {
            return None;
        }
        self.told = self.odds;
        let hosts: BTreeSet<Address> = self.met.iter().map(|(address, _)| *address).collect();
        let text = format!(
            "{} tried {} of {}; {}, the last {}",
            flow.client.address,
            plural(self.met.len() as u64, "port", "ports"),
            plural(hosts.len() as u64, "host", "hosts"),
            in_vain(self.failed - self.refused, self.refused),
            flow.server
        );
        Some(((f64::from(self.failed) / 20.0).min(1.0), text))
    }
}

// Did nobody answer? Who sends bytes and says goodbye was answered, by somebody who was not captured.
fn is_failed(summary: &Summary<'_>) -> bool {
    let silent = summary.client.bytes.unwrap_or(0) == 0;
    match summary.state {
        State::S0 => super::is_unanswered(summary),
        State::Sh => silent,
        state => matches!(state, State::Rej | State::RstoS0),
    }
}

fn in_vain(silent: u32, refused: u32) -> String {
    match (silent, refused) {
        (_, 0) => format!("{silent} showed no answer"),
        (0, _) => format!("{refused} refused"),
        _ => format!("{silent} showed no answer and {refused} refused"),
    }
}

const STEP: f64 = 6.02;
const FEWEST: u32 = 8;
const MET: usize = 4096;
// Bytes of what all walks met together.
const MOST: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};

    fn walk(hosts: u8) -> String {
        let mut play = Play::of(Scan::default());
        for n in 1..=40 {
            let at = f64::from(n);
            let flow = play.open(at, HOST, [198, 51, 100, n % hosts], 1000 + u16::from(n));
            play.close(flow, at + 0.5, State::S0, [1, 0]);
        }
        play.evidence()[0].text.clone()
    }

    #[test]
    fn one_host_is_one_host() {
        assert!(walk(1).contains(" ports of 1 host; "), "{}", walk(1));
        assert!(walk(2).contains(" ports of 2 hosts; "), "{}", walk(2));
    }

    #[test]
    fn who_refuses_answers() {
        let mut play = Play::of(Scan::default());
        for (n, state) in [State::S0, State::Rej].into_iter().cycle().take(8).zip(1..).map(|(state, n)| (n, state)) {
            let flow = play.open(f64::from(n), HOST, [198, 51, 100, n], 80);
            play.close(flow, f64::from(n) + 0.5, state, [1, 1]);
        }
        let text = "10.0.0.7 tried 8 ports of 8 hosts; 4 showed no answer and 4 refused, the last 198.51.100.8:80";
        assert_eq!(play.evidence()[0].text, text);
    }

    #[test]
    fn who_goes_on_was_answered() {
        let mut play = Play::of(Scan::default());
        for n in 1..=20 {
            let flow = play.open(f64::from(n), HOST, [198, 51, 100, n], 80);
            play.close_as(flow, f64::from(n) + 0.5, State::S0, [3, 0], |summary| summary.history = b"SAD");
        }
        assert!(play.rows().is_empty());
    }

    fn hang_up(bytes: u64) -> Play {
        let mut play = Play::of(Scan::default());
        for last in 1..=8 {
            let flow = play.open(f64::from(last), HOST, [198, 51, 100, last], 80);
            play.close_as(flow, f64::from(last) + 1.0, State::Sh, [4, 0], |summary| {
                summary.client.bytes = Some(bytes);
            });
        }
        play
    }

    #[test]
    fn who_hangs_up_on_silence_scans_and_who_talked_before_does_not() {
        assert_eq!((hang_up(0).rows(), hang_up(300).rows()), (vec!["D32.scan"], vec![]));
    }
}
