//! What a thread does that analyses.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender};

use wiretale_flow::{Analyzer, Settings, Share};

use super::reader::{Reader, read_on};
use super::recorder::Recorder;
use super::round::Round;
use super::wait::{Guard, next};
use crate::Standard;
use crate::analyze::Again;

/// Where an analyzer's rounds come from, and what else it needs.
pub(super) struct Input<'s> {
    pub(super) rounds: Receiver<Round>,
    /// Hears of each that was analysed.
    pub(super) worked: Sender<()>,
    /// If it may read, when it has nothing else to do.
    pub(super) reader: Option<&'s Mutex<Reader>>,
    /// What can be looked back into.
    pub(super) again: Option<&'s Again<'s>>,
}

/// One analyzer's work.
pub(super) fn work(recorder: Recorder, input: &Input<'_>, settings: Settings, share: Share) {
    let guard = Guard(share.clone());
    let mut analyzer = Analyzer::<Standard, Recorder>::sharing(recorder, settings, share.clone());
    while let Some(round) = next(&input.rounds, || input.reader.is_some_and(read_on)) {
        analyzer.observer_mut().observed = round.observed;
        analyzer.observer_mut().begin(&round.batch);
        analyze(&mut analyzer, &round, input.again);
        analyzer.now(round.now);
        share.reach_frame(round.last + 1);
        analyzer.observer_mut().round();
        // The reader may have read its last.
        let _ = input.worked.send(());
        if share.is_abandoned() {
            return;
        }
    }
    let (recorder, stats) = analyzer.finish_with_stats();
    recorder.end(stats);
    drop(guard);
}

/// The frames of a round, each in its second.
fn analyze(analyzer: &mut Analyzer<Standard, Recorder>, round: &Round, again: Option<&Again<'_>>) {
    let (frames, numbers) = (round.frames(), round.numbers());
    #[cfg(test)]
    super::tests::poison(&numbers);
    let some = |analyzer: &mut Analyzer<_, _>, part: Range<usize>| {
        let packets = round.packets().get(part.clone()).unwrap_or_default();
        let lookback = round.lookback(part.start, again);
        analyzer.packets_of(&frames[part.clone()], packets, &numbers[part], lookback);
    };
    let mut from = 0;
    for turn in &round.turns {
        some(analyzer, from..turn.before);
        analyzer.time(turn.now, turn.frame);
        from = turn.before;
    }
    some(analyzer, from..frames.len());
}
