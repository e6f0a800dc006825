//! D04: a shell in clear, spoken to from outside (ATT&CK T1059.004).
//!
//! After Zhang and Paxson 2000 (a first payload of exactly "# ") and the prompts of Bro 1.5. It must come from a home
//! host towards the outside; a prompt in a chat or on a web page is none. Nor are words that the client itself said a
//! moment before: many services send back what they do not understand.

use std::time::Duration;

use wiretale_dcc::Event as Chat;
use wiretale_protocol::{Direction, Escaped, FlowId, Timestamp};
use wiretale_terminal::Event;

use crate::bounded::Bounded;
use crate::text::holds;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Shells in clear.
pub(super) struct Shell {
    // Flows whose client said what a shell would: with which signs, and when last.
    said: Bounded<FlowId, (Signs, Timestamp)>,
}

type Signs = [bool; 5];

impl Default for Shell {
    fn default() -> Self {
        Self { said: Bounded::new(1 << 10) }
    }
}

impl Detector for Shell {
    fn name(&self) -> &'static str {
        "D04"
    }

    fn memory(&self) -> usize {
        self.said.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::TEXT | Hears::DCC
    }

    fn ends(&self) -> Ends {
        // D05 has the shells that a home host brings out to a listener.
        Ends::IN
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let by_client = scene.moment.direction == Direction::Client;
        let (text, greeting) = match *fact {
            Fact::Text(&Event::Line(text)) | Fact::Chat(&Chat::Chat { line: text, .. }) if by_client => {
                return self.heard(scene, text);
            }
            Fact::Text(&Event::Typed(text)) => return self.heard(scene, text),
            // id(1) ends its line. What has no end may be as much of the client's line as has come so far.
            Fact::Text(&Event::Prompt(text)) if text.starts_with(WORDS[0]) => return,
            Fact::Text(&(Event::Line(text) | Event::Prompt(text))) | Fact::Chat(&Chat::Chat { line: text, .. }) => {
                (text, false)
            }
            // Where nothing of the client was captured, it may have asked.
            Fact::Text(&Event::Greeting(text)) => (text, scene.facts.took_part[Direction::Client.index()]),
            _ => return,
        };
        let flow = scene.moment.flow;
        let (peer, server) = (flow.client.address, flow.server);
        let sign = if matches!(fact, Fact::Chat(_)) { chat_sign(text) } else { sign(text, greeting) };
        let Some((row, what)) = sign else { return };
        let approved =
            scene.inventory.approved(peer) || scene.inventory.serves(server.address, server.port) || is_telnets(scene);
        if approved || self.is_echo(scene, text) {
            return;
        }
        let peer = scene.called(peer);
        let (shown, unheard) = (Escaped(&text[..text.len().min(80)]), scene.unheard());
        let said = format!("{server} shows {what} to {peer}: \"{shown}\"{unheard}");
        findings.push(scene.evidence(Direction::Server, row, server.port.to_string(), said));
    }
}

impl Shell {
    fn heard(&mut self, scene: &Scene<'_>, text: &[u8]) {
        let signs = signs(text);
        if signs.contains(&true) {
            let said = self.said.entry(scene.moment.flow.id);
            said.0 = std::array::from_fn(|sign| said.0[sign] | signs[sign]);
            said.1 = scene.moment.at;
        }
    }

    fn is_echo(&self, scene: &Scene<'_>, text: &[u8]) -> bool {
        let Some((said, at)) = self.said.get(&scene.moment.flow.id) else { return false };
        let soon = scene.moment.at.since(*at) <= ECHO;
        soon && signs(text).iter().zip(said).all(|(shown, said)| *said || !shown)
    }
}

/// Telnet on its own port is a shell in clear by its calling, and no backdoor.
pub(super) fn is_telnets(scene: &Scene<'_>) -> bool {
    scene.facts.service == Some("telnet") && scene.moment.flow.server.port == 23
}

/// The row and the name of what a shell's words show.
pub(super) fn sign(text: &[u8], greeting: bool) -> Option<(&'static str, &'static str)> {
    if is_root_id(text) {
        return Some(("D04.root", "the id of root"));
    }
    if greeting && text == b"# " {
        return Some(("D04.prompt", "a root prompt unasked"));
    }
    let banner = text.starts_with(WORDS[0]) || text.starts_with(WORDS[1]);
    let said = WORDS[2..].iter().any(|word| holds(text, word));
    (is_prompt(text) || banner || said).then_some(("D04.shell", "a shell"))
}

fn is_prompt(text: &[u8]) -> bool {
    text.len() <= 66 && (text.ends_with(b"# ") || text.ends_with(b"$ ")) && !text.starts_with(b"!")
}

// Which of the words of shells stand anywhere in it, and whether it ends as their prompts do.
fn signs(text: &[u8]) -> Signs {
    let [id, windows, job, history] = WORDS.map(|word| holds(text, word));
    [id, windows, job, history, is_prompt(text)]
}

/// The same in a chat, where people talk about such things, too, and a prompt stands in front of what is answered.
pub(super) fn chat_sign(line: &[u8]) -> Option<(&'static str, &'static str)> {
    let prompt = line.windows(2).rposition(|pair| matches!(pair, b"# " | b"$ ")).map_or(0, |at| at + 2);
    let said = line.get(prompt..).unwrap_or_default();
    let shell = is_root_id(said) || said.starts_with(b"Microsoft Windows [Version");
    shell.then_some(("D04.shell", "a shell"))
}

