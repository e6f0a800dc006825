//! What was seen often and is told once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wiretale::score::{Case, Evidence, Stage};

use super::Finding;
use super::moment::utc;
use super::shown::count;

/// Findings that say the same, but for numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<'f, 'a> {
    pub(super) times: usize,
    kept: usize,
    // Repeats of the same thing that the case counted and did not keep: what they said is not known.
    others: usize,
    // There may have been more of them.
    or_more: bool,
    pub(super) first: &'f Finding<'a>,
    // The one that tells the greatest number, and the last of these.
    most: &'f Finding<'a>,
    /// Decibans that all of them add.
    pub(super) db: f64,
}

/// The findings of a case, what says the same of the same thing together, each in the place of its first.
pub(super) fn sightings<'f, 'a>(case: &Case, findings: &'f [Finding<'a>]) -> Vec<Sighting<'f, 'a>> {
    let mut rows = alike(findings);
    count_unkept(case, &mut rows);
    rows
}

fn alike<'f, 'a>(findings: &'f [Finding<'a>]) -> Vec<Sighting<'f, 'a>> {
    let mut at: BTreeMap<(&str, &str, Cow<'_, str>), usize> = BTreeMap::new();
    let mut rows: Vec<Sighting<'_, '_>> = Vec::new();
    for finding in findings {
        let evidence = finding.evidence;
        let said = if counts_on(&evidence.row) { Cow::Borrowed("") } else { but_for_numbers(&evidence.text) };
        let row = *at.entry((&evidence.row, &evidence.key, said)).or_insert(rows.len());
        match rows.get_mut(row) {
            Some(row) => row.again(finding),
            None => rows.push(Sighting::of(finding)),
        }
    }
    rows
}

/// Repeats that are counted and not kept are taken for what is kept of the same thing, where all of that is alike.
fn count_unkept(case: &Case, rows: &mut [Sighting<'_, '_>]) {
    let mut things: BTreeMap<Thing<'_>, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        things.entry(thing(row.first.evidence)).or_default().push(at);
    }
    let (unkept, are_more) = unkept(case);
    for (thing, at) in things {
        let unkept = unkept.get(&thing).copied().unwrap_or_default();
        match at[..] {
            [only] => rows[only].times += unkept,
            [first, ..] => rows[first].others = unkept,
            [] => {}
        }
        let kept: usize = at.iter().map(|at| rows[*at].kept).sum();
        at.iter().for_each(|at| rows[*at].or_more = are_more && kept >= KEPT);
    }
}

/// What a piece of evidence is about: another that is about the same is a repeat.
type Thing<'e> = (&'e str, &'e str);

fn thing(evidence: &Evidence) -> Thing<'_> {
    (&evidence.row, &evidence.key)
}

/// How many repeats of each thing were not kept, and whether there were more: of what weighs nothing, and of what came
/// behind the peak, a case does not count them.
fn unkept(case: &Case) -> (BTreeMap<Thing<'_>, usize>, bool) {
    let mut kept: BTreeMap<Thing<'_>, usize> = BTreeMap::new();
    for evidence in case.evidence.iter().filter(|evidence| evidence.time_ns <= case.peak_ns) {
        *kept.entry(thing(evidence)).or_default() += 1;
    }
    let unkept: BTreeMap<Thing<'_>, usize> = case
        .contributions
        .iter()
        .map(|all| {
            let thing = (&all.row[..], &all.key[..]);
            (thing, (all.times as usize).saturating_sub(kept.get(&thing).copied().unwrap_or_default()))
        })
        .collect();
    let are_more = case.dropped > unkept.values().sum::<usize>() as u64;
    (unkept, are_more)
}

