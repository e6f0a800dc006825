//! D12: a stray packet from outside, and the host calls its sender back (ATT&CK T1205, T1205.002).
//!
//! The freenode incident of 2014, after NCC Group's public notes: source port and sequence number of the trigger add up
//! to a constant, and its window minus 8192 is the port to call back. Neither secret is needed: two different strays
//! with the same sum do not happen by chance (2^-32), and a call back to a port that a recent stray spelt is telling.
//!
//! A call goes to an address, as a stray has no name to give: where DNS told of that address, the host may have had a
//! reason of its own, and it weighs a third.
//!
//! What begins without a SYN may be a connection met in the middle: it is a stray once it is over and nothing followed.
//! Nor is a SYN one whose sender goes on as a connection does, where the capture shows nothing of what home hosts send: its
//! answer went another way, or was not captured.

mod stray;

use std::time::Duration;

use smallvec::SmallVec;
use wiretale_packet::Flags;
use wiretale_protocol::{Direction, Endpoint, Flow, FlowId, Passed, Timestamp, Transport};

use self::stray::{Stray, is_lone, same_sum, spells};
use crate::pairs::{Pair, Slots};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Strays and calls by host and sender.
#[derive(Default)]
pub(super) struct MagicPacket {
    pairs: Slots<Account>,
}

/// What a sender's strays and a host's first way to it have shown.
#[derive(Default)]
struct Account {
    strays: SmallVec<[Stray; 1]>,
    // Once a host went there it needs no call to go there again.
    call: Option<Box<Call>>,
}

/// The first connection of a host to a sender.
struct Call {
    at: Timestamp,
    frame: u64,
    flow: FlowId,
    server: Endpoint,
    // Rows told: callback, decode, sum.
    told: [bool; 3],
}

impl Detector for MagicPacket {
    fn name(&self) -> &'static str {
        "D12"
    }

    fn memory(&self) -> usize {
        self.pairs.memory(32)
    }

    fn hears(&self) -> Hears {
        Hears::PASSED | Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::ONE
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        // An IRC server asks the client's ident port as a matter of course.
        if flow.transport != Transport::Tcp || flow.server.port == IDENT {
            return;
        }
        match *fact {
            Fact::Passed(passed) => self.passed(scene, passed, findings),
            Fact::Closed(summary) if flow.midstream && is_lone(summary) => self.lone(scene, findings),
            _ => {}
        }
    }
}

impl MagicPacket {
    fn passed(&mut self, scene: &Scene<'_>, passed: &Passed, findings: &mut Findings) {
        // Only a flow's first packet matters here, and the answer that opens it; all others leave at once.
        let first = scene.moment.at == scene.moment.flow.opened;
        let answer = match scene.moment.direction {
            Direction::Server => !passed.flags.has(Flags::RST),
            Direction::Client => goes_on_alone(scene, passed),
        };
        let Some(pair) = scene.facts.pair.filter(|_| first || answer) else { return };
        match scene.home_end() {
            Some(Direction::Server) => self.inbound(scene, pair, passed, findings),
            Some(Direction::Client) if first => self.outbound(scene, pair, passed, findings),
            _ => {}
        }
    }

    fn inbound(&mut self, scene: &Scene<'_>, pair: Pair, passed: &Passed, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let opens = match scene.moment.direction {
            // An answer makes the packet that opens a connection an ordinary one.
            Direction::Server => !flow.midstream && !passed.flags.has(Flags::RST),
            // So does a word behind the SYN, which takes an answer.
            Direction::Client => !flow.midstream && goes_on_alone(scene, passed),
        };
        if opens {
            if let Some(account) = self.pairs.get_mut(pair) {
                account.opened(flow.client.port);
            }
            return;
        }
        if scene.moment.at != flow.opened || scene.moment.direction == Direction::Server {
            return;
        }
        let account = self.pairs.entry(pair);
        // Some captures have every packet twice. The same one much later is another.
        let same = |stray: &Stray| (stray.source_port, stray.seq) == (flow.client.port, passed.seq);
        if let Some(place) = account.strays.iter().position(same) {
            if flow.opened.since(account.strays[place].at) < TWICE {
                return;
            }
            account.strays.remove(place);
        }
        if account.strays.len() >= RING {
            account.strays.remove(0);
        }
        let (at, frame, source_port) = (scene.moment.at, scene.moment.frame, flow.client.port);
        let Passed { seq, ack, window, .. } = *passed;
        let midstream = flow.midstream;
        account.strays.push(Stray { at, frame, source_port, seq, ack, window, midstream, ordinary: midstream });
        // A SYN that nothing answers is told when its time is up: after the call that it asked for, perhaps.
        account.judge(scene, Direction::Server, findings);
    }

    // A flow from outside that began without a SYN is over, and there was no more of it.
    fn lone(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let Flow { client, opened, .. } = *scene.moment.flow;
        let inbound = scene.home_end() == Some(Direction::Server);
        let Some(pair) = scene.facts.pair.filter(|_| inbound) else { return };
        let Some(account) = self.pairs.get_mut(pair) else { return };
        let is = |stray: &&mut Stray| stray.midstream && stray.at == opened && stray.source_port == client.port;
        if let Some(stray) = account.strays.iter_mut().find(is) {
            stray.ordinary = false;
            account.judge(scene, Direction::Server, findings);
        }
    }

    fn outbound(&mut self, scene: &Scene<'_>, pair: Pair, passed: &Passed, findings: &mut Findings) {
        let Flow { id, server, midstream, .. } = *scene.moment.flow;
        // The SYN may have been lost, but behind the answer to it a connection met in the middle is no call.
        if midstream && !passed.flags.has(Flags::SYN) {
            return;
        }
        if EXPECTED.contains(&server.port) || scene.inventory.approved(server.address) {
            return;
        }
        let account = self.pairs.entry(pair);
        if account.call.is_none() {
            let (at, frame) = (scene.moment.at, scene.moment.frame);
            account.call = Some(Box::new(Call { at, frame, flow: id, server, told: [false; 3] }));
            account.judge(scene, Direction::Client, findings);
        }
    }
}

