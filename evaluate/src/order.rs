//! How well a case tells what happened: which of it, in which order, in which stages.

use std::collections::BTreeSet;

use wiretale::score::{Case, Stage};

use crate::material::{Finding, Material};

/// A case against its truth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story {
    /// True findings, and those of them that evidence tells.
    pub(crate) findings: (usize, usize),
    /// True stages, and those of them in the case.
    pub(crate) stages: (usize, usize),
    /// Kendall's tau between the orders of truth and of evidence; none of fewer than two.
    pub(crate) tau: Option<f64>,
}

/// How well the case of a compromised host tells its story.
pub(crate) fn story(material: &Material, case: &Case) -> Story {
    let mine: Vec<&Finding> = material.truth.iter().filter(|finding| finding.host == case.host).collect();
    let stages: BTreeSet<Stage> = mine.iter().map(|finding| finding.stage).collect();
    let told: BTreeSet<Stage> =
        case.evidence.iter().filter_map(|row| stage_of(case, &row.row)).chain(case.stages.iter().copied()).collect();
    let mut used = BTreeSet::new();
    let at: Vec<i64> = mine.iter().filter_map(|finding| evidence_of(material, case, finding, &mut used)).collect();
    Story {
        findings: (mine.len(), at.len()),
        stages: (stages.len(), stages.intersection(&told).count()),
        tau: kendall(&at),
    }
}

fn stage_of(case: &Case, row: &str) -> Option<Stage> {
    case.contributions.iter().find(|part| part.row == row).and_then(|part| part.stage)
}

// When the evidence was found that tells of this: of a detector for such things, nearest to its frames, told once.
fn evidence_of(material: &Material, case: &Case, finding: &Finding, used: &mut BTreeSet<usize>) -> Option<i64> {
    let (first, last) = (material.time(finding.frames.0)?.nanos(), material.time(finding.frames.1)?.nanos());
    let away = |at: i64| if at < first { first - at } else { (at - last).max(0) };
    let fits = |row: &wiretale::score::Evidence| finding.told_by.iter().any(|name| name == row.detector());
    let rows = case.evidence.iter().enumerate().filter(|(_, row)| fits(row) && away(row.time_ns) <= SLACK);
    let (index, row) = rows.min_by_key(|(index, row)| (used.contains(index), away(row.time_ns), *index))?;
    used.insert(index);
    Some(row.time_ns)
}

/// Kendall's tau-b: concordant less discordant pairs, pairs of one time corrected for; none where all are.
fn kendall(at: &[i64]) -> Option<f64> {
    let signs: Vec<i64> =
        at.iter().enumerate().flat_map(|(n, a)| at[n + 1..].iter().map(move |b| (b - a).signum())).collect();
    let apart = signs.iter().filter(|sign| **sign != 0).count() as f64;
    (apart > 0.0).then(|| signs.iter().sum::<i64>() as f64 / (apart * signs.len() as f64).sqrt())
}

const SLACK: i64 = 120_000_000_000;

#[cfg(test)]
mod tests {
    use super::kendall;

    #[test]
    fn order_is_one_and_its_reverse_minus_one() {
        assert_eq!(kendall(&[1, 2, 3]), Some(1.0));
        assert_eq!(kendall(&[3, 2, 1]), Some(-1.0));
        assert_eq!((kendall(&[1]), kendall(&[1, 1])), (None, None));
        assert!(kendall(&[1, 1, 2]).is_some_and(|tau| tau > 0.8 && tau < 1.0));
    }
}
