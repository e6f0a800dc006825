//! The evidence of all hosts into cases.

use std::collections::BTreeSet;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::super::share::each;
use super::super::{Case, Evidence, Weights};
use super::Folder;

/// The cases that a list of evidence makes, worst first. The same evidence gives the same cases.
#[must_use]
pub fn cases(evidence: impl IntoIterator<Item = Evidence>, weights: &Weights) -> Vec<Case> {
    cases_on(1, evidence, weights)
}

/// The same by so many threads, which share out the hosts.
#[must_use]
pub fn cases_on(threads: usize, evidence: impl IntoIterator<Item = Evidence>, weights: &Weights) -> Vec<Case> {
    let mut folders = by_host(evidence.into_iter().map(Some).collect());
    each(&mut folders, threads, |folder| folder.fold(weights));
    spread(&mut folders, threads, weights);
    // Numbers are sorted, since cases and evidence are long.
    let mut ranks: Vec<(f64, IpAddr, usize)> =
        folders.iter().enumerate().map(|(at, folder)| (folder.peak(weights), folder.host, at)).collect();
    ranks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut folders: Vec<Option<Folder>> = folders.into_iter().map(Some).collect();
    let mut ranked: Vec<Ranked> =
        ranks.iter().map(|(.., at)| folders[*at].take().map_or(Ranked::Taken, Ranked::Folder)).collect();
    drop(folders);
    each(&mut ranked, threads, |ranked| ranked.finish(weights));
    ranked.into_iter().filter_map(Ranked::case).collect()
}

// A case in its place, before and after it is made.
enum Ranked {
    Folder(Folder),
    Case(Case),
    // On its way from one to the other.
    Taken,
}

impl Ranked {
    fn finish(&mut self, weights: &Weights) {
        if let Self::Folder(folder) = std::mem::replace(self, Self::Taken) {
            *self = Self::Case(folder.finish(weights));
        }
    }

    fn case(self) -> Option<Case> {
        match self {
            Self::Case(case) => Some(case),
            _ => None,
        }
    }
}

// A folder for each host, with its evidence in order, still to be folded. Rows are counted first, so that no list grows:
// after a scan there are hosts by the ten thousand.
fn by_host(evidence: Vec<Option<Evidence>>) -> Vec<Folder> {
    let mut of_host: HashMap<IpAddr, usize, RandomState> = HashMap::default();
    let mut counts: Vec<(IpAddr, usize)> = Vec::new();
    for row in evidence.iter().flatten() {
        let at = *of_host.entry(row.host).or_insert(counts.len());
        if at == counts.len() {
            counts.push((row.host, 0));
        }
        counts[at].1 += 1;
    }
    let folder = |(host, rows)| Folder { evidence: Vec::with_capacity(rows), ..Folder::new(host) };
    let mut folders: Vec<Folder> = counts.into_iter().map(folder).collect();
    for row in in_order(evidence) {
        folders[of_host[&row.host]].evidence.push(row);
    }
    folders
}

fn in_order(mut evidence: Vec<Option<Evidence>>) -> impl Iterator<Item = Evidence> {
    let mut order: Vec<(i64, usize)> =
        evidence.iter().enumerate().filter_map(|(at, row)| Some((row.as_ref()?.time_ns, at))).collect();
    let rest = |at: usize| evidence[at].as_ref().map(|row| (row.host, &row.row, &row.key));
    order.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| rest(*x).cmp(&rest(*y))));
    order.into_iter().filter_map(move |(_, at)| evidence[at].take())
}

// A confirmed case makes its peers suspect: hosts that dealt with them, each for its own evidence, get a little more.
fn spread(folders: &mut [Folder], threads: usize, weights: &Weights) {
    let confirmed: Vec<(IpAddr, BTreeSet<IpAddr>)> = folders
        .iter()
        .filter(|folder| folder.course.peak.is_some_and(|(peak, _)| peak >= weights.model.levels[2]))
        .map(|folder| (folder.host, folder.peers()))
        .collect();
    if confirmed.is_empty() {
        return;
    }
    each(folders, threads, |folder| {
        let mine = folder.peers();
        if confirmed.iter().any(|(host, peers)| *host != folder.host && !peers.is_disjoint(&mine)) {
            folder.replay(weights.model.campaign, weights);
        }
    });
}
