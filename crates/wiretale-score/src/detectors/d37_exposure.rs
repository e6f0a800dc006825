//! D37: a secret crossed in clear (ATT&CK T1040, T1552). It weighs nothing: exposure is an axis of its own. The row is
//! there so that the story has it in its place.

use wiretale_protocol::{Escaped, Exposure, Outcome};

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
        let text = format!("{} ({}) crossed in the clear{}", secret(exposure), exposure.kind, became(exposure.outcome));
        for end in scene.home_ends().take(1) {
            let evidence = scene.evidence(end, "D37.secret", key(exposure), text.clone()).at(exposure.crossed);
            findings.push(evidence.frame(exposure.frame));
        }
    }
}

fn secret(exposure: &Exposure<'_>) -> String {
    match exposure.account {
        [] => "a secret".into(),
        account => format!("the secret of \"{}\"", Escaped(&account[..account.len().min(60)])),
    }
}

const fn became(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => " and was accepted",
        Outcome::Refused => " and was refused",
        Outcome::Unknown => "; whether it was accepted is not known",
    }
}

// A case has room for so many keys, and for so many sightings of each. Who guesses names and passwords by the hundred
// fills one key with them, and what is accepted has another.
fn key(exposure: &Exposure<'_>) -> String {
    match exposure.outcome {
        Outcome::Accepted => format!("{} {} accepted", exposure.kind, Escaped(exposure.account)),
        Outcome::Refused => format!("{} refused", exposure.kind),
        Outcome::Unknown => format!("{} {}", exposure.kind, Escaped(exposure.account)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::{Observer as _, SecretKey};

    use crate::model::cases;
    use crate::testing::{Client, HOST, Play, Server, time};
    use crate::{Evidence, Weights};

    fn crossed(account: &str, outcome: Outcome, play: &mut Play, at: f64) {
        let flow = play.open(at, [198, 51, 100, 55], HOST, 21);
        let tag = SecretKey::new(1, 2).tag(b"x");
        let (account, crossed) = (account.as_bytes(), time(at));
        let exposure = Exposure { kind: "ftp", account, scope: b"", by: Client, outcome, tag, crossed, frame: 7 };
        play.at(flow, at, Server, |scorer, scored, moment| scorer.exposed(scored, moment, &exposure));
    }

    fn kept(play: &Play) -> Vec<Evidence> {
        cases(play.evidence().to_vec(), &Weights::built_in()).remove(0).evidence
    }

    #[test]
    fn what_is_accepted_has_room_after_any_number_of_guesses() {
        for names in [1, 200] {
            let mut play = Play::of(Exposed);
            for n in 0..200 {
                crossed(&format!("user{}", n % names), Outcome::Refused, &mut play, f64::from(n));
            }
            crossed("user0", Outcome::Accepted, &mut play, 300.0);
            let told = kept(&play).pop().map(|row| row.text);
            let text = "the secret of \"user0\" (ftp) crossed in the clear and was accepted";
            assert_eq!(told.as_deref(), Some(text), "{names} names");
        }
    }

    #[test]
    fn where_no_account_is_named_none_is_made_up() {
        let mut play = Play::of(Exposed);
        crossed("", Outcome::Unknown, &mut play, 0.0);
        let text = "a secret (ftp) crossed in the clear; whether it was accepted is not known";
        assert_eq!(play.evidence()[0].text, text);
    }
}
