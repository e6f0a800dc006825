//! D19: a home host does as it is told over IRC: it reports back, or it acts (ATT&CK T1071).
//!
//! A report is its own word to where the order came from, within ten seconds, in the form of a bot's report or, three
//! times running, after the same delay (their spread below 0.3 of the mean). An action is a connection to an address
//! that the order named and where the host never was before, or first contacts in the minute after an order to scan that
//! outnumber those of the minute before beyond chance (a binomial test at 0.01, for Fisher's exact test of one window
//! each). After an order to flood it is a flood, wherever the host was before: packets by the hundred that the target
//! leaves unanswered, or a connection a second.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use wiretale_irc::Event;
use wiretale_protocol::{Address, Direction, FlowId, Summary, Timestamp, Transport};

use crate::bounded::{Bounded, SOME};
use crate::dialect::{Verb, is_report};
use crate::heard::{Heard, Spoken};
use crate::text::{plain, shown};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Orders, and what came of them.
pub(super) struct Obedience {
    sessions: Bounded<FlowId, Session>,
    hosts: Bounded<Address, Host>,
}

#[derive(Default)]
struct Session {
    pending: Option<Pending>,
    delays: Vec<f64>,
}

// An order that waits for its report.
struct Pending {
    at: Timestamp,
    frame: u64,
    order: String,
    from: Vec<u8>,
    place: Vec<u8>,
}

#[derive(Default)]
struct Host {
    // First contacts of the last minute, oldest first.
    contacts: VecDeque<(Timestamp, Address, u16)>,
    order: Option<Action>,
}

// An order that waits for its action.
struct Action {
    at: Timestamp,
    frame: u64,
    order: String,
    channel: String,
    flow: FlowId,
    server: IpAddr,
    kind: Verb,
    named: Vec<IpAddr>,
    before: BTreeSet<(Address, u16)>,
    after: BTreeSet<(Address, u16)>,
    // Connections to what it named.
    hits: u32,
}

impl Default for Obedience {
    fn default() -> Self {
        Self { sessions: Bounded::new(1 << 14), hosts: Bounded::new(1 << 14) }
    }
}

impl Detector for Obedience {
    fn name(&self) -> &'static str {
        "D19"
    }

    fn memory(&self) -> usize {
        self.sessions.memory(SOME) + self.hosts.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC_ORDER | Hears::IRC_SAID | Hears::OPENED | Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        match fact {
            Fact::Opened => self.contact(scene, findings),
            Fact::Closed(_) if scene.session().is_some() => drop(self.sessions.remove(&scene.moment.flow.id)),
            Fact::Closed(summary) if is_flood(summary, scene.moment.flow.transport) => {
                self.flooded(scene, summary, findings);
            }
            Fact::Irc(event) => {
                self.ordered(scene);
                self.answered(scene, event, findings);
            }
            _ => {}
        }
    }
}

impl Obedience {
    fn ordered(&mut self, scene: &Scene<'_>) {
        let Some(Heard { spoken: Some(Spoken { from, place, .. }), order: Some(order), .. }) = scene.heard else {
            return;
        };
        if order.quoted {
            return;
        }
        let (at, frame, flow) = (scene.moment.at, scene.moment.frame, scene.moment.flow);
        let (from, lower) = (from.to_vec(), place.to_ascii_lowercase());
        let pending = Pending { at, frame, order: order.shown(), from, place: lower };
        self.sessions.entry(flow.id).pending = Some(pending);
        if order.fits == 0 || !matches!(order.kind, Verb::Scan | Verb::Flood | Verb::Relay) {
            return;
        }
        let host = self.hosts.entry(flow.client.address);
        host.forget(at);
        host.order = Some(Action {
            at,
            frame,
            order: order.shown(),
            channel: scene.channel_tie(place),
            flow: flow.id,
            server: flow.server.address.to_ip(),
            kind: order.kind,
            named: order.addresses().collect(),
            before: host.contacts.iter().map(|(_, address, port)| (*address, *port)).collect(),
            after: BTreeSet::new(),
            hits: 0,
        });
    }

