//! D26: a home host is a bouncer, or a link in a net of eggdrops (ATT&CK T1090.002).
//!
//! Bouncers name themselves to their clients; where that is out of sight, commands that only psyBNC knows tell of one, less
//! surely. Eggdrops that link speak lines of their own ("passreq", "*hello!",
//! "version ... eggdrop", "thisbot", "el"); three of them in order are a link. What is said to one and repeated by the
//! same host to a network within three seconds is a relay whatever it calls itself.

use std::collections::VecDeque;

use wiretale_irc::{Command, Event};
use wiretale_protocol::{Address, Direction, FlowId, Timestamp};
use wiretale_terminal::Event as Text;

use crate::bounded::{Bounded, SOME};
use crate::text::shown;
use crate::{Detector, Evidence, Fact, Findings, Hears, Scene};

/// Bouncers and eggdrops.
pub(super) struct Bouncer {
    // The next step that may come, and steps seen.
    links: Bounded<FlowId, (usize, usize)>,
    // What home servers were told lately: when, at which port, in which words.
    told: Bounded<Address, VecDeque<(Timestamp, u16, Vec<u8>)>>,
}

impl Default for Bouncer {
    fn default() -> Self {
        Self { links: Bounded::new(1 << 13), told: Bounded::new(1 << 12) }
    }
}

impl Detector for Bouncer {
    fn name(&self) -> &'static str {
        "D26"
    }

    fn memory(&self) -> usize {
        self.links.memory(0) + self.told.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_SAID | Hears::IRC_UNKNOWN | Hears::TEXT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let server = scene.moment.flow.server;
        match *fact {
            _ if scene.inventory.serves(server.address, server.port) => {}
            Fact::Irc(&Event::Bouncer { software }) if scene.is_home(Direction::Server) => {
                let psybnc = software.eq_ignore_ascii_case(b"psybnc");
                let row = if psybnc { "D26.psybnc" } else { "D26.bouncer" };
                let text = format!("{server} is a bouncer ({}){}", shown(&software), scene.unheard());
                findings.push(scene.evidence(Direction::Server, row, server.port.to_string(), text));
            }
            Fact::Irc(Event::Message(line)) => {
                if let Command::Unknown(name) = line.command
                    && let Some(evidence) = commanded(scene, name)
                {
                    findings.push(evidence);
                }
            }
            Fact::Irc(&Event::Text { text, .. }) => {
                self.relayed(scene, &text, findings);
            }
            Fact::Text(&(Text::Line(line) | Text::Greeting(line) | Text::Prompt(line))) => {
                self.linked(scene, line, findings);
            }
            _ => {}
        }
    }
}

impl Bouncer {
    fn relayed(&mut self, scene: &Scene<'_>, text: &[u8], findings: &mut Findings) {
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        if text.len() < LEAST {
            return;
        }
        if scene.is_home(Direction::Server) {
            let told = self.told.entry(flow.server.address);
            told.retain(|(then, ..)| at.since(*then).as_secs_f64() <= SOON);
            if told.len() < MOST {
                told.push_back((at, flow.server.port, text.to_vec()));
            }
        }
        if !scene.is_home(Direction::Client) {
            return;
        }
        let Some(told) = self.told.get(&flow.client.address) else { return };
        let same = |told: &&(Timestamp, u16, Vec<u8>)| at.since(told.0).as_secs_f64() <= SOON && told.2 == text;
        if let Some((_, port, _)) = told.iter().find(same) {
            let host = flow.client.address;
            let said =
                format!("{host} repeats to {} what a client told it on port {port}", scene.called(flow.server.address));
            findings.push(scene.evidence(Direction::Client, "D26.bouncer", port.to_string(), said));
        }
    }

    fn linked(&mut self, scene: &Scene<'_>, line: &[u8], findings: &mut Findings) {
        let Some(home) = scene.home_end() else { return };
        let Some(step) = step(line) else { return };
        let flow = scene.moment.flow;
        let seen = self.links.entry(flow.id);
        // Steps in order; one may be missing, none comes back.
        if step < seen.0 {
            return;
        }
        *seen = (step + 1, seen.1 + 1);
        if seen.1 < STEPS {
            return;
        }
        let (host, peer) = (flow.speaker(home).address, scene.called(flow.speaker(home.opposite()).address));
        let text = format!("{host} is linked with {peer} as eggdrops link: \"{}\"", shown(line));
        findings.push(scene.evidence(home, "D26.bouncer", format!("eggdrop {}", flow.server.port), text));
    }
}

