//! A flow that is settled, but for what its client may begin next: it waits for a turn that begins as somebody goes on.

use wiretale_protocol::{Chunk, Direction, Observer, Probe, Services};

use crate::delivery::Delivery;
use crate::reading::Reading;
use crate::turn::Turn;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// It is settled, but for what the client may begin next.
    pub(crate) fn rest(&mut self, turn: Turn) {
        self.give_up();
        self.wait_for(turn);
    }

    // The client is listened to, unless it had its say, and the server, unless the client has its next turn anyway.
    fn wait_for(&mut self, turn: Turn) {
        if turn.is_on() || self.is_asked_again() {
            (self.unwanted, self.wanted) = ([turn == Turn::Over, turn == Turn::NEXT], true);
            *self.reading = Reading::Resting(turn);
        } else {
            self.give_up();
        }
    }

    /// Does the client begin something else?
    pub(crate) fn resume(&mut self, turn: Turn, from: Direction, chunk: Chunk<'_>) {
        match (from, chunk) {
            (Direction::Client, Chunk::End(_)) => self.give_up(),
            (Direction::Client, Chunk::Data(data)) if turn == Turn::NEXT && !self.has_tries_for(data) => self.give_up(),
            (Direction::Client, Chunk::Data(data)) => self.go_on_in_turn(turn.seek(data, P::resumes), data),
            (Direction::Server, Chunk::Data(_) | Chunk::Gap(_)) if turn != Turn::NEXT => self.wait_for(Turn::NEXT),
            _ => {}
        }
    }

    /// Looks at the line of the client's turn with which somebody goes on, or may; else waits.
    pub(crate) fn go_on_in_turn(&mut self, next: Result<(usize, u16), Turn>, data: &[u8]) {
        match next {
            Err(turn) => {
                let held = self.take_held().flatten();
                self.forget_held(held);
                self.wait_for(turn);
            }
            Ok((at, behind)) => {
                let data = self.begin_in_turn(at, behind, data);
                self.look_again(Direction::Client, Chunk::Data(data));
            }
        }
    }

    /// Of what is kept of the client's turn, and of what it says now, only what stands from here on is looked at; how much
    /// of the latter that is.
    pub(crate) fn begin_in_turn<'a>(&mut self, at: usize, behind: u16, data: &'a [u8]) -> &'a [u8] {
        let mut held = self.take_held().flatten().unwrap_or_default();
        let (memory, kept) = (held.memory(), held.len_of(Direction::Client));
        held.begin_at(at.min(kept), behind);
        self.commons.stats.probed_bytes -= (memory - held.memory()) as u64;
        *self.reading = Reading::Probing(Some(held));
        data.get(at.saturating_sub(kept)..).unwrap_or_default()
    }

    /// Did a line that was looked at for its first bytes turn out to begin nothing? Then where else one does, or may, in what
    /// is kept of the turn and these bytes.
    pub(crate) fn begins_nothing(&mut self, from: Direction, data: &[u8]) -> Option<Result<(usize, u16), Turn>> {
        let resumed = matches!(&*self.reading, Reading::Probing(Some(held)) if held.is_resumed());
        if !resumed || from == Direction::Server || self.has_spoken(Direction::Server) {
            return None;
        }
        if self.begins(from, data) != Probe::No {
            return None;
        }
        let Reading::Probing(Some(held)) = &*self.reading else { return None };
        let (turn, kept) = held.begun()?;
        Some(turn.seek(&[kept, data].concat(), P::resumes))
    }

    /// Does the client begin something with its turn so far? What comes behind bytes that were lost is none of its beginning.
    pub(crate) fn begins(&self, from: Direction, data: &[u8]) -> Probe {
        let (said, holed) = match &*self.reading {
            _ if from == Direction::Server => return Probe::No,
            Reading::Probing(Some(held)) => held.turn(),
            _ => (&[][..], false),
        };
        match (said, data) {
            ([], []) => Probe::Unsure,
            ([], data) => P::resumes(data),
            (said, _) if holed => P::resumes(said),
            (said, data) => P::resumes(&[said, data].concat()),
        }
    }
}
