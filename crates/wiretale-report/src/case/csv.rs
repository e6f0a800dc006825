//! `timeline.csv`: every finding of every case, a line each (RFC 4180).

use std::io;

use wiretale::protocol::scan;
use wiretale::score::Case;

use super::Dossier;
use super::finding::Finding;
use super::moment;
use super::shown::{calmed, tenths};
use crate::number;

/// The timeline with a header line. Cells that a spreadsheet would take for a formula get an apostrophe in front.
///
/// # Errors
/// If it cannot be written.
pub fn timeline_csv(out: &mut impl io::Write, dossier: &Dossier<'_>) -> io::Result<()> {
    out.write_all(b"time,host,level,stage,detector,technique,peer,port,weight_db,certainty,text,uids,frames\r\n")?;
    let mut line = Vec::new();
    for case in dossier.cases {
        for finding in dossier.findings(case) {
            line.clear();
            cells(&mut line, case, &finding);
            out.write_all(&line)?;
        }
    }
    Ok(())
}

/// One line. Numbers, addresses and words of ours need no second look.
fn cells(line: &mut Vec<u8>, case: &Case, finding: &Finding<'_>) {
    let evidence = finding.evidence;
    moment::rfc3339_to(line, evidence.time_ns);
    line.push(b',');
    number::ip(line, case.host);
    line.push(b',');
    line.extend_from_slice(case.level.as_str().as_bytes());
    line.push(b',');
    line.extend_from_slice(finding.stage.map_or("", |stage| stage.as_str()).as_bytes());
    line.push(b',');
    cell(line, &evidence.row);
    line.push(b',');
    cell(line, &finding.attack.join(" "));
    line.push(b',');
    evidence.peer.iter().for_each(|peer| number::ip(line, *peer));
    line.push(b',');
    evidence.port.iter().for_each(|port| number::decimal(line, u64::from(*port)));
    line.push(b',');
    number::tenths(line, tenths(finding.weight_db));
    line.push(b',');
    line.extend_from_slice(super::explain::certainty(evidence).as_bytes());
    line.push(b',');
    cell(line, &calmed(&evidence.text));
    line.push(b',');
    match &evidence.uids[..] {
        [only] => cell(line, &calmed(only)),
        uids => cell(line, &uids.iter().map(|uid| calmed(uid)).collect::<Vec<_>>().join(" ")),
    }
    line.push(b',');
    for (at, frame) in evidence.frames.iter().enumerate() {
        line.extend_from_slice(if at == 0 { b"" } else { b" " });
        number::decimal(line, *frame);
    }
    line.extend_from_slice(b"\r\n");
}

/// One cell: quoted where it must be, and never a formula.
fn cell(line: &mut Vec<u8>, text: &str) {
    let quoted = scan::holds(text.as_bytes(), [b',', b'"', b'\r', b'\n']);
    line.extend_from_slice(if quoted { b"\"" } else { b"" });
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        line.push(b'\'');
    }
    if !quoted {
        return line.extend_from_slice(text.as_bytes());
    }
    for piece in text.split_inclusive('"') {
        line.extend_from_slice(piece.as_bytes());
        line.extend_from_slice(if piece.ends_with('"') { b"\"" } else { b"" });
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    fn cell(text: &str) -> String {
        let mut line = Vec::new();
        super::cell(&mut line, text);
        String::from_utf8(line).expect("text stays text")
    }

    #[test]
    fn cells_are_no_formulas_and_end_no_line() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert!(cell(formula).trim_start_matches('"').starts_with('\''), "{formula:?}");
        }
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("plain"), "plain");
    }
}
