//! The score of one host at one moment.

mod links;

use std::net::IpAddr;

use super::{Contribution, Gate, Link, Stage, Weights};

use links::{Tied, links};

/// All sightings of one kind of evidence about one thing that speak against the host, or all that speak for it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) row: String,
    pub(super) key: String,
    // Where its name stands among those of the host, in the order of the alphabet: compared in its place.
    pub(super) rank: usize,
    pub(super) group: String,
    // The same for the same group of this host.
    pub(super) group_number: usize,
    pub(super) stage: Option<Stage>,
    pub(super) conclusive: bool,
    pub(super) row_weight: f64,
    // Of its strongest sighting.
    pub(super) weight: f64,
    pub(super) times: u32,
    pub(super) first_ns: i64,
    pub(super) last_ns: i64,
    pub(super) peer: Option<IpAddr>,
    pub(super) ties: Vec<String>,
    pub(super) text: String,
}

impl Item {
    /// By what it is known: its row and key, and whether it speaks for the host.
    pub(super) fn name(&self) -> (&str, &str, bool) {
        (&self.row, &self.key, self.weight < 0.0)
    }
}

/// A score and what it is made of.
#[derive(Clone, Debug)]
pub(super) struct Score<'i> {
    pub(super) db: f64,
    /// The sum of everything but the campaign, as it was before the gate and before it was rounded.
    pub(super) bare: f64,
    contributions: Vec<Damped<'i>>,
    links: Vec<Tied<'i>>,
    pub(super) benign_db: f64,
    pub(super) stages: Vec<Stage>,
    pub(super) gate: Gate,
}

/// What an item adds: by itself, and damped within its group.
#[derive(Clone, Copy, Debug)]
struct Damped<'i> {
    item: &'i Item,
    raw_db: f64,
    db: f64,
}

impl Score<'_> {
    /// What the items add, for keeps.
    pub(super) fn contributions(&self) -> Vec<Contribution> {
        self.contributions.iter().map(Damped::told).collect()
    }

    /// The rank of each item that adds something, and what it adds.
    pub(super) fn added(&self) -> impl Iterator<Item = (usize, f64)> {
        self.contributions.iter().map(|damped| (damped.item.rank, damped.db))
    }

    /// How they hang together, for keeps.
    pub(super) fn links(&self) -> Vec<Link> {
        self.links.iter().map(Tied::told).collect()
    }
}

/// The score at `now`, leaving out the item at index `without`.
pub(super) fn evaluate<'i>(
    items: &'i [Item],
    weights: &Weights,
    now: i64,
    campaign: f64,
    without: Option<usize>,
) -> Score<'i> {
    let mut kept: Vec<(&Item, f64)> = Vec::with_capacity(items.len());
    let counts = |(index, item): &(usize, &Item)| Some(*index) != without && item.first_ns <= now;
    kept.extend(items.iter().enumerate().filter(counts).map(|(_, item)| (item, faded(item, weights, now))));
    let contributions = damp(&kept, weights);
    let links = links(&kept, weights);
    let benign_db = -kept.iter().filter(|(_, db)| *db < 0.0).map(|(_, db)| -db).sum::<f64>().min(weights.model.benign);
    let stages = stages(&kept);
    let conclusive = kept.iter().any(|(item, db)| item.conclusive && *db > 0.0);
    let gate = match (stages.len(), conclusive) {
        (2.., _) => Gate::Open,
        (_, true) => Gate::Conclusive,
        _ => Gate::Held,
    };
    let bare = weights.model.prior
        + contributions.iter().map(|contribution| contribution.db).sum::<f64>()
        + links.iter().map(|link| link.db).sum::<f64>()
        + benign_db;
    Score { db: with_campaign(bare, campaign, gate, weights), bare, contributions, links, benign_db, stages, gate }
}

/// A score from its bare sum.
pub(super) fn with_campaign(bare: f64, campaign: f64, gate: Gate, weights: &Weights) -> f64 {
    let sum = bare + campaign;
    tenths(if gate == Gate::Held { sum.min(weights.model.gate) } else { sum })
}

/// What repeats are worth: 1, 1 + r, 1 + r + r^2, …
pub(super) fn repeats(times: u32, ratio: f64) -> f64 {
    if times == 1 {
        return 1.0;
    }
    (1.0 - ratio.powi(i32::try_from(times).unwrap_or(i32::MAX))) / (1.0 - ratio)
}

/// What a row of this weight weighs for a first sighting of this strength and quality.
pub(super) fn first_weight(row_weight: f64, strength: f64, quality: f64) -> f64 {
    row_weight * strength.clamp(-2.0, 2.0) * quality.clamp(0.0, 1.0)
}

// What an item weighs at `now`: more for repeats, less with age.
fn faded(item: &Item, weights: &Weights, now: i64) -> f64 {
    let seen = item.weight * repeats(item.times, weights.model.repeat);
    let Some(stage) = item.stage else { return seen };
    let half_life = weights.model.half_life_hours[stage as usize];
    seen * 0.5f64.powf(hours(now.saturating_sub(item.last_ns)) / half_life)
}

// Within a group the strongest counts in full and each next one less; the strongest of all come first.
fn damp<'i>(kept: &[(&'i Item, f64)], weights: &Weights) -> Vec<Damped<'i>> {
    let mut all: Vec<Damped<'i>> = Vec::with_capacity(kept.len());
    let positive = kept.iter().filter(|(_, db)| *db > 0.0);
    all.extend(positive.map(|&(item, db)| Damped { item, raw_db: db, db }));
    // No two have one rank, so that the order is the same in every run.
    all.sort_unstable_by(|a, b| {
        let strongest = || b.raw_db.total_cmp(&a.raw_db).then_with(|| a.item.rank.cmp(&b.item.rank));
        a.item.group_number.cmp(&b.item.group_number).then_with(strongest)
    });
    for group in all.chunk_by_mut(|a, b| a.item.group_number == b.item.group_number) {
        let mut factor = 1.0;
        for damped in group {
            damped.db = damped.raw_db * factor;
            factor *= weights.model.group;
        }
    }
    all.sort_unstable_by(|a, b| b.db.total_cmp(&a.db).then_with(|| a.item.rank.cmp(&b.item.rank)));
    all
}

impl Damped<'_> {
    fn told(&self) -> Contribution {
        let Self { item, raw_db, db } = *self;
        Contribution {
            row: item.row.clone(),
            key: item.key.clone(),
            group: item.group.clone(),
            stage: item.stage,
            raw_db,
            db,
            times: item.times,
            first_ns: item.first_ns,
            last_ns: item.last_ns,
            text: item.text.clone(),
        }
    }
}

// Stages with evidence of some weight: what is barely worth noting (a first visit to IRC) makes no second stage.
fn stages(kept: &[(&Item, f64)]) -> Vec<Stage> {
    let mut has = [false; Stage::ALL.len()];
    for stage in kept.iter().filter(|(_, db)| *db >= NOTED).filter_map(|(item, _)| item.stage) {
        has[stage as usize] = true;
    }
    Stage::ALL.into_iter().filter(|stage| has[*stage as usize]).collect()
}

fn hours(ns: i64) -> f64 {
    ns.max(0) as f64 / 3.6e12
}

/// Rounded to a tenth of a deciban, so that no platform's last bit shows.
pub(super) fn tenths(db: f64) -> f64 {
    (db * 10.0).round() / 10.0
}

const NOTED: f64 = 3.0;
