//! D03: a server of no known protocol that speaks first and asks something: "Who are you?" (ATT&CK T1571, T1059.004).
//!
//! The same greeting on a second port, or on another host, weighs more and ties the two together.
//!
//! Whoever is asked answers. Where the client says nothing to whole lines of text they are rather a file, of a data
//! connection whose announcement was not captured; a question that stands last is one all the same.

use std::collections::BTreeSet;

use wiretale_protocol::{Address, Direction, Escaped, FlowId, Timestamp};
use wiretale_terminal::Event;

use crate::bounded::{Bounded, SOME};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Who asks what, where.
pub(super) struct UnknownPrompt {
    greetings: Bounded<Vec<u8>, BTreeSet<(Address, u16)>>,
    // Words to which nobody has answered yet.
    open: Bounded<FlowId, Open>,
}

// The last line that asks, whether nothing stands behind it, and how many lines there are.
#[derive(Default)]
struct Open {
    // The question with which they begin: of one side alone, answers run into it.
    first: Option<Vec<u8>>,
    said: Vec<u8>,
    at: Timestamp,
    frame: u64,
    last: bool,
    lines: u32,
}

impl Default for UnknownPrompt {
    fn default() -> Self {
        Self { greetings: Bounded::new(1 << 14), open: Bounded::new(1 << 10) }
    }
}

impl Detector for UnknownPrompt {
    fn name(&self) -> &'static str {
        "D03"
    }

    fn memory(&self) -> usize {
        self.greetings.memory(SOME) + self.open.memory(LONGEST)
    }

    fn hears(&self) -> Hears {
        Hears::TEXT | Hears::TALKED
    }

    fn ends(&self) -> Ends {
        Ends::SERVER
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let by_client = scene.moment.direction == Direction::Client;
        let id = scene.moment.flow.id;
        match *fact {
            Fact::Text(&Event::Greeting(words)) if by_client => {
                let lines = self.open.remove(&id).map_or(0, |open| open.lines);
                if is_question(words) || lines < FEW {
                    self.tell(scene, words, scene.moment.at, scene.moment.frame, findings);
                }
            }
            Fact::Text(&Event::Greeting(words)) if is_odd(scene) => self.hold(scene, words),
            Fact::Text(&Event::Line(_)) if by_client => {
                let asks = |open: &Open| is_question(&open.said) || open.lines < FEW;
                if let Some(open) = self.open.remove(&id).filter(asks) {
                    self.tell(scene, &open.said, open.at, open.frame, findings);
                }
            }
            Fact::Closed(_) => {
                if let Some(open) = self.open.remove(&id).filter(|open| open.last && is_question(&open.said)) {
                    let unseen = !scene.facts.took_part[Direction::Client.index()];
                    let first = open.first.as_ref().filter(|_| unseen);
                    self.tell(scene, first.unwrap_or(&open.said), open.at, open.frame, findings);
                }
            }
            _ => {}
        }
    }
}

impl UnknownPrompt {
    fn hold(&mut self, scene: &Scene<'_>, words: &[u8]) {
        let open = self.open.entry(scene.moment.flow.id);
        if open.lines == 0 {
            open.first = question_in_front(words).map(<[u8]>::to_vec);
        }
        open.lines = open.lines.saturating_add(1);
        open.last = asks(words);
        if open.last {
            (open.said, open.at, open.frame) = (words.to_vec(), scene.moment.at, scene.moment.frame);
        }
    }

    fn tell(&mut self, scene: &Scene<'_>, greeting: &[u8], at: Timestamp, frame: u64, findings: &mut Findings) {
        if !is_odd(scene) || !asks(greeting) {
            return;
        }
        let server = scene.moment.flow.server;
        let shown = Escaped(&greeting[..greeting.len().min(SHOWN)]);
        let key = server.port.to_string();
        let tie = format!("greeting:{shown}");
        // Where nothing of the client was captured, it may have spoken before.
        let (text, quality) = if scene.facts.took_part[Direction::Client.index()] {
            (format!("{server} spoke first and said \"{shown}\"; no known protocol follows"), 1.0)
        } else {
            (format!("{server} said \"{shown}\" to a client that was not captured; no known protocol follows"), HALF)
        };
        let evidence = |row, text| {
            let about = scene.evidence(Direction::Server, row, key.clone(), text).at(at).tie(tie.clone());
            Evidence { frames: vec![frame], ..about }.quality(quality)
        };
        findings.push(evidence("D03.prompt", text));
        let places = self.greetings.entry(greeting.to_vec());
        if places.len() < PLACES {
            places.insert((server.address, server.port));
        }
        if let Some((address, port)) = places.iter().find(|place| **place != (server.address, server.port)) {
            let text = format!("{server} greets with the same words as {address} on port {port}: \"{shown}\"");
            findings.push(evidence("D03.twin", text));
        }
    }
}

// A server at home that is not meant to be there.
fn is_odd(scene: &Scene<'_>) -> bool {
    let server = scene.moment.flow.server;
    let known = scene.inventory.serves(server.address, server.port) || server.port == TELNET;
    scene.is_home(Direction::Server) && !known
}

