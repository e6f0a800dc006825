//! D07: passwords guessed, and one that fits in the end (ATT&CK T1110.001, T1110.003, T1078).
//!
//! Failures alone are the weather of the Internet and weigh almost nothing; the success after them does, and the more the
//! longer they went on: a person has given up or found the password by then. Who gets in after a few had only slipped, or
//! offers one key after the other, and begins anew. Thresholds after SLIPS (9 attempts) and Zeek (FTP, 20 in 15 minutes).

use wiretale_protocol::{Address, Direction, Timestamp};

use crate::bounded::Bounded;
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Failed logins by source and service.
pub(super) struct Guessing {
    campaigns: Campaigns,
}

/// Failed logins by source and service, forgotten half an hour after the last.
pub(super) struct Campaigns {
    running: Bounded<(Address, Address, u16), Campaign>,
}

/// Those of one source at one service.
#[derive(Default)]
pub(super) struct Campaign {
    failures: u32,
    told: u32,
    last: Option<Timestamp>,
    won: bool,
}

impl Default for Guessing {
    fn default() -> Self {
        Self { campaigns: Campaigns::new(1 << 16) }
    }
}

impl Detector for Guessing {
    fn name(&self) -> &'static str {
        "D07"
    }

    fn memory(&self) -> usize {
        self.campaigns.memory()
    }

    fn hears(&self) -> Hears {
        Hears::SSH | Hears::FTP
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Some(accepted) = accepted(fact) else { return };
        let flow = scene.moment.flow;
        if !scene.is_home(Direction::Server) || scene.inventory.approved(flow.client.address) {
            return;
        }
        let campaign = self.campaigns.heard(scene, accepted);
        let key = || format!("{}:{}", flow.client.address, flow.server.port);
        let peer = || scene.called(flow.client.address);
        if let Some(failures) = campaign.grown(scene) {
            let text = format!("{} failed {failures} times to log in at {}", peer(), flow.server);
            findings.push(scene.evidence(Direction::Server, "D07.guessing", key(), text));
        }
        if accepted && let Some(failures) = campaign.won(scene) {
            let text = format!("{} got in at {} after {failures} failures", peer(), flow.server);
            let evidence = scene.evidence(Direction::Server, "D07.success", key(), text);
            findings.push(evidence.strength(strength(failures, enough(scene))));
        }
    }
}

impl Campaigns {
    pub(super) fn new(most: usize) -> Self {
        Self { running: Bounded::new(most) }
    }

    pub(super) fn memory(&self) -> usize {
        self.running.memory(0)
    }

    /// Counts the outcome of a login at this flow's server.
    pub(super) fn heard(&mut self, scene: &Scene<'_>, accepted: bool) -> &mut Campaign {
        let flow = scene.moment.flow;
        let window = scene.weights.threshold("D07", "window_seconds", 1800.0);
        let campaign = self.running.entry((flow.client.address, flow.server.address, flow.server.port));
        if campaign.last.is_some_and(|last| scene.moment.at.since(last).as_secs_f64() > window) {
            *campaign = Campaign::default();
        }
        campaign.last = Some(scene.moment.at);
        campaign.failures = campaign.failures.saturating_add(u32::from(!accepted));
        campaign
    }
}

impl Campaign {
    // The failures, where they are to be told: at first, and whenever there are twice as many.
    fn grown(&mut self, scene: &Scene<'_>) -> Option<u32> {
        if self.failures < enough(scene).max(self.told.saturating_mul(2)) {
            return None;
        }
        self.told = self.failures;
        Some(self.failures)
    }

    /// The failures before a login that was taken, where they were guesses: once.
    pub(super) fn won(&mut self, scene: &Scene<'_>) -> Option<u32> {
        if self.failures < enough(scene) {
            self.failures = 0;
            return None;
        }
        (!std::mem::replace(&mut self.won, true)).then_some(self.failures)
    }
}

fn enough(scene: &Scene<'_>) -> u32 {
    (scene.weights.threshold("D07", "failures", 10.0) as u32).max(1)
}

// Each doubling of the failures makes it four times less likely that somebody came upon a password of his own: 6 decibans,
// which is half of what the row weighs. Four times the least make a case worth a look by themselves.
fn strength(failures: u32, enough: u32) -> f64 {
    (1.0 + (f64::from(failures) / f64::from(enough)).log2() / 2.0).min(2.0)
}

