//! D37: a secret crossed in clear (ATT&CK T1040, T1552). It weighs nothing: exposure is an axis of its own. The row is
//! there so that the story has it in its place.

use wiretale_protocol::{Escaped, Outcome};

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Secrets in clear.
pub(super) struct Exposed;

impl Detector for Exposed {
    fn name(&self) -> &'static str {
        "D37"
    }

    fn hears(&self) -> Hears {
        Hears::EXPOSED
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Exposed(exposure) = *fact else { return };
        let account = match exposure.account {
            [] => "an account not named".into(),
            account => format!("\"{}\"", Escaped(&account[..account.len().min(60)])),
        };
        let became = match exposure.outcome {
            Outcome::Accepted => "accepted",
            Outcome::Refused => "refused",
            Outcome::Unknown => "outcome unknown",
        };
        let text = format!("the secret of {account} ({}) crossed in clear, {became}", exposure.kind);
        for end in scene.home_ends().take(1) {
            let key = format!("{} {}", exposure.kind, Escaped(exposure.account));
            let evidence = scene.evidence(end, "D37.secret", key, text.clone()).at(exposure.crossed);
            findings.push(evidence.frame(exposure.frame));
        }
    }
}