    fn answered(&mut self, scene: &Scene<'_>, event: &Event<'_>, findings: &mut Findings) {
        let Event::Text { target, text, .. } = *event else { return };
        let flow = scene.moment.flow;
        if scene.moment.direction != Direction::Client {
            return;
        }
        let Some(session) = self.sessions.get_mut(&flow.id) else { return };
        let delay = |pending: &Pending| scene.moment.at.since(pending.at).as_secs_f64();
        let Some(pending) = session
            .pending
            .take_if(|pending| delay(pending) > WITHIN || target.eq_ignore_ascii_case(&pending.place))
            .filter(|pending| delay(pending) <= WITHIN)
        else {
            return;
        };
        if session.delays.len() < 64 {
            session.delays.push(delay(&pending));
        }
        let text = plain(&text);
        let report = is_report(&text);
        if !report && !even(&session.delays) {
            return;
        }
        let (host, to, how) = (flow.client.address, shown(&pending.from), delay(&pending));
        let said = match report {
            true => format!("{host} answered {to}'s \"{}\" after {how:.1} s: \"{}\"", pending.order, shown(&text)),
            false => format!("{host} answers {to}'s orders always after {how:.1} s"),
        };
        let key = pending.order.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let evidence = scene.evidence(Direction::Client, "D19.reply", key, said).frame(pending.frame);
        findings.push(evidence.tie(scene.channel_tie(&pending.place)));
    }

    fn contact(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let (at, to) = (scene.moment.at, (flow.server.address, flow.server.port));
        let host = self.hosts.entry(flow.client.address);
        host.forget(at);
        if host.contacts.len() < CONTACTS {
            host.contacts.push_back((at, to.0, to.1));
        }
        let Some(action) = &mut host.order else { return };
        // What came to nothing is told of when it is over: it may have begun before the order.
        if at < action.at {
            action.before.insert(to);
            return;
        }
        let (ip, now) = (to.0.to_ip(), at.since(action.at).as_secs_f64());
        if now > MINUTE {
            // A flood is told of when it is over.
            host.order.take_if(|action| action.kind != Verb::Flood);
            return;
        }
        if !action.before.contains(&to) && action.after.len() < CONTACTS {
            action.after.insert(to);
        }
        let named = action.named.contains(&ip);
        action.hits += u32::from(named);
        let acts = match action.kind {
            Verb::Flood => action.hits >= CONNECTIONS,
            _ => named && !scene.facts.returns,
        };
        let many = action.kind == Verb::Scan && beyond_chance(action.after.len(), action.before.len());
        if !acts && !many {
            return;
        }
        let (host_address, order) = (flow.client.address, &action.order);
        let text = match acts {
            true => {
                format!("{host_address} connected to {}, which \"{order}\" had named {now:.0} s before", flow.server)
            }
            false => format!(
                "{host_address} turned to {} new destinations within {now:.0} s of \"{order}\"; in the minute before to {}",
                action.after.len(),
                action.before.len()
            ),
        };
        findings.push(action.done(scene, text));
        host.order = None;
    }

    // So many packets came to nothing. An address that the order named may have been met before.
    fn flooded(&mut self, scene: &Scene<'_>, summary: &Summary<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let Some(host) = self.hosts.get_mut(&flow.client.address) else { return };
        let soon = |action: &Action| flow.opened >= action.at && flow.opened.since(action.at).as_secs_f64() <= MINUTE;
        let is = |action: &&mut Action| {
            action.kind == Verb::Flood && soon(action) && action.named.contains(&flow.server.address.to_ip())
        };
        let Some(action) = host.order.as_mut().filter(is) else { return };
        let (packets, order, now) = (summary.client.packets, &action.order, flow.opened.since(action.at).as_secs_f64());
        let text = format!(
            "{} sent {packets} packets to {}, which \"{order}\" had named {now:.0} s before",
            flow.client.address, flow.server
        );
        findings.push(action.done(scene, text).at(flow.opened));
        host.order = None;
    }
}

impl Action {
    fn done(&self, scene: &Scene<'_>, text: String) -> Evidence {
        let key = self.order.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let mut evidence = scene.evidence(Direction::Client, "D19.action", key, text).frame(self.frame);
        evidence.uids.push(self.flow.to_string());
        evidence.peer(Some(self.server)).tie(self.channel.clone())
    }
}

