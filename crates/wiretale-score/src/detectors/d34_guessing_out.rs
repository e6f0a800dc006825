//! D34: a home host guesses passwords elsewhere (ATT&CK T1110).
//!
//! As D07 does, it forgets what is half an hour old. Who gets in at a server had only slipped there: a person who
//! mistypes, and a client that offers one key after the other until one fits.

use std::collections::BTreeMap;

use wiretale_protocol::{Address, Direction, Timestamp};

use super::d07_guessing::accepted;
use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Failures by home host.
pub(super) struct GuessingOut {
    hosts: Bounded<Address, Guesses>,
}

#[derive(Default)]
struct Guesses {
    last: Option<Timestamp>,
    failures: u32,
    told: u32,
    // Those of them at each server, as long as there is room.
    at: BTreeMap<(Address, u16), u32>,
}

impl Default for GuessingOut {
    fn default() -> Self {
        Self { hosts: Bounded::new(1 << 14) }
    }
}

impl Detector for GuessingOut {
    fn name(&self) -> &'static str {
        "D34"
    }

    fn memory(&self) -> usize {
        self.hosts.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::SSH | Hears::FTP
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Some(accepted) = accepted(fact) else { return };
        let flow = scene.moment.flow;
        let (host, server) = (flow.client.address, flow.server);
        if scene.home_end() != Some(Direction::Client) || scene.inventory.approved(host) {
            return;
        }
        if accepted {
            if let Some(guesses) = self.hosts.get_mut(&host) {
                guesses.forgive((server.address, server.port));
            }
            return;
        }
        let window = scene.weights.threshold("D34", "window_seconds", 1800.0);
        let enough = scene.weights.threshold("D34", "failures", 20.0) as u32;
        let guesses = self.hosts.entry(host);
        guesses.failed(scene.moment.at, (server.address, server.port), window);
        let Guesses { failures, told, .. } = guesses;
        if *failures >= enough.max(told.saturating_mul(2)) {
            *told = *failures;
            let text = format!("{host} failed {failures} logins elsewhere, the last at {server}");
            findings.push(scene.evidence(Direction::Client, "D34.guessing", "out", text));
        }
    }
}

impl Guesses {
    fn failed(&mut self, at: Timestamp, server: (Address, u16), window: f64) {
        if self.last.is_some_and(|last| at.since(last).as_secs_f64() > window) {
            *self = Self::default();
        }
        self.last = Some(at);
        self.failures = self.failures.saturating_add(1);
        if self.at.len() < SERVERS || self.at.contains_key(&server) {
            *self.at.entry(server).or_default() += 1;
        }
    }

    fn forgive(&mut self, server: (Address, u16)) {
        self.failures -= self.at.remove(&server).unwrap_or(0).min(self.failures);
        self.told = self.told.min(self.failures);
    }
}

const SERVERS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use wiretale_protocol::Observe;
    use wiretale_ssh::{Event, Ssh};

    fn logins(play: &mut Play, at: f64, last: u8, outcomes: &[bool]) {
        let flow = play.open(at, HOST, [198, 51, 100, last], 22);
        for accepted in outcomes {
            play.at(flow, at, Client, |scorer, scored, moment| {
                Observe::<Ssh>::observe(scorer, scored, moment, &Event::Attempt { accepted: *accepted });
            });
        }
    }

    #[test]
    fn failures_in_a_row_are_guesses_wherever_they_are() {
        let mut play = Play::of(GuessingOut::default());
        (0..40).for_each(|n| logins(&mut play, f64::from(n), n, &[false]));
        assert_eq!(play.rows(), ["D34.guessing"; 2]);
    }

    #[test]
    fn a_slip_a_day_is_none() {
        let mut play = Play::of(GuessingOut::default());
        (0..40).for_each(|day| logins(&mut play, f64::from(day) * 86_400.0, day, &[false]));
        assert!(play.rows().is_empty());
    }

    #[test]
    fn keys_that_are_tried_until_one_fits_are_none() {
        let mut play = Play::of(GuessingOut::default());
        (0..40).for_each(|n| logins(&mut play, f64::from(n), n % 3, &[false, false, false, true]));
        assert!(play.rows().is_empty());
    }
}
