//! `--threads`.

use wiretale::capture::{Capture, Error};
use wiretale::{Settings, Stats, analyze_threads};

use crate::analyze::Observers;
use crate::args::Analyze;
use crate::failure::Failure;
use crate::progress::Progress;

/// How many threads analyse. One capture that lies in memory can be shared out; a pipe, a compressed file and several
/// captures at once are read as they come.
pub(crate) fn count(args: &Analyze, captures: &[Capture]) -> usize {
    let wanted = usize::from(args.threads);
    match captures {
        [only] if only.frames().is_some() => wanted,
        _ => 1,
    }
}

/// The whole capture through so many analyzers.
pub(crate) fn read(
    capture: &Capture,
    threads: usize,
    settings: &Settings,
    observers: Observers,
    broken: impl FnMut(Error),
) -> Result<(Observers, Stats), Failure> {
    let mut progress = Progress::new(capture.bytes_total());
    let go_on = |frames: u64, bytes: u64, observers: &Observers| {
        progress.at(frames, || bytes);
        !observers.0.has_failed()
    };
    let Some(analyzed) = analyze_threads(capture, threads, settings, observers, go_on) else {
        return Err(Failure::Refused("the capture cannot be shared out".to_owned()));
    };
    progress.finish();
    let analyzed = analyzed.map_err(|crashed| Failure::Refused(crashed.to_string()))?;
    analyzed.trouble.into_iter().for_each(broken);
    Ok((analyzed.observer, analyzed.stats))
}