// `uid=0(root) gid=0`, as id(1) prints it.
fn is_root_id(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"uid=0") else { return false };
    let rest = match rest.first() {
        Some(b'(') => rest.split_at(rest.iter().position(|byte| *byte == b')').map_or(rest.len(), |at| at + 1)).1,
        _ => rest,
    };
    rest.starts_with(b" gid=")
}

const WORDS: [&[u8]; 4] = [b"uid=", b"Microsoft Windows [Version", b"no job control in this shell", b"unset HISTFILE"];
// So long a service may take to send back what was said to it.
const ECHO: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_protocol::Observe;
    use wiretale_terminal::Terminal;

    const ROOT: &str = "uid=0(root) gid=0(root)";

    // The client says so, and after so many seconds the server shows the id of root.
    fn answered(said: &str, after: f64) -> Vec<String> {
        let mut play = Play::of(Shell::default());
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 79);
        play.line(flow, 1.0, Client, said);
        play.line(flow, 1.0 + after, Server, ROOT);
        play.rows().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_the_client_said_comes_back_and_is_no_shell() {
        assert_eq!(answered("id", 0.1), ["D04.root"]);
        assert!(answered(&format!("ECHO \"{ROOT}\""), 0.1).is_empty());
        // It was long ago.
        assert_eq!(answered(ROOT, 100.0), ["D04.root"]);
    }

    #[test]
    fn a_prompt_to_a_client_that_was_not_captured_may_be_asked_for() {
        let row = |captured: bool| {
            let mut play = Play::of(Shell::default());
            let flow = play.met(0.0, [198, 51, 100, 9], HOST, 79);
            if captured {
                play.passes(flow, 0.0, Client, wiretale_packet::Flags::SYN);
            }
            play.passes(flow, 0.1, Server, wiretale_packet::Flags::ACK);
            play.greeting(flow, 0.1, Server, "# ");
            play.rows().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!([true, false].map(row), [["D04.prompt"], ["D04.shell"]]);
    }

    #[test]
    fn what_the_client_said_without_a_line_end_comes_back_and_is_no_shell() {
        let mut play = Play::of(Shell::default());
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 7);
        let typed = Event::Typed(b"root@host:~# ");
        play.at(flow, 1.0, Server, |scorer, scored, moment| {
            Observe::<Terminal>::observe(scorer, scored, moment, &typed);
        });
        play.line(flow, 1.0, Server, "root@host:~# ");
        assert!(play.rows().is_empty());
        play.line(flow, 1.0, Server, ROOT);
        assert_eq!(play.rows(), ["D04.root"]);
    }

    #[test]
    fn another_sign_than_the_client_s_counts() {
        assert_eq!(answered("unset HISTFILE", 0.1), ["D04.root"]);
    }

    #[test]
    fn a_shell_is_known_by_its_words() {
        assert_eq!(sign(b"uid=0(root) gid=0(root) groups=0(root)", false).map(|sign| sign.0), Some("D04.root"));
        assert_eq!(sign(b"# ", true).map(|sign| sign.0), Some("D04.prompt"));
        assert_eq!(sign(b"bash-3.2$ ", false).map(|sign| sign.0), Some("D04.shell"));
        assert_eq!(sign(b"uid=0 is what root has", false).map(|sign| sign.0), Some("D04.shell"));
        assert_eq!(sign(b"costs 5$", false), None);
    }

    #[test]
    fn in_a_chat_a_shell_is_known_by_its_answers_alone() {
        assert_eq!(chat_sign(b"Who are you? # uid=0(root) gid=0(root)").map(|sign| sign.0), Some("D04.shell"));
        assert_eq!([chat_sign(b"uid=0 is what root has"), chat_sign(b"it costs 5$ ")], [None, None]);
    }

    #[test]
    fn a_shell_is_shown_by_a_home_server_and_by_nobody_else() {
        const PEER: [u8; 4] = [198, 51, 100, 9];
        for (client, server, from, rows) in [
            (PEER, HOST, Server, 1),
            // What a client types, what a home host reads elsewhere, and what stays at home.
            (PEER, HOST, Client, 0),
            (HOST, PEER, Server, 0),
            // D05 has it.
            (HOST, PEER, Client, 0),
            ([10, 0, 0, 8], HOST, Server, 0),
        ] {
            let mut play = Play::of(Shell::default());
            let flow = play.open(0.0, client, server, 4000);
            play.line(flow, 1.0, from, "uid=0(root) gid=0(root)");
            assert_eq!(play.rows(), vec!["D04.root"; rows], "{client:?} {server:?} {from:?}");
        }
    }

    #[test]
    fn a_prompt_is_short_and_no_bang_path() {
        let long = [&[b'x'; 65][..], b"$ "].concat();
        assert_eq!((sign(&long, false), sign(b"!# ", false)), (None, None));
        assert_eq!(sign(&long[1..], false).map(|sign| sign.0), Some("D04.shell"));
        // Unasked it is a prompt, asked for a shell.
        assert_eq!(sign(b"# ", false).map(|sign| sign.0), Some("D04.shell"));
        for words in ["Microsoft Windows [Version 6.1]", "bash: no job control in this shell", "unset HISTFILE;id"] {
            assert_eq!(sign(words.as_bytes(), false).map(|sign| sign.0), Some("D04.shell"), "{words}");
        }
    }
}
