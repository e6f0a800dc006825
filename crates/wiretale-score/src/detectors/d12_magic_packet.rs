//! D12: a stray packet from outside, and the host calls its sender back (ATT&CK T1205, T1205.002).
//!
//! The freenode incident of 2014, after NCC Group's public notes: source port and sequence number of the trigger add up
//! to a constant, and its window minus 8192 is the port to call back. Neither secret is needed: two different strays
//! with the same sum do not happen by chance (2^-32), and a call back to a port that a recent stray spelt is telling.

use smallvec::SmallVec;
use wiretale_packet::Flags;
use wiretale_protocol::{Direction, Endpoint, Flow, FlowId, Passed, Timestamp, Transport};

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

/// The header of a packet that began a flow from outside.
#[derive(Clone, Copy)]
struct Stray {
    at: Timestamp,
    frame: u64,
    source_port: u16,
    seq: u32,
    ack: u32,
    window: u16,
    answered: bool,
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
        Hears::PASSED
    }

    fn ends(&self) -> Ends {
        Ends::ONE
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Passed(passed) = *fact else { return };
        let flow = scene.moment.flow;
        // Only a flow's first packet matters here, and the answer that opens it; all others leave at once.
        let answer = scene.moment.direction == Direction::Server && passed.flags.has(Flags::SYN);
        let fresh = scene.moment.at == flow.opened || answer;
        // An IRC server asks the client's ident port as a matter of course.
        let ident = flow.server.port == IDENT;
        if !fresh || ident || flow.transport != Transport::Tcp {
            return;
        }
        let Some(pair) = scene.facts.pair else { return };
        match scene.home_end() {
            Some(Direction::Server) => self.inbound(scene, pair, passed, findings),
            Some(Direction::Client) if scene.moment.at == flow.opened => self.outbound(scene, pair, findings),
            _ => {}
        }
    }
}

impl MagicPacket {
    fn inbound(&mut self, scene: &Scene<'_>, pair: Pair, passed: &Passed, findings: &mut Findings) {
        let flow = scene.moment.flow;
        if scene.moment.direction == Direction::Server {
            // An answer that opens a connection makes the packet an ordinary one.
            if passed.flags.has(Flags::SYN)
                && let Some(account) = self.pairs.get_mut(pair)
                && let Some(stray) = account.strays.iter_mut().rev().find(|stray| stray.source_port == flow.client.port)
            {
                stray.answered = true;
            }
            return;
        }
        if scene.moment.at != flow.opened {
            return;
        }
        let account = self.pairs.entry(pair);
        if account.strays.len() >= RING {
            account.strays.remove(0);
        }
        let (at, frame, source_port) = (scene.moment.at, scene.moment.frame, flow.client.port);
        let Passed { seq, ack, window, .. } = *passed;
        account.strays.push(Stray { at, frame, source_port, seq, ack, window, answered: false });
        // A SYN that nothing answers is told when its time is up: after the call that it asked for, perhaps.
        account.judge(scene, Direction::Server, findings);
    }

    fn outbound(&mut self, scene: &Scene<'_>, pair: Pair, findings: &mut Findings) {
        let Flow { id, server, .. } = *scene.moment.flow;
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
    // The host is at this end of the flow that is being told of.
    fn judge(&mut self, scene: &Scene<'_>, host: Direction, findings: &mut Findings) {
        let Some(call) = &mut self.call else { return };
        let window = scene.weights.threshold("D12", "window_seconds", 120.0);
        let before = |stray: &&Stray| stray.at <= call.at && call.at.since(stray.at).as_secs_f64() <= window;
        let strays: Vec<Stray> = self.strays.iter().filter(before).filter(|stray| !stray.answered).copied().collect();
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
        Evidence { port: Some(self.server.port), uids: vec![self.flow.to_string()], frames, ..about }
    }
}

// Two strays that differ in port and sequence number but not in their sum.
fn same_sum(strays: &[Stray]) -> Option<(Stray, Stray)> {
    let sum = |stray: &Stray| stray.seq.wrapping_add(u32::from(stray.source_port));
    let mut pairs = strays.iter().enumerate().flat_map(|(n, a)| strays[n + 1..].iter().map(move |b| (*a, *b)));
    pairs.find(|(a, b)| a.source_port != b.source_port && a.seq != b.seq && sum(a) == sum(b))
}

// Does a header field of the stray spell the port called back?
fn spells(stray: &Stray, called: Endpoint) -> bool {
    let halves = |word: u32| [(word >> 16) as u16, word as u16];
    let [seq_high, seq_low] = halves(stray.seq);
    let [ack_high, ack_low] = halves(stray.ack);
    let spelt = [
        stray.window.wrapping_sub(8192),
        stray.window,
        stray.window.swap_bytes(),
        seq_high,
        seq_low,
        ack_high,
        ack_low,
        stray.source_port,
        stray.source_port.wrapping_add(1),
    ];
    spelt.contains(&called.port) && !COMMON.contains(&called.port)
}

const IDENT: u16 = 113;
// Services that call back in all innocence: FTP data, mail, ident.
const EXPECTED: &[u16] = &[20, 25, IDENT];
// Too common as destinations to be a code word.
const COMMON: &[u16] = &[20, 21, 22, 25, 53, 80, 110, 113, 123, 143, 443, 465, 587, 993, 995, 6667, 6697, 8080];
const RING: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::Address;

    fn stray(source_port: u16, seq: u32, window: u16) -> Stray {
        Stray { at: Timestamp::default(), frame: 1, source_port, seq, ack: 0, window, answered: false }
    }

    #[test]
    fn a_constant_sum_is_seen_and_a_retransmission_is_none() {
        assert!(same_sum(&[stray(1000, 500, 0), stray(900, 600, 0)]).is_some());
        assert!(same_sum(&[stray(1000, 500, 0), stray(1000, 500, 0)]).is_none());
    }

    #[test]
    fn a_window_spells_the_port() {
        let called = Endpoint::new(Address::v4([192, 0, 2, 1]), 31_000);
        assert!(spells(&stray(1, 2, 31_000 + 8192), called) && !spells(&stray(1, 2, 7), called));
    }
}
