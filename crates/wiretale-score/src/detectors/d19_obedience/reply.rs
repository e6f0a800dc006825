//! What a host says to an order.

use wiretale_irc::Event;
use wiretale_protocol::{Direction, Timestamp};

use super::key;
use crate::dialect::{Order, is_report};
use crate::heard::Spoken;
use crate::text::{plain, shown};
use crate::{Findings, Scene};

/// Orders of one connection that wait for a report, and how long it took so far.
#[derive(Default)]
pub(super) struct Session {
    pending: Option<Pending>,
    delays: Vec<f64>,
}

struct Pending {
    at: Timestamp,
    frame: u64,
    order: String,
    from: Vec<u8>,
    place: Vec<u8>,
}

impl Session {
    pub(super) fn ordered(&mut self, scene: &Scene<'_>, spoken: &Spoken<'_>, order: &Order<'_>) {
        let (at, frame) = (scene.moment.at, scene.moment.frame);
        let (from, place) = (spoken.called().to_vec(), spoken.place.to_ascii_lowercase());
        self.pending = Some(Pending { at, frame, order: order.shown(), from, place });
    }

    pub(super) fn answered(&mut self, scene: &Scene<'_>, event: &Event<'_>, findings: &mut Findings) {
        let Event::Text { target, text, .. } = *event else { return };
        if scene.moment.direction != Direction::Client {
            return;
        }
        let Some(pending) = self.takes(scene.moment.at, &target) else { return };
        let delay = pending.age(scene.moment.at);
        if self.delays.len() < DELAYS {
            self.delays.push(delay);
        }
        let text = plain(&text);
        let report = is_report(&text);
        if !report && !even(&self.delays) {
            return;
        }
        let (host, to) = (scene.moment.flow.client.address, shown(&pending.from));
        let said = match report {
            true => format!("{host} answered {to}'s \"{}\" after {delay:.1} s: \"{}\"", pending.order, shown(&text)),
            false => format!("{host} answers {to}'s orders always after {delay:.1} s"),
        };
        let evidence = scene.evidence(Direction::Client, "D19.reply", key(&pending.order), said).frame(pending.frame);
        findings.push(evidence.tie(scene.channel_tie(&pending.place)));
    }

    // The order that words to `target` answer. One that waited too long is forgotten.
    fn takes(&mut self, now: Timestamp, target: &[u8]) -> Option<Pending> {
        let late = |pending: &Pending| pending.age(now) > WITHIN;
        let over = |pending: &mut Pending| late(pending) || target.eq_ignore_ascii_case(&pending.place);
        self.pending.take_if(over).filter(|pending| !late(pending))
    }
}

impl Pending {
    fn age(&self, now: Timestamp) -> f64 {
        now.since(self.at).as_secs_f64()
    }
}

// Three delays or more, and all but the same.
fn even(delays: &[f64]) -> bool {
    let count = delays.len() as f64;
    let mean = delays.iter().sum::<f64>() / count;
    let spread = (delays.iter().map(|delay| (delay - mean).powi(2)).sum::<f64>() / count).sqrt();
    delays.len() >= 3 && spread < 0.3 * mean
}

const WITHIN: f64 = 10.0;
const DELAYS: usize = 64;
