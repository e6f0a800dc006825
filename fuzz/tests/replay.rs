//! Every stored input through its target: `fuzz/corpus/<target>/`, `fuzz/regressions/<target>/`; and where they are at
//! hand, other projects' corpora.

use std::path::Path;

use wiretale_fuzz::TARGETS;

#[test]
fn stored_inputs_are_borne() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs = 0;
    for (name, body) in TARGETS {
        for folder in ["corpus", "regressions"] {
            let Ok(entries) = std::fs::read_dir(root.join(folder).join(name)) else { continue };
            for entry in entries {
                let path = entry.expect("readable").path();
                body(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
                inputs += 1;
            }
        }
    }
    assert!(inputs >= TARGETS.len(), "every target has at least one stored input");
}
