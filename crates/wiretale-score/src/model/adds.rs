//! What each piece of evidence finally adds to its case.

use super::Evidence;
use super::evaluate::{Item, Score, first_weight, repeats};

/// Decibans that each piece adds to the score at its peak, which is made of `items`. What an item contributes is shared
/// among its sightings: each gets `repeat` times what the one before it got. Benign context is scaled to what it was capped
/// to, and what came later adds nothing.
pub(super) fn adds(evidence: &[Evidence], items: &[Item], at_peak: &Score<'_>, peak_ns: i64, repeat: f64) -> Vec<f64> {
    let mut by_rank: Vec<Option<&Item>> = vec![None; items.len()];
    items.iter().for_each(|item| by_rank[item.rank] = Some(item));
    let mut next = vec![0.0; items.len()];
    at_peak.added().for_each(|(rank, db, times)| next[rank] = db / repeats(times.max(1), repeat));
    let rank_of = |row: &Evidence| {
        let name = (&row.row[..], &row.key[..]);
        let found = by_rank.binary_search_by_key(&Some(name), |item| item.map(Item::name)).ok();
        found.filter(|_| row.time_ns <= peak_ns)
    };
    let ranks: Vec<Option<usize>> = evidence.iter().map(rank_of).collect();
    let benign = |row: &Evidence, rank: usize| {
        by_rank[rank].map(|item| first_weight(item.row_weight, row.strength, row.quality)).filter(|db| *db < 0.0)
    };
    let raw: f64 = evidence.iter().zip(&ranks).filter_map(|(row, rank)| benign(row, (*rank)?)).sum();
    let scale = if raw < 0.0 { at_peak.benign_db / raw } else { 0.0 };
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
