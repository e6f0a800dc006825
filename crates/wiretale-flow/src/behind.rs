//! A flow that began as somebody's, or nobody's, by what one side said alone: asked about once more, by what comes from
//! then on, of those that are known behind what is not theirs. Else a line for somebody else would hide any protocol from
//! us, and none from a server that passes over what it does not know.
//!
//! A flow that was settled as somebody's, who lets clients go on to something else, is asked about up to 64 times more.

use wiretale_protocol::{Chunk, Direction, Identified, Observer, Opening, Services, scan};

use crate::delivery::Delivery;
use crate::probing::{Started, identify_behind};
use crate::reading::{Held, Reading};

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// Nobody claims what was said. What the other side of a connection says first may tell, what the server said does, or
    /// these bytes where they are an answer.
    pub(crate) fn unclaimed(&mut self, from: Direction, data: &[u8]) {
        let chunk = Chunk::Data(data);
        // A server's answer was looked at alone then, as it would be once more.
        match self.by_server(from, data) {
            Identified::Yes(session) => return self.found_by_server(session, from, chunk),
            Identified::Unsure if !begins::<P, O>(from, data) && self.has_tries(ONE) => {
                return self.go_on_without_client(from, data);
            }
            _ => {}
        }
        let (answers, quiet) = (from == Direction::Client && !self.has_spoken(from), self.is_quiet(from.opposite()));
        let answers = answers && !quiet;
        if !quiet && !answers {
            return self.nobody_s(from, chunk);
        }
        let held = self.take_held().flatten();
        self.begin(None, held);
        if answers {
            return self.ask_anew(from, chunk);
        }
        self.unwanted[from.opposite().index()] = false;
        *self.reading = Reading::Listening(from.opposite());
    }

    /// It is nobody's, but any of the client's words may have been the first of something else.
    pub(crate) fn nobody_s(&mut self, from: Direction, chunk: Chunk<'_>) {
        let held = self.take_held().flatten();
        self.rest();
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
        let before = self.reading.session().map(|session| P::before_anew(session).to_vec()).unwrap_or_default();
        self.give_up();
        if self.has_tries(ONE) {
            *self.reading = Reading::Probing(None);
            if !before.is_empty() {
                self.keep(from, Chunk::Data(&before));
            }
            self.look_again(from, chunk);
        }
    }

    /// It is settled, but for what the client may begin next.
    pub(crate) fn rest(&mut self) {
        self.give_up();
        if self.is_asked_again() {
            (self.unwanted, self.wanted) = ([false, true], true);
            *self.reading = Reading::Resting;
        }
    }

    /// Does the client begin something else? Each word is a request of its own, or may be.
    pub(crate) fn resume(&mut self, from: Direction, chunk: Chunk<'_>) {
        match chunk {
            _ if from == Direction::Server => {}
            Chunk::Data(data) => match self.has_tries(WORD) {
                true if P::resumes(data) => {
                    *self.reading = Reading::Probing(Some(Box::new(Held::resumed())));
                    self.look_again(from, chunk);
                }
                true if *self.anew < MOST => {}
                _ => self.give_up(),
            },
            Chunk::Gap(_) => {}
            Chunk::End(_) => self.give_up(),
        }
    }

    pub(crate) fn is_asked_again(&self) -> bool {
        *self.anew < MOST && self.established.is_some()
    }

    // May it be asked again? Then that is counted.
    pub(crate) fn has_tries(&mut self, taken: u8) -> bool {
        let left = self.is_asked_again();
        *self.anew += if left { taken } else { 0 };
        left
    }

    fn look_again(&mut self, from: Direction, chunk: Chunk<'_>) {
        (self.unwanted, self.wanted) = ([false; 2], true);
        self.probe_behind(from, chunk);
    }

    /// Asks those that may be meant whose bytes these are. A client alone does not tell: its words may be what the server
    /// was promised.
    pub(crate) fn probe_behind(&mut self, from: Direction, chunk: Chunk<'_>) {
        let Chunk::Data(data) = chunk else { return self.hear_end(from, chunk) };
        let found = match self.is_head_alone(from, data) {
            true => Identified::Unsure,
            false => self.shown(Some((from, data)), false, identify_behind::<P, O>),
        };
        match found {
            Identified::Yes(session) if self.is_answered(from, data) => self.found_behind(session, from, chunk),
            Identified::Yes(_) | Identified::Unsure if !self.is_full(from, data) => _ = self.keep(from, chunk),
            Identified::No => self.answer_behind(from, data),
            _ => self.nobody_behind(),
        }
    }

    /// Has the server said a line, or what is no text, or what tells?
    pub(crate) fn is_answered(&mut self, from: Direction, data: &[u8]) -> bool {
        self.shown(Some((from, data)), false, |opening| {
            let alone = Opening { client: b"", ..*opening };
            let tells = || matches!(P::identify_behind(&alone), Identified::Yes(_));
            !opening.server.is_empty() && (scan::first_control(opening.server).is_some() || tells())
        })
    }

    // It is nobody's with what the client said, but may be somebody's without, unless that is an answer to it.
    fn answer_behind(&mut self, from: Direction, data: &[u8]) {
        if matches!(&*self.reading, Reading::Probing(Some(held)) if held.is_resumed()) {
            return self.nobody_behind();
        }
        match self.by_server(from, data) {
            Identified::Yes(session) => self.found_by_server(session, from, Chunk::Data(data)),
            _ if begins::<P, O>(from, data) => self.nobody_s(from, Chunk::Data(data)),
            Identified::Unsure if self.has_tries(ONE) => self.go_on_without_client(from, data),
            _ => self.nobody_behind(),
        }
    }

    // What the server said so far may be the beginning of what tells, and what the client said is forgotten.
    fn go_on_without_client(&mut self, from: Direction, data: &[u8]) {
        self.forget_client(Held::forget);
        match from {
            Direction::Client => {}
            Direction::Server if self.is_full(from, data) => self.nobody_behind(),
            Direction::Server => _ = self.keep(from, Chunk::Data(data)),
        }
    }

    fn forget_client(&mut self, forget: impl FnOnce(&mut Held, Direction)) {
        if let Reading::Probing(Some(held)) = &mut *self.reading {
            let stats = &mut self.commons.stats;
            stats.probed_bytes -= held.memory() as u64;
            forget(held, Direction::Client);
            stats.probed_bytes += held.memory() as u64;
        }
    }

    /// The server's words tell, and what the client said before was for somebody else.
    pub(crate) fn found_by_server(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        let (at, frame) = (self.at, self.frame);
        self.forget_client(|held, client| match from {
            Direction::Client => held.forget_lines(at, frame, client),
            Direction::Server => held.forget(client),
        });
        self.found_behind(session, from, chunk);
    }

    pub(crate) fn found_behind(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        *self.anew = MOST;
        self.commons.stats.identified += 1;
        self.decide(session, from, chunk);
    }

    fn nobody_behind(&mut self) {
        let held = self.take_held().flatten();
        self.begin(None, held);
        self.rest();
    }
}

// Does the client begin something with these bytes?
fn begins<P: Services<O>, O: Observer>(from: Direction, data: &[u8]) -> bool {
    from == Direction::Client && P::resumes(data)
}

/// How often whose a flow is may be asked again, in eighths of a word.
const MOST: u8 = 64;
/// What asking by what was said for somebody else takes of these.
pub(crate) const ONE: u8 = 1;
/// What each word of the client takes of these where nobody else speaks: of most flows such words are many.
const WORD: u8 = 8;
