//! The observer that turns what happens into evidence.

use wiretale_protocol::{Content, Direction, Moment, Timestamp};

use crate::crossing::Crossing;
use crate::detector::{Detector, Ends, Fact, Findings, Hears, Scene};
use crate::heard::Heard;
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
        let (visited, tap, hash) = Default::default();
        Self { home, inventory, weights, names, detectors, wakes, findings, pairs, visited, tap, began: None, hash }
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
        let Self { home, inventory, weights, names, detectors, wakes, findings, began, hash, tap, .. } = self;
        let ends = facts.ends.unwrap_or_else(|| ends(home, moment));
        let wakes = &wakes[kinds.index()][Ends::kind(ends)];
        // Most words are nothing beside words.
        let woken = if kinds.is_one() { &wakes.kind } else { &wakes.family };
        // Nobody answers for what is only said to him, unless the capture has no answers.
        if woken.is_empty() || kinds.is_words() && facts.is_home_silent() && !tap.is_one_sided() {
            return;
        }
        let began = began.unwrap_or(moment.flow.opened);
        let scene = Scene { moment, facts, home, names, inventory, weights, began, ends, heard, hash };
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
mod tests {
    use super::observe::is_in_vain;
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::{Observer as _, Side, State, Summary};

    // Says something of each flow that begins.
    struct Hearing(Hears);

    impl Detector for Hearing {
        fn name(&self) -> &'static str {
            "T01"
        }

        fn hears(&self) -> Hears {
            self.0
        }

        fn ends(&self) -> Ends {
            Ends::OUT
        }

        fn hear(&mut self, scene: &Scene<'_>, _: &Fact<'_>, findings: &mut Findings) {
            findings.push(scene.evidence(Direction::Client, "T01.heard", "key", "t".repeat(1000)));
        }
    }

    #[test]
    fn what_was_found_counts_as_memory() {
        let mut play = Play::of(Hearing(Hears::OPENED));
        let before = play.scorer().memory();
        for _ in 0..100 {
            play.open(0.0, HOST, [198, 51, 100, 9], 80);
        }
        let (found, grown) = (play.evidence().len(), play.scorer().memory() - before);
        assert!(found == 100 && (110_000..200_000).contains(&grown), "{grown}");
    }

    #[test]
    fn who_wakes_for_a_kind_alone_is_of_its_family() {
        let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
        for (kind, wakes) in (0..).map(Hears::nth).zip(&scorer.wakes) {
            for Wakes { kind: alone, family } in wakes {
                let family = family.iter().filter(|woken| woken.hears.has(kind));
                assert!(family.map(|woken| woken.index).eq(alone.iter().map(|woken| woken.index)), "{kind:?}");
            }
        }
    }

    #[test]
    fn lines_and_others_are_wanted_where_somebody_waits_for_them() {
        let wants = |detectors| {
            let scorer = Scorer::with(detectors, Home::default(), Inventory::default(), Weights::built_in());
            (scorer.wants_messages(), scorer.wants_others())
        };
        assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC_LINE | Hears::CLOSED))]), (true, false));
        assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC_OTHERS))]), (false, true));
        assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC | Hears::IRC_UNKNOWN))]), (false, false));
        assert_eq!(wants(detectors::standard()), (false, false));
    }

    #[test]
    fn what_came_to_nothing_wakes_only_those_who_wait_for_it() {
        let closed = |state, bytes| {
            let side = Side { bytes, packets: 1, ip_bytes: 40 };
            let (started, duration, history, services) = (Timestamp::default(), None, &b"S"[..], &[][..]);
            let (missed, ip_protocol, first_frame, last_frame) = (0, 6, 1, 1);
            let (client, server) = (side, Side::default());
            Summary {
                started,
                duration,
                client,
                server,
                state,
                history,
                missed,
                services,
                ip_protocol,
                first_frame,
                last_frame,
            }
        };
        assert!(is_in_vain(&closed(State::S0, None)) && is_in_vain(&closed(State::Rej, Some(0))));
        // A SYN may bring bytes.
        assert!(!is_in_vain(&closed(State::S0, Some(5))) && !is_in_vain(&closed(State::Rsto, Some(0))));
        let wakes = |hears: Hears| {
            let detectors: Vec<Box<dyn Detector>> = vec![Box::new(Hearing(hears))];
            let scorer = Scorer::with(detectors, Home::default(), Inventory::default(), Weights::built_in());
            [Hears::TALKED, Hears::IRC_CLOSED, Hears::IN_VAIN].map(|kind| scorer.anyone_wakes(kind))
        };
        assert_eq!(wakes(Hears::CLOSED), [true, true, true]);
        assert_eq!(wakes(Hears::TALKED), [true, true, false]);
        assert_eq!(wakes(Hears::IRC_CLOSED), [false, true, false]);
    }
}
