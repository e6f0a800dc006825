//! A flow that is settled, but for what its client may begin next: it waits for a turn that begins as somebody goes on.

use wiretale_protocol::{Chunk, Direction, Observer, Probe, Services};

use crate::delivery::Delivery;
use crate::held::Held;
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
            Err(turn) => self.wait_for(turn),
            Ok((at, behind)) => {
                *self.reading = Reading::Probing(Some(Box::new(Held::resumed(behind))));
                self.look_again(Direction::Client, Chunk::Data(data.get(at..).unwrap_or_default()));
            }
        }
    }

    /// Did a line that was looked at for its first bytes turn out to begin nothing? Then where else in these bytes one
    /// does, or may.
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
        let found = turn.seek(&[kept, data].concat(), P::resumes);
        Some(found.and_then(|(at, behind)| Ok((at.checked_sub(kept.len()).ok_or(Turn::Over)?, behind))))
    }

    /// Does the client begin something with its turn so far?
    pub(crate) fn begins(&mut self, from: Direction, data: &[u8]) -> Probe {
        let before = match &*self.reading {
            _ if from == Direction::Server => return Probe::No,
            Reading::Probing(Some(held)) => held.len_of(from) - held.turn().len(),
            _ => 0,
        };
        self.shown(Some((from, data)), false, |opening| P::resumes(opening.client.get(before..).unwrap_or_default()))
    }
}
