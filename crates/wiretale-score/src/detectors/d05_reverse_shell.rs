//! D05: a home host connects out and lets the other side type: a reverse shell in clear (ATT&CK T1059.004, T1095).

use wiretale_dcc::Event as Chat;
use wiretale_protocol::{Direction, FlowId};
use wiretale_terminal::Event;

use super::d04_shell::{chat_sign, sign};
use crate::bounded::Bounded;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Dialogues in which the server of the connection types.
pub(super) struct ReverseShell {
    flows: Bounded<FlowId, Dialogue>,
}

#[derive(Default)]
struct Dialogue {
    // The server wrote a short line, and the client has not answered yet.
    asked: bool,
    rounds: u32,
    told: bool,
}

impl Default for ReverseShell {
    fn default() -> Self {
        Self { flows: Bounded::new(1 << 14) }
    }
}

impl Detector for ReverseShell {
    fn name(&self) -> &'static str {
        "D05"
    }

    fn memory(&self) -> usize {
        self.flows.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::TEXT | Hears::DCC | Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let flow = scene.moment.flow;
        match fact {
            Fact::Text(_) | Fact::Chat(_) => {}
            Fact::Dcc(_) => return,
            _ => {
                self.flows.remove(&flow.id);
                return;
            }
        }
        let dialogue = self.flows.entry(flow.id);
        let shell = match (fact, scene.moment.direction) {
            (Fact::Text(Event::Line(text)), Direction::Client) => {
                dialogue.rounds += u32::from(std::mem::take(&mut dialogue.asked));
                sign(text, false).is_some()
            }
            (Fact::Text(Event::Line(text) | Event::Greeting(text)), Direction::Server) => {
                dialogue.asked = text.len() <= 80;
                false
            }
            (Fact::Chat(Chat::Chat { line, .. }), Direction::Client) => chat_sign(line).is_some(),
            _ => false,
        };
        if dialogue.told || !(shell || dialogue.rounds >= ROUNDS && matches!(flow.server.port, 4444 | 1337 | 31337)) {
            return;
        }
        dialogue.told = true;
        let peer = scene.called(flow.server.address);
        let text = format!("{} connected out to {peer} and let it type into a shell", flow.client.address);
        let key = flow.server.to_string();
        findings.push(scene.evidence(Direction::Client, "D05.reverse", key.clone(), text));
        if matches!(flow.server.port, 4444 | 1337 | 31337 | 53 | 443 | 80) {
            let text = format!("port {} is a favourite of such shells", flow.server.port);
            findings.push(scene.evidence(Direction::Client, "D05.port", key, text));
        }
    }
}

const ROUNDS: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};

    const PEER: [u8; 4] = [198, 51, 100, 9];

    // Short questions of the server, each of which the client answers; or the other way round.
    fn rounds(port: u16, many: u32, asks: Direction, question: &str) -> Play {
        let mut play = Play::of(ReverseShell::default());
        let flow = play.open(0.0, HOST, PEER, port);
        for n in 0..many {
            play.line(flow, f64::from(n), asks, question);
            play.line(flow, f64::from(n) + 0.5, asks.opposite(), "an answer");
        }
        play
    }

    #[test]
    fn a_shell_that_answers_tells_once_whatever_its_port() {
        let mut play = Play::of(ReverseShell::default());
        for (port, rows) in [(8000, vec!["D05.reverse"]), (443, vec!["D05.reverse", "D05.reverse", "D05.port"])] {
            let flow = play.open(0.0, HOST, PEER, port);
            play.line(flow, 1.0, Server, "uid=0(root) gid=0(root)");
            (2..4).for_each(|n| play.line(flow, f64::from(n), Client, "uid=0(root) gid=0(root)"));
            assert_eq!(play.rows(), rows);
        }
    }

    #[test]
    fn five_rounds_at_a_favourite_port_tell_and_elsewhere_do_not() {
        assert_eq!(rounds(4444, 5, Server, "dir").rows(), ["D05.reverse", "D05.port"]);
        let none = [
            rounds(4444, 4, Server, "dir"),
            rounds(8000, 40, Server, "dir"),
            // The host asks, and the server answers once more at the end of each round but the last.
            rounds(4444, 5, Client, "dir"),
            rounds(4444, 40, Server, &"long ".repeat(20)),
        ];
        assert!(none.iter().all(|play| play.rows().is_empty()));
    }
}