impl Host {
    fn forget(&mut self, now: Timestamp) {
        while self.contacts.front().is_some_and(|(at, ..)| now.since(*at).as_secs_f64() > MINUTE) {
            self.contacts.pop_front();
        }
    }
}

// Packets by the hundred, and hardly one that comes back; to an echo, all may.
const fn is_flood(summary: &Summary<'_>, transport: Transport) -> bool {
    let (sent, back) = (summary.client.packets, summary.server.packets);
    sent >= PACKETS && (back <= sent / 10 || matches!(transport, Transport::Icmp))
}

// Three delays or more, and all but the same.
fn even(delays: &[f64]) -> bool {
    let count = delays.len() as f64;
    let mean = delays.iter().sum::<f64>() / count;
    let spread = (delays.iter().map(|delay| (delay - mean).powi(2)).sum::<f64>() / count).sqrt();
    delays.len() >= 3 && spread < 0.3 * mean
}

// So many after and so few before, or more so, has a chance below 0.01 where both minutes are alike.
fn beyond_chance(after: usize, before: usize) -> bool {
    let all = after + before;
    if after <= before || all > 4 * CONTACTS {
        return after > 2 * before;
    }
    // The terms of the binomial distribution at one half, from the top down.
    let mut term = 0.5f64.powi(all as i32);
    let mut tail = 0.0;
    for lacking in 0..=before {
        tail += term;
        term *= (all - lacking) as f64 / (lacking + 1) as f64;
    }
    tail < 0.01
}

