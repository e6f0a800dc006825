//! Hands out the frames of a capture.

use std::sync::mpsc::{Receiver, SyncSender};

use wiretale_capture::{Error, Frames};
use wiretale_flow::{Clock, Share};
use wiretale_packet::{Body, Checks, Frame, Packet, Timestamp, dissect, plain_tcp};

/// The frames of a stretch of a capture that one thread is to look at.
#[derive(Default)]
pub(super) struct Round<'m> {
    pub(super) frames: Vec<Frame<'m>>,
    /// The plain packets in them, where the reader has time to take them out: with one analyzer.
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

/// What is told of a round that is handed out: how many frames, and how far in the file.
pub(super) type Mark = (u64, u64);

/// Reads the frames and hands each to the threads that need it, a round at a time, at most [`AHEAD`] rounds before the
/// last that was told in full.
pub(super) fn read<'m>(
    mut frames: Frames<'m>,
    checks: Checks,
    to: &[SyncSender<Round<'m>>],
    free: &Receiver<Round<'m>>,
    marks: &std::sync::mpsc::Sender<Mark>,
    done: &Receiver<usize>,
) -> Read {
    let (mut read, mut clock, mut ahead, mut observed) = (Read::default(), Clock::default(), 0, 0);
    loop {
        let mut rounds: Vec<Round<'_>> = to.iter().map(|_| free.try_recv().unwrap_or_default()).collect();
        let over = fill(&mut frames, checks, &mut rounds, &mut read, &mut clock);
        if ahead == AHEAD {
            let Ok(memory) = done.recv() else { return read };
            observed = memory;
        }
        ahead = AHEAD.min(ahead + 1);
        rounds.iter_mut().for_each(|round| round.observed = observed / to.len());
        let sent = to.iter().zip(rounds).all(|(to, round)| to.send(round).is_ok());
        if !sent || over || marks.send((read.frames, frames.offset())).is_err() {
            return read;
        }
    }
}

/// Fills a round; true if it is the last.
fn fill<'m>(
    frames: &mut Frames<'m>,
    checks: Checks,
    rounds: &mut [Round<'m>],
    read: &mut Read,
    clock: &mut Clock,
) -> bool {
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

fn close(rounds: &mut [Round<'_>], read: &Read, clock: &Clock) {
    for round in rounds {
        (round.last, round.now) = (read.frames, clock.now());
    }
}

#[inline]
fn hand_out<'m>(frame: Frame<'m>, checks: Checks, number: u64, rounds: &mut [Round<'m>]) {
    if let [only] = rounds {
        only.packets.push(plain_tcp(&frame, checks));
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

/// Rounds that are read before the first of them is told: what was read should be near still when it is analysed.
const AHEAD: usize = 6;
