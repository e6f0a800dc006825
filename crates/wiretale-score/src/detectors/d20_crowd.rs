//! D20: home hosts in one channel that answer as one (ATT&CK T1071).
//!
//! After BotSniffer (Gu, Zhang and Lee, NDSS 2008). Each word from outside the crowd begins a round; a round speaks for
//! bots when more than half of the members that heard it answer in the channel, most of them in like words. Rounds
//! feed a sequential test (0.8 against 0.15; errors 0.005 and 0.01). Fewer than three members make no crowd.
//! Where nothing of the server is seen the members' own words begin the rounds.

mod round;

use std::collections::BTreeSet;
use std::time::Duration;

use hashbrown::HashTable;
use wiretale_irc::{Event, Wire};
use wiretale_protocol::{Address, Direction, Timestamp};

use self::round::{MEMBERS, Round, WINDOW};
use crate::bounded::{Bounded, SOME};
use crate::heard::{Heard, Spoken};
use crate::text::{plural, shown};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Crowds by channel.
pub(super) struct Crowd {
    // By `Scene::channel_key`.
    channels: Bounded<u64, Channel>,
}

// In the order written: what each word asks for comes first.
#[derive(Default)]
#[repr(C)]
struct Channel {
    // Nicks of members, by number, at most MEMBERS: their words are answers, not the beginning of a round.
    nicks: HashTable<u64>,
    round: Option<Round>,
    // The logarithm of the likelihood ratio.
    evidence: f64,
    rounds: u32,
    told: BTreeSet<Address>,
    // Members whose server is out of sight, at most MEMBERS.
    unheard: Vec<Address>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { channels: Bounded::new(1 << 12) }
    }
}

impl Detector for Crowd {
    fn name(&self) -> &'static str {
        "D20"
    }

    fn memory(&self) -> usize {
        self.channels.memory(SOME)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_HEARD | Hears::IRC_SAID
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(event) = *fact else { return };
        let Some(nick) = scene.nick_key() else { return };
        // Words as they came, formatting and all: the copies that others hear are the same.
        let (place, words) = match *event {
            Event::Topic { channel, text, .. } => (channel, text),
            Event::Joined { channel, .. } => (channel, Wire(b"")),
            Event::Text { target, text, .. } if matches!(target.first(), Some(b'#' | b'&')) => (target, text),
            _ => return,
        };
        let channel = self.channels.entry(scene.channel_key(&place));
        match scene.heard {
            Some(Heard { spoken: Some(Spoken { from, .. }), .. }) => {
                let part = channel.part(scene.moment.at, &words);
                if part != Part::None && channel.is_crowd_with(nick) {
                    channel.heard(scene, from, part, &words, &place, findings);
                }
            }
            Some(heard) if scene.moment.direction == Direction::Client => {
                let crowd = channel.is_crowd_with(nick);
                if scene.is_server_unseen() {
                    channel.spoke(scene, heard.text, &place, findings);
                } else if crowd {
                    channel.answered(scene, heard.text);
                }
            }
            _ => {
                channel.is_crowd_with(nick);
            }
        }
    }
}

/// What words heard are to the round that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// They begin the next one.
    Next,
    /// They are its own, come to one more.
    Copy,
    /// Neither.
    None,
}

impl Channel {
    // This one is a member; are there enough for a crowd?
    fn is_crowd_with(&mut self, nick: u64) -> bool {
        if self.nicks.len() < MEMBERS && !self.knows(nick) {
            self.nicks.insert_unique(nick, nick, |nick| *nick);
        }
        self.nicks.len() >= LEAST
    }

    // In a busy channel most words are none, and nobody need be looked up for them.
    #[inline]
    fn part(&self, at: Timestamp, words: &[u8]) -> Part {
        let Some(round) = &self.round else { return Part::Next };
        let since = at.since(round.at);
        match () {
            () if since < COPIES && round.words == words => Part::Copy,
            () if since >= SHORTEST => Part::Next,
            () => Part::None,
        }
    }

    // Is it a member's nick? They are random numbers, which need no hash of their own.
    #[inline]
    fn knows(&self, nick: u64) -> bool {
        self.nicks.find(nick, |known| *known == nick).is_some()
    }

