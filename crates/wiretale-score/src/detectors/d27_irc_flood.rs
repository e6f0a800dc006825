//! D27: a home host floods people on IRC: with CTCP, with messages, with clones of itself (ATT&CK T1498.001, T1499).

use std::collections::VecDeque;
use std::time::Duration;

use wiretale_irc::Event;
use wiretale_protocol::{Address, Direction, Timestamp};

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// What each host sends how fast.
pub(super) struct IrcFlood {
    rates: Bounded<(Address, Words), VecDeque<Timestamp>>,
    clones: Bounded<(Address, Address, Vec<u8>), VecDeque<Timestamp>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Words {
    Text,
    Ctcp,
}

impl Default for IrcFlood {
    fn default() -> Self {
        Self { rates: Bounded::new(1 << 13), clones: Bounded::new(1 << 13) }
    }
}

impl Detector for IrcFlood {
    fn name(&self) -> &'static str {
        "D27"
    }

    fn memory(&self) -> usize {
        self.rates.memory(SOME) + self.clones.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_CTCP | Hears::IRC_SAID
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(event) = *fact else { return };
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        let (host, own) = (flow.client.address, scene.moment.direction == Direction::Client);
        let (key, what, full) = match *event {
            Event::Ctcp { reply: false, verb, .. } if own && &*verb != b"ACTION" => {
                ("ctcp", "CTCP requests", full(self.rates.entry((host, Words::Ctcp)), at, 10, SOON))
            }
            Event::Text { .. } if own => {
                ("text", "messages", full(self.rates.entry((host, Words::Text)), at, 40, SOON))
            }
            Event::Registered { real_name, .. } => {
                let clones = self.clones.entry((host, flow.server.address, real_name.to_vec()));
                ("clones", "clients of the same real name", full(clones, at, 5, MINUTE))
            }
            _ => return,
        };
        if let Some((count, seconds)) = full {
            let text = format!("{host} sent {} {count} {what} in {seconds:.0} s", scene.called(flow.server.address));
            findings.push(scene.evidence(Direction::Client, "D27.flood", key, text));
        }
    }
}

// One more; and how many in what time, once there are enough. Counting starts anew then.
fn full(times: &mut VecDeque<Timestamp>, now: Timestamp, enough: usize, span: Duration) -> Option<(usize, f64)> {
    while times.front().is_some_and(|then| now.since(*then) > span) {
        times.pop_front();
    }
    times.push_back(now);
    let first = *times.front()?;
    (times.len() >= enough).then(|| {
        times.clear();
        (enough, now.since(first).as_secs_f64().max(1.0))
    })
}

const SOON: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use wiretale_irc::{Source, Wire};

    #[test]
    fn ctcp_in_a_row_and_clones_are_floods() {
        let mut play = Play::of(IrcFlood::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        let (target, verb, args) = (Wire(b"victim"), Wire(b"VERSION"), Wire(b""));
        for n in 0..12 {
            let event = Event::Ctcp { from: Source::default(), target, reply: false, verb, args };
            play.irc(flow, f64::from(n) * 0.1, Client, event);
        }
        for n in 0..5 {
            play.session(10.0 + f64::from(n), HOST, 6667, &format!("clone{n}"), "same");
        }
        assert_eq!(play.rows(), ["D27.flood", "D27.flood"]);
    }

    #[test]
    fn a_talker_is_none() {
        let mut play = Play::of(IrcFlood::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        for n in 0..60 {
            play.said(flow, f64::from(n), "#x", "hello");
        }
        assert!(play.rows().is_empty());
    }
}
