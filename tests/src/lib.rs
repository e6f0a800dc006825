//! Helpers of the tests of whole captures.
#![forbid(unsafe_code)]

use std::path::PathBuf;

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
