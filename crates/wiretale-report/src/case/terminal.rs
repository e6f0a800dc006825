//! Cases on a terminal: 80 columns, plain text, everything from the wire escaped.

use std::fmt;

use wiretale::score::{Case, Level, one_or, plural};

use super::Dossier;
use super::explain::{Explained, Sort, explain, in_short, percent};
use super::finding::Finding;
use super::moment::utc;
use super::shown::{calm, count, signed, wrapped};
use super::sightings::{sightings, weightiest};
use crate::text::clipped;

/// Prints the ranked cases, each with its timeline and why it scores as it does.
#[derive(Clone, Copy, Debug)]
pub struct Terminal<'a>(pub Dossier<'a>);

impl fmt::Display for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dossier = &self.0;
        let told: Vec<&Case> = dossier.worth_telling().collect();
        writeln!(f, "Cases\n-----")?;
        if told.is_empty() {
            writeln!(f, "No host at home has evidence enough for a case.")?;
        }
        overview(f, dossier, &told)?;
        for (at, case) in told.iter().take(CASES).enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            one(f, dossier, at + 1, case)?;
        }
        let more = told.len().saturating_sub(CASES);
        if more > 0 {
            writeln!(f, "\n... and {}{}", count(more, "more case", "more cases"), within(dossier, "cases.json"))?;
        }
        let quiet = dossier.cases.iter().filter(|case| case.level < Level::Low).count();
        if quiet > 0 {
            let has = one_or(quiet as u64, "has", "have");
            let there = if dossier.written { "; it is in cases.json" } else { "" };
            writeln!(f, "\n{} {has} evidence below level low{there}.", count(quiet, "host", "hosts"))?;
        }
        if told.is_empty() { Ok(()) } else { write!(f, "\n{SCALE}") }
    }
}

/// A line for each case, where there are several: what follows of each is long.
fn overview(f: &mut fmt::Formatter<'_>, dossier: &Dossier<'_>, told: &[&Case]) -> fmt::Result {
    if told.len() < 2 {
        return Ok(());
    }
    for (at, case) in told.iter().take(CASES).enumerate() {
        let (level, called) = (case.level.as_str(), dossier.called(case.host));
        let text = format!("{:>2}. {level:8}  {:>6} dB  {called}", at + 1, signed(case.peak_db));
        writeln!(f, "{}", clipped(&text, WIDTH))?;
    }
    writeln!(f)
}

fn one(f: &mut fmt::Formatter<'_>, dossier: &Dossier<'_>, rank: usize, case: &Case) -> fmt::Result {
    let head = format!("{rank}. {}: {}", clipped(&dossier.called(case.host), 48), case.level.as_str());
    let odds = format!("{} dB at its peak, {}", signed(case.peak_db), percent(case));
    writeln!(f, "{}", clipped(&format!("{head}, {odds}"), WIDTH))?;
    let stages: Vec<&str> = case.stages.iter().map(|stage| stage.words()).collect();
    let findings = dossier.findings(case);
    let from = utc(Finding::first_sign(&findings).unwrap_or(case.opened_ns));
    let opened = format!("from {from} to {} UTC, now {} dB", utc(case.updated_ns), signed(case.score_db));
    writeln!(f, "   {opened}")?;
    if !stages.is_empty() {
        block(f, "   ", "   ", &format!("stages: {}", stages.join(", ")))?;
    }
    timeline(f, dossier, case, &findings)?;
    if case.dropped > 0 {
        let dropped = plural(case.dropped, "piece of evidence", "pieces of evidence");
        writeln!(f, "   {dropped} found no room.")?;
    }
    why(f, case, &explain(dossier, case, &findings))
}

/// Everything once, in the order of time; the heaviest where there is no room for all.
fn timeline(f: &mut fmt::Formatter<'_>, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) -> fmt::Result {
    writeln!(f, "\n   Timeline (UTC)")?;
    let (shown, more) = weightiest(sightings(case, findings), ROWS);
    let mut day = String::new();
    for row in shown {
        let at = utc(row.first.evidence.time_ns);
        let (date, clock) = at.split_once(' ').unwrap_or((&at, ""));
        if date != day {
            writeln!(f, "   {date}")?;
            date.clone_into(&mut day);
        }
        let lead = format!("   {clock:8} {:>6}  ", signed(row.db));
        block(f, &lead, &" ".repeat(20), &row.text())?;
    }
    if more > 0 {
        writeln!(f, "   ... and {more} more{}", within(dossier, "timeline.csv"))?;
    }
    Ok(())
}

/// In which file the rest is, if there is one.
fn within(dossier: &Dossier<'_>, file: &str) -> String {
    if dossier.written { format!(" in {file}") } else { String::new() }
}

fn why(f: &mut fmt::Formatter<'_>, case: &Case, explained: &Explained) -> fmt::Result {
    writeln!(f, "\n   Why {} dB", signed(case.peak_db))?;
    for part in in_short(&explained.parts, PARTS) {
        let text = match part.sort {
            Sort::Evidence | Sort::Link => format!("{}: {}", part.name, part.text),
            _ => part.text.clone(),
        };
        block(f, &format!("   {:>6}  ", signed(part.db)), &" ".repeat(11), &text)?;
    }
    let told = [Some(&explained.gate), explained.without.as_ref(), explained.missing.as_ref()];
    for text in told.into_iter().flatten() {
        block(f, "   ", "   ", text)?;
    }
    if !explained.unseen.is_empty() {
        writeln!(f, "\n   What could not be seen")?;
    }
    explained.unseen.iter().try_for_each(|text| block(f, "   ", "   ", text))
}

/// Text after `lead`, its further lines indented.
fn block(f: &mut fmt::Formatter<'_>, lead: &str, indent: &str, text: &str) -> fmt::Result {
    let text = calm(text);
    for (at, line) in wrapped(&text, WIDTH - indent.len()).iter().enumerate() {
        writeln!(f, "{}{line}", if at == 0 { lead } else { indent })?;
    }
    Ok(())
}

const SCALE: &str = "\
Scores are log-odds in decibans: 0 dB is as likely as not, and 10 dB more makes
the odds ten times as high. A score is no verdict; look at the evidence.
";
const WIDTH: usize = 80;
const CASES: usize = 20;
const ROWS: usize = 40;
const PARTS: usize = 16;
