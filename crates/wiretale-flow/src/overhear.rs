//! A flow that nobody claims, read by who takes such: its client may begin something else, as it may behind what others
//! read. Else a few words of nobody's, asked and answered, would hide any protocol.

use wiretale_protocol::{Chunk, Direction, Identified, Observer, Services};

use crate::delivery::Delivery;
use crate::held::Held;
use crate::probing::identify_behind;
use crate::reading::{Overheard, Reading, Started};
use crate::turn::Turn;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// Nobody claims these bytes but who takes what is left, unless the server alone tells, or an announcement.
    pub(crate) fn left_over(&mut self, session: Option<Started<P, O>>, from: Direction, data: &[u8]) {
        let chunk = Chunk::Data(data);
        if let Identified::Yes(session) = self.by_server(from, data) {
            return self.found_by_server(session, from, chunk);
        }
        if let Some(announced) = self.announced_rather(session.as_ref(), Some((from, data))) {
            return self.decide(Some(announced), from, chunk);
        }
        match session {
            Some(session) if self.established.is_some() => {
                let held = self.take_held().flatten();
                *self.reading = Overheard::by(session);
                self.replay_all(held);
                self.read(from, chunk);
            }
            None => self.nobody_s(from, chunk),
            session => self.decide(session, from, chunk),
        }
    }

    /// It is settled whose it is for now, behind these words.
    pub(crate) fn go_on_overhearing(&mut self, from: Direction) {
        match std::mem::replace(self.reading, Reading::Counting) {
            Reading::Decoding(session) => *self.reading = Overheard::by(session),
            Reading::Counting => self.rest(Turn::behind(from)),
            other => *self.reading = other,
        }
    }

    /// One more chunk of it: may it be somebody's?
    #[cold]
    pub(crate) fn overhear(&mut self, from: Direction, chunk: Chunk<'_>) {
        if !self.is_found_beside(from, chunk) {
            self.feed(self.at, self.frame, from, chunk);
        }
    }

    /// What the client said last, and was read already, is looked at as the beginning of a turn.
    pub(crate) fn look_back(&mut self, said: &Held) {
        let now = (self.at, self.frame);
        for piece in said.turn_pieces() {
            (self.at, self.frame) = (piece.at, piece.frame);
            match *self.reading {
                Reading::Overhearing(_) => _ = self.is_found_beside(piece.from, said.chunk(piece)),
                _ => self.read(piece.from, said.chunk(piece)),
            }
        }
        (self.at, self.frame) = now;
    }

    // Whoever it is read by then has read this chunk, too.
    fn is_found_beside(&mut self, from: Direction, chunk: Chunk<'_>) -> bool {
        let Reading::Overhearing(mut overheard) = std::mem::replace(self.reading, Reading::Counting) else {
            return true;
        };
        *self.reading = Reading::Probing(overheard.held.take());
        let found = match chunk {
            Chunk::Data(data) => self.beside(&mut overheard.turn, from, data),
            Chunk::Gap(_) | Chunk::End(_) => None,
        };
        if let Some(found) = found {
            self.holds(0);
            self.found_behind(Some(found), from, chunk);
            return true;
        }
        overheard.held = self.take_held().flatten();
        *self.reading = Reading::Overhearing(overheard);
        if !matches!(chunk, Chunk::Data(_)) {
            self.forget_overheard();
        }
        self.settle_overheard();
        false
    }

    // Nothing waits, and nothing will.
    fn settle_overheard(&mut self) {
        let waits = matches!(&*self.reading, Reading::Overhearing(it) if it.held.is_some() || it.turn.is_on());
        if !waits && !self.is_asked_again() {
            self.stop_overhearing();
        }
    }

    // Whose it is with these bytes, once its server has spoken, too. Else they wait, or none does any more.
    fn beside(&mut self, turn: &mut Turn, from: Direction, data: &[u8]) -> Option<Started<P, O>> {
        let waits = matches!(&*self.reading, Reading::Probing(Some(_)));
        let next = match from {
            _ if waits => self.begins_nothing(from, data),
            Direction::Server => Some(Err(Turn::NEXT)),
            Direction::Client if *turn == Turn::NEXT && !self.has_tries_for(data) => Some(Err(Turn::Over)),
            Direction::Client => Some(turn.seek(data, P::resumes)),
        };
        let data = match next {
            None => data,
            Some(Err(next)) => {
                *turn = next;
                self.forget_line();
                return None;
            }
            Some(Ok((at, behind))) => self.begin_in_turn(at, behind, data),
        };
        self.look_beside(turn, from, data)
    }

    fn look_beside(&mut self, turn: &mut Turn, from: Direction, data: &[u8]) -> Option<Started<P, O>> {
        match self.shown(Some((from, data)), false, identify_behind::<P, O>) {
            Identified::Yes(Some(session)) if self.is_answered(from, data) && !self.is_echo(from, data) => {
                return Some(session);
            }
            Identified::Yes(_) | Identified::Unsure if !self.is_full(from, data) => {
                self.keep(from, Chunk::Data(data));
            }
            _ => {
                self.forget_line();
                *turn = Turn::behind(from);
            }
        }
        None
    }

    fn forget_line(&mut self) {
        let held = self.take_held().flatten();
        self.forget_held(held);
        *self.reading = Reading::Probing(None);
    }

    // A terminal sends back what is typed.
    fn is_echo(&mut self, from: Direction, data: &[u8]) -> bool {
        self.shown(Some((from, data)), false, |opening| {
            let len = opening.client.len().min(opening.server.len());
            opening.client.get(..len) == opening.server.get(..len)
        })
    }

    fn forget_overheard(&mut self) {
        if let Reading::Overhearing(overheard) = &mut *self.reading {
            let held = overheard.held.take();
            self.forget_held(held);
        }
    }

    /// It stays with whom it was given to.
    pub(crate) fn stop_overhearing(&mut self) {
        self.forget_overheard();
        match std::mem::replace(self.reading, Reading::Counting) {
            Reading::Overhearing(overheard) => *self.reading = Reading::Decoding(overheard.session),
            other => *self.reading = other,
        }
    }
}
