//! A STIX 2.1 bundle. Identifiers are UUIDs of version 5, so that the same cases give the same bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use wiretale::score::{Case, Level};

use super::against::Against;
use super::explain::confidence;
use super::finding::Finding;
use super::moment::rfc3339;
use super::nftables::refuse;
use super::shown::signed;
use super::{Dossier, letter};
use crate::foremost::foremost;

/// A bundle of the cases at or above `medium`; `None` where there are none.
#[must_use]
pub fn stix(dossier: &Dossier<'_>) -> Option<String> {
    let mut bundle = Bundle::default();
    for case in dossier.cases.iter().filter(|case| case.level >= Level::Medium) {
        one(&mut bundle, dossier, case);
    }
    if bundle.objects.is_empty() {
        return None;
    }
    let began = dossier.cases.iter().map(|case| case.opened_ns).min().unwrap_or(0);
    let at = rfc3339(began);
    bundle.put(tlp());
    bundle.put(json!({
        "type": "identity", "spec_version": "2.1", "id": sensor(), "created": at, "modified": at,
        "name": "wiretale", "identity_class": "system",
    }));
    let ids: Vec<&String> = bundle.objects.keys().collect();
    let id = format!("bundle--{}", uuid(OURS, &format!("{ids:?}")));
    let objects: Vec<&Value> = bundle.objects.values().collect();
    let whole = json!({ "type": "bundle", "id": id, "objects": objects });
    Some(format!("{whole:#}\n"))
}

/// Objects by identifier: equal ones once.
#[derive(Default)]
struct Bundle {
    objects: BTreeMap<String, Value>,
}

impl Bundle {
    fn put(&mut self, object: Value) -> String {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        self.objects.entry(id.clone()).or_insert(object);
        id
    }

    /// An object with the common properties, made from its kind, a name of its own and the rest.
    fn domain(&mut self, kind: &str, key: &str, at: &str, rest: Value) -> String {
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": format!("{kind}--{}", uuid(OURS, &format!("{kind} {key}"))),
            "created_by_ref": sensor(), "created": at, "modified": at, "object_marking_refs": [AMBER],
        });
        if let (Value::Object(object), Value::Object(rest)) = (&mut object, rest) {
            object.extend(rest);
        }
        self.put(object)
    }

    fn relate(&mut self, from: &str, how: &str, to: &str, at: &str) -> String {
        let rest = json!({ "relationship_type": how, "source_ref": from, "target_ref": to });
        self.domain("relationship", &format!("{from} {how} {to}"), at, rest)
    }
}

fn one(bundle: &mut Bundle, dossier: &Dossier<'_>, case: &Case) {
    let (opened, updated) = (rfc3339(case.opened_ns), rfc3339(case.updated_ns));
    let findings = dossier.findings(case);
    let name = format!("{} has {}", dossier.called(case.host), confidence(case.level));
    let key = letter::number(case);
    let mut refs: BTreeSet<String> = BTreeSet::new();
    let host = bundle.put(address(case.host));
    refs.insert(host);
    let incident = bundle.domain(
        "incident",
        &key,
        &opened,
        json!({ "name": name, "description": format!("{} dB at its peak, {}", signed(case.peak_db), case.level.as_str()) }),
    );
    refs.insert(incident.clone());
    let (opened_by_peer, is_talk) = (dossier.opened_by_peer(case), dossier.is_talk(case));
    for finding in findings.iter().filter(|finding| finding.weight_db > 0.0) {
        let (inbound, tcp) = (opened_by_peer(finding.evidence), is_talk(finding.evidence));
        let warns = finding.evidence.peer.is_some_and(|peer| refuse(dossier, peer).is_none());
        found(bundle, case, finding, (inbound, tcp, warns), &incident, &mut refs);
    }
    let against = Against::peers(&findings);
    let files = dossier.files_of(case.host).filter_map(|moved| Some((moved.other_end(case.host), file(moved)?)));
    for (_, file) in foremost(files, FILES, |(a, _), (b, _)| against.order(*a, *b)).0 {
        refs.insert(bundle.put(file));
    }
    if let Some(letter) = letter::letter_of(dossier, case) {
        let content = letter.render(super::Style::Markdown);
        let note =
            json!({ "abstract": "Letter to the machine's owner", "content": content, "object_refs": [incident] });
        refs.insert(bundle.domain("note", &key, &updated, note));
    }
    let refs: Vec<String> = refs.into_iter().collect();
    bundle.domain(
        "report",
        &key,
        &updated,
        json!({ "name": name, "report_types": ["incident"], "published": updated, "object_refs": refs }),
    );
}

