//! Hands out the frames of captures.

use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use wiretale_capture::{Batch, Batches, Error};
use wiretale_flow::{Clock, Course};
use wiretale_packet::Checks;

use super::round::{Part, Round, TakenOut, Turn, hand_out};
use super::wait::NAP;

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    pub(super) cut: u64,
    pub(super) course: Course,
    /// Why reading ended early, of each capture of which it did.
    pub(super) trouble: Vec<Error>,
}

/// How far reading has come: how many frames, and how far in the files.
pub(super) type Mark = (u64, u64);

/// Reads the frames and hands each to the threads that need it, a round at a time, at most [`AHEAD`] rounds before the
/// last that was told in full.
pub(super) struct Reader {
    batches: Batches,
    // The batch of which rounds are made, and which of its frames are in none yet.
    batch: Arc<Batch>,
    rest: Range<usize>,
    // All batches there are: those that nobody looks at any more are filled again.
    pool: Vec<Arc<Batch>>,
    checks: Checks,
    // Nobody any more, once there is nothing more to read or nobody takes it: then the threads may end.
    to: Vec<SyncSender<Round>>,
    worked: Receiver<()>,
    read: Read,
    clock: Clock,
    // What the observer kept when each round had been told: for each there may be one more.
    told: Receiver<usize>,
    // Rounds that are read and not analysed yet.
    waiting: usize,
}

impl Reader {
    pub(super) fn new(
        batches: Batches,
        checks: Checks,
        to: Vec<SyncSender<Round>>,
        worked: Receiver<()>,
        told: Receiver<usize>,
    ) -> Self {
        let (batch, pool, read, clock) = (Arc::default(), Vec::new(), Read::default(), Clock::default());
        Self { batches, batch, rest: 0..0, pool, checks, to, worked, read, clock, told, waiting: 0 }
    }

    /// Reads a round, if there is more and one may be read now; false if not.
    pub(super) fn read_on(&mut self) -> bool {
        !self.to.is_empty() && !self.is_held_up() && self.told.try_recv().map(|observed| self.round(observed)).is_ok()
    }

    /// One large batch at a time is in memory, whatever the others have to do meanwhile.
    fn is_held_up(&self) -> bool {
        self.rest.is_empty() && self.batch.is_large() && Arc::strong_count(&self.batch) > 1
    }

    // Reads a round and hands it out.
    fn round(&mut self, observed: usize) {
        self.waiting -= self.worked.try_iter().count();
        if self.rest.is_empty() && !self.next_batch() {
            self.read.course = self.clock.course();
            return self.to.clear();
        }
        let rounds = self.rounds(observed / self.to.len());
        self.waiting += rounds.len();
        if !self.to.iter().zip(rounds).all(|(to, round)| to.send(round).is_ok()) {
            self.to.clear();
        }
    }

    /// False if there is no more.
    fn next_batch(&mut self) -> bool {
        // Nobody looks at it any more, and its memory goes before there is more.
        if self.batch.is_large() {
            self.batch = Arc::default();
        }
        let free = self.pool.iter_mut().position(|batch| Arc::get_mut(batch).is_some());
        let mut batch = free.map(|at| self.pool.swap_remove(at)).unwrap_or_default();
        while let Some(next) = Arc::get_mut(&mut batch).and_then(|batch| self.batches.next(batch)) {
            match next {
                Ok(()) => {
                    self.rest = 0..batch.len();
                    self.pool.push(std::mem::replace(&mut self.batch, batch));
                    return true;
                }
                Err(error) => self.read.trouble.push(error),
            }
        }
        false
    }

    fn mark(&self) -> Mark {
        (self.read.frames, self.batches.bytes_read())
    }