    fn heard(
        &mut self,
        scene: &Scene<'_>,
        from: &[u8],
        part: Part,
        words: &[u8],
        place: &[u8],
        findings: &mut Findings,
    ) {
        if self.knows(scene.name_key(from)) {
            return;
        }
        if part == Part::Next {
            let mut round = self.round.take().unwrap_or_default();
            self.judge(&round, scene, place, findings);
            round.begin(scene.moment, words, false);
            self.round = Some(round);
        }
        if let Some(round) = &mut self.round {
            round.reaches(scene.moment.flow.client.address);
        }
    }

    // What this one answers cannot be heard: the first word begins a round, and the next one when somebody speaks again.
    fn spoke(&mut self, scene: &Scene<'_>, words: &[u8], place: &[u8], findings: &mut Findings) {
        let host = scene.moment.flow.client.address;
        if self.unheard.len() < MEMBERS && !self.unheard.contains(&host) {
            self.unheard.push(host);
        }
        let at = scene.moment.at;
        let is_over = |round: &Round| {
            let since = at.since(round.at);
            since > WINDOW || round.unheard && since >= SHORTEST && round.answers.contains_key(&host)
        };
        if self.round.as_ref().is_none_or(is_over) {
            let mut round = self.round.take().unwrap_or_default();
            if round.unheard {
                round.heard.clone_from(&self.unheard);
            }
            self.judge(&round, scene, place, findings);
            round.begin(scene.moment, b"", true);
            self.round = Some(round);
        }
        if let Some(round) = self.round.as_mut().filter(|round| round.unheard) {
            round.reaches(host);
        }
        self.answered(scene, words);
    }

    fn answered(&mut self, scene: &Scene<'_>, words: &[u8]) {
        if let Some(round) = &mut self.round {
            round.answered(scene, words);
        }
    }

    // The round is over: what does it speak for? There is one every few seconds, beside thousands of words.
    #[cold]
    fn judge(&mut self, round: &Round, scene: &Scene<'_>, place: &[u8], findings: &mut Findings) {
        if round.heard.len() < LEAST {
            return;
        }
        let crowd = round.is_one_voice();
        self.evidence += if crowd { (P1 / P0).ln() } else { ((1.0 - P1) / (1.0 - P0)).ln() };
        self.rounds += u32::from(crowd);
        if self.evidence <= HUMAN {
            (self.evidence, self.rounds) = (0.0, 0);
        }
        if self.evidence < BOTS || !crowd {
            return;
        }
        self.tell(round, scene, place, findings);
    }

    // Of each that answered, once.
    fn tell(&mut self, round: &Round, scene: &Scene<'_>, place: &[u8], findings: &mut Findings) {
        let tie = &scene.channel_tie(place);
        let strength = (self.evidence * 10.0 / std::f64::consts::LN_10 / 18.0).min(1.0);
        let quality = if round.unheard { UNHEARD } else { 1.0 };
        for (host, answer) in &round.answers {
            if self.told.len() >= MEMBERS || !self.told.insert(*host) {
                continue;
            }
            let text = format!(
                "{host} and {} in {} answered as one in {}, last: \"{}\"{}",
                plural(round.answers.len() as u64 - 1, "other home host", "other home hosts"),
                wiretale_protocol::Escaped(tie.trim_start_matches("channel:").as_bytes()),
                plural(u64::from(self.rounds), "round", "rounds"),
                shown(&answer.words),
                scene.unheard()
            );
            let about = scene.evidence(Direction::Client, "D20.crowd", tie.as_str(), text);
            let (uids, frames) = (vec![answer.flow.to_string()], vec![round.frame]);
            let peer = Some(answer.server.to_ip());
            let evidence = Evidence { host: host.to_ip(), uids, frames, peer, port: None, ..about };
            findings.push(evidence.strength(strength).quality(quality).tie(tie.as_str()));
        }
    }
}

const P1: f64 = 0.8;
const P0: f64 = 0.15;
// ln((1 - beta) / alpha) and ln(beta / (1 - alpha)) for alpha = 0.005, beta = 0.01.
const BOTS: f64 = 5.29;
const HUMAN: f64 = -4.60;
const SHORTEST: Duration = Duration::from_secs(3);
// So long the copies of one line may take to reach all.
const COPIES: Duration = Duration::from_secs(5);
const LEAST: usize = 3;
// How well a crowd is seen whose answers are to words that nobody heard.
const UNHEARD: f64 = 0.9;

#[cfg(test)]
mod tests;