const WITHIN: f64 = 10.0;
const MINUTE: f64 = 60.0;
const CONTACTS: usize = 256;
// What a flood is at the least, within a connection and in connections of a minute.
const PACKETS: u64 = 100;
const CONNECTIONS: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::State;

    #[test]
    fn a_report_tells_without_the_password() {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "[XP]7731", "xp");
        play.heard(flow, 10.0, "CrAcKeR", "[XP]7731", ".login r00tb0t");
        play.said(flow, 10.4, "CrAcKeR", "[MAIN]: Password accepted.");
        assert_eq!(play.rows(), ["D19.reply"]);
        let text = &play.evidence()[0].text;
        assert!(text.contains("CrAcKeR") && text.contains(".login <hidden>") && !text.contains("r00tb0t"), "{text}");
    }

    #[test]
    fn a_scan_after_the_order_tells_and_browsing_does_not() {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        for n in 0..3 {
            play.open(5.0, HOST, [198, 51, 100, n], 80);
        }
        play.heard(flow, 10.0, "h", "#x", ".advscan lsass 40 5 0");
        for n in 0..4 {
            play.open(11.0, HOST, [192, 0, 2, n], 445);
        }
        assert!(play.rows().is_empty());
        for n in 4..20 {
            play.open(12.0, HOST, [192, 0, 2, n], 445);
        }
        assert_eq!(play.rows(), ["D19.action"]);
    }

    // Ten seconds in, an order names a target, to which the host turns with so many packets; it may have been there.
    fn turned_to_the_target(order: &str, been: bool, at: f64, packets: u64) -> usize {
        const TARGET: [u8; 4] = [203, 0, 113, 200];
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        if been {
            play.open(1.0, HOST, TARGET, 53);
        }
        play.heard(flow, 10.0, "h", "#x", order);
        let flow = play.open_as(at, HOST, TARGET, 53, |flow| flow.transport = Transport::Udp);
        play.open(100.0, HOST, [198, 51, 100, 9], 80);
        play.close_as(flow, 200.0, State::S0, [packets, 0], |summary| summary.client.bytes = Some(packets));
        play.rows().len()
    }

    #[test]
    fn the_named_target_tells_at_once_where_it_is_new() {
        let relay = |been| turned_to_the_target("!redirect 8080 203.0.113.200 53", been, 12.0, 1);
        assert_eq!((relay(false), relay(true)), (1, 0));
    }

    #[test]
    fn an_order_to_flood_waits_for_the_flood() {
        let flood = |been, packets| turned_to_the_target("!udp 203.0.113.200 1000 64 10", been, 12.0, packets);
        assert_eq!((flood(false, 1000), flood(true, 1000), flood(false, 5)), (1, 1, 0));
    }

    #[test]
    fn what_began_before_the_order_and_is_told_of_behind_it_is_no_answer() {
        assert_eq!(turned_to_the_target("!udp 203.0.113.200 1000 64 10", false, 9.0, 1000), 0);
        assert_eq!(turned_to_the_target("!redirect 8080 203.0.113.200 53", false, 9.0, 1), 0);
    }

    #[test]
    fn a_weather_bot_is_no_bot() {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "wxbot", "wxbot");
        for n in 0..5 {
            let at = f64::from(n) * 60.0;
            play.heard(flow, at, "carol", "#gardening", "!weather Oslo");
            play.said(flow, at + 0.8, "#gardening", "carol: weather for Oslo: 12C, light rain");
        }
        assert!(play.rows().is_empty());
    }

    #[test]
    fn chance_is_reckoned() {
        assert!(beyond_chance(7, 0) && beyond_chance(20, 5));
        assert!(!beyond_chance(6, 0) && !beyond_chance(10, 8) && !beyond_chance(3, 3));
    }

    // Orders of no bot's language, a minute apart, and what the host says after these delays.
    fn answers(delays: &[f64], place: &str, words: &str) -> Vec<String> {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        for (n, delay) in (1..).map(f64::from).zip(delays) {
            play.heard(flow, n * 60.0, "h", "#X", ".advscan lsass 40 5 0");
            play.said(flow, n * 60.0 + delay, place, words);
        }
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn three_answers_after_one_delay_are_no_person_s() {
        assert_eq!(answers(&[2.0, 2.0, 2.1], "#x", "ok"), ["D19.reply"]);
        assert!(answers(&[2.0, 2.0], "#x", "ok").is_empty());
        assert!(answers(&[1.0, 9.0, 4.0], "#x", "ok").is_empty());
        assert!(answers(&[2.0, 2.0, 2.0], "#y", "ok").is_empty());
    }

    #[test]
    fn a_report_comes_within_ten_seconds_and_where_the_order_came_from() {
        const REPORT: &str = "[MAIN]: Password accepted.";
        assert_eq!(answers(&[10.0], "#x", REPORT), ["D19.reply"]);
        assert!(answers(&[10.5], "#x", REPORT).is_empty());
        assert!(answers(&[1.0], "#y", REPORT).is_empty());
    }

    // What a host does at these times after and before an order to scan or to flood another host.
    fn contacts(order: &str, before: &[f64], after: &[f64]) -> Vec<String> {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        let mut last = 0;
        let mut go = |play: &mut Play, at| {
            last += 1;
            play.open(at, HOST, [192, 0, 2, last], 445);
        };
        before.iter().for_each(|at| go(&mut play, *at));
        play.heard(flow, 100.0, "h", "#x", order);
        after.iter().for_each(|at| go(&mut play, *at));
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_was_before_the_last_minute_does_not_count_nor_what_is_after_the_next() {
        const SCAN: &str = ".advscan lsass 40 5 0";
        assert_eq!(contacts(SCAN, &[], &[160.0; 7]), ["D19.action"]);
        assert!(contacts(SCAN, &[], &[161.0; 7]).is_empty());
        assert!(contacts(SCAN, &[50.0; 9], &[101.0; 7]).is_empty());
        assert_eq!(contacts(SCAN, &[30.0; 9], &[101.0; 7]), ["D19.action"]);
        // A flood goes to who was named, and many others tell nothing of it.
        assert!(contacts("!udp 203.0.113.200 1000 64 10", &[], &[101.0; 20]).is_empty());
    }

    #[test]
    fn where_a_host_was_before_is_no_new_destination() {
        let mut play = Play::of(Obedience::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        let go = |play: &mut Play, at| (0..9).for_each(|last| _ = play.open(at, HOST, [192, 0, 2, last], 445));
        go(&mut play, 90.0);
        play.heard(flow, 100.0, "h", "#x", ".advscan lsass 40 5 0");
        (0..9).for_each(|n| go(&mut play, 101.0 + f64::from(n)));
        assert!(play.rows().is_empty());
    }
}
