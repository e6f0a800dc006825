//! The captures that a command line names: opened, and read through the line.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wiretale::capture::{Batch, Capture, Error, Merged};
use wiretale::{AT_ONCE, analyze_batch, analyze_several};

use crate::args::Analyze;
use crate::failure::Failure;
use crate::observers::Line;
use crate::progress::Progress;

/// What can be read, what cannot, and what there is to say of others.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) captures: Vec<Capture>,
    pub(crate) errors: Vec<Error>,
    pub(crate) notes: Vec<String>,
}

/// Opens every capture that can be opened, of which there must be one. Beside others, one in which nothing was written yet
/// is noted and no error. One that is named twice is read once.
pub(crate) fn open(args: &Analyze) -> Result<Opened, Failure> {
    let (mut opened, mut blank) = (Opened::default(), Vec::new());
    let mut named = BTreeSet::new();
    for path in &args.captures {
        if !named.insert(place(path)) {
            opened.notes.push(format!("{} is named twice: it is read once.", path.display()));
            continue;
        }
        match Capture::open(path) {
            Ok(capture) => opened.captures.push(capture),
            Err(error) if error.is_empty() || error.is_cut() => blank.push(error),
            Err(error) => opened.errors.push(error),
        }
    }
    if opened.captures.is_empty() {
        opened.errors.extend(blank);
        return Err(Failure::Captures(opened.errors));
    }
    blank.iter().for_each(|error| note(error, &mut opened.notes));
    Ok(opened)
}

/// What tells a capture from others: by whatever name, a file is one.
fn place(path: &Path) -> PathBuf {
    let file = (path != Path::new("-")).then(|| fs::canonicalize(path).ok());
    file.flatten().unwrap_or_else(|| path.to_owned())
}

/// Every frame through the line. A capture that is cut off is noted and no error; one that is broken is both.
pub(crate) fn read(mut captures: Vec<Capture>, line: &mut Line, errors: &mut Vec<Error>, notes: &mut Vec<String>) {
    if let [only] = captures.as_mut_slice() {
        return read_one(only, line, errors, notes);
    }
    let (mut merged, mut batch) = (Merged::new(captures), Batch::default());
    let mut progress = Progress::new(merged.bytes_total());
    while let Some(next) = merged.next_batch(&mut batch) {
        match next {
            Ok(()) => analyze_batch(line, &batch),
            Err(error) => broken(error, errors, notes),
        }
        progress.at(merged.number(), || merged.bytes_read());
        if line.observer().0.has_failed() {
            break;
        }
    }
    progress.finish();
}

/// The same for one capture, many frames at a time.
fn read_one(capture: &mut Capture, line: &mut Line, errors: &mut Vec<Error>, notes: &mut Vec<String>) {
    let mut progress = Progress::new(capture.bytes_total());
    while let Some(next) = capture.next_many(AT_ONCE) {
        match next {
            Ok(several) => analyze_several(line, &several),
            Err(error) => broken(error, errors, notes),
        }
        progress.at(capture.number(), || capture.bytes_read());
        if line.observer().0.has_failed() {
            break;
        }
    }
    progress.finish();
}

pub(crate) fn broken(error: Error, errors: &mut Vec<Error>, notes: &mut Vec<String>) {
    if error.is_cut() {
        note(&error, notes);
    } else {
        notes.push(format!("{error}; what stands behind it was not read"));
        errors.push(error);
    }
}

/// Says what is wrong with a capture, which fails nothing.
fn note(error: &Error, notes: &mut Vec<String>) {
    let _ = writeln!(io::stderr(), "wiretale: {error}");
    notes.push(error.to_string());
}
