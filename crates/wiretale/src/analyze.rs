//! Captures from the first frame to the last.

use std::path::Path;

use wiretale_capture::{Batch, Capture, Error, Merged, PlainFile, Several};
use wiretale_flow::{Analyzer, Lookback, Recall, Settings, Stats};
use wiretale_protocol::{Observer, Services};

use crate::Standard;

/// What is left when all captures are read.
#[derive(Debug)]
pub struct Analyzed<O> {
    /// The observer.
    pub observer: O,
    /// What was counted.
    pub stats: Stats,
    /// Why reading ended early, of each capture of which it did. Everything before was analysed.
    pub trouble: Vec<Error>,
}

/// Reads the captures at these paths as one, in the order of time, and tells `observer` what [`Standard`] finds.
///
/// # Errors
/// If one cannot be opened or is no capture. A capture that is cut off behind its header is no error
/// but [`Analyzed::trouble`].
pub fn analyze<O>(
    paths: impl IntoIterator<Item = impl AsRef<Path>>,
    settings: Settings,
    observer: O,
) -> Result<Analyzed<O>, Error>
where
    O: Observer,
    Standard: Services<O>,
{
    let captures = paths.into_iter().map(Capture::open).collect::<Result<Vec<_>, _>>()?;
    Ok(analyze_captures::<Standard, O>(captures, settings, observer))
}

/// Reads open captures with a list of protocols of one's own. A single plain file is looked back into where bytes are
/// sent twice.
pub fn analyze_captures<P, O>(captures: Vec<Capture>, settings: Settings, observer: O) -> Analyzed<O>
where
    O: Observer,
    P: Services<O>,
{
    let mut analyzer = Analyzer::<P, O>::new(observer, settings);
    let trouble = match <[Capture; 1]>::try_from(captures) {
        Ok([only]) => Vec::from_iter(one(only, &mut analyzer)),
        Err(captures) => several(captures, &mut analyzer),
    };
    let (observer, stats) = analyzer.finish_with_stats();
    Analyzed { observer, stats, trouble }
}

fn one<P: Services<O>, O: Observer>(mut capture: Capture, analyzer: &mut Analyzer<P, O>) -> Option<Error> {
    while let Some(next) = capture.next_many(AT_ONCE) {
        match next {
            Ok(several) => analyze_several(analyzer, &several),
            Err(error) => return Some(error),
        }
    }
    None
}

/// Frames that are worth taking together.
pub const AT_ONCE: usize = 256;

/// The next frames of a capture, as [`Capture::next_many`] lends them: a plain file is looked back into.
pub fn analyze_several<P: Services<O>, O: Observer>(analyzer: &mut Analyzer<P, O>, several: &Several<'_>) {
    let again = several.plain.map(Again);
    let lookback = again.as_ref().map(|capture| Lookback { position: several.position, capture });
    analyzer.packets(&several.frames, several.first, lookback);
}

fn several<P: Services<O>, O: Observer>(captures: Vec<Capture>, analyzer: &mut Analyzer<P, O>) -> Vec<Error> {
    let (mut merged, mut batch, mut trouble) = (Merged::new(captures), Batch::default(), Vec::new());
    while let Some(next) = merged.next_batch(&mut batch) {
        match next {
            Ok(()) => analyze_batch(analyzer, &batch),
            // The other captures go on.
            Err(error) => trouble.push(error),
        }
    }
    trouble
}

/// All frames of a batch.
pub fn analyze_batch<P: Services<O>, O: Observer>(analyzer: &mut Analyzer<P, O>, batch: &Batch) {
    let frames: Vec<_> = batch.frames(0..batch.len()).collect();
    analyzer.packets(&frames, batch.first(), None);
}

/// A plain file that is looked back into.
pub(crate) struct Again<'f>(pub(crate) &'f PlainFile);

impl Recall for Again<'_> {
    fn recall(&self, position: u64, bytes: &mut [u8]) -> bool {
        self.0.read_at(position, bytes)
    }
}
