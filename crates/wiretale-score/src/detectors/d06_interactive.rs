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