// It ends as questions and prompts do, or names what prompts ask for.
fn asks(greeting: &[u8]) -> bool {
    let trimmed = greeting.trim_ascii_end();
    let lower = greeting.to_ascii_lowercase();
    let words = lower.split(|byte| !byte.is_ascii_alphabetic());
    let names = || words.into_iter().any(|word| WORDS.contains(&word));
    !trimmed.is_empty() && greeting.len() <= LONGEST && (is_question(greeting) || names())
}

fn is_question(greeting: &[u8]) -> bool {
    matches!(greeting.trim_ascii_end().last(), Some(b'?' | b':' | b'>' | b'#' | b'$' | b'%'))
}

// What ends as questions do before more stands in its line.
fn question_in_front(line: &[u8]) -> Option<&[u8]> {
    let end = line.windows(2).take(LONGEST).position(|pair| matches!(pair, b"? " | b": "))?;
    line.get(..end + 2)
}

const WORDS: &[&[u8]] = &[b"who", b"name", b"login", b"user", b"pass", b"password", b"key", b"auth", b"ident", b"code"];
const TELNET: u16 = 23;
const SHOWN: usize = 64;
const LONGEST: usize = 256;
const HALF: f64 = 0.5;
// Lines that a greeting may have, if it ends in no question.
const FEW: u32 = 5;
const PLACES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play, Server};
    use wiretale_packet::Flags;
    use wiretale_protocol::State;

    const PEER: [u8; 4] = [198, 51, 100, 9];

    // The server's lines, and the client's answer to them, if it has one.
    fn rows(lines: &[&str], answer: Option<&str>) -> usize {
        let mut play = Play::of(UnknownPrompt::default());
        let flow = play.open(0.0, PEER, HOST, 40_094);
        lines.iter().for_each(|line| play.greeting(flow, 1.0, Server, line));
        if let Some(answer) = answer {
            play.line(flow, 2.0, Client, answer);
        }
        play.close(flow, 3.0, State::Sf, [9, 9]);
        assert!(play.evidence().iter().all(|row| row.time_ns == 1_000_000_000));
        play.rows().len()
    }

    #[test]
    fn a_file_is_no_prompt() {
        let file = ["We now most at who their.", "Out will be these about."];
        assert_eq!((rows(&file, None), rows(&file, Some("x"))), (0, 1));
        assert_eq!((rows(&["Who are you?"], None), rows(&["Welcome.", "login:"], None)), (1, 1));
        assert_eq!(rows(&["Users:", "root"], None), 0);
        let long = ["At that her be these this out will about over who."; 9];
        assert_eq!((rows(&long, Some("x")), rows(&[&long[..], &["login:"]].concat(), Some("x"))), (0, 1));
        // A count of what was received answers what stands there so far.
        let mut play = Play::of(UnknownPrompt::default());
        let flow = play.open(0.0, PEER, HOST, 58_683);
        long.iter().for_each(|line| play.greeting(flow, 1.0, Server, line));
        play.greeting(flow, 1.0, Client, "At that her, who");
        assert!(play.rows().is_empty());
    }

    #[test]
    fn who_spoke_first_is_not_said_where_the_client_was_not_captured() {
        let mut play = Play::of(UnknownPrompt::default());
        let flow = play.met(0.0, PEER, HOST, 9886);
        play.passes(flow, 0.0, Server, Flags::ACK);
        play.greeting(flow, 1.0, Server, "Who are you? ");
        play.close(flow, 3.0, State::Oth, [0, 9]);
        let [row] = play.evidence() else { panic!("{:?}", play.rows()) };
        assert_eq!((row.quality, row.text.contains("spoke first")), (HALF, false));
    }

    #[test]
    fn of_one_side_alone_the_question_in_front_is_told_if_one_stands_last() {
        let told = |client: bool, lines: &[&str]| {
            let mut play = Play::of(UnknownPrompt::default());
            let flow = play.met(0.0, PEER, HOST, 9886);
            play.passes(flow, 0.0, Server, Flags::ACK);
            if client {
                play.passes(flow, 0.0, Client, Flags::ACK);
            }
            lines.iter().for_each(|line| play.greeting(flow, 1.0, Server, line));
            play.close(flow, 3.0, State::Shr, [0, 9]);
            play.evidence().iter().map(|row| row.text.clone()).collect::<Vec<_>>()
        };
        let shell = ["Who are you? #  10:02:11 up 3 days", "#   PID TTY", "# # "];
        let asked = told(false, &shell);
        assert!(asked.len() == 1 && asked[0].starts_with("10.0.0.7:9886 said \"Who are you? \" to"), "{asked:?}");
        assert!(told(true, &shell)[0].contains("said \"# # \""), "the answers are told as what they are");
        assert!(told(false, &["Who are you? A file.", "Of two lines."]).is_empty());
    }

    #[test]
    fn questions_are_told_from_statements() {
        assert!(asks(b"Who are you? ") && asks(b"password:") && asks(b"give the code\n"));
        assert!(!asks(b"hello there\n") && !asks(b"  \n"));
    }
}