impl Account {
    fn opened(&mut self, port: u16) {
        if let Some(stray) = self.strays.iter_mut().rev().find(|stray| stray.source_port == port) {
            stray.ordinary = true;
        }
    }

    // The host is at this end of the flow that is being told of.
    fn judge(&mut self, scene: &Scene<'_>, host: Direction, findings: &mut Findings) {
        let Some(call) = &mut self.call else { return };
        let window = scene.weights.threshold("D12", "window_seconds", 120.0);
        // A last word of a server from the port that is called anew is what an older connection left.
        let left = |stray: &Stray| stray.midstream && stray.source_port == call.server.port;
        let is_ordinary = |stray: &Stray| stray.ordinary || left(stray);
        let before = |stray: &&Stray| stray.at <= call.at && call.at.since(stray.at).as_secs_f64() <= window;
        let strays: Vec<Stray> =
            self.strays.iter().filter(before).filter(|stray| !is_ordinary(stray)).copied().collect();
        let Some(last) = strays.last() else { return };
        let (peer, server) = (scene.called(call.server.address), call.server);
        let client = scene.moment.flow.speaker(host).address;
        let mut tell = |nth: usize, row: &str, text: String, strays: &[&Stray]| {
            if !std::mem::replace(&mut call.told[nth], true) {
                findings.push(call.evidence(scene, host, row, text, strays));
            }
        };
        let text = format!("{client} called back {peer} on port {} after stray packets from it", server.port);
        tell(0, "D12.callback", text, &[last]);
        if let Some(stray) = strays.iter().find(|stray| spells(stray, server)) {
            let text = format!("a stray packet from {peer} spelt the port {} that was then called back", server.port);
            tell(1, "D12.decode", text, &[stray]);
        }
        if let Some((a, b)) = same_sum(&strays) {
            let text =
                format!("source port and sequence number of stray packets from {peer} add up to the same number");
            tell(2, "D12.sum", text, &[&a, &b]);
        }
    }
}

impl Call {
    // Evidence that stands on the call, whichever flow is being told of.
    fn evidence(&self, scene: &Scene<'_>, host: Direction, row: &str, text: String, strays: &[&Stray]) -> Evidence {
        let about = scene.evidence(host, row, self.server.address.to_string(), text).at(self.at);
        let frames = std::iter::once(self.frame).chain(strays.iter().map(|stray| stray.frame)).collect();
        // Anybody can send strays in the name of a site that people go to by itself.
        let strength = if scene.names.of(self.server.address).is_some() { NAMED } else { 1.0 };
        let about = about.strength(strength);
        Evidence { port: Some(self.server.port), uids: vec![self.flow.to_string()], frames, ..about }
    }
}

// Does a client go on as it does behind the answer to its SYN, where no answer could have been seen? Where those of home
// hosts are, anybody can send a silent one such a packet.
fn goes_on_alone(scene: &Scene<'_>, passed: &Passed) -> bool {
    let goes_on = passed.flags.has(Flags::ACK) && !passed.flags.has(Flags::SYN) && !passed.flags.has(Flags::RST);
    goes_on && !scene.facts.took_part[Direction::Server.index()] && !scene.tap.shows_home()
}

const IDENT: u16 = 113;
// Services that call back in all innocence: FTP data, mail, ident.
const EXPECTED: &[u16] = &[20, 25, IDENT];
const RING: usize = 64;
const TWICE: Duration = Duration::from_secs(1);
const NAMED: f64 = 0.3;

#[cfg(test)]
mod tests;
