//! D21: two home hosts that scan are in one channel (ATT&CK T1071, T1046).
//!
//! After Binkley and Singh, "An Algorithm for Anomaly-based Botnet Detection", SRUTI 2006. A host's work weight in half
//! a minute is its SYNs and FINs sent and RSTs received, as a share of all TCP packets it sent and received; it is
//! taken from the flows that began then. A scanner weighs near 1, a web browser below 0.1.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, FlowId, State, Summary, Timestamp, Transport};

use super::entered::entered;
use super::is_unanswered;
use crate::bounded::{Bounded, SOME};
use crate::text::plural;
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Channels, and who of their members works.
pub(super) struct Mesh {
    work: Bounded<(Address, i64), Work>,
    hosts: Bounded<Address, Host>,
    channels: Bounded<String, BTreeSet<Address>>,
}

#[derive(Default)]
struct Work {
    control: u64,
    all: u64,
    counted: bool,
}

#[derive(Default)]
struct Host {
    // Half minutes in which it weighed much, the latest few.
    heavy: Vec<i64>,
    channels: BTreeSet<String>,
    flow: Option<(FlowId, Address)>,
    told: bool,
}

impl Default for Mesh {
    fn default() -> Self {
        Self { work: Bounded::new(1 << 14), hosts: Bounded::new(1 << 14), channels: Bounded::new(1 << 12) }
    }
}

impl Detector for Mesh {
    fn name(&self) -> &'static str {
        "D21"
    }

    fn memory(&self) -> usize {
        self.work.memory(0) + self.hosts.memory(SOME) + self.channels.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_ASKED | Hears::CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        match fact {
            Fact::Irc(event) => entered(scene, event).for_each(|channel| self.joined(scene, channel)),
            Fact::Closed(summary)
                if flow.transport == Transport::Tcp && self.count(flow.client.address, flow.opened, summary) =>
            {
                self.meet(scene, flow.client.address, findings);
            }
            _ => {}
        }
    }
}

impl Mesh {
    fn joined(&mut self, scene: &Scene<'_>, channel: &[u8]) {
        let (flow, tie) = (scene.moment.flow, scene.channel_tie(channel));
        let host = self.hosts.entry(flow.client.address);
        host.flow.get_or_insert((flow.id, flow.server.address));
        if host.channels.len() < MOST {
            host.channels.insert(tie.clone());
        }
        let members = self.channels.entry(tie);
        if members.len() < MOST {
            members.insert(flow.client.address);
        }
    }

    // Counts a flow; true where it made its half minute weigh much.
    fn count(&mut self, host: Address, opened: Timestamp, summary: &Summary<'_>) -> bool {
        let tick = opened.nanos().div_euclid(TICK);
        let work = self.work.entry((host, tick));
        work.control += control(summary);
        work.all += summary.client.packets + summary.server.packets;
        if work.counted || work.all < LEAST || (work.control as f64) < HEAVY * work.all as f64 {
            return false;
        }
        work.counted = true;
        let heavy = &mut self.hosts.entry(host).heavy;
        heavy.retain(|known| (known - tick).abs() <= TEN_MINUTES && *known != tick);
        heavy.push(tick);
        true
    }

    // Is another member of one of its channels at it, too?
    fn meet(&mut self, scene: &Scene<'_>, host: Address, findings: &mut Findings) {
        let Some(me) = self.hosts.get(&host).filter(|me| me.heavy.len() >= TICKS) else { return };
        let channels: Vec<String> = me.channels.iter().cloned().collect();
        for channel in channels {
            let Some(members) = self.channels.get(&channel) else { continue };
            let at_it = |member: &&Address| self.hosts.get(*member).is_some_and(|host| host.heavy.len() >= TICKS);
            let wormy: Vec<Address> = members.iter().filter(at_it).copied().collect();
            if wormy.len() < 2 {
                continue;
            }
            for member in &wormy {
                let Some(host) = self.hosts.get_mut(member).filter(|host| !host.told) else { continue };
                host.told = true;
                findings.push(evidence(scene, *member, host, &channel, wormy.len()));
            }
        }
    }
}

