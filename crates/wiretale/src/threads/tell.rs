//! What the threads have to tell, brought together in one order.

use std::sync::mpsc::{Receiver, Sender};

use wiretale_flow::Stats;

use super::reader::Reading;
use super::recorder::Told;
use super::replay::{Listener, Pages, Replay};
use super::slips::Slips;
use super::wait::next;

/// Tells the observer all that the threads tell, in order. Nothing comes back if one of them has come to grief; false,
/// if it was not to go on to the end.
pub(super) fn tell<O: Listener>(
    mut replay: Replay<O>,
    mut threads: Vec<Thread>,
    mut reading: Reading<'_>,
    mut go_on: impl FnMut(u64, u64, &O) -> bool,
) -> Option<(O, Stats, bool)> {
    let mut stats = Stats::default();
    loop {
        for thread in &mut threads {
            thread.advance(&reading)?;
        }
        while let Some(first) = first(&threads) {
            let thread = &mut threads[first];
            if let Some(pages) = &mut thread.pages {
                replay.scene(first, pages);
                if pages.is_over() {
                    thread.advance(&reading)?;
                }
            }
        }
        if threads.iter().all(|thread| thread.ended.is_some()) {
            threads.iter().filter_map(|thread| thread.ended.as_deref()).for_each(|ended| stats.add(ended));
            return Some((replay.observer, stats, true));
        }
        threads.iter_mut().for_each(|thread| thread.round = false);
        let (frames, bytes) = reading.told(replay.memory());
        if !go_on(frames, bytes, &replay.observer) {
            return Some((replay.observer, stats, false));
        }
    }
}

/// The thread whose next scene comes first, if any has one in this round.
fn first(threads: &[Thread]) -> Option<usize> {
    let mut first: Option<(usize, &Pages)> = None;
    for (index, thread) in threads.iter().enumerate() {
        let Some(pages) = &thread.pages else { continue };
        if first.is_none_or(|(_, best)| pages.is_before(best)) {
            first = Some((index, pages));
        }
    }
    first.map(|(index, _)| index)
}

/// What comes from one thread.
pub(super) struct Thread {
    from: Receiver<Told>,
    /// Takes back what was read.
    used: Sender<Box<Slips>>,
    pages: Option<Pages>,
    /// All of the round is here.
    round: bool,
    ended: Option<Box<Stats>>,
}

impl Thread {
    pub(super) const fn new(from: Receiver<Told>, used: Sender<Box<Slips>>) -> Self {
        Self { from, used, pages: None, round: false, ended: None }
    }

    /// Sees to it that there is something to tell, if there is more in this round, and reads the capture meanwhile; nothing
    /// if the thread is no more.
    fn advance(&mut self, reading: &Reading<'_>) -> Option<()> {
        if let Some(pages) = self.pages.take() {
            // It may have ended.
            let _ = self.used.send(pages.used());
        }
        while self.pages.is_none() && !self.round && self.ended.is_none() {
            match next(&self.from, || reading.go_on())? {
                Told::Slips(slips) => {
                    let pages = Pages::of(slips);
                    if pages.is_over() {
                        // The other end may wait for it.
                        let _ = self.used.send(pages.used());
                    } else {
                        self.pages = Some(pages);
                    }
                }
                Told::Round => self.round = true,
                Told::End(stats) => self.ended = Some(stats),
            }
        }
        Some(())
    }
}
