//! Every stored input through its target: `fuzz/corpus/<target>/`, `fuzz/regressions/<target>/`; and where they are at
//! hand, Zeek's own corpora.

use std::path::{Path, PathBuf};
use std::process::Command;

use wiretale_fuzz::TARGETS;

#[test]
fn stored_inputs_are_borne() {
    for (name, body) in TARGETS {
        let mut inputs = 0;
        for folder in ["corpus", "regressions"] {
            let Ok(entries) = std::fs::read_dir(root().join(folder).join(name)) else { continue };
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
            paths.sort();
            for path in paths {
                told(&path.display().to_string(), || {
                    body(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
                });
                inputs += 1;
            }
        }
        assert!(inputs > 0, "{name} has no stored input");
    }
}

#[test]
fn every_target_is_built() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("readable");
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let shim = std::fs::read_to_string(root().join(format!("fuzz_targets/{name}.rs"))).expect("a shim");
        assert_eq!(shim.matches(&format!("wiretale_fuzz::{name}")).count(), 3, "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

#[test]
fn zeeks_corpora_are_borne() {
    let seeds = root().join("../../shared/data/fuzz-seeds");
    if !seeds.exists() {
        println!("skipped: ../shared/data/fuzz-seeds is not here");
        return;
    }
    let mut inputs = 0;
    for (corpus, targets) in [
        ("irc", &["irc", "recognize"][..]),
        ("ftp", &["ftp", "recognize"]),
        ("ssh", &["ssh", "recognize"]),
        ("http", &["recognize", "irc"]),
        ("imap", &["recognize"]),
        ("pop3", &["recognize"]),
        ("smtp", &["recognize", "terminal"]),
        ("websocket", &["recognize", "irc"]),
        ("packet", &["packet", "pipeline"]),
    ] {
        for (number, input) in unzipped(&seeds.join(format!("{corpus}-corpus.zip"))).iter().enumerate() {
            for target in targets {
                let (_, body) = TARGETS.iter().find(|(name, _)| name == target).expect("a target");
                told(&format!("{corpus} {number} in {target}"), || body(&shaped(target, input)));
            }
            inputs += 1;
        }
    }
    assert!(inputs > 100, "{inputs} inputs");
}

// Zeek's packets stand alone; ours have a link type or a length before them.
fn shaped(target: &str, input: &[u8]) -> Vec<u8> {
    match target {
        "packet" => [&[0, 1], input].concat(),
        "pipeline" => [&(input.len().min(65_535) as u16).to_be_bytes()[..], input].concat(),
        "recognize" => [&[0x80], input].concat(),
        _ => input.to_vec(),
    }
}

// Says which input it was.
fn told(name: &str, run: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        eprintln!("that was {name}");
        std::panic::resume_unwind(panic);
    }
}

// The members of an archive of at most 128 KiB, each behind its length.
fn unzipped(archive: &Path) -> Vec<Vec<u8>> {
    let Ok(output) = Command::new("python3").args(["-c", UNZIP]).arg(archive).output() else {
        println!("skipped: python3 is not here to unzip {}", archive.display());
        return Vec::new();
    };
    let (mut members, mut rest) = (Vec::new(), output.stdout.as_slice());
    while let Some((len, after)) = rest.split_first_chunk::<4>() {
        let (member, after) = after.split_at(u32::from_be_bytes(*len) as usize);
        members.push(member.to_vec());
        rest = after;
    }
    members
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const UNZIP: &str = "
import struct, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
for info in archive.infolist():
    if not info.is_dir() and info.file_size <= 131072:
        sys.stdout.buffer.write(struct.pack('>I', info.file_size) + archive.read(info))
";
