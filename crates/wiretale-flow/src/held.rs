//! The beginning of a flow, kept while it is not known whose it is.

use std::ops::Range;

use smallvec::SmallVec;
use wiretale_protocol::{Chunk, Direction, End, Timestamp, scan};

use crate::turn::Turn;

/// What both sides said at first, as it came.
#[derive(Default)]
pub(crate) struct Held {
    bytes: [Vec<u8>; 2],
    pieces: SmallVec<[Piece; 4]>,
    /// Where the opening of a direction is over: at a gap, or, in datagrams, at the second one.
    shut: [Option<usize>; 2],
    /// Directions that ended.
    ended: [bool; 2],
    /// A direction begins with a gap.
    holed: bool,
    /// The client begins, behind what both had settled, and behind so many bytes of its turn.
    resumed: Option<u16>,
    /// What else the client says before the server speaks again is not looked at.
    passing: bool,
}

/// One chunk of it.
#[derive(Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) from: Direction,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Data(usize, usize),
    Gap(u64),
    End(End),
}

impl Held {
    /// Is it what a client begins, behind what both had settled?
    pub(crate) const fn is_resumed(&self) -> bool {
        self.resumed.is_some()
    }

    /// Where the client's turn began that begins something, and what was kept of it.
    pub(crate) fn begun(&self) -> Option<(Turn, &[u8])> {
        Some((Turn::Line(self.resumed?), self.turn().0))
    }

    /// Only what stands `from` here on in what the client said begins something, behind so many bytes of its turn.
    pub(crate) fn begin_at(&mut self, from: usize, behind: u16) {
        self.drop_front(Direction::Client, from);
        self.resumed = Some(behind);
    }

    /// What a direction opened with.
    pub(crate) fn opening(&self, of: Direction) -> &[u8] {
        let bytes = &self.bytes[of.index()];
        let end = self.shut[of.index()].unwrap_or(bytes.len());
        bytes.get(..end).unwrap_or(bytes)
    }

    /// How much is kept of a direction.
    pub(crate) fn len_of(&self, of: Direction) -> usize {
        self.bytes[of.index()].len()
    }

    /// Adds bytes for a look at them, until [`Held::take_back`]; returns how many there were before.
    pub(crate) fn lend(&mut self, from: Direction, more: &[u8]) -> usize {
        let bytes = &mut self.bytes[from.index()];
        let before = bytes.len();
        bytes.extend_from_slice(more);
        before
    }

    /// Takes them away again.
    pub(crate) fn take_back(&mut self, from: Direction, before: usize) {
        self.bytes[from.index()].truncate(before);
    }

    /// Does a direction lack its beginning?
    pub(crate) const fn is_holed(&self) -> bool {
        self.holed
    }

    /// Will nothing more come of a direction?
    pub(crate) const fn has_ended(&self, of: Direction) -> bool {
        self.ended[of.index()]
    }

    /// Is what the client says passed over?
    pub(crate) const fn is_passing(&self) -> bool {
        self.passing
    }

    /// What came of the client since the server spoke last.
    pub(crate) fn turn_pieces(&self) -> impl Iterator<Item = &Piece> {
        let spoke = |piece: &Piece| piece.from == Direction::Server && matches!(piece.what, What::Data(..));
        let begins = self.pieces.iter().rposition(spoke).map_or(0, |last| last + 1);
        let turn = self.pieces.get(begins..).unwrap_or_default().iter();
        turn.filter(|piece| piece.from == Direction::Client && !matches!(piece.what, What::End(_)))
    }

    /// What the client said since the server spoke last, up to where some of it was lost; true beside it if so.
    pub(crate) fn turn(&self) -> (&[u8], bool) {
        let mut said: Option<Range<usize>> = None;
        let mut holed = false;
        for piece in self.turn_pieces() {
            match (piece.what, &mut said) {
                (What::Data(from, to), None) => said = Some(from..to),
                (What::Data(_, to), Some(said)) if !holed => said.end = to,
                (What::Gap(_), Some(_)) => holed = true,
                _ => {}
            }
        }
        let bytes = &self.bytes[Direction::Client.index()];
        (said.and_then(|said| bytes.get(said)).unwrap_or_default(), holed)
    }