fn evidence(scene: &Scene<'_>, member: Address, host: &Host, channel: &str, wormy: usize) -> Evidence {
    let shown = channel.trim_start_matches("channel:");
    let others = plural(wormy as u64 - 1, "other home host", "other home hosts");
    let text = format!("{member} and {others} in {shown} scan: their packets are mostly SYNs in vain");
    let about = scene.evidence(Direction::Client, "D21.mesh", channel, text);
    let (uids, peer) = match host.flow {
        Some((flow, server)) => (vec![flow.to_string()], Some(server.to_ip())),
        None => (about.uids.clone(), None),
    };
    Evidence { host: member.to_ip(), uids, peer, port: None, ..about }.tie(channel)
}

// The client's SYNs and FINs, and the RSTs it got.
fn control(summary: &Summary<'_>) -> u64 {
    match summary.state {
        // All it sent was SYNs; who goes on was answered.
        State::S0 if is_unanswered(summary) => summary.client.packets,
        State::Rej => summary.client.packets + summary.server.packets,
        _ => 1 + summary.history.iter().filter(|letter| matches!(letter, b'F' | b'r')).count() as u64,
    }
}

const TICK: i64 = 30_000_000_000;
const TEN_MINUTES: i64 = 20;
const LEAST: u64 = 50;
const HEAVY: f64 = 0.6;
const TICKS: usize = 3;
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Play;

    fn scan(play: &mut Play, host: [u8; 4], from: f64) {
        for tick in 0..3 {
            for n in 0..40 {
                let at = from + f64::from(tick) * 30.0;
                let flow = play.open(at, host, [192, 0, 2, n], 445);
                play.close(flow, at + 20.0, State::S0, [3, 0]);
            }
        }
    }

    #[test]
    fn two_scanners_in_one_channel_are_a_mesh() {
        let mut play = Play::of(Mesh::default());
        for n in 1..=3 {
            let flow = play.session(0.0, [10, 0, 0, n], 6667, "b", "b");
            play.join(flow, 1.0, "#x");
        }
        scan(&mut play, [10, 0, 0, 1], 30.0);
        assert!(play.rows().is_empty());
        scan(&mut play, [10, 0, 0, 2], 60.0);
        assert_eq!(play.rows(), ["D21.mesh", "D21.mesh"]);
        assert!(play.evidence()[0].text.starts_with("10.0.0.1 and 1 other home host in net/#x scan"));
        scan(&mut play, [10, 0, 0, 9], 60.0);
        assert_eq!(play.rows().len(), 2);
    }

    #[test]
    fn channels_of_which_the_server_is_out_of_sight_are_those_asked_for() {
        let mut play = Play::of(Mesh::default());
        (1..=2).for_each(|n| _ = play.alone(0.0, [10, 0, 0, n], "#y,#x"));
        (1..=2).for_each(|n| scan(&mut play, [10, 0, 0, n], 30.0));
        assert_eq!(play.rows(), ["D21.mesh", "D21.mesh"]);
    }

    #[test]
    fn half_a_connection_is_no_scan() {
        let mut play = Play::of(Mesh::default());
        (1..=2).for_each(|n| _ = play.alone(0.0, [10, 0, 0, n], "#x"));
        for (host, at) in (1..=2).flat_map(|n| (0..90).map(move |page| ([10, 0, 0, n], f64::from(page)))) {
            let flow = play.met_as(at, host, [192, 0, 2, 1], 80, |_| {});
            play.close_as(flow, at + 20.0, State::S0, [10, 0], |summary| summary.history = b"SAD");
        }
        assert!(play.rows().is_empty(), "who goes on was answered");
    }

    #[test]
    fn browsing_is_light() {
        let mut play = Play::of(Mesh::default());
        for n in 1..=2 {
            let flow = play.session(0.0, [10, 0, 0, n], 6667, "b", "b");
            play.join(flow, 1.0, "#x");
            for page in 0..90 {
                let flow = play.open(f64::from(page), [10, 0, 0, n], [192, 0, 2, 1], 80);
                play.close(flow, f64::from(page) + 1.0, State::Sf, [10, 12]);
            }
        }
        assert!(play.rows().is_empty());
    }
}
