//! D22: on IRC for hours, and no human (ATT&CK T1071); or plainly one.
//!
//! After Gianvecchio and others, "Measurement and Classification of Humans and Bots in Internet Chat", USENIX Security
//! 2008: people's pauses are less regular than timers'. The corrected conditional entropy of the pauses, in five bins
//! of equal weight, is looked at after forty messages, with the traces people leave: smileys, corrections. Of fewer
//! messages nothing is said, but for the client that stays an hour and says no word at all.

use wiretale_irc::Event;
use wiretale_protocol::{Direction, FlowId, Timestamp, scan};

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
        Hears::IRC | Hears::IRC_SAID | Hears::IRC_CTCP | Hears::IRC_CLOSED
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        match *fact {
            Fact::Irc(&Event::Joined { own: true, .. }) => {
                self.sessions.entry(flow.id).joined.get_or_insert(at);
            }
            Fact::Irc(&Event::Text { .. }) => {
                let Some(heard) = scene.heard else { return };
                self.sessions.entry(flow.id).said(at, is_human(heard.text, heard.sorts));
            }
            // What people do is said, too.
            Fact::Irc(&Event::Ctcp { reply: false, verb, args, .. })
                if scene.moment.direction == Direction::Client && verb.eq_ignore_ascii_case(b"ACTION") =>
            {
                self.sessions.entry(flow.id).said(at, is_human(&args, sorts(&args)));
            }
            Fact::Closed(_) => {
                if let Some(talk) = self.sessions.remove(&flow.id) {
                    judge(scene, &talk, &mut self.counts, findings);
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

fn judge(scene: &Scene<'_>, talk: &Talk, counts: &mut [u32], findings: &mut Findings) {
    let (host, server) = (scene.moment.flow.client.address, scene.called(scene.moment.flow.server.address));
    let stayed = talk.joined.map_or(0.0, |joined| scene.moment.at.since(joined).as_secs_f64());
    let (db, text) = match talk.messages {
        0 if stayed > 3600.0 => (2.0, format!("{host} was in a channel of {server} for an hour and said no word")),
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
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use wiretale_irc::{Source, Wire};
    use wiretale_protocol::State;

    // Pauses of a person: drawn from a wide, skewed distribution by a fixed generator.
    fn pauses(count: usize) -> Vec<f64> {
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        (0..count).map(|_| (-next().max(1e-9).ln()) * 40.0 + 1.0).collect()
    }

    #[test]
    fn timers_are_even_and_people_are_not() {
        let evenness = |pauses: &[f64]| evenness(pauses, &mut Automaton::default().counts);
        assert_eq!(evenness(&[60.0; 60]), 0.0);
        let cycle: Vec<f64> = (0..100).map(|n| [5.0, 60.0, 5.0, 120.0, 300.0][n % 5]).collect();
        assert!(evenness(&cycle) < 0.3, "{}", evenness(&cycle));
        assert!(evenness(&pauses(200)) > 0.8, "{}", evenness(&pauses(200)));
    }

    #[test]
    fn a_talker_by_timer_is_an_automaton_and_a_person_speaks_for_himself() {
        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        for n in 0..60 {
            play.said(flow, f64::from(n) * 60.0, "#x", "[MAIN]: alive");
        }
        play.close(flow, 4000.0, State::Sf, [1, 1]);
        assert_eq!((play.rows(), play.evidence()[0].strength), (vec!["D22.automaton"], 1.0));

        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        let mut at = 0.0;
        for (n, pause) in pauses(200).iter().enumerate() {
            at += pause;
            play.said(flow, at, "#x", if n % 9 == 0 { "works for me :)" } else { "then wait until february" });
        }
        play.close(flow, at, State::Sf, [1, 1]);
        assert!(play.evidence()[0].strength < 0.0);
    }

    #[test]
    fn no_trace_is_longer_than_is_looked_for() {
        assert_eq!(TRACES.iter().map(|trace| 8 - trace.leading_zeros() as usize / 8).max(), Some(LONGEST));
        for trace in TRACES {
            let bytes = trace.to_be_bytes();
            let trace = &bytes[trace.leading_zeros() as usize / 8..];
            for trace in [trace, &trace.to_ascii_uppercase()] {
                assert!(may_be_trace(trace) && is_trace(trace), "{}", trace.escape_ascii());
            }
        }
        assert!(![&b"morning"[..], b"", b"\xe9t\xe9"].iter().any(|word| may_be_trace(word)));
    }

    #[test]
    fn who_acts_is_not_silent() {
        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.join(flow, 1.0, "#x");
        let (target, verb, args) = (Wire(b"#x"), Wire(b"ACTION"), Wire(b"waves"));
        play.irc(flow, 10.0, Client, Event::Ctcp { from: Source::default(), target, reply: false, verb, args });
        play.close(flow, 9000.0, State::Sf, [1, 1]);
        assert!(play.rows().is_empty());
    }

    #[test]
    fn few_words_say_nothing() {
        let mut play = Play::of(Automaton::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.join(flow, 1.0, "#x");
        play.said(flow, 2.0, "#x", "hi");
        play.close(flow, 9000.0, State::Sf, [1, 1]);
        assert!(play.rows().is_empty());
    }

    #[test]
    fn an_hour_in_a_channel_without_a_word_is_noted() {
        for (stays, joins, rows) in [(3601.0, true, 1), (3600.0, true, 0), (9000.0, false, 0)] {
            let mut play = Play::of(Automaton::default());
            let flow = play.session(0.0, HOST, 6667, "a", "a");
            if joins {
                play.join(flow, 1.0, "#x");
                play.join(flow, 1800.0, "#y");
            }
            play.close(flow, 1.0 + stays, State::Sf, [1, 1]);
            assert_eq!(play.rows(), vec!["D22.automaton"; rows], "{stays}");
            assert!(play.evidence().iter().all(|row| row.strength == 0.25));
        }
    }

    #[test]
    fn a_timer_convicts_and_a_person_s_words_speak_against_it() {
        for (even, human, db) in [
            (0.5, 0.0, 8.0),
            (0.5, 0.02, 4.0),
            (0.6, 0.0, 0.0),
            (0.6, 0.05, -2.0),
            (0.8, 0.04, -2.0),
            (0.8, 0.05, -4.0),
        ] {
            assert_eq!(points(even, human), db, "{even} {human}");
        }
    }

    #[test]
    fn people_laugh_ask_and_put_right_what_they_said() {
        let human = |text: &str| is_human(text.as_bytes(), sorts(text.as_bytes()));
        for text in ["works for me :)", "s/teh/the/", "*the", "who is there?", "LOL"] {
            assert!(human(text), "{text}");
        }
        for text in ["then wait until february", "s/one", "src/a/b", "a * b", "[MAIN]: alive"] {
            assert!(!human(text), "{text}");
        }
    }
}
