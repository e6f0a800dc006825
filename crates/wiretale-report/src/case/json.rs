//! `cases.json` and `evidence.jsonl`.

use std::io;
use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::{Case, Evidence, Level, Stage};

use super::finding::{Told, seconds};
use super::shown::tenths;
use super::{Dossier, Finding};

/// `cases.json`: a list, worst first, a case a line, since there may be very many.
///
/// # Errors
/// If it cannot be written.
pub fn cases_json(out: &mut impl io::Write, dossier: &Dossier<'_>) -> io::Result<()> {
    out.write_all(b"[")?;
    let mut before: &[u8] = b"\n";
    for case in dossier.cases {
        out.write_all(std::mem::replace(&mut before, b",\n"))?;
        let findings = dossier.findings(case);
        serde_json::to_writer(&mut *out, &told(case, &findings))?;
    }
    out.write_all(if dossier.cases.is_empty() { b"]\n" } else { b"\n]\n" })
}

fn told<'a>(case: &'a Case, findings: &'a [Finding<'_>]) -> CaseTold<'a> {
    CaseTold {
        host: case.host,
        level: case.level,
        score_db: tenths(case.score_db),
        peak_db: tenths(case.peak_db),
        opened: seconds(case.opened_ns),
        updated: seconds(case.updated_ns),
        stages: &case.stages,
        dropped: case.dropped,
        findings: findings.iter().map(Finding::told).collect(),
    }
}

#[derive(Serialize)]
struct CaseTold<'a> {
    host: IpAddr,
    level: Level,
    score_db: f64,
    peak_db: f64,
    opened: f64,
    updated: f64,
    stages: &'a [Stage],
    /// Evidence that found no room.
    dropped: u64,
    findings: Vec<Told<'a>>,
}

/// `evidence.jsonl`: a row a line, as the scorer gave them.
///
/// # Errors
/// If it cannot be written.
pub fn evidence_lines(out: &mut impl io::Write, evidence: &[Evidence]) -> io::Result<()> {
    for row in evidence {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A line of evidence that cannot be read.
#[derive(thiserror::Error, Debug)]
#[error("line {line} is no evidence as analyze writes it into evidence.jsonl: {reason}")]
pub struct EvidenceError {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// Reads what [`evidence_lines`] wrote. Empty lines are passed over.
///
/// # Errors
/// With the line and the reason, if one is no evidence or of a newer version.
pub fn read_evidence(text: &str) -> Result<Vec<Evidence>, EvidenceError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| read_line(line).map_err(|reason| EvidenceError { line: at + 1, reason })).collect()
}

fn read_line(line: &str) -> Result<Evidence, String> {
    let evidence: Evidence = serde_json::from_str(line).map_err(|error| fault(&error))?;
    match evidence.v {
        0..=wiretale::score::EVIDENCE_VERSION => Ok(evidence),
        newer => Err(format!("it is of version {newer}, which this program does not know")),
    }
}

/// What is wrong, and where in its line: a line read alone is always the first.
fn fault(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let reason = told.rsplit_once(" at line ").map_or(&told[..], |(reason, _)| reason);
    format!("{reason} (column {})", error.column())
}
