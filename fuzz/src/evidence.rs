//! Evidence that was stored, perhaps by another machine, and all that is made of it.

use wiretale::score::{Case, Evidence, Home, Inventory, Names, Weights, cases};
use wiretale_report::case::{
    Chronicle, Dossier, Style, Terminal, cases_json, ecs, evidence_lines, exposure_list, letters, nftables, notices,
    page, read_evidence, stix, timeline_csv,
};
use wiretale_report::{Format, Memory, Writer};

/// A row a line. What is read can be stored and is read again as the same, and every form of its cases can be written.
pub fn evidence(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let evidence = match read_evidence(text) {
        Ok(evidence) => evidence,
        Err(error) => return assert!(error.to_string().starts_with("line ")),
    };
    let stored = stored(&evidence);
    assert_eq!(read_evidence(&stored).expect("as it was written"), evidence);
    let weights = Weights::built_in();
    let cases = cases(evidence, &weights);
    let chronicle = Chronicle::new(Home::default());
    let (inventory, names) = (Inventory::default(), Names::default());
    let (weights, inventory, names, chronicle) = (&weights, &inventory, &names, &chronicle);
    told(
        &cases,
        &Dossier {
            cases: &cases,
            weights,
            inventory,
            names,
            chronicle,
            files: &[],
            lacks: &[],
            notes: &[],
            written: true,
        },
    );
}

fn stored(evidence: &[Evidence]) -> String {
    let mut lines = Vec::new();
    evidence_lines(&mut lines, evidence).expect("memory takes all");
    String::from_utf8(lines).expect("JSON is text")
}

fn told(cases: &[Case], dossier: &Dossier<'_>) {
    for case in cases {
        assert!(case.score_db.is_finite() && case.peak_db >= case.score_db, "{case:?}");
    }
    let mut out = Vec::new();
    cases_json(&mut out, dossier).and_then(|()| timeline_csv(&mut out, dossier)).expect("memory takes all");
    let mut writer = Writer::new(Memory::default(), Format::Json);
    notices(&mut writer, dossier);
    writer.finish().expect("memory takes all");
    let mut texts = vec![page(dossier), ecs(dossier), nftables(dossier).apply, Terminal(*dossier).to_string()];
    texts.extend(stix(dossier));
    let documents = letters(dossier).into_iter().map(|(_, letter)| letter).chain([exposure_list(dossier)]);
    texts.extend(documents.flat_map(|document| [Style::Plain, Style::Markdown].map(|style| document.render(style))));
    for text in texts.into_iter().map(String::into_bytes).chain([out]) {
        assert!(!text.contains(&0x1b), "nothing that is made speaks to a terminal");
    }
}
