//! D07: passwords guessed, and one that fits in the end (ATT&CK T1110.001, T1110.003, T1078).
//!
//! Failures alone are the weather of the Internet and weigh almost nothing; the success after them does. Thresholds
//! after SLIPS (9 attempts) and Zeek (FTP, 20 in 15 minutes).

use wiretale_protocol::{Address, Direction, Timestamp};

use crate::bounded::Bounded;
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Failed logins by source and service.
pub(super) struct Guessing {
    campaigns: Bounded<(Address, Address, u16), Campaign>,
}

#[derive(Default)]
struct Campaign {
    failures: u32,
    told: u32,
    last: Option<Timestamp>,
    won: bool,
}

impl Default for Guessing {
    fn default() -> Self {
        Self { campaigns: Bounded::new(1 << 16) }
    }
}

impl Detector for Guessing {
    fn name(&self) -> &'static str {
        "D07"
    }

    fn memory(&self) -> usize {
        self.campaigns.memory(0)
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
        let window = scene.weights.threshold("D07", "window_seconds", 1800.0);
        let enough = scene.weights.threshold("D07", "failures", 10.0) as u32;
        let campaign = self.campaigns.entry((flow.client.address, flow.server.address, flow.server.port));
        if campaign.last.is_some_and(|last| scene.moment.at.since(last).as_secs_f64() > window) {
            *campaign = Campaign::default();
        }
        campaign.last = Some(scene.moment.at);
        campaign.failures += u32::from(!accepted);
        let (failures, key) = (campaign.failures, format!("{}:{}", flow.client.address, flow.server.port));
        let peer = scene.called(flow.client.address);
        if failures >= campaign.told + enough {
            campaign.told = failures;
            let text = format!("{peer} failed {failures} times to log in at {}", flow.server);
            findings.push(scene.evidence(Direction::Server, "D07.guessing", key.clone(), text));
        }
        if accepted && failures >= enough && !campaign.won {
            campaign.won = true;
            let text = format!("{peer} got in at {} after {failures} failures", flow.server);
            findings.push(scene.evidence(Direction::Server, "D07.success", key, text));
        }
    }
}

/// Whether a login was taken, where the fact is the outcome of one. Guests are let in as they are.
pub(super) fn accepted(fact: &Fact<'_>) -> Option<bool> {
    match *fact {
        Fact::Ssh(&wiretale_ssh::Event::Attempt { accepted }) => Some(accepted),
        Fact::Ftp(&wiretale_ftp::Event::Login(login)) if !login.anonymous => login.ok,
        _ => None,
    }
}
