//! Findings in the shape of the Elastic Common Schema: a JSON object a line.

use serde_json::{Value, json};
use wiretale::score::{Case, Level};

use super::finding::Finding;
use super::moment::rfc3339;
use super::shown::{calm, tenths};
use super::{Dossier, letter};

/// A line for each finding of each case at or above `low`.
#[must_use]
pub fn ecs(dossier: &Dossier<'_>) -> String {
    let mut lines = String::new();
    for case in dossier.worth_telling() {
        let opened_by_peer = dossier.opened_by_peer(case);
        for finding in dossier.findings(case) {
            let inbound = opened_by_peer(finding.evidence);
            lines.push_str(&alert(dossier, case, &finding, inbound).to_string());
            lines.push('\n');
        }
    }
    lines
}

fn alert(dossier: &Dossier<'_>, case: &Case, finding: &Finding<'_>, inbound: bool) -> Value {
    let evidence = finding.evidence;
    let name = dossier.name(case.host);
    let related: Vec<String> = [Some(case.host), evidence.peer].iter().flatten().map(ToString::to_string).collect();
    let techniques: Vec<Value> = finding.attack.iter().map(|id| json!({ "id": id })).collect();
    let mut alert = json!({
        "@timestamp": rfc3339(evidence.time_ns),
        "ecs": { "version": "8.17.0" },
        "event": {
            "kind": "alert",
            "category": ["network", "intrusion_detection"],
            "type": ["info"],
            "module": "wiretale",
            "risk_score": (case.probability() * 100.0).round(),
            "severity": severity(case.level),
            "id": format!("{}-{}-{}", letter::number(case), evidence.row, evidence.time_ns),
        },
        "rule": { "id": evidence.row, "name": evidence.detector(), "reference": "wiretale" },
        "message": finding.text(),
        "host": { "ip": [case.host.to_string()] },
        "related": { "ip": related },
        "wiretale": {
            "level": case.level.as_str(),
            "weight_db": tenths(finding.weight_db),
            "case": letter::number(case),
            "certainty": super::explain::certainty(evidence),
            "uids": evidence.uids.iter().map(|uid| calm(uid)).collect::<Vec<_>>(),
            "frames": evidence.frames,
        },
    });
    if let Some(name) = name {
        alert["host"]["name"] = name.into();
    }
    if !techniques.is_empty() {
        alert["threat"] = json!({ "framework": "MITRE ATT&CK", "technique": techniques });
    }
    let (ours, theirs) = if inbound { ("destination", "source") } else { ("source", "destination") };
    alert[ours] = json!({ "ip": case.host.to_string() });
    if let Some(peer) = evidence.peer {
        alert[theirs] = json!({ "ip": peer.to_string() });
        if let Some(port) = evidence.port {
            alert["destination"]["port"] = port.into();
        }
    }
    alert
}

const fn severity(level: Level) -> u8 {
    match level {
        Level::Info => 10,
        Level::Low => 21,
        Level::Medium => 47,
        Level::High => 73,
        Level::Critical => 99,
    }
}
