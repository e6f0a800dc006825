//! Captures on several threads.
//!
//! A reader fills [batches](wiretale_capture::Batch) that are shared, and hands each frame to the thread to which the pair of its addresses falls. Each thread has an analyzer of its
//! own, and puts down what that tells instead of doing anything about it. The thread that called tells the observer, call
//! by call, in the order of [`Place`](wiretale_protocol::Place)s, which is the order in which one analyzer alone would
//! have told it. So the observer is what it was, lives in one thread, and cannot tell how many others there are.
//!
//! With two threads one analyses and the other observes, and whichever has nothing to do meanwhile reads; while much waits
//! to be analysed, packets are taken out of their frames, too. Every further one analyses: it has a share of the flows, and
//! waits for the others where one flow may have announced another. All of them wait for the observer then, so that reading
//! is left to a thread beside.

/// The protocols that have something to say, each with its name among calls and the list in which its events are put down,
/// for a macro that says what to do with them. IRC has more to say than all others, and a [shelf](crate::irc::Shelf).
macro_rules! each_protocol {
    ($then:ident) => {
        $then! {
            dcc::Dcc, Dcc, dcc;
            dcc::DccChat, Chat, dcc;
            ssh::Ssh, Ssh, ssh;
            ftp::Ftp, Ftp, ftp;
            ftp::FtpData, FtpData, ftp_data;
            dns::Dns, Dns, dns;
            terminal::Terminal, Terminal, terminal;
        }
    };
}

mod kept;
mod reader;
mod recorder;
mod replay;
mod round;
mod slips;

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use wiretale_capture::{Batches, Capture};
use wiretale_flow::{Analyzer, Settings, Share, Stats};

use self::reader::{AHEAD, Reader, Reading, Whose};
use self::recorder::{Recorder, Told, Wishes};
pub use self::replay::Listener;
use self::replay::{Pages, Replay};
use self::round::Round;
use self::slips::Slips;
use crate::analyze::Again;
use crate::{Analyzed, Standard};

/// The most threads that [`analyze_threads`] uses.
pub const MOST_THREADS: usize = 64;

/// A thread that analysed ended as it should not have, which is an error of this library. What the observer was told
/// before is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crashed;

impl fmt::Display for Crashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a thread of the analysis came to an unexpected end: what is written is not whole")
    }
}

impl std::error::Error for Crashed {}

/// Analyses captures as one, in the order of time, with `threads`, at least two and at most [`MOST_THREADS`]. One of them is
/// this one, and observes. The observer is told the same, in the same order, for any number of them, as long as no bound in
/// [`Settings::limits`] is reached: of those each analyzer has its share.
///
/// Now and then `go_on` is asked, with how many frames and bytes of the files were read; if it says no, that is the end.
///
/// # Errors
/// If a thread panics.
pub fn analyze_threads<O: Listener>(
    captures: Vec<Capture>,
    threads: usize,
    settings: &Settings,
    observer: O,
    go_on: impl FnMut(u64, u64, &O) -> bool,
) -> Result<Analyzed<O>, Crashed> {
    let batches = Batches::of(captures);
    let plain = batches.plain().cloned();
    let again = plain.as_ref().map(Again);
    let threads = threads.clamp(2, MOST_THREADS) - 1;
    let (checks, settings) = (settings.checks(), shared_by(settings, threads));
    let wishes = Wishes::of(&observer);
    let shares = Share::among(threads);
    let replay = Replay::new(observer, threads);
    let ((worked, back), (done, told)) = (channel(), channel());
    let (inputs, rounds): (Vec<_>, Vec<_>) = shares.iter().map(|_| sync_channel(AHEAD)).unzip();
    let reader = Reader::new(batches, checks, inputs, back, told);
    let (either, another) = if threads == 1 { (Some(Mutex::new(reader)), None) } else { (None, Some(reader)) };
    let (told, well, read) = thread::scope(|scope| {
        let (mut outputs, mut workers) = (Vec::new(), Vec::new());
        for (share, rounds) in shares.iter().zip(rounds) {
            let ((told, output), (used, back)) = (channel(), channel());
            let recorder = Recorder::new(wishes, threads == 1, told, back);
            let input = Input { rounds, worked: worked.clone(), reader: either.as_ref(), again: again.as_ref() };
            let (settings, share) = (settings.clone(), share.clone());
            workers.push(scope.spawn(move || work(recorder, &input, settings, share)));
            outputs.push(Thread::new(output, used));
        }
        let (mark, marks) = channel();
        let another = another.map(|reader| scope.spawn(move || reader::read(reader, &mark)));
        let whose = either.as_ref().map_or(Whose::Another(marks), Whose::Either);
        let guard = Guard(shares[0].clone());
        let told = tell(replay, outputs, Reading::new(whose, done), go_on);
        if told.as_ref().is_none_or(|(.., whole)| !whole) {
            guard.0.abandon();
        }
        // Every thread is asked how it ended, so that none takes this one with it.
        let ended = workers.into_iter().map(thread::ScopedJoinHandle::join).fold(true, |well, end| well & end.is_ok());
        (told, ended, another.and_then(|reader| reader.join().ok()))
    });
    let (Some((observer, mut stats, _)), Some(read), true) = (told, either.map(reader::end).or(read), well) else {
        return Err(Crashed);
    };
    (stats.frames, stats.bytes, stats.flows_peak) = (read.frames, read.bytes, shares[0].peak());
    (stats.cut, stats.course) = (read.cut, read.course);
    Ok(Analyzed { observer, stats, trouble: read.trouble })
}

