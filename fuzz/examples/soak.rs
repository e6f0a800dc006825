//! Feeds the targets stored inputs, mangled, as fast as they take them: no fuzzer, no instruments, any compiler.
//!
//! ```text
//! soak [--seed N] [--from N] [--runs N] [--seconds N] [--max-len N] [--corpus DIR] [TARGET...]
//! ```
//! Without a target, all of them in turn. An input that a target does not bear, or that takes it ten seconds, is written
//! to `fuzz/artifacts/TARGET/`. The same seed and number (`--from`) make the same input, as long as the corpus is the
//! same.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use wiretale_fuzz::mangle::{Mangler, words};
use wiretale_fuzz::{TARGETS, Target};

fn main() -> ExitCode {
    let wanted = match Wanted::from_args(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(what) => {
            eprintln!("soak: {what}");
            return ExitCode::from(2);
        }
    };
    println!("{:<12} {:>12} {:>8} {:>11}", "target", "executions", "seconds", "a second");
    for target in TARGETS.iter().filter(|(name, _)| wanted.targets.is_empty() || wanted.targets.contains(name)) {
        if let Err(failed) = soak(target, &wanted) {
            eprintln!("{} does not bear {}", target.0, failed.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

struct Wanted {
    seed: u64,
    from: u64,
    runs: u64,
    seconds: u64,
    max_len: usize,
    corpus: Option<PathBuf>,
    targets: Vec<&'static str>,
}

impl Wanted {
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let (seconds, runs) = (u64::MAX, u64::MAX);
        let mut wanted = Self { seed: 1, from: 0, runs, seconds, max_len: 256, corpus: None, targets: Vec::new() };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
            let number = |value: String| value.parse::<u64>().map_err(|_| format!("{arg} wants a number, not {value}"));
            match arg.as_str() {
                "--seed" => wanted.seed = number(value()?)?,
                "--from" => wanted.from = number(value()?)?,
                "--runs" => wanted.runs = number(value()?)?,
                "--seconds" => wanted.seconds = number(value()?)?,
                "--max-len" => wanted.max_len = number(value()?)? as usize,
                "--corpus" => wanted.corpus = Some(value()?.into()),
                name => match TARGETS.iter().find(|target| target.0 == name) {
                    Some((name, _)) => wanted.targets.push(name),
                    None => return Err(format!("there is no target {name}")),
                },
            }
        }
        if (wanted.seconds, wanted.runs) == (u64::MAX, u64::MAX) {
            wanted.seconds = 2;
        }
        Ok(wanted)
    }
}

fn soak(&(name, body): &Target, wanted: &Wanted) -> Result<(), PathBuf> {
    let stored = stored(name, wanted.corpus.as_deref());
    let mangler = Arc::new(Mangler::new(wanted.seed, wanted.max_len, stored, dictionary(name)));
    let number = Arc::new(AtomicU64::new(wanted.from));
    let watched = watch(name, &mangler, &number);
    let (begun, mut input, mut runs) = (Instant::now(), Vec::new(), 0);
    while runs < wanted.runs && (runs % 64 != 0 || begun.elapsed().as_secs() < wanted.seconds) {
        let at = wanted.from + runs;
        number.store(at, Relaxed);
        mangler.input(at, &mut input);
        if std::panic::catch_unwind(|| body(&input)).is_err() {
            return Err(kept(name, at, &input));
        }
        runs += 1;
    }
    number.store(DONE, Relaxed);
    watched.thread().unpark();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name:<12} {runs:>12} {seconds:>8.1} {:>11.0}", runs as f64 / seconds);
    Ok(())
}

// An input that hangs cannot be caught, only told.
fn watch(name: &'static str, mangler: &Arc<Mangler>, number: &Arc<AtomicU64>) -> std::thread::JoinHandle<()> {
    let (mangler, number) = (Arc::clone(mangler), Arc::clone(number));
    std::thread::spawn(move || {
        let mut last = None;
        loop {
            std::thread::park_timeout(PATIENCE);
            let now = number.load(Relaxed);
            if now == DONE {
                return;
            }
            if last.replace(now) == Some(now) {
                let mut input = Vec::new();
                mangler.input(now, &mut input);
                eprintln!("{name} takes too long for {}", kept(name, now, &input).display());
                std::process::exit(1);
            }
        }
    })
}

fn kept(name: &str, number: u64, input: &[u8]) -> PathBuf {
    let folder = root().join("artifacts").join(name);
    let path = folder.join(format!("soak-{number}"));
    if std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, input)).is_err() {
        eprintln!("{} cannot be written: {input:?}", path.display());
    }
    path
}

fn stored(name: &str, more: Option<&Path>) -> Vec<Vec<u8>> {
    let folders = [root().join("corpus"), root().join("regressions")].into_iter().chain(more.map(Path::to_owned));
    let entries = folders.filter_map(|folder| std::fs::read_dir(folder.join(name)).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

fn dictionary(name: &str) -> Vec<Vec<u8>> {
    let family = match name {
        "irc" | "irc_line" | "dcc" | "dcc_line" => "irc",
        "ftp" | "ftp_data" => "ftp",
        "ssh" | "dns" | "websocket" => name,
        "recognize" | "pcap" => "magic",
        _ => return Vec::new(),
    };
    let text = std::fs::read_to_string(root().join(format!("dict/{family}.dict")));
    text.map_or_else(|_| Vec::new(), |text| words(&text))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const DONE: u64 = u64::MAX;
const PATIENCE: Duration = Duration::from_secs(10);