fn found(
    bundle: &mut Bundle,
    case: &Case,
    finding: &Finding<'_>,
    (inbound, tcp, warns): (bool, bool, bool),
    incident: &str,
    refs: &mut BTreeSet<String>,
) {
    let evidence = finding.evidence;
    let at = rfc3339(evidence.time_ns);
    let Some(peer) = evidence.peer else { return };
    let (from, to) = if inbound { (peer, case.host) } else { (case.host, peer) };
    let (from_ref, to_ref) = (bundle.put(address(from)), bundle.put(address(to)));
    let protocol = protocol(peer, tcp);
    let traffic = bundle.put(traffic(evidence.time_ns, protocol, &from_ref, &to_ref, evidence.port));
    let observed = json!({
        "first_observed": at, "last_observed": at, "number_observed": 1, "object_refs": [from_ref, to_ref, traffic],
    });
    let observed = bundle.domain("observed-data", &format!("{} {} {at}", case.host, traffic), &at, observed);
    refs.extend([from_ref, to_ref, traffic]);
    if warns {
        let indicator = json!({
            "name": evidence.row, "description": finding.text(), "pattern": pattern(from, to, evidence.port),
            "pattern_type": "stix", "valid_from": at, "indicator_types": ["malicious-activity"],
        });
        let key = format!("{} {peer} {:?} {}", case.host, evidence.port, evidence.row);
        let indicator = bundle.domain("indicator", &key, &at, indicator);
        refs.insert(bundle.relate(&indicator, "based-on", &observed, &at));
        refs.insert(bundle.relate(incident, "related-to", &indicator, &at));
        techniques(bundle, finding, (&indicator, "indicates"), refs);
        refs.insert(indicator);
    } else {
        // An administrator who looks at the host, a resolver that it asks: seen, and no sign for anybody else.
        refs.insert(bundle.relate(incident, "related-to", &observed, &at));
        techniques(bundle, finding, (incident, "related-to"), refs);
    }
    refs.insert(observed);
}

fn techniques(bundle: &mut Bundle, finding: &Finding<'_>, (from, how): (&str, &str), refs: &mut BTreeSet<String>) {
    let at = rfc3339(finding.evidence.time_ns);
    for technique in finding.attack {
        let pattern = json!({
            "name": technique,
            "external_references": [{ "source_name": "mitre-attack", "external_id": technique }],
        });
        // Of its own first mention: the same technique is the same object in every case.
        let pattern = bundle.domain("attack-pattern", technique, EPOCH, pattern);
        refs.insert(bundle.relate(from, how, &pattern, &at));
        refs.insert(pattern);
    }
}

fn address(address: IpAddr) -> Value {
    let kind = if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
    let value = address.to_string();
    let id = format!("{kind}--{}", uuid(OBSERVABLES, &json!({ "value": value }).to_string()));
    json!({ "type": kind, "spec_version": "2.1", "id": id, "value": value })
}

/// The innermost protocol that is certain; the standard wants one.
const fn protocol(peer: IpAddr, tcp: bool) -> &'static str {
    match peer {
        _ if tcp => "tcp",
        IpAddr::V4(_) => "ipv4",
        IpAddr::V6(_) => "ipv6",
    }
}

/// The properties that make the identifier are those of the standard, their names in order (section 2.9).
fn traffic(at: i64, protocol: &str, from: &str, to: &str, port: Option<u16>) -> Value {
    let at = rfc3339(at);
    let mut traffic = json!({ "dst_ref": to, "protocols": [protocol], "src_ref": from, "start": at });
    if let Some(port) = port {
        traffic = json!({ "dst_port": port, "dst_ref": to, "protocols": [protocol], "src_ref": from, "start": at });
    }
    let id = format!("network-traffic--{}", uuid(OBSERVABLES, &traffic.to_string()));
    traffic["type"] = "network-traffic".into();
    traffic["spec_version"] = "2.1".into();
    traffic["id"] = id.into();
    traffic
}

/// A name makes the identifier as the hash does: the same file under two names is two objects.
fn file(file: &super::MovedFile) -> Option<Value> {
    let sha256 = file.sha256.as_ref()?;
    let mut object = json!({ "hashes": { "SHA-256": sha256 } });
    if !file.name.is_empty() {
        object["name"] = crate::Shown(&file.name).to_string().into();
    }
    let id = format!("file--{}", uuid(OBSERVABLES, &object.to_string()));
    object["type"] = "file".into();
    object["spec_version"] = "2.1".into();
    object["id"] = id.into();
    object["size"] = file.bytes.into();
    Some(object)
}

/// Of addresses and a port that were parsed here: nothing in them can end a quoted text.
fn pattern(from: IpAddr, to: IpAddr, port: Option<u16>) -> String {
    let port = port.map(|port| format!(" AND network-traffic:dst_port = {port}")).unwrap_or_default();
    format!("[network-traffic:src_ref.value = '{from}' AND network-traffic:dst_ref.value = '{to}'{port}]")
}

fn sensor() -> String {
    format!("identity--{}", uuid(OURS, "identity wiretale"))
}

/// TLP:AMBER as STIX 2.1 defines it (section 7.2.1.4).
fn tlp() -> Value {
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": AMBER, "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp", "name": "TLP:AMBER", "definition": { "tlp": "amber" },
    })
}

/// A name-based UUID of version 5 (RFC 9562 section 5.5).
fn uuid(space: [u8; 16], name: &str) -> String {
    let digest = Sha1::new().chain_update(space).chain_update(name.as_bytes()).finalize();
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

// 00abedb4-aa42-466c-9c01-fed23315a9b7: the namespace of observables (STIX 2.1 section 2.9).
const OBSERVABLES: [u8; 16] = 0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7_u128.to_be_bytes();
// Ours, for everything else; drawn once.
const OURS: [u8; 16] = 0x7be1_5d0c_93f4_4e0a_8a67_2f0b_c6d1_94e3_u128.to_be_bytes();
const AMBER: &str = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";
const EPOCH: &str = "1970-01-01T00:00:00.000Z";
const FILES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_the_uuids_that_others_give_them() {
        // The DNS namespace and the example of RFC 9562 appendix A.4.
        let dns = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes();
        assert_eq!(uuid(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }
}
