//! The observer that turns what happens into evidence.

use wiretale_protocol::{Content, Direction, Moment, Timestamp};

use crate::crossing::Crossing;
use crate::detector::{Detector, Ends, Fact, Findings, Hears, Scene};
use crate::heard::Heard;
use crate::leaps::Leaps;
use crate::model::{Case, Evidence, cases};
use crate::pairs::{Pairs, Slots};
use crate::tap::Tap;
use crate::{Facts, Home, Inventory, Names, Weights, detectors};

mod observe;

/// Collects evidence against home hosts. Listens beside any other observer, as in `(Logs, Scorer)`.
pub struct Scorer {
    home: Home,
    inventory: Inventory,
    weights: Weights,
    names: Names,
    detectors: Vec<Box<dyn Detector>>,
    // For each kind of fact in each kind of flow, which detectors wake for it.
    wakes: [[Wakes; Ends::KINDS]; Hears::KINDS as usize],
    findings: Findings,
    pairs: Pairs,
    // Where home hosts went.
    visited: Slots<bool>,
    tap: Tap,
    leaps: Leaps,
    // When the first flow was opened.
    began: Option<Timestamp>,
    // For tables that strangers fill.
    hash: foldhash::fast::RandomState,
}

// Who wakes for a kind of fact, and who for it or for what it may be beside.
struct Wakes {
    kind: Box<[Woken]>,
    family: Box<[Woken]>,
}

// A detector, and what it waits for.
#[derive(Clone, Copy)]
struct Woken {
    index: usize,
    hears: Hears,
}

/// A scorer's state of one flow.
#[derive(Default, Debug)]
pub struct Scored {
    facts: Facts,
    file: Option<Box<Crossing>>,
}

impl Scorer {
    /// With the standard detectors.
    #[must_use]
    pub fn new(home: Home, inventory: Inventory, weights: Weights) -> Self {
        Self::with(detectors::standard(), home, inventory, weights)
    }

    /// With these detectors: fewer, more, or one's own.
    #[must_use]
    pub fn with(detectors: Vec<Box<dyn Detector>>, home: Home, inventory: Inventory, weights: Weights) -> Self {
        let wakes = |kind: usize, ends: usize| {
            let all = detectors.iter().enumerate().filter(|(_, detector)| detector.ends().has(ends));
            let all: Vec<Woken> = all.map(|(index, detector)| Woken { index, hears: detector.hears() }).collect();
            let those = |kinds| all.iter().copied().filter(|woken| woken.hears.has(kinds)).collect();
            let kind = Hears::nth(kind as u32);
            Wakes { kind: those(kind), family: those(kind.family()) }
        };
        let wakes = std::array::from_fn(|kind| std::array::from_fn(|ends| wakes(kind, ends)));
        let (names, findings, pairs) = (Names::default(), Findings::default(), Pairs::default());
        let (visited, tap, leaps, hash) = Default::default();
        Self {
            home,
            inventory,
            weights,
            names,
            detectors,
            wakes,
            findings,
            pairs,
            visited,
            tap,
            leaps,
            began: None,
            hash,
        }
    }

    /// The evidence so far, in the order found.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.findings.rows
    }

    /// The evidence, in the order found, and the names learnt; what the detectors remember is let go of, so that there is
    /// room for what is made of these.
    #[must_use]
    pub fn finish(self) -> (Vec<Evidence>, Names) {
        (self.findings.rows, self.names)
    }

    /// Evidence for which there was no room.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.findings.dropped
    }

    /// What there was no room for, in a sentence for a person.
    #[must_use]
    pub fn no_room(&self) -> Option<String> {
        self.findings.no_room()
    }

    /// The cases that the evidence so far makes, worst first.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        cases(self.findings.rows.iter().cloned(), &self.weights)
    }

    /// Names learnt from DNS answers.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    #[cfg(test)]
    pub(crate) const fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    #[inline(never)]
    fn tell(&mut self, facts: &Facts, moment: &Moment<'_>, kind: Hears, fact: &Fact<'_>) {
        self.tell_words(facts, moment, kind, fact, None);
    }

    // `kinds` is a kind, and what the fact is beside. Inlined: each line comes here.
    #[inline(always)]
    fn tell_words(
        &mut self,
        facts: &Facts,
        moment: &Moment<'_>,
        kinds: Hears,
        fact: &Fact<'_>,
        heard: Option<&Heard<'_>>,
    ) {
        let Self { home, inventory, weights, names, detectors, wakes, findings, began, hash, tap, leaps, .. } = self;
        let ends = facts.ends.unwrap_or_else(|| ends(home, moment));
        let wakes = &wakes[kinds.index()][Ends::kind(ends)];
        // Most words are nothing beside words.
        let woken = if kinds.is_one() { &wakes.kind } else { &wakes.family };
        // Nobody answers for what is only said to him, unless the capture has no answers.
        if woken.is_empty() || kinds.is_words() && facts.is_home_silent() && !tap.is_one_sided() {
            return;
        }
        let began = began.unwrap_or(moment.flow.opened);
        let scene = Scene { moment, facts, home, names, inventory, weights, began, ends, heard, tap, leaps, hash };
        for woken in woken.iter().filter(|woken| woken.hears.has(kinds)) {
            detectors[woken.index].hear(&scene, fact, findings);
        }
    }

    // Numbers the pair of hosts, again if it was forgotten since.
    #[inline]
    fn meet(&mut self, facts: &mut Facts, moment: &Moment<'_>) {
        if !facts.pair.is_some_and(|pair| self.pairs.know(pair)) {
            let ends = facts.ends.unwrap_or_else(|| ends(&self.home, moment));
            facts.pair = self.pairs.of(moment.flow, ends);
        }
    }

    /// Does anyone wake for this kind of fact, in any flow?
    fn anyone_wakes(&self, kind: Hears) -> bool {
        self.wakes[kind.index()].iter().any(|wakes| !wakes.family.is_empty())
    }

    /// Does anyone wake for this kind of fact in a flow with these ends?
    #[inline]
    fn wakes(&self, kind: Hears, facts: &Facts) -> bool {
        match facts.ends {
            Some(ends) => !self.wakes[kind.index()][Ends::kind(ends)].family.is_empty(),
            None => self.anyone_wakes(kind),
        }
    }

    fn content(&mut self, scored: &mut Scored, moment: &Moment<'_>, carrier: &'static str, content: Content<'_>) {
        match content {
            Content::Begin { name, .. } => {
                scored.file = Some(Box::new(Crossing::new(carrier, name, moment.direction)));
            }
            Content::Data(bytes) => {
                if let Some(file) = &mut scored.file {
                    file.take(bytes, moment.direction);
                }
            }
            Content::Gap(missed) => {
                if let Some(file) = &mut scored.file {
                    file.missed = file.missed.saturating_add(missed);
                }
            }
            Content::End => {
                if let Some(file) = scored.file.take() {
                    self.tell(&scored.facts, moment, Hears::FILE, &Fact::File(&file.seen()));
                }
            }
        }
    }
}

#[cfg(test)]
impl Scored {
    pub(crate) const fn facts(&self) -> &Facts {
        &self.facts
    }

    // Of a flow in which both ends were seen.
    pub(crate) fn of_both() -> Self {
        Self { facts: Facts { took_part: [true; 2], ..Facts::default() }, file: None }
    }
}

fn ends(home: &Home, moment: &Moment<'_>) -> [bool; 2] {
    Direction::BOTH.map(|end| home.is_home(moment.flow.speaker(end).address))
}

#[cfg(test)]
mod tests;
