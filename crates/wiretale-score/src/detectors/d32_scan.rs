//! D32: a home host tries many others that do not answer (ATT&CK T1046, T1018).
//!
//! A sequential test on first contacts, after Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using
//! Sequential Hypothesis Testing", Oakland 2004: each failed first contact multiplies the odds by four, each success
//! divides them by four; in decibans, 6.02 up or down.
//!
//! Where nothing is seen of what home hosts send, refusals are, and others' answers. Somebody may have scanned in the
//! host's name, which is rare: port by port they weigh half.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, Flow, State, Summary, Transport};

use crate::text::plural;
use crate::weighed::{Heap, Weighed, set_heap};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Walks by host.
pub(super) struct Scan {
    walks: Weighed<Address, Walk>,
    // By port, where what the host sends is out of sight.
    unseen: Weighed<(Address, u16), Walk>,
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
        Self { walks: Weighed::new(1 << 14, MOST), unseen: Weighed::new(1 << 14, MOST) }
    }
}

impl Detector for Scan {
    fn name(&self) -> &'static str {
        "D32"
    }

    fn memory(&self) -> usize {
        self.walks.memory() + self.unseen.memory()
    }

    fn hears(&self) -> Hears {
        Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Closed(summary) = *fact else { return };
        let Flow { client, server, transport, midstream, .. } = *scene.moment.flow;
        let unseen = scene.tap.is_one_sided() && midstream && !scene.is_home(Direction::Server);
        let ours = transport == Transport::Tcp && (unseen || !midstream);
        if !ours || scene.inventory.approved(client.address) || scene.names.of(server.address).is_some() {
            return;
        }
        let Some(failed) = (if unseen { is_turned_away(summary) } else { Some(is_failed(summary)) }) else { return };
        let goes_on = |walk: &mut Walk| {
            let news = walk.goes_on((server.address, server.port), failed, summary.state);
            news.then(|| walk.told(scene, unseen))
        };
        let at = scene.moment.at;
        let told = match unseen {
            false => self.walks.change(client.address, at, goes_on),
            true => self.unseen.change((client.address, server.port), at, goes_on),
        };
        if let Some(evidence) = told {
            findings.push(evidence);
        }
    }
}

impl Heap for Walk {
    fn heap(&self) -> usize {
        set_heap(&self.met)
    }
}

impl Walk {
    // One more contact; true if there is news of the walk.
    fn goes_on(&mut self, to: (Address, u16), failed: bool, state: State) -> bool {
        if self.met.len() >= MET || !self.met.insert(to) {
            return false;
        }
        self.failed += u32::from(failed);
        self.refused += u32::from(state == State::Rej);
        self.odds = (self.odds + if failed { STEP } else { -STEP }).clamp(-20.0, 1000.0);
        // 20 decibans of odds is the test's own threshold (99 to 1); a walk of a few failures proves nothing.
        let news = self.odds >= 20.0 && self.failed >= FEWEST && self.odds >= self.told * 2.0;
        if news {
            self.told = self.odds;
        }
        news
    }

    fn told(&self, scene: &Scene<'_>, unseen: bool) -> Evidence {
        let Flow { client, server, .. } = *scene.moment.flow;
        let hosts: BTreeSet<Address> = self.met.iter().map(|(address, _)| *address).collect();
        let hosts = plural(hosts.len() as u64, "host", "hosts");
        let text = if unseen {
            format!(
                "{} of {hosts} at port {} refused {}, the last {}; what it sent them was not captured, and somebody may have sent it in its name",
                self.failed, server.port, client.address, server.address
            )
        } else {
            let ports = plural(self.met.len() as u64, "port", "ports");
            let outcome = in_vain(self.failed - self.refused, self.refused);
            format!("{} tried {ports} of {hosts}; {outcome}, the last {server}", client.address)
        };
        let doubt = if unseen { 0.5 } else { 1.0 };
        let strength = (f64::from(self.failed) / 20.0).min(1.0) * doubt;
        scene.evidence(Direction::Client, "D32.scan", "scan", text).strength(strength).peer(None)
    }
}

// Of what is seen of the server alone: was the client refused, or answered? Nothing where that does not show.
fn is_turned_away(summary: &Summary<'_>) -> Option<bool> {
    let has = |letter: u8| summary.history.contains(&letter);
    match (has(b'h'), has(b'r')) {
        (true, _) => Some(false),
        (false, true) => Some(summary.client.packets == 0 && !has(b'd') && !has(b'a') && !has(b'f')),
        (false, false) => None,
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
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_packet::Flags;

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

    // Ten hosts refuse one that is out of sight, at one port or each at its own; ten others answer, or none do.
    fn refusals(answers: bool, ports: bool, one_sided: bool) -> Vec<Evidence> {
        let mut play = Play::of(Scan::default());
        let other = play.met(0.0, [198, 51, 100, 9], [10, 0, 0, 9], 443);
        (0..20).for_each(|_| play.passes(other, 0.0, Client, Flags::ACK));
        if !one_sided {
            play.passes(other, 0.1, Server, Flags::ACK);
        }
        for n in (1..=20).filter(|n| answers || n % 2 == 0) {
            let port = if ports { 1000 + u16::from(n) } else { 445 };
            let flow = play.met(f64::from(n), HOST, [192, 0, 2, n], port);
            let history: &[u8] = if n % 2 == 0 { b"^r" } else { b"^hdf" };
            play.close_as(flow, f64::from(n) + 0.5, State::Rstrh, [0, 1], |summary| summary.history = history);
        }
        play.evidence().to_vec()
    }

    #[test]
    fn refusals_alone_tell_of_a_scan_where_nothing_else_can_be_seen() {
        let rows = refusals(false, false, true);
        assert_eq!((rows.len(), rows[0].strength), (1, 0.2));
        assert!(
            rows[0].text.starts_with("8 of 8 hosts at port 445 refused 10.0.0.7, the last 192.0.2.16; what it sent")
        );
        assert!(refusals(false, true, true).is_empty(), "who shares files is refused at as many ports");
        assert!(refusals(true, false, true).is_empty(), "others answer");
        assert!(refusals(false, false, false).is_empty(), "the host sent nothing");
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