    /// Keeps a chunk.
    pub(crate) fn push(&mut self, at: Timestamp, frame: u64, from: Direction, chunk: Chunk<'_>) {
        self.passing &= from == Direction::Client;
        let bytes = &mut self.bytes[from.index()];
        let what = match chunk {
            Chunk::Data(data) => {
                bytes.extend_from_slice(data);
                What::Data(bytes.len() - data.len(), bytes.len())
            }
            Chunk::Gap(len) => {
                if bytes.is_empty() {
                    self.holed = true;
                } else {
                    self.shut[from.index()].get_or_insert(bytes.len());
                }
                What::Gap(len)
            }
            Chunk::End(end) => {
                self.ended[from.index()] = true;
                What::End(end)
            }
        };
        self.pieces.push(Piece { at, frame, from, what });
    }

    /// Puts chunks of one side that follow on each other together. What they bring counts from the last of them on.
    pub(crate) fn merge(&mut self) {
        self.pieces.dedup_by(|next, kept| match (kept.what, next.what) {
            (What::Data(from, end), What::Data(_, to)) if kept.from == next.from => {
                debug_assert!(end <= to);
                *kept = Piece { what: What::Data(from, to), ..*next };
                true
            }
            _ => false,
        });
    }

    /// Forgets of a direction all but what came last, from the beginning of a line on where there is one. Where there are
    /// more than so many pieces, it counts as [merged](Held::merge).
    pub(crate) fn slide(&mut self, of: Direction, most: usize, pieces: usize) {
        let bytes = &self.bytes[of.index()];
        if let Some(about) = bytes.len().checked_sub(most).filter(|about| *about > 0) {
            let last = bytes.get(about..).unwrap_or_default();
            let line = scan::first(last, *b"\n").map(|end| end + 1).filter(|&start| start < last.len());
            self.drop_front(of, about + line.unwrap_or(0));
        }
        if self.pieces.len() > pieces {
            self.merge();
        }
    }

    /// Forgets the first bytes of a direction, and what was lost among them. What is left came when it came.
    fn drop_front(&mut self, of: Direction, len: usize) {
        self.bytes[of.index()].drain(..len);
        let mut within = len > 0;
        self.pieces.retain(|piece| match &mut piece.what {
            _ if piece.from != of => true,
            What::Data(from, to) => {
                (*from, *to) = (from.saturating_sub(len), to.saturating_sub(len));
                within &= *to == 0;
                !within
            }
            What::Gap(_) => !within,
            What::End(_) => true,
        });
        let shut = &mut self.shut[of.index()];
        *shut = shut.and_then(|end| end.checked_sub(len)).filter(|end| *end > 0);
    }

    /// Forgets what the client said, and what else it says before the server speaks again.
    pub(crate) fn pass_over(&mut self) {
        self.forget(Direction::Client);
        self.passing = true;
    }

    /// Forgets what a direction said.
    pub(crate) fn forget(&mut self, of: Direction) {
        self.bytes[of.index()].clear();
        self.shut[of.index()] = None;
        self.pieces.retain(|piece| piece.from != of || matches!(piece.what, What::End(_)));
    }

    /// Forgets what a direction said but for a line that is not over.
    pub(crate) fn forget_lines(&mut self, of: Direction) {
        let bytes = &self.bytes[of.index()];
        let half = bytes.split(|byte| *byte == b'\n').next_back().unwrap_or_default();
        let text = half.is_ascii() && scan::first_control(half).is_none();
        self.drop_front(of, bytes.len() - if text { half.len() } else { 0 });
    }

    /// The opening of a direction is over.
    pub(crate) fn shut(&mut self, of: Direction) {
        let end = self.len_of(of);
        self.shut[of.index()].get_or_insert(end);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ended == [true; 2]
    }

    /// Bytes of memory that what is kept takes: of small chunks the list takes more than they do.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.iter().map(Vec::len).sum::<usize>() + self.pieces.len() * size_of::<Piece>()
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    pub(crate) fn chunk(&self, piece: &Piece) -> Chunk<'_> {
        match piece.what {
            What::Data(from, to) => Chunk::Data(self.bytes[piece.from.index()].get(from..to).unwrap_or_default()),
            What::Gap(len) => Chunk::Gap(len),
            What::End(end) => Chunk::End(end),
        }
    }
}
