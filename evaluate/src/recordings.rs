//! The lab's recordings, scored.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wiretale::capture::Capture;
use wiretale::packet::Timestamp;
use wiretale::score::{Stage, Weights};
use wiretale::{Settings, analyze};

use crate::material::{Finding, Material, scorer};

/// Those recordings that are in this folder's `lab`, or in the folder itself as `tests/data` has them.
pub(crate) fn all(folder: &Path, weights: &Weights) -> Vec<Material> {
    RECORDINGS.iter().filter_map(|name| recording(folder, name, weights)).collect()
}

fn recording(folder: &Path, name: &str, weights: &Weights) -> Option<Material> {
    let (capture, truth) = files(folder, name);
    let truth: Option<Value> = std::fs::read(truth).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let (Some(truth), Ok(analyzed)) = (truth, analyze([&capture], Settings::default(), scorer(weights))) else {
        println!("skipped: no recording {name} here");
        return None;
    };
    let hosts = hosts(&truth);
    let findings = rows(&truth, "findings").flat_map(|finding| findings(&truth, finding, &hosts)).collect();
    Some(Material::new(name, times(&capture), analyzed.observer, hosts, findings, weights))
}

// The capture, and what is true of it.
fn files(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (lab, capture) = (folder.join("lab").join(name), format!("{name}.pcap.gz"));
    match folder.join(&capture) {
        here if here.exists() => (here, folder.join(format!("{name}.truth.json"))),
        _ => (lab.join(capture), lab.join("ground_truth.json")),
    }
}

fn times(capture: &Path) -> Vec<Timestamp> {
    let mut times = Vec::new();
    let Ok(mut capture) = Capture::open(capture) else { return times };
    while let Some(Ok(())) = capture.advance() {
        times.extend(capture.frame().map(|frame| frame.at));
    }
    times
}

// Home hosts, compromised or not. Of those that only an account or a tunnel of was misused, neither is said.
fn hosts(truth: &Value) -> BTreeMap<IpAddr, bool> {
    let listed = |name: &str| -> BTreeSet<IpAddr> { rows(truth, name).flat_map(addresses).collect() };
    let (compromised, suspicious) = (listed("compromised"), listed("suspicious"));
    let ends = rows(truth, "flows").flat_map(|flow| [&flow["src"], &flow["dst"]]);
    let known = |host: &IpAddr| compromised.contains(host) || !suspicious.contains(host);
    let home = ends.filter_map(address).filter(|host| is_home(*host)).filter(known);
    home.map(|host| (host, compromised.contains(&host))).collect()
}

// One finding for each compromised host that it is about.
fn findings(truth: &Value, finding: &Value, hosts: &BTreeMap<IpAddr, bool>) -> Vec<Finding> {
    let Some((_, stage, told_by)) = KINDS.iter().find(|(words, ..)| text(&finding["what"]).contains(words)) else {
        return Vec::new();
    };
    let seen: Vec<&Value> = rows(finding, "evidence").collect();
    let frames = || seen.iter().filter_map(|seen| seen["frame"].as_u64());
    let (Some(first), Some(last)) = (frames().min(), frames().max()) else { return Vec::new() };
    let flows: BTreeSet<u64> = seen.iter().filter_map(|seen| seen["flow"].as_u64()).collect();
    let flows = rows(truth, "flows").filter(|flow| flow["id"].as_u64().is_some_and(|id| flows.contains(&id)));
    let ends = flows.flat_map(|flow| [&flow["src"], &flow["dst"]]).filter_map(address);
    let about: BTreeSet<IpAddr> = ends.chain(addresses(&finding["who"])).collect();
    let about = about.into_iter().filter(|host| hosts.get(host) == Some(&true) && finding["benign"] != true);
    let told_by: Vec<String> = told_by.iter().map(|name| (*name).to_owned()).collect();
    about.map(|host| Finding { host, frames: (first, last), stage: *stage, told_by: told_by.clone() }).collect()
}

fn rows<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value[name].as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn address(value: &Value) -> Option<IpAddr> {
    text(value).parse().ok()
}

// All addresses in a text like "10.20.3.7 -> 198.51.100.130:21 user psycho", or in what a value holds.
fn addresses(value: &Value) -> Vec<IpAddr> {
    let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = told.split(|c: char| !(c.is_ascii_hexdigit() || c == '.'));
    words.filter_map(|word| word.parse().ok()).collect()
}

fn is_home(host: IpAddr) -> bool {
    matches!(host, IpAddr::V4(host) if host.octets()[..2] == [10, 20])
}

const RECORDINGS: [&str; 5] = ["incident", "botnet", "noise", "exposure", "benign"];
// The lab's words for a finding, its stage, and the detectors that tell of such things.
const KINDS: &[(&str, Stage, &[&str])] = &[
    ("interactive root SSH session on the non-standard port", Stage::S2, &["D01", "D06", "D08"]),
    ("SSH password guessing", Stage::S1, &["D07", "D10"]),
    ("SSH login of the guesser", Stage::S2, &["D07", "D08"]),
    ("FTP login", Stage::S3, &["D29"]),
    ("FTP fetch", Stage::S3, &["D29"]),
    ("backdoor on port", Stage::S4, &["D03", "D04"]),
    ("IRC connection", Stage::S4, &["D23"]),
    ("IRC session", Stage::S4, &["D23", "D25"]),
    ("WHOIS", Stage::S4, &["D25"]),
    ("DCC SEND: accounts", Stage::S6, &["D24"]),
    ("DCC SEND passive", Stage::S6, &["D24"]),
    ("DCC SEND", Stage::S3, &["D24"]),
    ("DCC CHAT", Stage::S4, &["D24", "D28", "D39"]),
    ("base64", Stage::S4, &["D28"]),
    ("takes commands", Stage::S4, &["D15", "D18", "D19"]),
    ("bot-like IRC client", Stage::S4, &["D15", "D16"]),
    ("command", Stage::S4, &["D18", "D19"]),
    ("scan by five hosts", Stage::S5, &["D19", "D21", "D32"]),
    ("same file downloaded", Stage::S3, &["D29", "D31"]),
];
