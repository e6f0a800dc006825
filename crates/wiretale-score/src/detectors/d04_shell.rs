//! D04: a shell in clear, spoken to from outside (ATT&CK T1059.004).
//!
//! After Zhang and Paxson 2000 (a first payload of exactly "# ") and the prompts of Bro 1.5. It must come from a home
//! host towards the outside; a prompt in a chat or on a web page is none.

use wiretale_protocol::{Direction, Escaped};
use wiretale_terminal::Event;

use crate::{Detector, Fact, Findings, Hears, Scene};

/// Shells in clear.
pub(super) struct Shell;

impl Detector for Shell {
    fn name(&self) -> &'static str {
        "D04"
    }

    fn hears(&self) -> Hears {
        Hears::TEXT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Text(event) = *fact else { return };
        let Some(home) = scene.home_end() else { return };
        let (text, greeting, from) = match event {
            Event::Greeting(text) => (text, true, Direction::Server),
            Event::Prompt(text) => (text, false, Direction::Server),
            Event::Line(text) => (text, false, scene.moment.direction),
        };
        let flow = scene.moment.flow;
        let approved = scene.inventory.approved(flow.speaker(home.opposite()).address)
            || scene.inventory.serves(flow.server.address, flow.server.port);
        // D05 has the shells that a home host brings out to a listener.
        if from != home || home == Direction::Client || approved {
            return;
        }
        let Some((row, what)) = sign(text, greeting) else { return };
        let peer = scene.called(flow.speaker(home.opposite()).address);
        let said = format!("{} shows {what} to {peer}: \"{}\"", flow.server, Escaped(&text[..text.len().min(80)]));
        findings.push(scene.evidence(home, row, flow.server.port.to_string(), said));
    }
}

/// The row and the name of what a shell's words show.
pub(super) fn sign(text: &[u8], greeting: bool) -> Option<(&'static str, &'static str)> {
    if is_root_id(text) {
        return Some(("D04.root", "the id of root"));
    }
    if greeting && text == b"# " {
        return Some(("D04.prompt", "a root prompt unasked"));
    }
    let prompt = text.len() <= 66 && (text.ends_with(b"# ") || text.ends_with(b"$ ")) && !text.starts_with(b"!");
    let banner = text.starts_with(b"Microsoft Windows [Version") || text.starts_with(b"uid=");
    let words = [&b"no job control in this shell"[..], b"unset HISTFILE"];
    let said = words.iter().any(|word| text.windows(word.len()).any(|window| window == *word));
    (prompt || banner || said).then_some(("D04.shell", "a shell"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_its_words() {
        assert_eq!(sign(b"uid=0(root) gid=0(root) groups=0(root)", false).map(|sign| sign.0), Some("D04.root"));
        assert_eq!(sign(b"# ", true).map(|sign| sign.0), Some("D04.prompt"));
        assert_eq!(sign(b"bash-3.2$ ", false).map(|sign| sign.0), Some("D04.shell"));
        assert_eq!(sign(b"uid=0 is what root has", false).map(|sign| sign.0), Some("D04.shell"));
        assert_eq!(sign(b"costs 5$", false), None);
    }
}