// A client's command that only a bouncer knows, where nothing is seen of what home hosts say.
fn commanded(scene: &Scene<'_>, name: &[u8]) -> Option<Evidence> {
    let [client, server] = scene.facts.took_part;
    let home = scene.home_end() == Some(Direction::Server) && scene.moment.direction == Direction::Client;
    let unheard = scene.tap.is_one_sided() && client && !server;
    if !home || !unheard || !COMMANDS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (server, client) = (scene.moment.flow.server, scene.called(scene.moment.flow.client.address));
    let text = format!("{client} tells {server} {}, as one tells a bouncer (psybnc){}", shown(name), scene.unheard());
    let evidence = scene.evidence(Direction::Server, "D26.psybnc", server.port.to_string(), text);
    Some(evidence.quality(COMMANDED))
}

// Which step of a link this line is.
fn step(line: &[u8]) -> Option<usize> {
    let first = crate::text::words(line).next().unwrap_or_default();
    match first {
        b"passreq" => Some(0),
        b"*hello!" => Some(1),
        b"version" | b"v" if crate::text::holds(line, b"eggdrop") || first == b"v" && line.len() > 4 => Some(2),
        b"thisbot" | b"tb" => Some(3),
        b"el" if line.len() == 2 => Some(4),
        _ => None,
    }
}

// How well a bouncer is seen that only its client speaks to.
const COMMANDED: f64 = 0.7;
// Of psyBNC 2.3; IRC servers know none of them.
const COMMANDS: &[&[u8]] = &[
    b"ADDSERVER",
    b"DELSERVER",
    b"LISTSERVERS",
    b"ADDNETWORK",
    b"DELNETWORK",
    b"SWITCHNET",
    b"BCONNECT",
    b"BQUIT",
    b"BHELP",
    b"SETAWAYNICK",
];
const STEPS: usize = 3;
const SOON: f64 = 3.0;
const LEAST: usize = 6;
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_irc::Wire;
    use wiretale_packet::Flags;

    #[test]
    fn what_only_a_bouncer_knows_tells_of_one_that_is_out_of_sight() {
        let told = |sides: &[Direction], command: &str| {
            let mut play = Play::of(Bouncer::default());
            let flow = play.met_as(0.0, [198, 51, 100, 7], HOST, 31_337, |_| {});
            (0..20).for_each(|_| sides.iter().for_each(|side| play.passes(flow, 0.0, *side, Flags::ACK)));
            let line = wiretale_irc::parse(command.as_bytes()).expect("a line");
            play.irc(flow, 1.0, Client, Event::Message(line));
            play.evidence().to_vec()
        };
        let rows = told(&[Client], "addserver irc.example.org:6667");
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.row.as_str(), row.quality), ("D26.psybnc", COMMANDED));
        assert!(row.text.ends_with("as one tells a bouncer (psybnc); what the server said was not captured"));
        assert!(told(&[Client], "FROBNICATE x").is_empty());
        assert!(told(&[Client, Server], "ADDSERVER x").is_empty(), "it tells of itself");
    }

    #[test]
    fn bouncers_name_themselves() {
        let mut play = Play::of(Bouncer::default());
        let flow = play.open(0.0, [198, 51, 100, 7], HOST, 31337);
        play.irc(flow, 1.0, Server, Event::Bouncer { software: Wire(b"psybnc") });
        let flow = play.session(2.0, HOST, 6667, "a", "a");
        play.irc(flow, 3.0, Server, Event::Bouncer { software: Wire(b"znc") });
        assert_eq!(play.rows(), ["D26.psybnc"]);
    }

    #[test]
    fn a_relay_is_known_by_its_words() {
        let mut play = Play::of(Bouncer::default());
        let inner = play.open(0.0, [198, 51, 100, 7], HOST, 8000);
        let outer = play.session(0.0, HOST, 6667, "a", "a");
        play.said(inner, 1.0, "#x", "hi, testing the bouncer");
        play.said(outer, 1.01, "#x", "hi, testing the bouncer");
        play.said(outer, 9.0, "#x", "hi, testing the bouncer");
        assert_eq!(play.rows(), ["D26.bouncer"]);
    }

    #[test]
    fn three_lines_of_eggdrops_are_a_link() {
        let mut play = Play::of(Bouncer::default());
        let flow = play.open(0.0, HOST, [198, 51, 100, 7], 3333);
        for line in ["passreq", "*hello!", "version 1061700 9 eggdrop v1.6.17 EFnet", "thisbot hub"] {
            play.line(flow, 1.0, Server, line);
        }
        assert_eq!(play.rows(), ["D26.bouncer", "D26.bouncer"]);
        let flow = play.open(0.0, HOST, [198, 51, 100, 7], 3334);
        for line in ["hello", "passreq", "el", "bye"] {
            play.line(flow, 1.0, Server, line);
        }
        assert_eq!(play.rows().len(), 2);
    }
}
