//! `--threads`.

use wiretale::capture::{Capture, Error};
use wiretale::{Settings, Stats, analyze_threads};

use crate::failure::Failure;
use crate::observers::Observers;
use crate::progress::Progress;

/// The captures through so many threads.
pub(crate) fn read(
    captures: Vec<Capture>,
    threads: usize,
    settings: &Settings,
    observers: Observers,
    broken: impl FnMut(Error),
) -> Result<(Observers, Stats), Failure> {
    let mut progress = Progress::new(captures.iter().map(Capture::bytes_total).sum());
    let go_on = |frames: u64, bytes: u64, observers: &Observers| {
        progress.at(frames, || bytes);
        !observers.0.has_failed()
    };
    let analyzed = analyze_threads(captures, threads, settings, observers, go_on);
    progress.finish();
    let analyzed = analyzed.map_err(|crashed| Failure::Refused(crashed.to_string()))?;
    analyzed.trouble.into_iter().for_each(broken);
    Ok((analyzed.observer, analyzed.stats))
}
