//! D22: on IRC for hours, and no human (ATT&CK T1071); or plainly one.
//!
//! After Gianvecchio and others, "Measurement and Classification of Humans and Bots in Internet Chat", USENIX Security
//! 2008: people's pauses are less regular than timers'. The corrected conditional entropy of the pauses, in five bins
//! of equal weight, is looked at after forty messages, with the traces people leave: smileys, corrections. Of fewer
//! messages nothing is said, but for the client that stays an hour and says no word at all. What the capture's clock leapt
//! over is no pause, and nobody stayed for it.

use wiretale_irc::Event;
use wiretale_protocol::{Direction, FlowId, Timestamp, scan};

use super::entered::entered;
use crate::bounded::{Bounded, SOME};
use crate::text::{Sorts, sorts, words};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// How each client talks.
pub(super) struct Automaton {
    sessions: Bounded<FlowId, Talk>,
    // For the blocks of pauses of one session at a time: zeros.
    counts: Vec<u32>,
}

#[derive(Default)]
struct Talk {
    joined: Option<Timestamp>,
    last: Option<Timestamp>,
    pauses: Vec<f64>,
    human: u32,
    messages: u32,
}

impl Default for Automaton {
    fn default() -> Self {
        Self { sessions: Bounded::new(1 << 13), counts: vec![0; BINS.pow(LENGTHS as u32)] }
    }
}

impl Detector for Automaton {
    fn name(&self) -> &'static str {
        "D22"
    }

    fn memory(&self) -> usize {
        self.sessions.memory(SOME) + size_of_val(&*self.counts)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_SAID | Hears::IRC_ASKED | Hears::IRC_CTCP | Hears::IRC_CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let (at, flow) = (|| scene.leaps.without(scene.moment.at), scene.moment.flow);
        match *fact {
            Fact::Irc(event) if entered(scene, event).next().is_some() => {
                self.sessions.entry(flow.id).joined.get_or_insert_with(at);
            }
            Fact::Irc(&Event::Text { .. }) => {
                let Some(heard) = scene.heard else { return };
                self.sessions.entry(flow.id).said(at(), is_human(heard.text, heard.sorts));
            }
            // What people do is said, too.
            Fact::Irc(&Event::Ctcp { reply: false, verb, args, .. })
                if scene.moment.direction == Direction::Client && verb.eq_ignore_ascii_case(b"ACTION") =>
            {
                self.sessions.entry(flow.id).said(at(), is_human(&args, sorts(&args)));
            }
            Fact::Closed(summary) => {
                if let Some(talk) = self.sessions.remove(&flow.id) {
                    // Of a connection that nobody ended, its last packet is the last that is known.
                    let last = summary.duration.map_or(scene.moment.at, |lasted| summary.started + lasted);
                    let stayed = talk.joined.map_or(0.0, |at| scene.leaps.without(last).since(at).as_secs_f64());
                    judge(scene, &talk, stayed, &mut self.counts, findings);
                }
            }
            _ => {}
        }
    }
}

impl Talk {
    fn said(&mut self, at: Timestamp, human: bool) {
        self.messages += 1;
        self.human += u32::from(human);
        if let Some(last) = self.last.replace(at)
            && self.pauses.len() < MOST
        {
            self.pauses.push(at.since(last).as_secs_f64());
        }
    }
}

fn judge(scene: &Scene<'_>, talk: &Talk, stayed: f64, counts: &mut [u32], findings: &mut Findings) {
    let (host, server) = (scene.moment.flow.client.address, scene.called(scene.moment.flow.server.address));
    let (db, text) = match talk.messages {
        // Its words would have been seen.
        0 if stayed > 3600.0 && scene.facts.took_part[Direction::Client.index()] => {
            let unheard = scene.unheard();
            (2.0, format!("{host} was in a channel of {server} for an hour and said no word{unheard}"))
        }
        40.. => {
            let even = evenness(&talk.pauses, counts);
            let human = f64::from(talk.human) / f64::from(talk.messages);
            let text = format!(
                "{host} said {} things at {server}; its pauses are {}, {} of them show a person",
                talk.messages,
                if even < 0.6 { "a timer's" } else { "irregular" },
                talk.human
            );
            (points(even, human), text)
        }
        _ => return,
    };
    if db != 0.0 {
        findings.push(scene.evidence(Direction::Client, "D22.automaton", "talk", text).strength(db / 8.0));
    }
}

// From -4, plainly human, to 8.
fn points(even: f64, human: f64) -> f64 {
    match (even, human) {
        (..0.6, ..0.02) => 8.0,
        (..0.6, _) => 4.0,
        (_, ..0.02) => 0.0,
        (0.8.., 0.05..) => -4.0,
        _ => -2.0,
    }
}

