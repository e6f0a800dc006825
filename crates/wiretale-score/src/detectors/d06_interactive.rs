//! D06: somebody types, at a service that nobody identified or on a port where nobody should (ATT&CK T1059).
//!
//! After Zhang and Paxson, "Detecting Backdoors", USENIX Security 2000, section 3, for text; for SSH the room's own
//! inference of typing, which knows today's packet sizes.

use wiretale_protocol::{Direction, FlowId, Timestamp};
use wiretale_ssh::Event as Ssh;
use wiretale_terminal::Event as Text;

use super::d04_shell::is_telnets;
use crate::bounded::Bounded;
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Dialogues typed by hand.
pub(super) struct Interactive {
    dialogues: Bounded<FlowId, Dialogue>,
}

#[derive(Default)]
struct Dialogue {
    lines: u32,
    human: u32,
    last: Option<Timestamp>,
    told: bool,
}

impl Default for Interactive {
    fn default() -> Self {
        Self { dialogues: Bounded::new(1 << 14) }
    }
}

impl Detector for Interactive {
    fn name(&self) -> &'static str {
        "D06"
    }

    fn memory(&self) -> usize {
        self.dialogues.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::TEXT | Hears::SSH
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        let inbound = scene.home_end() == Some(Direction::Server) && !scene.inventory.approved(flow.client.address);
        if !inbound || scene.inventory.serves(flow.server.address, flow.server.port) || is_telnets(scene) {
            return;
        }
        let typed = match *fact {
            Fact::Text(&Text::Line(_)) if scene.moment.direction == Direction::Client => self.line(scene),
            Fact::Ssh(&Ssh::Session(session)) => {
                flow.server.port != 22 && session.typing.confidence.max(session.obfuscated.confidence).0 >= SURE
            }
            _ => false,
        };
        if typed {
            let peer = scene.called(flow.client.address);
            let text = format!("somebody at {peer} types by hand at {}", flow.server);
            let key = flow.server.port.to_string();
            findings.push(scene.evidence(Direction::Server, "D06.interactive", key.clone(), text));
            if scene.facts.service.is_none_or(|service| service == "text") {
                let text = format!("what answers the typing on port {} is no known service", flow.server.port);
                findings.push(scene.evidence(Direction::Server, "D06.odd", key, text));
            }
        }
    }
}

impl Interactive {
    // One more line; true once enough of them came at a person's pace.
    fn line(&mut self, scene: &Scene<'_>) -> bool {
        let at = scene.moment.at;
        let dialogue = self.dialogues.entry(scene.moment.flow.id);
        let pause = dialogue.last.replace(at).map(|last| at.since(last).as_secs_f64());
        dialogue.lines += 1;
        dialogue.human += u32::from(pause.is_some_and(|pause| (0.3..60.0).contains(&pause)));
        let typed = dialogue.lines >= 4 && dialogue.human * 2 >= dialogue.lines;
        typed && !std::mem::replace(&mut dialogue.told, typed)
    }
}

const SURE: u8 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_ssh::{Confidence, Session, Typing};

    const PEER: [u8; 4] = [198, 51, 100, 9];

    // Lines with these pauses before them, one way or the other.
    fn typed(pauses: &[f64], direction: Direction) -> Play {
        let mut play = Play::of(Interactive::default());
        let (flow, mut at) = (play.open(0.0, PEER, HOST, 31_337), 1.0);
        for pause in pauses {
            at += pause;
            play.line(flow, at, direction, "ls -la");
        }
        play
    }

    #[test]
    fn lines_at_a_persons_pace_are_typed_and_told_once() {
        assert_eq!(typed(&[2.0; 12], Client).rows(), ["D06.interactive", "D06.odd"]);
        // Half of them will do: one reads what came, or pastes a line.
        assert_eq!(typed(&[0.0, 2.0, 90.0, 2.0], Client).rows().len(), 2);
    }

    #[test]
    fn a_machine_a_few_lines_and_answers_are_not() {
        assert!(typed(&[0.1; 40], Client).rows().is_empty());
        assert!(typed(&[60.0; 40], Client).rows().is_empty());
        assert!(typed(&[2.0; 3], Client).rows().is_empty());
        assert!(typed(&[2.0; 40], Server).rows().is_empty());
    }

    fn session(port: u16, typing: u8, obfuscated: u8) -> Play {
        let mut play = Play::of(Interactive::default());
        let [typing, obfuscated] =
            [typing, obfuscated].map(|sure| Typing { keystrokes: 9, confidence: Confidence(sure) });
        let flow = play.open(0.0, PEER, HOST, port);
        play.recognized(flow, 0.1, "ssh");
        play.ssh(flow, 9.0, Client, Ssh::Session(Session { typing, obfuscated, ..Session::default() }));
        play
    }

    #[test]
    fn typing_through_ssh_is_odd_where_ssh_is() {
        // SSH is a known service.
        for play in [session(9886, 50, 0), session(9886, 0, 50)] {
            assert_eq!(play.rows(), ["D06.interactive"]);
        }
        for play in [session(22, 90, 90), session(9886, 49, 49)] {
            assert!(play.rows().is_empty());
        }
    }

    #[test]
    fn who_types_elsewhere_or_at_home_is_none() {
        for (client, server) in [(HOST, PEER), ([10, 0, 0, 8], HOST)] {
            let mut play = Play::of(Interactive::default());
            let flow = play.open(0.0, client, server, 31_337);
            (1..9).for_each(|n| play.line(flow, f64::from(n), Client, "ls"));
            assert!(play.rows().is_empty());
        }
    }
}