/// Whether a login was taken, where the fact is the outcome of one. Guests are let in as they are.
pub(super) fn accepted(fact: &Fact<'_>) -> Option<bool> {
    match *fact {
        Fact::Ssh(&wiretale_ssh::Event::Attempt { accepted }) => Some(accepted),
        Fact::Ftp(&wiretale_ftp::Event::Login(login)) if !login.anonymous => login.ok,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;
    use crate::model::{Level, cases};
    use crate::testing::{Client, HOST, Play, attempt};
    use wiretale_ssh::Event;

    // So many failures in connections of six, and then the one that fits.
    fn guess(play: &mut Play, at: f64, failures: u32) {
        let mut flow = play.open(at, [198, 51, 100, 55], HOST, 22);
        for n in 0..failures {
            if n % 6 == 5 {
                flow = play.open(at, [198, 51, 100, 55], HOST, 22);
            }
            attempt(play, flow, at + f64::from(n) / 10.0, false);
        }
        attempt(play, flow, at + f64::from(failures) / 10.0, true);
    }

    fn success(failures: u32) -> f64 {
        let mut play = Play::of(Guessing::default());
        guess(&mut play, 0.0, failures);
        let last = play.evidence().last().expect("it got in");
        assert_eq!(last.text, format!("198.51.100.55 got in at 10.0.0.7:22 after {failures} failures"));
        last.strength
    }

    #[test]
    fn the_longer_it_was_guessed_the_more_a_success_weighs() {
        for (failures, strength) in [(10, 1.0), (20, 1.5), (40, 2.0), (10_000, 2.0)] {
            assert!((success(failures) - strength).abs() < 1e-9, "{failures} failures");
        }
    }

    #[test]
    fn forty_failures_and_a_success_are_worth_a_look_and_ten_are_not() {
        let level = |failures| {
            let mut play = Play::of(Guessing::default());
            guess(&mut play, 0.0, failures);
            cases(play.evidence().to_vec(), &Weights::built_in())[0].level
        };
        assert_eq!([10, 40, 10_000].map(level), [Level::Info, Level::Medium, Level::Medium]);
    }

    #[test]
    fn who_slips_a_few_times_begins_anew() {
        let mut play = Play::of(Guessing::default());
        (0..20).for_each(|round| guess(&mut play, f64::from(round) * 60.0, 4));
        assert!(play.rows().is_empty(), "{:?}", play.rows());
    }

    #[test]
    fn failures_are_told_when_they_have_doubled() {
        let mut play = Play::of(Guessing::default());
        let flow = play.open(0.0, [198, 51, 100, 55], HOST, 22);
        (0..5000).for_each(|n| attempt(&mut play, flow, f64::from(n), false));
        let told: Vec<&str> = play.evidence().iter().filter_map(|row| row.text.split_whitespace().nth(2)).collect();
        assert_eq!(told, ["10", "20", "40", "80", "160", "320", "640", "1280", "2560"]);
    }

    const PEER: [u8; 4] = [198, 51, 100, 9];

    // Failures a second apart, and whether he got in after a pause.
    fn guessed(failures: u32, pause: f64, accepted: u32) -> Play {
        let mut play = Play::of(Guessing::default());
        let flow = play.open(0.0, PEER, HOST, 22);
        (0..failures).for_each(|n| play.ssh(flow, f64::from(n), Client, Event::Attempt { accepted: false }));
        let at = f64::from(failures) - 1.0 + pause;
        (0..accepted).for_each(|_| play.ssh(flow, at, Client, Event::Attempt { accepted: true }));
        play
    }

    #[test]
    fn a_success_after_many_failures_is_told_once() {
        assert_eq!(guessed(10, 1.0, 3).rows(), ["D07.guessing", "D07.success"]);
        assert_eq!(guessed(20, 1.0, 0).rows(), ["D07.guessing"; 2]);
    }

    #[test]
    fn a_few_slips_and_old_failures_make_none() {
        assert!(guessed(9, 1.0, 3).rows().is_empty());
        assert_eq!(guessed(10, 1800.0, 1).rows(), ["D07.guessing", "D07.success"]);
        assert_eq!(guessed(10, 1801.0, 1).rows(), ["D07.guessing"]);
    }

    #[test]
    fn a_guest_s_login_is_no_guess() {
        let ok = Some(true);
        for (anonymous, outcome) in [(true, None), (false, ok)] {
            let login = wiretale_ftp::Event::Login(wiretale_ftp::Login { user: b"ftp", ok, anonymous });
            assert_eq!(accepted(&Fact::Ftp(&login)), outcome);
        }
    }
}
