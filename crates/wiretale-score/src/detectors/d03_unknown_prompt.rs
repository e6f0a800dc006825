//! D03: a server of no known protocol that speaks first and asks something: "Who are you?" (ATT&CK T1571, T1059.004).
//!
//! The same greeting on a second port, or on another host, weighs more and ties the two together.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, Escaped};
use wiretale_terminal::Event;

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// Who asks what, where.
pub(super) struct UnknownPrompt {
    greetings: Bounded<Vec<u8>, BTreeSet<(Address, u16)>>,
}

impl Default for UnknownPrompt {
    fn default() -> Self {
        Self { greetings: Bounded::new(1 << 14) }
    }
}

impl Detector for UnknownPrompt {
    fn name(&self) -> &'static str {
        "D03"
    }

    fn memory(&self) -> usize {
        self.greetings.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::TEXT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Text(&Event::Greeting(greeting)) = *fact else { return };
        let server = scene.moment.flow.server;
        let known = scene.inventory.serves(server.address, server.port) || server.port == TELNET;
        if known || !scene.is_home(Direction::Server) || !asks(greeting) {
            return;
        }
        let shown = Escaped(&greeting[..greeting.len().min(SHOWN)]);
        let key = server.port.to_string();
        let tie = format!("greeting:{shown}");
        let text = format!("{server} spoke first and said \"{shown}\"; no known protocol follows");
        findings.push(scene.evidence(Direction::Server, "D03.prompt", key.clone(), text).tie(tie.clone()));
        let places = self.greetings.entry(greeting.to_vec());
        if places.len() < PLACES {
            places.insert((server.address, server.port));
        }
        if let Some((address, port)) = places.iter().find(|place| **place != (server.address, server.port)) {
            let text = format!("{server} greets with the same words as {address} on port {port}: \"{shown}\"");
            findings.push(scene.evidence(Direction::Server, "D03.twin", key, text).tie(tie));
        }
    }
}

// It ends as questions and prompts do, or names what prompts ask for.
fn asks(greeting: &[u8]) -> bool {
    let trimmed = greeting.trim_ascii_end();
    let question = matches!(trimmed.last(), Some(b'?' | b':' | b'>' | b'#' | b'$' | b'%'));
    let lower = greeting.to_ascii_lowercase();
    let words = lower.split(|byte| !byte.is_ascii_alphabetic());
    !trimmed.is_empty() && greeting.len() <= 256 && (question || words.into_iter().any(|word| WORDS.contains(&word)))
}

const WORDS: &[&[u8]] = &[b"who", b"name", b"login", b"user", b"pass", b"password", b"key", b"auth", b"ident", b"code"];
const TELNET: u16 = 23;
const SHOWN: usize = 64;
const PLACES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_from_statements() {
        assert!(asks(b"Who are you? ") && asks(b"password:") && asks(b"give the code\n"));
        assert!(!asks(b"hello there\n") && !asks(b"  \n"));
    }
}