    /// A round for each thread, of the frames that come next. A batch's rounds are of about the same length.
    fn rounds(&mut self, observed: usize) -> Vec<Round> {
        let length = self.rest.len().div_ceil(self.rest.len().div_ceil(FRAMES));
        let which = self.rest.start..self.rest.start + length;
        self.rest.start = which.end;
        let batch = &self.batch;
        let mut shares: Vec<Part> = vec![Part::default(); self.to.len()];
        for (at, frame) in (which.start as u32..).zip(batch.frames(which)) {
            self.read.frames += 1;
            self.read.bytes += frame.data.len() as u64;
            self.read.cut += u64::from(frame.is_cut());
            if let Some(now) = self.clock.turns(frame.at) {
                for (which, turns) in &mut shares {
                    turns.push(Turn { before: which.len(), frame: self.read.frames, now });
                }
            }
            hand_out(frame, at, &mut shares);
        }
        let checks = (self.to.len() == 1 && self.waiting >= BEHIND).then_some(self.checks);
        let (last, now) = (self.read.frames, self.clock.now());
        let round = |(which, turns): Part| {
            let taken_out = checks.map(|checks| TakenOut::of(batch, &which, checks));
            Round { batch: Arc::clone(batch), which, taken_out, turns, last, now, observed }
        };
        shares.into_iter().map(round).collect()
    }
}

/// Reading, as the thread sees it that tells the observer.
pub(super) struct Reading<'s> {
    reader: Whose<'s>,
    told: Sender<usize>,
    // The last that is known.
    mark: Mark,
}

/// Whose work reading is.
pub(super) enum Whose<'s> {
    /// Of the two threads that there are, that of the one that has nothing else to do.
    Either(&'s Mutex<Reader>),
    /// That of a thread beside, which says how far it has come: all others wait for the one that tells the observer.
    Another(Receiver<Mark>),
}

impl<'s> Reading<'s> {
    pub(super) fn new(reader: Whose<'s>, told: Sender<usize>) -> Self {
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
impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Whose::Either(reader) = self.reader {
            reader.lock().unwrap_or_else(PoisonError::into_inner).to.clear();
        }
    }
}

/// Reads a round, if nobody else does just now; false if there is nothing to do.
pub(super) fn read_on(reader: &Mutex<Reader>) -> bool {
    reader.try_lock().is_ok_and(|mut reader| reader.read_on())
}

/// What was read in all.
pub(super) fn end(reader: Mutex<Reader>) -> Read {
    reader.into_inner().unwrap_or_else(PoisonError::into_inner).read
}

/// The work of a thread that reads.
pub(super) fn read(mut reader: Reader, marks: &Sender<Mark>) -> Read {
    while !reader.to.is_empty()
        && let Ok(observed) = reader.told.recv()
    {
        while reader.is_held_up() {
            thread::sleep(NAP);
        }
        reader.round(observed);
        if marks.send(reader.mark()).is_err() {
            break;
        }
    }
    reader.read
}

/// Frames of a round: what they give to tell should fit into a processor's own cache, with room for the work.
const FRAMES: usize = 512;

/// With so many rounds that wait to be analysed, the analyzer is behind the one that tells.
const BEHIND: usize = AHEAD / 2;

/// Rounds that are read before the first of them is told: what was read should be near still when it is analysed.
pub(super) const AHEAD: usize = 20;

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{channel, sync_channel};

    use wiretale_capture::Capture;
    use wiretale_capture::write::Pcap;
    use wiretale_packet::{Frame, LinkType, Timestamp};

    use super::*;

    #[test]
    fn of_large_batches_one_is_in_memory() {
        let mut pcap = Pcap::nanos(Vec::new(), LinkType::ETHERNET).unwrap();
        // Each of these is a batch.
        for len in [[200 << 10; 5], [700 << 10; 5]].concat() {
            let data = vec![0; len];
            let (at, wire_len) = (Timestamp::from_parts(1, 0), len as u32);
            pcap.frame(&Frame { at, link: LinkType::ETHERNET, data: &data, wire_len }).unwrap();
        }
        let batches = Batches::of(vec![Capture::from_bytes(pcap.into_inner(), "made").unwrap()]);
        let ((to, rounds), (_worked, back), (done, told)) = (sync_channel(AHEAD), channel(), channel());
        (0..10).for_each(|_| done.send(0).unwrap());
        let mut reader = Reader::new(batches, Checks::Ignore, vec![to], back, told);
        // Those that are not large wait together, so that there are some to be filled again.
        assert!((0..5).all(|_| reader.read_on()));
        assert_eq!(rounds.try_iter().count(), 5);
        for _ in 0..5 {
            assert!(reader.read_on());
            let large = reader.pool.iter().chain([&reader.batch]).filter(|batch| batch.is_large()).count();
            assert_eq!((large, rounds.try_iter().count()), (1, 1));
        }
    }
}
