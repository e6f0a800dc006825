//! `wiretale analyze`.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufWriter, Write as _};
use std::mem;
use std::path::Path;

use wiretale::protocol::SecretKey;
use wiretale::reassembly::Host;
use wiretale::score::{Case, Evidence, Scorer, Weights, cases_on};
use wiretale::{Limits, Network, Settings};
use wiretale_report::case::{Chronicle, Dossier, Terminal, evidence_lines, notices};
use wiretale_report::{Digest, Directory, Writer};

use crate::args::{self, Analyze, OsPolicy};
use crate::captures::{Opened, broken, open, read};
use crate::case::{self, Tables};
use crate::failure::Failure;
use crate::folder::EVIDENCE;
use crate::observers::{Line, format, observers};
use crate::threads;

/// Reads the captures, writes the logs, prints the summary. What was analysed before an error stays written.
pub(crate) fn run(args: Analyze) -> Result<(), Failure> {
    let Opened { captures, mut errors, mut notes } = open(&args)?;
    let tables = Tables::read(&args.scoring)?;
    let observers = observers(&args, &tables)?;
    let (observers, stats) = match usize::from(args.threads) {
        1 => {
            let mut line = Line::new(observers, settings(&args));
            read(captures, &mut line, &mut errors, &mut notes);
            line.finish_with_stats()
        }
        many => {
            threads::read(captures, many, &settings(&args), observers, |error| broken(error, &mut errors, &mut notes))?
        }
    };
    let (logs, (scorer, chronicle)) = observers;
    let (directory, mut digest) = logs.finish(&stats)?;
    notes.iter().for_each(|note| digest.note(note));
    tell(&args, &tables, directory, &digest, scorer, &chronicle)?;
    // The program ends here: what it knows goes as a whole, and need not be taken apart.
    mem::forget((digest, chronicle));
    if errors.is_empty() { Ok(()) } else { Err(Failure::Captures(errors)) }
}

fn settings(args: &Analyze) -> Settings {
    let random = || RandomState::new().hash_one(0);
    let network = |policy: &OsPolicy| Network::new(policy.network.addr().into(), policy.network.prefix_len());
    Settings {
        checksums: match args.checksums {
            args::Checksums::Auto => wiretale::Checksums::Auto,
            args::Checksums::Verify => wiretale::Checksums::Verify,
            args::Checksums::Ignore => wiretale::Checksums::Ignore,
        },
        hosts: args
            .os_policy
            .iter()
            .map(|policy| (network(policy), Host { overlap: policy.overlap, ..Host::default() }))
            .collect(),
        fragment_hosts: args.os_policy.iter().map(|policy| (network(policy), policy.fragments)).collect(),
        secrets: SecretKey::new(random(), random()),
        seed: random(),
        limits: Limits { memory: Limits::default().memory - OWN_MEMORY, ..Limits::default() },
        ..Settings::default()
    }
}

/// The cases, as files and, after the summary, on the terminal.
fn tell(
    args: &Analyze,
    tables: &Tables,
    directory: Directory,
    digest: &Digest,
    scorer: Scorer,
    chronicle: &Chronicle,
) -> Result<(), Failure> {
    let no_room = scorer.no_room();
    let (mut evidence, names) = scorer.finish();
    tables.tie(&mut evidence);
    let threads = usize::from(args.threads);
    let (written, cases) = cases(directory.path(), threads, evidence, &tables.weights);
    written?;
    let files = digest.files_moved();
    let lacks: Vec<String> = digest.lacks().into_iter().chain(no_room).collect();
    let notes = digest.notes();
    let (weights, inventory) = (&tables.weights, &tables.inventory);
    let dossier = Dossier {
        cases: &cases,
        weights,
        inventory,
        names: &names,
        chronicle,
        files: &files,
        lacks: &lacks,
        notes: &notes,
        written: true,
    };
    let write = || case::write_all(&args.out, &args.scoring, &dossier, threads > 1);
    let (written, (noticed, told)) = case::both(threads > 1, write, || {
        let mut writer = Writer::new(directory, format(args));
        notices(&mut writer, &dossier);
        (writer.finish(), format!("{digest}\n{}", Terminal(dossier)))
    });
    written?;
    noticed?;
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{told}\n{}", case::are_in("Logs, cases", &args.out))
        .and_then(|()| case::print_rules(&mut out, &args.scoring, &dossier))
        .and_then(|()| out.flush())
        .map_err(Failure::Output)?;
    mem::forget((names, cases));
    Ok(())
}

/// Writes the evidence down and makes cases of it.
fn cases(out: &Path, threads: usize, evidence: Vec<Evidence>, weights: &Weights) -> (Result<(), Failure>, Vec<Case>) {
    let written = case::stream(out, EVIDENCE, |file| match threads {
        1 => evidence_lines(file, &evidence),
        _ => evidence.chunks(ROWS).try_for_each(|rows| evidence_in_halves(file, rows)),
    });
    (written, cases_on(threads, evidence, weights))
}

/// Writes some rows of evidence, each half of them made in a thread.
fn evidence_in_halves(file: &mut impl io::Write, rows: &[Evidence]) -> io::Result<()> {
    let (one, other) = rows.split_at(rows.len() / 2);
    let lines = |rows: &[Evidence]| {
        let mut lines = Vec::with_capacity(rows.len() * ROW);
        evidence_lines(&mut lines, rows).map(|()| lines)
    };
    let (one, other) = case::both(true, || lines(one), || lines(other));
    file.write_all(&one?)?;
    file.write_all(&other?)
}

// Rows of evidence that are in memory as text before they are written: three megabytes or so.
const ROWS: usize = 8192;
// Bytes of a row, a few more than most have.
const ROW: usize = 384;
// What the program takes beside the engine and its observers: code, weights, buffers, what the allocator keeps, which is
// more with huge pages.
const OWN_MEMORY: usize = 40 << 20;
