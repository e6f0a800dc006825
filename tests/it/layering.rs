//! The dependency order of `ARCHITECTURE.md`, held against `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of the others.
const MAY_USE: &[(&str, &[&str])] = &[
    ("packet", &[]),
    ("capture", &["packet"]),
    ("reassembly", &["packet"]),
    ("protocol", &["packet", "reassembly"]),
    ("dcc", SEAM),
    ("websocket", SEAM),
    ("irc", &["packet", "reassembly", "protocol", "websocket", "dcc"]),
    ("ssh", WRAPPED),
    ("ftp", SEAM),
    ("dns", SEAM),
    ("terminal", SEAM),
    ("recognize", WRAPPED),
    ("files", SEAM),
    ("flow", SEAM),
    (
        "score",
        &["packet", "reassembly", "protocol", "files", "dcc", "irc", "ssh", "ftp", "dns", "recognize", "terminal"],
    ),
    (
        "wiretale",
        &[
            "packet",
            "capture",
            "reassembly",
            "protocol",
            "dcc",
            "irc",
            "ssh",
            "ftp",
            "dns",
            "terminal",
            "recognize",
            "files",
            "flow",
            "score",
        ],
    ),
    ("report", &["wiretale"]),
    ("cli", &["wiretale", "report"]),
    ("testkit", &["packet", "capture", "reassembly", "protocol"]),
];

const SEAM: &[&str] = &["packet", "reassembly", "protocol"];

// Rooms whose protocol also comes inside a WebSocket.
const WRAPPED: &[&str] = &["packet", "reassembly", "protocol", "websocket"];

#[test]
fn crates_use_only_what_lies_below_them() {
    let used = dependencies();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        MAY_USE.iter().map(|(name, may)| (*name, may.iter().copied().collect())).collect();
    for (name, uses) in &used {
        let may = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no place in the order"));
        let wrong: Vec<_> = uses.iter().filter(|other| !may.contains(other.as_str())).collect();
        assert!(wrong.is_empty(), "{name} may not use {wrong:?}");
    }
    assert_eq!(used.len(), MAY_USE.len(), "every crate under crates/ is in the order");
}

#[test]
fn no_crate_is_unsafe() {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates");
    for entry in std::fs::read_dir(crates).expect("crates/").map(|entry| entry.expect("readable").path()) {
        let root =
            ["lib.rs", "main.rs"].map(|file| entry.join("src").join(file)).into_iter().find(|path| path.exists());
        let text = std::fs::read_to_string(root.expect("a crate root")).expect("readable");
        let rule = "#![forbid(unsafe_code)]";
        assert!(text.contains(rule), "{} lacks {rule}", entry.display());
    }
}

// Normal and build dependencies among the crates under crates/, without their prefix.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ours =
        |name: &str| name.strip_prefix("wiretale-").or_else(|| (name == "wiretale").then_some(name)).map(str::to_owned);
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter(|package| package["manifest_path"].as_str().is_some_and(|path| path.contains("/crates/")))
        .map(|package| {
            let uses = package["dependencies"].as_array().expect("dependencies").iter();
            let uses = uses
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| ours(dependency["name"].as_str()?));
            (ours(package["name"].as_str().expect("a name")).expect("ours"), uses.collect())
        })
        .collect()
}