/// The corrected conditional entropy of pauses, as a share of what it is without any order: near 1 for a person, near 0
/// for a timer. CCE(m) = CE(m) + unique(m) * H(1), at the m where it is least. `counts` are zeros, and are left so.
fn evenness(pauses: &[f64], counts: &mut [u32]) -> f64 {
    let mut sorted = pauses.to_vec();
    sorted.sort_by(f64::total_cmp);
    // A timer's pauses differ by less than people could hold them: one bin is enough for them.
    let (low, high) = (sorted[sorted.len() / 10], sorted[sorted.len() * 9 / 10]);
    if high - low < 0.1 * high {
        return 0.0;
    }
    let edges: Vec<f64> = (1..BINS).map(|part| sorted[sorted.len() * part / BINS]).collect();
    let bins: Vec<u8> = pauses.iter().map(|pause| edges.iter().filter(|edge| pause >= edge).count() as u8).collect();
    let blocks: [(f64, f64); LENGTHS] = std::array::from_fn(|length| block_entropy(&bins, length + 1, counts));
    let first = blocks[0].0;
    if first == 0.0 {
        return 0.0;
    }
    let corrected = blocks.windows(2).map(|pair| pair[1].0 - pair[0].0 + pair[1].1 * first);
    corrected.fold(first, f64::min) / first
}

// The entropy of blocks of this length, and the share of blocks that come once only. `counts` are zeros, and are left so.
fn block_entropy(bins: &[u8], length: usize, counts: &mut [u32]) -> (f64, f64) {
    let number = |block: &[u8]| block.iter().fold(0, |number, bin| number * BINS + usize::from(*bin));
    let blocks = || bins.windows(length).map(number);
    blocks().for_each(|block| counts[block] += 1);
    let all = blocks().len().max(1) as f64;
    let (mut entropy, mut once) = (0.0, 0);
    for count in blocks().map(|block| std::mem::take(&mut counts[block])).filter(|count| *count > 0) {
        let share = f64::from(count) / all;
        entropy -= share * share.log2();
        once += u32::from(count == 1);
    }
    (entropy, f64::from(once) / all)
}

// A smiley, a correction, laughter, a question.
fn is_human(text: &[u8], sorts: Sorts) -> bool {
    let correction =
        text.starts_with(b"s/") && text.iter().filter(|byte| **byte == b'/').count() >= 2 || text.starts_with(b"*");
    if correction || text.ends_with(b"?") {
        return true;
    }
    // Without control characters a blank is a space, and words are found faster.
    if sorts.controls { have_trace(words(text)) } else { have_trace(scan::words(text)) }
}

// A loop of its own: what `any` is given is called for each word, and not made part of it.
fn have_trace<'t>(words: impl Iterator<Item = &'t [u8]>) -> bool {
    for word in words {
        if may_be_trace(word) && is_trace(word) {
            return true;
        }
    }
    false
}

fn is_trace(word: &[u8]) -> bool {
    TRACES.contains(&as_number(word))
}

// May it be one of them, by its length and its first two bytes? Most words may not.
#[inline]
fn may_be_trace(word: &[u8]) -> bool {
    let [first, second, ..] = *word else { return false };
    word.len() <= LONGEST && OPENS[usize::from(first)] >> (second % 32) & 1 == 1
}

// A short word in lower case, to be compared at once.
const fn as_number(word: &[u8]) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < word.len() {
        number = number << 8 | word[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    number
}

const TRACES: &[u64] = &{
    let words: [&[u8]; 19] = [
        b":)", b":-)", b":(", b";)", b":D", b":P", b"xD", b"^^", b"lol", b"haha", b"hehe", b"oops", b"thx", b"thanks",
        b"np", b"brb", b"ok", b"hmm", b"btw",
    ];
    let (mut numbers, mut at) = ([0; 19], 0);
    while at < words.len() {
        numbers[at] = as_number(words[at]);
        at += 1;
    }
    numbers
};
// For each byte that one begins with the second ones, as a set of their five lowest bits.
static OPENS: [u32; 256] = {
    let (mut opens, mut at) = ([0; 256], 0);
    while at < TRACES.len() {
        let (bytes, start) = (TRACES[at].to_be_bytes(), TRACES[at].leading_zeros() as usize / 8);
        let seconds = 1 << (bytes[start + 1] % 32);
        opens[bytes[start] as usize] |= seconds;
        opens[bytes[start].to_ascii_uppercase() as usize] |= seconds;
        at += 1;
    }
    opens
};
// Of these.
const LONGEST: usize = 6;
// Of pauses, of equal weight.
const BINS: usize = 5;
// Blocks of one to so many.
const LENGTHS: usize = 5;
const MOST: usize = 1024;

#[cfg(test)]
mod tests;
