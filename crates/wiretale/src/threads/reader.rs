//! Hands out the frames of a capture.

use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Mutex, PoisonError};

use wiretale_capture::{Error, Frames};
use wiretale_flow::{Clock, Course, Share, read_ahead};
use wiretale_packet::{Body, Checks, Frame, Packet, Timestamp, dissect, plain_tcp, plain_tcp_into};

/// The frames of a stretch of a capture that one thread is to look at.
#[derive(Default)]
pub(super) struct Round<'m> {
    pub(super) frames: Vec<Frame<'m>>,
    /// The plain packets in them, or nothing where it is left to the analyzer to take them out: so it is where there are
    /// several, and where the only one is not [`BEHIND`].
    pub(super) packets: Vec<Option<Packet<'m>>>,
    /// Their numbers.
    pub(super) numbers: Vec<u64>,
    /// Where another second begins.
    pub(super) turns: Vec<Turn>,
    /// The number of the stretch's last frame, whoever looks at it.
    pub(super) last: u64,
    /// Packet time at its end.
    pub(super) now: Timestamp,
    /// Bytes that the observer kept when it had been told all up to [`AHEAD`] rounds before: the same in every run.
    pub(super) observed: usize,
}

/// Packet time has come to another second.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Before which of a round's frames.
    pub(super) before: usize,
    /// With which frame of the capture.
    pub(super) frame: u64,
    /// The time it is.
    pub(super) now: Timestamp,
}

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    pub(super) cut: u64,
    pub(super) course: Course,
    /// Why reading ended early, if it did.
    pub(super) trouble: Option<Error>,
}

/// How far reading has come: how many frames, and how far in the file.
pub(super) type Mark = (u64, u64);

/// Reads the frames and hands each to the threads that need it, a round at a time, at most [`AHEAD`] rounds before the
/// last that was told in full.
pub(super) struct Reader<'m> {
    frames: Frames<'m>,
    checks: Checks,
    // Nobody any more, once there is nothing more to read or nobody takes it: then the threads may end.
    to: Vec<SyncSender<Round<'m>>>,
    free: Receiver<Round<'m>>,
    read: Read,
    clock: Clock,
    // What the observer kept when each round had been told: for each there may be one more.
    told: Receiver<usize>,
    // Rounds that are read and not analysed yet, and those that came back from there.
    waiting: usize,
    spare: Vec<Round<'m>>,
}

impl<'m> Reader<'m> {
    pub(super) fn new(
        frames: Frames<'m>,
        checks: Checks,
        to: Vec<SyncSender<Round<'m>>>,
        free: Receiver<Round<'m>>,
        told: Receiver<usize>,
    ) -> Self {
        let (read, clock, spare) = (Read::default(), Clock::default(), Vec::new());
        Self { frames, checks, to, free, read, clock, told, waiting: 0, spare }
    }

    /// Reads a round, if there is more and one may be read now; false if not.
    pub(super) fn read_on(&mut self) -> bool {
        !self.to.is_empty() && self.told.try_recv().map(|observed| self.round(observed)).is_ok()
    }

    // Reads a round and hands it out.
    fn round(&mut self, observed: usize) {
        for round in self.free.try_iter() {
            self.waiting -= 1;
            self.spare.push(round);
        }
        let mut rounds: Vec<Round<'_>> = self.to.iter().map(|_| self.spare.pop().unwrap_or_default()).collect();
        let over = self.fill(&mut rounds);
        rounds.iter_mut().for_each(|round| round.observed = observed / self.to.len());
        let sent = self.to.iter().zip(rounds).all(|(to, round)| to.send(round).is_ok());
        self.waiting += self.to.len();
        if over || !sent {
            self.to.clear();
        }
    }

    fn mark(&self) -> Mark {
        (self.read.frames, self.frames.offset())
    }

    /// Fills a round; true if it is the last.
    fn fill(&mut self, rounds: &mut [Round<'m>]) -> bool {
        let Self { frames, read, clock, .. } = self;
        let checks = (self.waiting >= BEHIND).then_some(self.checks);
        let until = read.frames + FRAMES;
        while read.frames < until {
            let frame = match frames.next() {
                Some(Ok(frame)) => frame,
                last => {
                    read.trouble = last.and_then(Result::err);
                    read.course = clock.course();
                    close(rounds, read, clock);
                    return true;
                }
            };
            read.frames += 1;
            read.bytes += frame.data.len() as u64;
            read.cut += u64::from(frame.is_cut());
            if let Some(now) = clock.turns(frame.at) {
                for round in rounds.iter_mut() {
                    round.turns.push(Turn { before: round.frames.len(), frame: read.frames, now });
                }
            }
            hand_out(frame, checks, read.frames, rounds);
        }
        close(rounds, read, clock);
        false
    }
}

/// Reading, as the thread sees it that tells the observer.
pub(super) struct Reading<'s, 'm> {
    reader: Whose<'s, 'm>,
    told: Sender<usize>,
    // The last that is known.
    mark: Mark,
}

/// Whose work reading is.
pub(super) enum Whose<'s, 'm> {
    /// Of the two threads that there are, that of the one that has nothing else to do.
    Either(&'s Mutex<Reader<'m>>),
    /// That of a thread beside, which says how far it has come: all others wait for the one that tells the observer.
    Another(Receiver<Mark>),
}

impl<'s, 'm> Reading<'s, 'm> {
    pub(super) fn new(reader: Whose<'s, 'm>, told: Sender<usize>) -> Self {
        // So many rounds may be read before any was told; then nothing is kept yet.
        for _ in 0..AHEAD {
            let _ = told.send(0);
        }
        Self { reader, told, mark: (0, 0) }
    }

