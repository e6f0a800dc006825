//! Why a score is what it is, in words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wiretale::score::{Case, Contribution, Evidence, Gate, Level, Link, Stage};

use super::moment::lasting;
use super::shown::{calm, count, signed};
use super::sightings::{Sighting, sightings};
use super::unseen::unseen;
use super::{Dossier, Finding};

/// A score's parts in the order in which they are told.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub(super) parts: Vec<Part>,
    pub(super) gate: String,
    pub(super) without: Option<String>,
    pub(super) missing: Option<String>,
    pub(super) unseen: Vec<String>,
}

/// One part of a score.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Part {
    pub(super) db: f64,
    pub(super) sort: Sort,
    /// What it is, in a word or two: `D03.prompt`.
    pub(super) name: String,
    pub(super) text: String,
}

/// What kind of part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Prior,
    Evidence,
    Link,
    Benign,
    Campaign,
    Held,
    /// Several signs as one.
    Others,
}

/// Explains a case, of which these are the findings.
pub(super) fn explain(dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) -> Explained {
    let prior = Part::new(case.prior_db, Sort::Prior, "prior", "a host about which nothing is known".into());
    let sightings = sightings(case, findings);
    let said = said(&sightings);
    let evidence = case.contributions.iter().map(|c| {
        let mut text = said.get(&(&c.row[..], &c.key[..])).map_or_else(|| calm(&c.text), |said| all_of(c, said));
        if c.raw_db - c.db >= 0.05 {
            text += &format!(" [damped from {}]", signed(c.raw_db));
        }
        Part::new(c.db, Sort::Evidence, &calm(&c.row), text)
    });
    let links = case.links.iter().map(|link| Part::new(link.db, Sort::Link, "link", tied(link)));
    let benign = (case.benign_db < 0.0)
        .then(|| Part::new(case.benign_db, Sort::Benign, "benign", "signs of ordinary use".into()));
    let campaign = (case.campaign_db > 0.0).then(|| {
        let text = "another host with the same peer is a confirmed case".into();
        Part::new(case.campaign_db, Sort::Campaign, "campaign", text)
    });
    let mut parts: Vec<Part> =
        std::iter::once(prior).chain(evidence).chain(links).chain(benign).chain(campaign).collect();
    parts.extend(held(case, &parts));
    Explained {
        parts,
        gate: gate(dossier, case),
        without: without(dossier, case),
        missing: missing(dossier, case, findings),
        unseen: unseen(dossier, case.host),
    }
}

impl Part {
    fn new(db: f64, sort: Sort, name: &str, text: String) -> Self {
        Self { db, sort, name: name.to_owned(), text }
    }
}

/// The parts, of which the first `room` are told one by one; the signs behind them are told as one, in their place.
pub(super) fn in_short(parts: &[Part], room: usize) -> Vec<Cow<'_, Part>> {
    let is_told = |(at, part): &(usize, &Part)| *at < room || part.sort != Sort::Evidence;
    let (told, rest): (Vec<_>, Vec<_>) = parts.iter().enumerate().partition(is_told);
    let mut short: Vec<Cow<'_, Part>> = told.iter().map(|(_, part)| Cow::Borrowed(*part)).collect();
    if !rest.is_empty() {
        let sum = rest.iter().map(|(_, part)| part.db).sum();
        let others = Part::new(sum, Sort::Others, "others", count(rest.len(), "weaker sign", "weaker signs"));
        short.insert(room, Cow::Owned(others));
    }
    short
}

/// Was it seen, or concluded from times, lengths and numbers?
pub(super) fn certainty(evidence: &Evidence) -> &'static str {
    let inferred = INFERRED.contains(&evidence.detector()) || evidence.quality < 0.7;
    if inferred { "inferred" } else { "observed" }
}

/// How sure the level makes one, as a sentence goes on after "has".
pub(super) const fn confidence(level: Level) -> &'static str {
    match level {
        Level::Info => "most likely not been broken into",
        Level::Low => "possibly, but not probably, been broken into",
        Level::Medium => "perhaps been broken into: there is reason for suspicion, and no certainty",
        Level::High => "very probably been broken into",
        Level::Critical => "almost certainly been broken into",
    }
}

