//! Helpers of the tests of whole captures.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wiretale::packet::Timestamp;
use wiretale::score::{Case, Home, Inventory, Scorer, Weights};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::{Format, Logs, Memory, Options};
use wiretale_testkit::lend;

/// The folder of the project's own captures.
#[must_use]
pub fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// A folder of captures that lies beside the project where its makers work. Where it is absent the test that asks says
/// so and passes.
#[must_use]
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: no shared captures here ({path})");
    None
}

/// A recording of the lab and what is true of it.
pub struct Recording {
    /// The logs, by name, each row a JSON object.
    pub logs: BTreeMap<String, Vec<Value>>,
    /// All logs as text.
    pub text: String,
    /// The cases, worst first.
    pub cases: Vec<Case>,
    /// The ground truth.
    pub truth: Value,
    /// Every line of every clear IRC flow.
    pub irc_lines: Vec<Value>,
}

impl Recording {
    /// Analyses `tests/data/NAME.pcap.gz` with everything switched on.
    #[must_use]
    pub fn open(name: &str) -> Self {
        let read = |file: String| std::fs::read_to_string(data().join(file)).ok();
        let lines =
            |text: String| text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<_>>();
        let (memory, cases) = analyze(&data().join(format!("{name}.pcap.gz")));
        let logs: BTreeMap<&str, String> =
            memory.logs.iter().map(|(log, bytes)| (*log, String::from_utf8(bytes.clone()).expect("UTF-8"))).collect();
        Self {
            text: logs.values().cloned().collect(),
            logs: logs.into_iter().map(|(log, text)| (log.to_owned(), lines(text))).collect(),
            cases,
            truth: serde_json::from_str(&read(format!("{name}.truth.json")).expect("a ground truth")).expect("JSON"),
            irc_lines: read(format!("{name}.irc.jsonl")).map_or_else(Vec::new, lines),
        }
    }

    /// The rows of a log; none where it was not written.
    #[must_use]
    pub fn rows(&self, log: &str) -> &[Value] {
        self.logs.get(log).map_or(&[], Vec::as_slice)
    }

    /// The list at `key` of the ground truth.
    #[must_use]
    pub fn truths(&self, key: &str) -> &[Value] {
        self.truth[key].as_array().map_or(&[], Vec::as_slice)
    }

    /// The ground truth's flow with this number.
    #[must_use]
    pub fn flow(&self, id: &Value) -> &Value {
        self.truths("flows").iter().find(|flow| flow["id"] == *id).expect("a flow")
    }
}

/// All logs as JSON, with messages and hashes, and the cases of a capture.
#[must_use]
pub fn analyze(capture: &Path) -> (Memory, Vec<Case>) {
    let options = Options { format: Format::Json, messages: true, hashes: true, ..Options::default() };
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    let observer = (Logs::new(Memory::default(), options), scorer);
    let analyzed = wiretale::analyze([capture], Settings::default(), observer).expect("readable");
    assert!(analyzed.trouble.is_empty(), "{:?}", analyzed.trouble);
    let (logs, scorer) = analyzed.observer;
    let (memory, _) = logs.finish(&analyzed.stats).expect("memory takes everything");
    (memory, scorer.cases())
}

/// The cases of frames that were written for a test.
#[must_use]
pub fn judge(frames: &[(Timestamp, Vec<u8>)]) -> Vec<Case> {
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    let mut analyzer = Analyzer::<Standard, Scorer>::new(scorer, Settings::default());
    for (number, frame) in (1..).zip(frames) {
        analyzer.packet(lend(frame), number);
    }
    analyzer.finish().cases()
}

/// The connection of a truth's flow or a log's row: addresses and ports, client first.
#[must_use]
pub fn ends(row: &Value) -> [String; 4] {
    let names = match row.get("src") {
        Some(_) => ["src", "sport", "dst", "dport"],
        None => ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"],
    };
    names.map(|name| row[name].to_string().trim_matches('"').to_owned())
}
