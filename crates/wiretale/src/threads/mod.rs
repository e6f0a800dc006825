//! Captures on several threads.
//!
//! A reader fills [batches](wiretale_capture::Batch) that are shared, and hands each frame to the thread to which the pair
//! of its addresses falls. Each thread has an analyzer of its own, and puts down what that tells instead of doing anything
//! about it. The thread that called tells the observer, call by call, in the order of [`Place`](wiretale_protocol::Place)s,
//! which is the order in which one analyzer alone would have told it. So the observer is what it was, lives in one thread,
//! and cannot tell how many others there are.
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
mod tell;
mod wait;
mod work;

use std::fmt;
use std::sync::Mutex;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use wiretale_capture::{Batches, Capture};
use wiretale_flow::{Settings, Share};

use self::reader::{AHEAD, Reader, Reading, Whose};
use self::recorder::{Recorder, Wishes};
pub use self::replay::Listener;
use self::replay::Replay;
use self::tell::{Thread, tell};
use self::wait::Guard;
use self::work::{Input, work};
use crate::Analyzed;
use crate::analyze::Again;

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

#[cfg(test)]
mod tests;
