//! A flow that began as somebody's, or nobody's, by what one side said alone: asked about once more, by what comes from
//! then on, of those that are known behind what is not theirs. Else a line for somebody else would hide any protocol from
//! us, and none from a server that passes over what it does not know.
//!
//! What is counted are turns: what a client says between two words of its server, however it is cut. Up to 100 of a flow
//! are asked about, or 20 that begin as no text does, as those of TLS, which are many. The lines that begin in the first 32
//! bytes of each are looked at for their first bytes, and of no more than one at a time, where somebody may go on so, as
//! much is kept and looked at as of a flow's beginning.

use wiretale_protocol::{Chunk, Direction, Identified, Observer, Opening, Probe, Services, scan};

use crate::delivery::Delivery;
use crate::held::Held;
use crate::probing::identify_behind;
use crate::reading::{Reading, Started};
use crate::turn::Turn;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// Nobody claims what was said. What the other side of a connection says first may tell, what the server said does, or
    /// these bytes where they are an answer.
    pub(crate) fn unclaimed(&mut self, from: Direction, data: &[u8]) {
        let chunk = Chunk::Data(data);
        // A server's answer was looked at alone then, as it would be once more.
        match self.by_server(from, data) {
            Identified::Yes(session) => return self.found_by_server(session, from, chunk),
            Identified::Unsure => match self.begins(from, data) {
                Probe::Unsure if !self.is_full(from, data) => {
                    self.keep(from, chunk);
                    return;
                }
                Probe::No if self.has_tries() => return self.go_on_without_client(from, data),
                _ => {}
            },
            _ => {}
        }
        if self.is_quiet(from.opposite()) {
            let held = self.take_held().flatten();
            self.begin(None, held);
            self.unwanted[from.opposite().index()] = false;
            *self.reading = Reading::Listening(from.opposite());
        } else if self.is_first_answer(from) {
            self.forget_side(Direction::Server, Held::forget);
            let held = self.take_held().flatten();
            self.give_up();
            self.ask_anew_behind(held, from, chunk);
        } else {
            self.nobody_s(from, chunk);
        }
    }

    // Is it a client's first turn, with which it answers its server?
    fn is_first_answer(&self, from: Direction) -> bool {
        match &*self.reading {
            _ if from == Direction::Server => false,
            Reading::Probing(Some(held)) => held.turn().0.len() == held.len_of(from),
            _ => true,
        }
    }

    /// It is nobody's, but any of the client's words may have been the first of something else.
    pub(crate) fn nobody_s(&mut self, from: Direction, chunk: Chunk<'_>) {
        let held = self.take_held().flatten();
        self.rest(Turn::NEXT);
        self.replay_all(held);
        self.read(from, chunk);
    }

    // Whose a connection is by what its server said, whatever the client did.
    pub(crate) fn by_server(&mut self, from: Direction, data: &[u8]) -> Identified<Option<Started<P, O>>> {
        if self.established.is_none() {
            return Identified::No;
        }
        self.shown(Some((from, data)), false, |opening| match opening.server {
            [] => Identified::No,
            _ => identify_behind::<P, O>(&Opening { client: b"", ..*opening }),
        })
    }

    #[cold]
    pub(crate) fn listen(&mut self, to: Direction, from: Direction, chunk: Chunk<'_>) {
        match chunk {
            _ if from != to => {}
            Chunk::Data(_) => self.ask_anew(from, chunk),
            Chunk::Gap(_) | Chunk::End(_) => self.give_up(),
        }
    }

    /// From this chunk on it may be somebody else's, or from what its decoder kept before it.
    #[cold]
    pub(crate) fn ask_anew(&mut self, from: Direction, chunk: Chunk<'_>) {
        let left = |session: &mut P::Session| (P::before_anew(session).to_vec(), P::passed_before_anew(session));
        let (before, passed) = self.reading.session().map(left).unwrap_or_default();
        self.give_up();
        let chunk = match chunk {
            Chunk::Data(data) => Chunk::Data(data.get(passed..).unwrap_or_default()),
            lost => lost,
        };
        *self.reading = Reading::Probing(None);
        if !before.is_empty() {
            // A decoder does not tell when it came.
            self.keep(from, Chunk::Data(&before));
        }
        let held = self.take_held().flatten();
        self.ask_anew_behind(held, from, chunk);
    }

    fn ask_anew_behind(&mut self, before: Option<Box<Held>>, from: Direction, chunk: Chunk<'_>) {
        if self.has_tries() {
            *self.reading = Reading::Probing(before);
            self.look_again(from, chunk);
        } else {
            self.forget_held(before);
        }
    }

    pub(crate) fn is_asked_again(&self) -> bool {
        *self.anew < MOST && self.established.is_some()
    }

    // May it be asked again? Then that is counted.
    pub(crate) fn has_tries(&mut self) -> bool {
        self.has_tries_for(b"")
    }

    /// May it be asked about a turn that begins so?
    pub(crate) fn has_tries_for(&mut self, turn: &[u8]) -> bool {
        let left = self.is_asked_again();
        let taken = if matches!(turn, [0..=8 | 14..=31 | 128.., ..]) { NO_TEXT } else { 1 };
        *self.anew = if left { (*self.anew + taken).min(MOST) } else { *self.anew };
        left
    }

    pub(crate) fn look_again(&mut self, from: Direction, chunk: Chunk<'_>) {
        (self.unwanted, self.wanted) = ([false; 2], true);
        self.probe_behind(from, chunk);
    }

    /// Asks those that may be meant whose bytes these are. A client alone does not tell: its words may be what the server
    /// was promised.
    pub(crate) fn probe_behind(&mut self, from: Direction, chunk: Chunk<'_>) {
        let Chunk::Data(data) = chunk else { return self.hear_end(from, chunk) };
        if self.is_passed_over(from) {
            return;
        }
        let alone = self.is_head_alone(from, data);
        if !alone && let Some(next) = self.begins_nothing(from, data) {
            return self.go_on_in_turn(next, data);
        }
        let found = match alone {
            true => Identified::Unsure,
            false => self.shown(Some((from, data)), false, identify_behind::<P, O>),
        };
        match found {
            Identified::Yes(session) if self.is_answered(from, data) => self.found_behind(session, from, chunk),
            Identified::Yes(_) | Identified::Unsure if !self.is_full(from, data) => _ = self.keep(from, chunk),
            Identified::No => self.answer_behind(from, data),
            _ => self.nobody_behind(from),
        }
    }

    // Is it the rest of what was forgotten?
    fn is_passed_over(&self, from: Direction) -> bool {
        from == Direction::Client && matches!(&*self.reading, Reading::Probing(Some(held)) if held.is_passing())
    }

    /// Has the server said a line, or what is no text, or what tells? Blanks are none of these.
    pub(crate) fn is_answered(&mut self, from: Direction, data: &[u8]) -> bool {
        self.shown(Some((from, data)), false, |opening| {
            let alone = Opening { client: b"", ..*opening };
            let tells = || matches!(P::identify_behind(&alone), Identified::Yes(_));
            let blanks =
                opening.server.iter().take_while(|byte| matches!(byte, 0 | b'\t' | b'\r' | b'\n' | b' ')).count();
            let said = opening.server.get(blanks..).unwrap_or_default();
            !said.is_empty() && (scan::first_control(said).is_some() || tells())
        })
    }

    // It is nobody's with what the client said, but may be somebody's without, unless that is an answer to it.
    fn answer_behind(&mut self, from: Direction, data: &[u8]) {
        if matches!(&*self.reading, Reading::Probing(Some(held)) if held.is_resumed()) {
            return self.nobody_behind(from);
        }
        let chunk = Chunk::Data(data);
        match (self.by_server(from, data), self.begins(from, data)) {
            (Identified::Yes(session), _) => self.found_by_server(session, from, chunk),
            (_, Probe::Yes) => self.nobody_s(from, chunk),
            (_, Probe::Unsure) if !self.is_full(from, data) => _ = self.keep(from, chunk),
            (Identified::Unsure, _) if self.has_tries() => self.go_on_without_client(from, data),
            _ => self.nobody_behind(from),
        }
    }

    // What the server said so far may be the beginning of what tells, and what the client said is forgotten.
    fn go_on_without_client(&mut self, from: Direction, data: &[u8]) {
        match from {
            Direction::Client => self.forget_side(from, |held, _| held.pass_over()),
            Direction::Server => {
                self.forget_side(Direction::Client, Held::forget);
                if self.is_full(from, data) {
                    self.nobody_behind(from);
                } else {
                    self.keep(from, Chunk::Data(data));
                }
            }
        }
    }

    fn forget_side(&mut self, side: Direction, forget: impl FnOnce(&mut Held, Direction)) {
        if let Reading::Probing(Some(held)) = &mut *self.reading {
            let stats = &mut self.commons.stats;
            stats.probed_bytes -= held.memory() as u64;
            forget(held, side);
            stats.probed_bytes += held.memory() as u64;
        }
    }

    /// The server's words tell, and what the client said before was for somebody else.
    pub(crate) fn found_by_server(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        self.forget_side(
            Direction::Client,
            match from {
                Direction::Client => Held::forget_lines,
                Direction::Server => Held::forget,
            },
        );
        self.found_behind(session, from, chunk);
    }

    pub(crate) fn found_behind(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        self.commons.stats.identified += 1;
        self.decide(session, from, chunk);
    }

    fn nobody_behind(&mut self, from: Direction) {
        let held = self.take_held().flatten();
        self.forget_held(held);
        self.rest(Turn::behind(from));
    }
}

/// How often whose a flow is may be asked again.
const MOST: u8 = 100;
/// What a turn takes of these that begins as no text does.
const NO_TEXT: u8 = 5;
