//! `timeline.csv`: every finding of every case, a line each (RFC 4180).

use std::borrow::Cow;
use std::io;

use super::Dossier;
use super::finding::tenths;
use super::moment::rfc3339;
use super::shown::calm;

/// The timeline with a header line. Cells that a spreadsheet would take for a formula get an apostrophe in front.
///
/// # Errors
/// If it cannot be written.
pub fn timeline_csv(out: &mut impl io::Write, dossier: &Dossier<'_>) -> io::Result<()> {
    out.write_all(b"time,host,level,stage,detector,technique,peer,port,weight_db,certainty,text,uids,frames\r\n")?;
    for case in dossier.cases {
        for finding in dossier.findings(case) {
            let evidence = finding.evidence;
            let cells = [
                rfc3339(evidence.time_ns),
                case.host.to_string(),
                case.level.as_str().to_owned(),
                finding.stage.map(|stage| format!("{stage:?}")).unwrap_or_default(),
                evidence.row.clone(),
                finding.attack.join(" "),
                evidence.peer.map(|peer| peer.to_string()).unwrap_or_default(),
                evidence.port.map(|port| port.to_string()).unwrap_or_default(),
                format!("{:.1}", tenths(finding.weight_db)),
                super::explain::certainty(evidence).to_owned(),
                finding.text(),
                evidence.uids.iter().map(|uid| calm(uid)).collect::<Vec<_>>().join(" "),
                evidence.frames.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
            ];
            for (at, text) in cells.iter().enumerate() {
                let between = if at == 0 { "" } else { "," };
                let text = if at == WEIGHT { Cow::Borrowed(&**text) } else { cell(text) };
                write!(out, "{between}{text}")?;
            }
            out.write_all(b"\r\n")?;
        }
    }
    Ok(())
}

// A number of ours may begin with a minus.
const WEIGHT: usize = 8;

/// One cell: quoted where it must be, and never a formula.
fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    if text.contains([',', '"', '\r', '\n']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_end_no_line() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert!(cell(formula).trim_start_matches('"').starts_with('\''), "{formula:?}");
        }
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("plain"), "plain");
    }
}
