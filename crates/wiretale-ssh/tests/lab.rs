//! The lab's recordings against what the servers themselves logged.

#[allow(unreachable_pub)]
mod support;

use serde_json::Value;
use support::{connections, decode_invariantly, shared};

#[test]
fn dump() {
    for rec in ["incident", "benign", "noise"] {
        let Some(path) = shared(&format!("lab/{rec}/{rec}.pcap.gz")) else { return };
        let truth: Value =
            serde_json::from_str(&std::fs::read_to_string(path.with_file_name("ground_truth.json")).unwrap()).unwrap();
        for c in connections(&path) {
            let Some(said) = decode_invariantly(&c, 4) else { continue };
            let t = truth["ssh_auth"].as_array().unwrap().iter().find(|a| a["sport"] == c.client.port);
            let l = truth["flows"]
                .as_array()
                .unwrap()
                .iter()
                .find(|a| a["sport"] == c.client.port)
                .map(|f| f["label"].to_string());
            println!(
                "{rec} {} {:?} truth {:?}",
                c.client,
                l,
                t.map(|t| (t["failed"].to_string(), t["accepted"].to_string()))
            );
            println!("   {:?} {:?}", said.session, said.weirds);
        }
    }
}