    /// Reads a round, if it is this thread's work; false if there is nothing to do.
    pub(super) fn go_on(&self) -> bool {
        match self.reader {
            Whose::Either(reader) => read_on(reader),
            Whose::Another(_) => false,
        }
    }

    /// One more round was told; the observer keeps so many bytes now. Says how far reading has come, as far as is known.
    pub(super) fn told(&mut self, memory: usize) -> Mark {
        // There may be nothing more to read.
        let _ = self.told.send(memory);
        let news = match &self.reader {
            Whose::Either(reader) => reader.try_lock().ok().map(|reader| reader.mark()),
            Whose::Another(marks) => marks.try_iter().last(),
        };
        self.mark = news.unwrap_or(self.mark);
        self.mark
    }
}

/// Where nobody tells the observer any more, nobody need read.
impl Drop for Reading<'_, '_> {
    fn drop(&mut self) {
        if let Whose::Either(reader) = self.reader {
            reader.lock().unwrap_or_else(PoisonError::into_inner).to.clear();
        }
    }
}

/// Reads a round, if nobody else does just now; false if there is nothing to do.
pub(super) fn read_on(reader: &Mutex<Reader<'_>>) -> bool {
    reader.try_lock().is_ok_and(|mut reader| reader.read_on())
}

/// What was read in all.
pub(super) fn end(reader: Mutex<Reader<'_>>) -> Read {
    reader.into_inner().unwrap_or_else(PoisonError::into_inner).read
}

/// The work of a thread that reads.
pub(super) fn read(mut reader: Reader<'_>, marks: &Sender<Mark>) -> Read {
    while !reader.to.is_empty()
        && let Ok(observed) = reader.told.recv()
    {
        reader.round(observed);
        if marks.send(reader.mark()).is_err() {
            break;
        }
    }
    reader.read
}

fn close(rounds: &mut [Round<'_>], read: &Read, clock: &Clock) {
    for round in rounds {
        (round.last, round.now) = (read.frames, clock.now());
    }
}

#[inline]
fn hand_out<'m>(frame: Frame<'m>, checks: Option<Checks>, number: u64, rounds: &mut [Round<'m>]) {
    if let [only] = rounds {
        if let Some(checks) = checks {
            read_ahead(&frame, DISTANCE);
            only.packets.push(None);
            if let Some(packet) = only.packets.last_mut() {
                plain_tcp_into(&frame, checks, packet);
            }
        }
        return only.take(frame, number);
    }
    if let Some(packet) = plain_tcp(&frame, Checks::Ignore) {
        let to = Share::of(packet.ip.src, packet.ip.dst, rounds.len());
        return rounds[to].take(frame, number);
    }
    let to = needed_by(frame, rounds.len());
    for (_, round) in rounds.iter_mut().enumerate().filter(|(index, _)| to & (1 << index) != 0) {
        round.take(frame, number);
    }
}

/// Who needs a frame, as a set of bits. A frame may hold several packets; and what is carried in fragments may be
/// anybody's.
fn needed_by(frame: Frame<'_>, threads: usize) -> u64 {
    let mut needed = 0;
    for found in dissect(frame, Checks::Ignore) {
        needed |= match found {
            Ok(packet) if matches!(packet.body, Body::Fragment(_)) => u64::MAX,
            Ok(packet) => 1 << Share::of(packet.ip.src, packet.ip.dst, threads),
            Err(skip) => skip.src.zip(skip.dst).map_or(1, |(src, dst)| 1 << Share::of(src, dst, threads)),
        };
    }
    needed
}

impl<'m> Round<'m> {
    /// Forgets everything; the room stays.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.packets.clear();
        self.numbers.clear();
        self.turns.clear();
    }

    #[inline]
    fn take(&mut self, frame: Frame<'m>, number: u64) {
        self.frames.push(frame);
        self.numbers.push(number);
    }
}

/// Frames of a round: what they give to tell should fit into a processor's own cache, with room for the work.
const FRAMES: u64 = 512;

/// Bytes between a packet that is taken out and what is asked of memory then.
const DISTANCE: usize = 64 << 10;

/// With so many rounds that wait to be analysed, the analyzer is behind the one that tells.
const BEHIND: usize = AHEAD / 2;

/// Rounds that are read before the first of them is told: what was read should be near still when it is analysed.
pub(super) const AHEAD: usize = 20;
