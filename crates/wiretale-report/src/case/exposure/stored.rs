//! What stored evidence tells of secrets, where the capture itself was not read.

use std::collections::BTreeMap;

use crate::case::moment::utc;
use crate::case::shown::count;
use crate::case::{Document, Dossier};

/// Each secret that evidence speaks of, once.
pub(super) fn told(document: &mut Document, dossier: &Dossier<'_>) {
    let mut all: Vec<String> = Vec::new();
    for case in dossier.cases {
        let findings = dossier.findings(case);
        let mut own: BTreeMap<String, (usize, i64)> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.evidence.detector() == "D37") {
            let at = finding.evidence.time_ns;
            let (times, first) = own.entry(finding.text()).or_insert((0, at));
            *times += 1;
            *first = at.min(*first);
        }
        all.extend(own.into_iter().map(|(text, (times, first))| {
            let again = if times > 1 { format!(", {}", count(times, "time", "times")) } else { String::new() };
            format!("{}: {text} (first at {} UTC{again})", dossier.called(case.host), utc(first))
        }));
    }
    if all.is_empty() {
        document.paragraph(
            "The capture was not read, and the evidence speaks of no secret. That does not mean that none crossed.",
        );
        return;
    }
    document.paragraph(
        "The capture was not read; this is what the evidence says of secrets, and there may have been more. Who sent \
         them to whom, and where else the same secret was used, is told where the capture is analyzed with --exposure.",
    );
    document.items(all);
}
