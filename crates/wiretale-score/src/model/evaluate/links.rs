//! How evidence of one stage hangs together with that of an earlier one.

use std::net::IpAddr;

use smallvec::SmallVec;

use super::{Item, hours};
use crate::model::{Link, Stage, Weights};

/// Two items that hang together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tied<'i> {
    from: &'i Item,
    to: &'i Item,
    stage: Stage,
    by: &'static str,
    apart: i64,
    pub(super) db: f64,
}

// For each stage the strongest tie to earlier evidence of another stage. A tie is worth no more than either end.
pub(super) fn links<'i>(kept: &[(&'i Item, f64)], weights: &Weights) -> Vec<Tied<'i>> {
    // After a scan most hosts have one, and a list of the strongest has room for many.
    if kept.len() < 2 {
        return Vec::new();
    }
    let kept = strongest(kept);
    let first = kept.iter().filter_map(|(item, _)| item.stage).min();
    let best = |stage| {
        let is_earlier = |item: &Item| item.stage.is_some_and(|other| other < stage);
        let mut best: Option<Tied<'i>> = None;
        let is_there = || kept.iter().any(|(item, _)| item.stage == Some(stage));
        if first.is_none_or(|first| stage <= first) || !is_there() {
            return best;
        }
        let earlier: Strong<'i> = kept.iter().copied().filter(|(item, _)| is_earlier(item)).collect();
        for later in kept.iter().filter(|(item, _)| item.stage == Some(stage)) {
            // The strongest come first: behind one that is too weak there is none that is strong enough.
            for earlier in &earlier {
                if weights.model.bonus.min(earlier.1).min(later.1) <= worth(best.as_ref()) {
                    break;
                }
                tighter(&mut best, *earlier, *later, stage, weights);
            }
        }
        best
    };
    Stage::ALL.into_iter().filter_map(best).collect()
}

impl Tied<'_> {
    pub(super) fn told(&self) -> Link {
        let name = |item: &Item| (item.row.clone(), item.key.clone());
        let Self { from, to, stage, by, apart, db } = *self;
        Link { from: name(from), to: name(to), stage, by, seconds: apart as f64 / 1e9, db }
    }
}

fn worth(best: Option<&Tied<'_>>) -> f64 {
    best.map_or(f64::NEG_INFINITY, |tied| tied.db)
}

// Puts the tie of two items in the place of one that is worth less.
fn tighter<'i>(
    best: &mut Option<Tied<'i>>,
    (earlier, earlier_db): (&'i Item, f64),
    (later, later_db): (&'i Item, f64),
    stage: Stage,
    weights: &Weights,
) {
    let known = worth(best.as_ref());
    let most = weights.model.bonus.min(earlier_db).min(later_db);
    let slack = (weights.model.slack_minutes * 60e9) as i64;
    if earlier.first_ns > later.first_ns.saturating_add(slack) {
        return;
    }
    let (by, share) = tie(earlier, later);
    if most * share <= known {
        return;
    }
    let apart = later.first_ns.saturating_sub(earlier.first_ns).max(0);
    let db = most * share * (-hours(apart) / weights.model.bonus_hours).exp();
    if db > known {
        *best = Some(Tied { from: earlier, to: later, stage, by, apart, db });
    }
}

// The items that can make a tie of note; bounded, since every pair of them is looked at.
fn strongest<'i>(kept: &[(&'i Item, f64)]) -> Strong<'i> {
    let mut staged: Strong<'i> = kept.iter().copied().filter(|(item, db)| item.stage.is_some() && *db > 0.0).collect();
    staged.sort_unstable_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.rank.cmp(&b.rank)));
    staged.truncate(TIED);
    staged
}

// By what two items hang together, and how strongly.
fn tie(a: &Item, b: &Item) -> (&'static str, f64) {
    let shares = |prefix: &str| a.ties.iter().any(|tie| tie.starts_with(prefix) && b.ties.contains(tie));
    match (a.peer, b.peer) {
        (Some(x), Some(y)) if x == y => ("the same peer", 1.0),
        _ if a
            .ties
            .iter()
            .any(|tie| !tie.starts_with("net:") && !tie.starts_with("country:") && b.ties.contains(tie)) =>
        {
            ("the same file, key or greeting", 1.0)
        }
        (Some(x), Some(y)) if neighbours(x, y) => ("neighbouring peers", 0.6),
        _ if shares("net:") => ("peers in the same network", 0.6),
        _ if shares("country:") => ("peers in the same country", 0.4),
        _ => ("the same host", 0.25),
    }
}

// In the same /24, or /48 of IPv6.
fn neighbours(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..3] == b.octets()[..3],
        (IpAddr::V6(a), IpAddr::V6(b)) => a.octets()[..6] == b.octets()[..6],
        _ => false,
    }
}

/// Items and what each weighs, the heaviest first.
type Strong<'i> = SmallVec<[(&'i Item, f64); TIED]>;

const TIED: usize = 64;
