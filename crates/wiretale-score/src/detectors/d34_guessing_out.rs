//! D34: a home host guesses passwords elsewhere (ATT&CK T1110).

use wiretale_protocol::{Address, Direction};

use super::d07_guessing::accepted;
use crate::bounded::Bounded;
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Failures by home host.
pub(super) struct GuessingOut {
    failures: Bounded<Address, (u32, u32)>,
}

impl Default for GuessingOut {
    fn default() -> Self {
        Self { failures: Bounded::new(1 << 14) }
    }
}

impl Detector for GuessingOut {
    fn name(&self) -> &'static str {
        "D34"
    }

    fn memory(&self) -> usize {
        self.failures.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::SSH | Hears::FTP
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let failed = accepted(fact) == Some(false);
        let flow = scene.moment.flow;
        if !failed || scene.home_end() != Some(Direction::Client) || scene.inventory.approved(flow.client.address) {
            return;
        }
        let enough = scene.weights.threshold("D34", "failures", 20.0) as u32;
        let (count, told) = self.failures.entry(flow.client.address);
        *count += 1;
        if *count >= *told + enough {
            *told = *count;
            let text = format!("{} failed {count} logins elsewhere, the last at {}", flow.client.address, flow.server);
            findings.push(scene.evidence(Direction::Client, "D34.guessing", "out", text));
        }
    }
}