/// Each thread has its share of what may be held.
fn shared_by(settings: &Settings, threads: usize) -> Settings {
    let mut settings = settings.clone();
    settings.limits.flows = (settings.limits.flows / threads).max(1);
    settings.limits.memory = (settings.limits.memory / threads).max(1);
    settings
}

/// Where an analyzer's rounds come from, and what else it needs.
struct Input<'s> {
    rounds: Receiver<Round>,
    // Hears of each that was analysed.
    worked: Sender<()>,
    // If it may read, when it has nothing else to do.
    reader: Option<&'s Mutex<Reader>>,
    // What can be looked back into.
    again: Option<&'s Again<'s>>,
}

/// One analyzer's work.
fn work(recorder: Recorder, input: &Input<'_>, settings: Settings, share: Share) {
    let guard = Guard(share.clone());
    let mut analyzer = Analyzer::<Standard, Recorder>::sharing(recorder, settings, share.clone());
    while let Some(round) = next(&input.rounds, || input.reader.is_some_and(reader::read_on)) {
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
    tests::poison(&numbers);
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

/// Tells the observer all that the threads tell, in order. Nothing comes back if one of them has come to grief; false,
/// if it was not to go on to the end.
fn tell<O: Listener>(
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
struct Thread {
    from: Receiver<Told>,
    // Takes back what was read.
    used: Sender<Box<Slips>>,
    pages: Option<Pages>,
    // All of the round is here.
    round: bool,
    ended: Option<Box<Stats>>,
}

impl Thread {
    const fn new(from: Receiver<Told>, used: Sender<Box<Slips>>) -> Self {
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

/// The next thing that comes; nothing if the other end is no more. There may be something to do `meanwhile`; false if not.
///
/// Whoever waits has less to do than the other, who would have to wake it, a call of the system that takes as long as
/// dozens of packets. So it looks again after a nap that is shorter than what lies between the two.
fn next<T>(from: &Receiver<T>, meanwhile: impl Fn() -> bool) -> Option<T> {
    loop {
        match from.try_recv() {
            Ok(next) => return Some(next),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if meanwhile() => {}
            Err(TryRecvError::Empty) => thread::sleep(NAP),
        }
    }
}

/// Has nobody wait for a thread that panics.
struct Guard(Share);

impl Drop for Guard {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}

/// A round takes some ten times as long.
const NAP: Duration = Duration::from_micros(50);

#[cfg(test)]
mod tests;