/// What the gate takes away, so that the parts add up to the score.
fn held(case: &Case, parts: &[Part]) -> Option<Part> {
    let beyond = parts.iter().map(|part| part.db).sum::<f64>() - case.peak_db;
    let text = "held back, for the reason below".to_owned();
    (case.gate == Gate::Held && beyond >= 0.05).then(|| Part::new(-beyond, Sort::Held, "held", text))
}

fn tied(link: &Link) -> String {
    let (from, to) = (&link.from, &link.to);
    let after =
        if link.seconds >= 0.05 { format!("comes {} after", lasting(link.seconds)) } else { "goes with".into() };
    let name = |(row, key): &(String, String)| format!("{} ({})", calm(row), calm(key));
    format!("{} {after} {}: {}, stage {}", name(to), name(from), link.by, link.stage.words())
}

fn gate(dossier: &Dossier<'_>, case: &Case) -> String {
    match case.gate {
        Gate::Open => "Evidence of two stages or more: the score is not held back.".into(),
        Gate::Conclusive => {
            "Only one stage has evidence of weight, but it is conclusive: the score is not held back.".into()
        }
        Gate::Held => {
            let why = match case.stages[..] {
                [] => "No stage has evidence of weight",
                _ => "Only one stage has evidence of weight, none of it conclusive",
            };
            format!("{why}: the score is held at {:.1} dB at most.", dossier.weights.model.gate)
        }
    }
}

fn without(dossier: &Dossier<'_>, case: &Case) -> Option<String> {
    let top = case.contributions.first()?;
    let level = Level::of(case.without_strongest_db, &dossier.weights.model.levels);
    let name = format!("{} {}", calm(&top.row), calm(&top.key));
    Some(format!(
        "Without the strongest ({}): {} dB, {}.",
        name.trim_end(),
        signed(case.without_strongest_db),
        level.as_str()
    ))
}

/// Stages that the case does not have. What is there and weighs too little, or nothing as a file that was fetched from a
/// server does, is not said to be missing.
fn missing(dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) -> Option<String> {
    let went_out = dossier.files_out(case.host).next().is_some();
    let has_some =
        |stage: &Stage| findings.iter().any(|finding| finding.stage == Some(*stage)) || went_out && *stage == Stage::S6;
    let (little, none): (Vec<Stage>, Vec<Stage>) = case.missing.iter().copied().partition(has_some);
    let told = [("No evidence of", none), ("Little evidence of", little)].into_iter().filter(|(_, s)| !s.is_empty());
    let words = |stages: Vec<Stage>| stages.into_iter().map(Stage::words).collect::<Vec<_>>().join(", ");
    let sentences: Vec<String> = told.map(|(what, stages)| format!("{what}: {}.", words(stages))).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What was said of each thing, in the order of time.
type Said<'s, 'f, 'a> = BTreeMap<(&'f str, &'f str), Vec<&'s Sighting<'f, 'a>>>;

fn said<'s, 'f, 'a>(sightings: &'s [Sighting<'f, 'a>]) -> Said<'s, 'f, 'a> {
    let mut said = Said::new();
    for sighting in sightings {
        let evidence = sighting.first.evidence;
        said.entry((&evidence.row, &evidence.key)).or_default().push(sighting);
    }
    said
}

/// Repeats that were not kept are taken for what the kept ones are.
fn all_of(contribution: &Contribution, said: &[&Sighting<'_, '_>]) -> String {
    let all = contribution.times as usize;
    match said {
        [only] => only.text_of(all, 0),
        [first, ..] => first.text_of(first.times, all.saturating_sub(first.times)),
        [] => calm(&contribution.text),
    }
}

// Detectors that conclude from times, lengths, numbers or likeness rather than read it off the wire.
const INFERRED: &[&str] =
    &["D06", "D07", "D08", "D09", "D11", "D12", "D13", "D14", "D15", "D20", "D21", "D22", "D35", "D36", "D39"];

/// The probability that a case's peak stands for, in percent; certainty is never told.
pub(super) fn percent(case: &Case) -> String {
    match case.probability() * 100.0 {
        sure if sure > 99.9 => "over 99.9 %".into(),
        none if none < 0.1 => "under 0.1 %".into(),
        percent => format!("{percent:.1} %"),
    }
}
