//! A round: somebody outside the crowd says something, and members answer.

use std::collections::BTreeMap;
use std::time::Duration;

use wiretale_protocol::{Address, FlowId, Moment, Timestamp};

use crate::Scene;
use crate::text::alike;

/// A word, and who answers it. Its lists are used again for the next one: in a busy channel there is one every few seconds.
// In the order written: what each word asks for comes first.
#[derive(Default)]
#[repr(C)]
pub(super) struct Round {
    pub(super) at: Timestamp,
    pub(super) words: Vec<u8>,
    // At most MEMBERS.
    pub(super) heard: Vec<Address>,
    pub(super) frame: u64,
    // What they answer to was not captured.
    pub(super) unheard: bool,
    pub(super) answers: BTreeMap<Address, Answer>,
}

/// What a member said.
pub(super) struct Answer {
    pub(super) words: Vec<u8>,
    pub(super) flow: FlowId,
    pub(super) server: Address,
}

impl Round {
    /// The next one begins with these words.
    pub(super) fn begin(&mut self, moment: &Moment<'_>, words: &[u8], unheard: bool) {
        (self.at, self.frame, self.unheard) = (moment.at, moment.frame, unheard);
        self.words.clear();
        self.words.extend_from_slice(words);
        self.heard.clear();
        self.answers.clear();
    }

    /// One more is to answer.
    pub(super) fn reaches(&mut self, host: Address) {
        if self.heard.len() < MEMBERS && !self.heard.contains(&host) {
            self.heard.push(host);
        }
    }

    /// One of those that heard it says this, for the first time and soon enough.
    pub(super) fn answered(&mut self, scene: &Scene<'_>, words: &[u8]) {
        let flow = scene.moment.flow;
        if scene.moment.at.since(self.at) <= WINDOW && self.heard.contains(&flow.client.address) {
            self.answers.entry(flow.client.address).or_insert_with(|| {
                let words = words[..words.len().min(256)].to_vec();
                Answer { words, flow: flow.id, server: flow.server.address }
            });
        }
    }

    /// Did more than half of those that heard it answer, most of them in like words?
    pub(super) fn is_one_voice(&self) -> bool {
        self.answers.len() * 2 > self.heard.len() && one_voice(&self.answers)
    }
}

// More than half of the answers are like one of them.
fn one_voice(answers: &BTreeMap<Address, Answer>) -> bool {
    let like = |one: &Answer| answers.values().filter(|other| alike(&one.words, &other.words) >= 0.5).count();
    answers.len() >= 2 && answers.values().any(|one| like(one) * 2 > answers.len())
}

/// So long an answer may take.
pub(super) const WINDOW: Duration = Duration::from_secs(30);
/// So many members are kept.
pub(super) const MEMBERS: usize = 64;
