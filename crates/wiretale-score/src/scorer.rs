//! The observer that turns what happens into evidence.

use std::borrow::Cow;

use wiretale_dcc::{Dcc, DccChat};
use wiretale_dns::Dns;
use wiretale_ftp::{Ftp, FtpData};
use wiretale_irc::Irc;
use wiretale_packet::Flags;
use wiretale_protocol::{
    Content, Direction, Exposure, Moment, Observe, Observer, Packets, Passed, State, Summary, Timestamp, Weird,
};
use wiretale_recognize::Named;
use wiretale_ssh::Ssh;
use wiretale_terminal::Terminal;

use crate::crossing::Crossing;
use crate::detector::{Detector, Ends, Fact, Findings, Hears, Scene, name_key};
use crate::dialect::order;
use crate::heard::{Heard, Spoken, heard_as};
use crate::model::{Case, Evidence, cases};
use crate::pairs::{Pairs, Slots};
use crate::session::Keys;
use crate::tap::Tap;
use crate::text::{first_link, plain, sorts};
use crate::{Facts, Home, Inventory, IrcSession, Names, Weights, detectors};

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

impl Observer for Scorer {
    type Flow = Scored;

    #[inline]
    fn wants_packets(&self) -> Packets {
        Facts::PACKETS
    }

    #[inline]
    fn wants_messages(&self) -> bool {
        self.anyone_wakes(Hears::IRC_LINE)
    }

    #[inline]
    fn wants_others(&self) -> bool {
        self.anyone_wakes(Hears::IRC_OTHERS)
    }

    fn memory(&self) -> usize {
        self.detectors.iter().map(|detector| detector.memory()).sum::<usize>()
            + self.names.memory()
            + self.pairs.memory()
            + self.visited.memory(0)
            + self.findings.memory()
    }

    fn weight(scored: &Scored) -> usize {
        let session = scored.facts.irc.as_ref().map_or(0, |session| session.weight());
        session + scored.file.as_ref().map_or(0, |file| file.weight())
    }

    fn opened(&mut self, scored: &mut Scored, moment: &Moment<'_>) {
        // The first that is told of need not be the first that began.
        self.began = Some(self.began.map_or(moment.flow.opened, |began| began.min(moment.flow.opened)));
        scored.facts.ends = Some(ends(&self.home, moment));
        self.meet(&mut scored.facts, moment);
        if let (Some([true, _]), Some(pair)) = (scored.facts.ends, scored.facts.pair) {
            scored.facts.returns = std::mem::replace(self.visited.entry(pair), true);
        }
        self.tell(&scored.facts, moment, Hears::OPENED, &Fact::Opened);
    }

    #[inline]
    fn passed(&mut self, scored: &mut Scored, moment: &Moment<'_>, passed: &Passed) {
        if passed.fresh > 0 {
            let packets = &mut scored.facts.data_packets[moment.direction.index()];
            *packets = packets.saturating_add(1);
            scored.facts.first_speaker.get_or_insert(moment.direction);
            if scored.facts.greeting == 0 && moment.direction == Direction::Server {
                scored.facts.greeting = passed.fresh;
            }
        }
        scored.facts.packets = scored.facts.packets.saturating_add(1);
        scored.facts.took_part[moment.direction.index()] |= !passed.flags.has(Flags::RST);
        if let Some(ends) = scored.facts.ends {
            self.tap.passed(ends, moment.direction, scored.facts.took_part);
        }
        let opens = moment.at == moment.flow.opened || passed.flags.has(Flags::SYN);
        if opens && scored.facts.packets <= Facts::FIRST && self.wakes(Hears::PASSED, &scored.facts) {
            self.meet(&mut scored.facts, moment);
            self.tell(&scored.facts, moment, Hears::PASSED, &Fact::Passed(passed));
        }
    }

    fn recognized(&mut self, scored: &mut Scored, moment: &Moment<'_>, service: &'static str) {
        scored.facts.service.get_or_insert(service);
        self.tell(&scored.facts, moment, Hears::RECOGNIZED, &Fact::Recognized(service));
    }

    fn served(&mut self, scored: &mut Scored, moment: &Moment<'_>, service: &'static str) {
        self.tell(&scored.facts, moment, Hears::SERVED, &Fact::Served(service));
    }

    fn weird(&mut self, scored: &mut Scored, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.tell(&scored.facts, moment, Hears::WEIRD, &Fact::Weird(weird));
    }

    fn exposed(&mut self, scored: &mut Scored, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.tell(&scored.facts, moment, Hears::EXPOSED, &Fact::Exposed(exposure));
    }

