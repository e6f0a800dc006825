//! What each piece of evidence finally adds to its case.

use super::evaluate::{Score, first_weight, repeats};
use super::items::Items;
use super::{Evidence, Weights};

/// Decibans that each piece adds to the score at its peak, which is made of `items`. What an item contributes
/// is shared among those of its sightings that are kept: each gets `repeat` times what the one before it got. Benign context
/// is scaled to what it was capped to, and what came later adds nothing.
pub(super) fn adds(
    evidence: &[Evidence],
    items: &Items,
    at_peak: &Score<'_>,
    peak_ns: i64,
    weights: &Weights,
) -> Vec<f64> {
    let repeat = weights.model.repeat;
    let rank_of = |row: &Evidence| items.rank_of(row, weights).ok().filter(|_| row.time_ns <= peak_ns);
    let ranks: Vec<Option<usize>> = evidence.iter().map(rank_of).collect();
    let benign = |row: &Evidence, rank: usize| {
        let db = first_weight(items.ranked(rank).row_weight, row.strength, row.quality);
        (db < 0.0).then_some(db)
    };
    let raw: f64 = evidence.iter().zip(&ranks).filter_map(|(row, rank)| benign(row, (*rank)?)).sum();
    let scale = if raw < 0.0 { at_peak.benign_db / raw } else { 0.0 };
    // By rank: what the next sighting gets.
    let mut next = vec![0.0; items.all().len()];
    let mut kept = vec![0; items.all().len()];
    ranks.iter().flatten().for_each(|rank| kept[*rank] += 1);
    at_peak.added().for_each(|(rank, db)| next[rank] = db / repeats(kept[rank].max(1), repeat));
    let add = |(row, rank): (&Evidence, &Option<usize>)| {
        let Some(rank) = *rank else { return 0.0 };
        if let Some(db) = benign(row, rank) {
            return db * scale;
        }
        let db = next[rank];
        next[rank] *= repeat;
        db
    };
    evidence.iter().zip(&ranks).map(add).collect()
}
