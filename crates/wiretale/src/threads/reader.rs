//! Hands out the frames of a capture.

use std::sync::mpsc::{Receiver, Sender, SyncSender};

use wiretale_capture::{Error, Frames};
use wiretale_flow::{Clock, Share, read_ahead};
use wiretale_packet::{Body, Checks, Frame, Packet, Timestamp, dissect, plain_tcp, plain_tcp_into};

/// The frames of a stretch of a capture that one thread is to look at.
#[derive(Default)]
pub(super) struct Round<'m> {
    pub(super) frames: Vec<Frame<'m>>,
    /// The plain packets in them, or nothing where the reader leaves it to the analyzer to take them out: it does so where
    /// there are several, and where the only one waits for work.
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
    // Rounds that are read and not told yet.
    ahead: usize,
    // Rounds that are read and not analysed yet, and those that came back from there.
    waiting: usize,
    spare: Vec<Round<'m>>,
    observed: usize,
}

impl<'m> Reader<'m> {
    pub(super) fn new(
        frames: Frames<'m>,
        checks: Checks,
        to: Vec<SyncSender<Round<'m>>>,
        free: Receiver<Round<'m>>,
    ) -> Self {
        let (read, clock, spare) = (Read::default(), Clock::default(), Vec::new());
        Self { frames, checks, to, free, read, clock, ahead: 0, waiting: 0, spare, observed: 0 }
    }

    /// Reads as far as it may. True if there is nothing more to read, or nobody takes it.
    pub(super) fn read_on(&mut self) -> bool {
        while !self.to.is_empty() && self.ahead < AHEAD {
            for round in self.free.try_iter() {
                self.waiting -= 1;
                self.spare.push(round);
            }
            let mut rounds: Vec<Round<'_>> = self.to.iter().map(|_| self.spare.pop().unwrap_or_default()).collect();
            let over = self.fill(&mut rounds);
            rounds.iter_mut().for_each(|round| round.observed = self.observed / self.to.len());
            let sent = self.to.iter().zip(rounds).all(|(to, round)| to.send(round).is_ok());
            self.ahead += 1;
            self.waiting += self.to.len();
            if over || !sent {
                self.to.clear();
            }
        }
        self.to.is_empty()
    }

    /// One more round was told; the observer keeps so many bytes now.
    pub(super) const fn told(&mut self, memory: usize) {
        self.ahead = self.ahead.saturating_sub(1);
        self.observed = memory;
    }

    pub(super) fn mark(&self) -> Mark {
        (self.read.frames, self.frames.offset())
    }

    /// Lets go of the threads.
    pub(super) fn end(self) -> Read {
        self.read
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
                    close(rounds, read, clock);
                    return true;
                }
            };
            read.frames += 1;
            read.bytes += frame.data.len() as u64;
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

/// Where the reader is: the thread that tells the observer may have the time, or be the one that all others wait for.
pub(super) enum Reading<'m> {
    Here(Box<Reader<'m>>),
    /// In a thread of its own, which hears of what was told, and says how far it has come.
    There {
        done: Sender<usize>,
        marks: Receiver<Mark>,
    },
}

impl Reading<'_> {
    /// Reads as far as it may.
    pub(super) fn go_on(&mut self) {
        if let Self::Here(reader) = self {
            reader.read_on();
        }
    }

    /// One more round was told; the observer keeps so many bytes now. Says how far reading has come.
    pub(super) fn told(&mut self, memory: usize) -> Option<Mark> {
        match self {
            Self::Here(reader) => {
                reader.told(memory);
                Some(reader.mark())
            }
            Self::There { done, marks } => {
                // The reader may have handed out its last.
                let _ = done.send(memory);
                marks.try_recv().ok()
            }
        }
    }

    /// Lets go of the threads, or of the one that reads; what was read, if it was here.
    pub(super) fn end(self) -> Option<Read> {
        match self {
            Self::Here(reader) => Some(reader.end()),
            Self::There { .. } => None,
        }
    }
}

/// The work of a thread that reads.
pub(super) fn read(mut reader: Reader<'_>, marks: &Sender<Mark>, done: &Receiver<usize>) -> Read {
    while !reader.read_on() && marks.send(reader.mark()).is_ok() {
        let Ok(memory) = done.recv() else { break };
        reader.told(memory);
    }
    reader.end()
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
const AHEAD: usize = 20;
