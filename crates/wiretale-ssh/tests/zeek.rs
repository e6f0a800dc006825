//! Captures of Zeek's tests and of Suricata's and nDPI's, against what Zeek writes of them.

#[allow(unreachable_pub)]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{Said, connections, decode_invariantly, shared};

#[test]
fn columns() {
    let Some(root) = shared("zeek-logs") else { return };
    let manifest = std::fs::read_to_string(root.join("manifest.tsv")).unwrap();
    for line in manifest.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[1] != "ssh" {
            continue;
        }
        let capture = root.join(cells[0]);
        let rows = rows(&root.join(cells[3]));
        for c in connections(&capture) {
            let key = format!("{}:{}", c.client, c.server);
            let Some(said) = decode_invariantly(&c, 3) else { continue };
            let row = rows
                .iter()
                .find(|r| r["id.orig_p"] == c.client.port.to_string() && r["id.resp_p"] == c.server.port.to_string());
            let l = said.session.map(|s| s.login);
            match row {
                None => println!("{} {key} NO ROW {:?} {:?}", cells[0], said.idents, said.weirds),
                Some(row) => {
                    let mine = mine(&said);
                    for (k, v) in &mine {
                        if &row[*k] != v {
                            println!("{} {key} {k}: zeek {} mine {v}", cells[0], row[*k]);
                        }
                    }
                    let auth =
                        l.map(|l| (l.accepted.map_or("-", |a| if a { "T" } else { "F" }), l.attempts.to_string()));
                    if auth.as_ref().is_none_or(|a| a.0 != row["auth_success"] || a.1 != row["auth_attempts"]) {
                        println!(
                            "{} {key} auth zeek {} {} mine {:?} conf {} {:?}",
                            cells[0], row["auth_success"], row["auth_attempts"], l, said.confirmed, said.weirds
                        );
                    }
                    if let Some(s) = said.session
                        && (s.typing.keystrokes > 3
                            || s.reverse_typing.keystrokes > 0
                            || s.upload.bytes > 0
                            || s.download.bytes > 0)
                    {
                        println!(
                            "     {:?}",
                            (s.typing, s.reverse_typing, s.upload, s.download, s.local_forward, s.reverse_tunnel)
                        )
                    }
                }
            }
        }
    }
}

fn mine(said: &Said) -> Vec<(&'static str, String)> {
    let dash = |s: Option<String>| s.unwrap_or_else(|| "-".into());
    let alg = |i: usize| dash(said.algorithms.as_ref().map(|a| a[i].clone()));
    vec![
        ("version", dash(said.version.map(|v| v.to_string()))),
        ("client", dash(said.idents[0].clone())),
        ("server", dash(said.idents[1].clone())),
        ("cipher_alg", alg(0)),
        ("mac_alg", alg(1)),
        ("compression_alg", alg(2)),
        ("kex_alg", alg(3)),
        ("host_key_alg", alg(4)),
        ("host_key_fingerprint", dash(said.fingerprints.first().cloned())),
    ]
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let fields: Vec<String> =
        text.lines().find_map(|l| l.strip_prefix("#fields\t")).unwrap().split('\t').map(String::from).collect();
    text.lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| fields.iter().cloned().zip(l.split('\t').map(String::from)).collect())
        .collect()
}