    #[inline]
    fn beyond(scored: &Scored, ask: &mut impl FnMut(&[u8], usize)) {
        if let Some(session) = scored.facts.irc.as_deref() {
            let (start, length) = session.needed();
            ask(start, length);
        }
    }

    fn closed(&mut self, scored: &mut Scored, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.meet(&mut scored.facts, moment);
        let kind = match scored.facts.irc {
            Some(_) => Hears::IRC_CLOSED,
            None if is_in_vain(summary) => Hears::IN_VAIN,
            None => Hears::TALKED,
        };
        self.tell(&scored.facts, moment, kind, &Fact::Closed(summary));
    }
}

impl Observe<Irc> for Scorer {
    // Beside an observer that wants lines most events are lines, which nobody here waits for.
    #[inline(always)]
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_irc::Event<'_>) {
        let kind = heard_as(event, moment.direction);
        if IrcSession::learns_from(kind) || scored.facts.irc.is_none() {
            self.learn(&mut scored.facts, moment, event);
        }
        if self.wakes(kind, &scored.facts) {
            self.irc(&scored.facts, moment, kind, event);
        }
    }
}

impl Scorer {
    fn learn(&self, facts: &mut Facts, moment: &Moment<'_>, event: &wiretale_irc::Event<'_>) {
        let session = facts.irc.get_or_insert_default();
        session.learn(moment.at, event);
        if session.keys.is_none() {
            let network = (!session.network.is_empty()).then(|| name_key(&self.hash, &session.network));
            session.keys = Some(Keys::new(name_key(&self.hash, &session.nick), network));
        }
    }

    fn irc(&mut self, facts: &Facts, moment: &Moment<'_>, kind: Hears, event: &wiretale_irc::Event<'_>) {
        let Some(session) = facts.irc.as_deref() else { return };
        match *event {
            wiretale_irc::Event::Text { text, .. } | wiretale_irc::Event::Topic { text, .. } => {
                let sorts = sorts(&text);
                let plain = if sorts.controls { plain(&text) } else { Cow::Borrowed(text.0) };
                let spoken = Spoken::of(event, moment.direction, session);
                let order = spoken.and_then(|_| order(&plain));
                let link = if spoken.is_some() && sorts.colons { first_link(&plain) } else { None };
                let heard = Heard { text: &plain, sorts, spoken, order: order.as_ref(), link };
                let kinds = kind | heard.kinds();
                self.tell_words(facts, moment, kinds, &Fact::Irc(event), Some(&heard));
            }
            _ => self.tell(facts, moment, kind, &Fact::Irc(event)),
        }
    }
}

// Was it asked for in vain, and did no byte pass?
#[inline]
fn is_in_vain(summary: &Summary<'_>) -> bool {
    let silent = [summary.client.bytes, summary.server.bytes].iter().all(|bytes| bytes.unwrap_or(0) == 0);
    silent && matches!(summary.state, State::S0 | State::Rej)
}

fn ends(home: &Home, moment: &Moment<'_>) -> [bool; 2] {
    Direction::BOTH.map(|end| home.is_home(moment.flow.speaker(end).address))
}

impl Observe<Dcc> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dcc::Event<'_>) {
        if let wiretale_dcc::Event::Content(content) = *event {
            self.content(scored, moment, "dcc", content);
        } else {
            self.tell(&scored.facts, moment, Hears::DCC, &Fact::Dcc(event));
        }
    }
}

impl Observe<DccChat> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dcc::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::DCC, &Fact::Chat(event));
    }
}

impl Observe<Ftp> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ftp::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::FTP, &Fact::Ftp(event));
    }
}

impl Observe<FtpData> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ftp::DataEvent<'_>) {
        if let wiretale_ftp::DataEvent::Content(content) = *event {
            self.content(scored, moment, "ftp", content);
        } else {
            self.tell(&scored.facts, moment, Hears::FTP, &Fact::FtpData(event));
        }
    }
}

// What is known by name only says no more than its name.
impl Observe<Named> for Scorer {}

impl Observe<Ssh> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ssh::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::SSH, &Fact::Ssh(event));
    }
}

impl Observe<Terminal> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_terminal::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::TEXT, &Fact::Text(event));
    }
}

impl Observe<Dns> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dns::Event<'_>) {
        self.names.hear(moment.at, event);
        self.tell(&scored.facts, moment, Hears::DNS, &Fact::Dns(event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play};
    use wiretale_protocol::Side;

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