/// Those for which there is room, in the order of time, and how many more there are. The heaviest come first, but what
/// went out is what an owner asks about first, and weighs little.
pub(super) fn weightiest<'f, 'a>(mut rows: Vec<Sighting<'f, 'a>>, room: usize) -> (Vec<Sighting<'f, 'a>>, usize) {
    let more = rows.len().saturating_sub(room);
    let heaviest = |a: &Sighting<'_, '_>, b: &Sighting<'_, '_>| b.db.abs().total_cmp(&a.db.abs());
    rows.sort_by(heaviest);
    let (mut told, mut rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(Sighting::went_out);
    rest.extend(told.split_off(told.len().min(room / 4)));
    rest.sort_by(heaviest);
    told.extend(rest);
    told.truncate(room);
    told.sort_by_key(|row| row.first.evidence.time_ns);
    (told, more)
}

impl<'f, 'a> Sighting<'f, 'a> {
    fn of(finding: &'f Finding<'a>) -> Self {
        Self { times: 1, kept: 1, others: 0, or_more: false, first: finding, most: finding, db: finding.weight_db }
    }

    fn again(&mut self, finding: &'f Finding<'a>) {
        self.times += 1;
        self.kept += 1;
        self.db += finding.weight_db;
        if first_number(&finding.evidence.text) >= first_number(&self.most.evidence.text) {
            self.most = finding;
        }
    }

    /// Does it tell of something that left the host?
    pub(super) fn went_out(&self) -> bool {
        self.first.stage == Some(Stage::S6)
    }

    /// The sentence about it, and how often it was seen.
    pub(super) fn text(&self) -> String {
        self.said(self.times, if self.or_more { " or more" } else { "" }, self.others)
    }

    /// The same for so many sightings, beside others of the same thing that say something else.
    pub(super) fn text_of(&self, times: usize, others: usize) -> String {
        self.said(times, "", others)
    }

    fn said(&self, times: usize, or_more: &str, others: usize) -> String {
        if counts_on(&self.first.evidence.row) {
            return self.grown();
        }
        let often = count(times, "time", "times");
        let again = match (times, others) {
            (1, 0) => String::new(),
            (1, _) => format!(" (and {others} more of its kind)"),
            (_, 0) => format!(" ({often}{or_more})"),
            _ => format!(" ({often}{or_more}, and {others} more of its kind)"),
        };
        format!("{}{again}", self.first.text())
    }

    // The greatest of them, and when that was.
    fn grown(&self) -> String {
        let (first, most) = (utc(self.first.evidence.time_ns), utc(self.most.evidence.time_ns));
        match (first.split_once(' '), most.split_once(' ')) {
            _ if self.times == 1 => self.most.text(),
            (Some((day, _)), Some((same, clock))) if day == same => format!("{} (by {clock})", self.most.text()),
            _ => format!("{} (by {most})", self.most.text()),
        }
    }
}

/// Does a row of this kind tell a number that grows, so that the greatest says all that those before it said?
fn counts_on(row: &str) -> bool {
    COUNTING.contains(&row)
}

/// A sentence with each number in it made alike: how much, how often, how long. What is quoted and what is more than a
/// number (an address, a name) stays.
fn but_for_numbers(text: &str) -> Cow<'_, str> {
    if !text.split(' ').any(is_number) {
        return Cow::Borrowed(text);
    }
    let mut quoted = false;
    let mut said = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        said.push_str(if !quoted && is_number(word.trim_end()) { "0 " } else { word });
        quoted ^= word.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
    }
    Cow::Owned(said)
}

fn is_number(word: &str) -> bool {
    let bare = bare(word);
    bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b',' || byte == b'.')
        && bare.bytes().filter(|byte| *byte == b'.').count() < 2
}

fn bare(word: &str) -> &str {
    word.trim_matches(['(', ')', ',', ';', ':', '.'])
}

fn first_number(text: &str) -> Option<u64> {
    let word = text.split(' ').find(|word| is_number(word))?;
    bare(word).replace(',', "").parse().ok()
}

// What is kept of a thing that was seen more often than is kept.
const KEPT: usize = 16;
// How many guesses failed, how many ports were tried.
const COUNTING: &[&str] = &["D07.guessing", "D32.scan", "D34.guessing"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_a_number_stays() {
        for (a, b, alike) in [
            ("h copied 901.1 kB to 10.0.0.7:22", "h copied 90 kB to 10.0.0.7:22", true),
            ("in at attempt 6", "in at attempt 1,000", true),
            ("after 0.2 s: \"up\"", "after 17 s: \"up\"", true),
            ("in vain (12)", "in vain (3)", true),
            ("h went to 10.0.0.7", "h went to 10.0.0.8", false),
            ("h gives an order: \"scan 40 5 0\"", "h gives an order: \"scan 60 5 0\"", false),
            ("h is \"40\"", "h is \"60\"", false),
            ("h was refused", "h was accepted", false),
        ] {
            assert_eq!(but_for_numbers(a) == but_for_numbers(b), alike, "{a}, {b}");
        }
    }
}
