//! A flow that began as somebody's, or nobody's, by what one side said alone: asked about once more, by what comes from
//! then on, of those that are known behind what is not theirs. Else a line for somebody else would hide any protocol from
//! us, and none from a server that passes over what it does not know.
//!
//! A flow that was settled as somebody's, who lets clients go on to something else, is asked about a few times more.

use wiretale_protocol::{Chunk, Direction, Identified, Observer, Opening, Services};

use crate::delivery::Delivery;
use crate::probing::{Started, identify_behind};
use crate::reading::Reading;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// Nobody claims what was said. What the other side of a connection says first may tell, what the server said does, or
    /// these bytes where they are an answer.
    pub(crate) fn unclaimed(&mut self, from: Direction, data: &[u8]) {
        let chunk = Chunk::Data(data);
        // A server's answer was looked at alone then, as it would be once more.
        let open = match self.by_server(from, data) {
            Identified::Yes(session) => return self.found_behind(session, from, chunk),
            told => from == Direction::Client || matches!(told, Identified::Unsure),
        };
        let (answers, quiet) = (open && !self.has_spoken(from), self.is_quiet(from.opposite()));
        let held = self.take_held().flatten();
        self.begin(None, held);
        if quiet {
            self.unwanted[from.opposite().index()] = false;
            *self.reading = Reading::Listening(from.opposite());
        } else if answers {
            self.ask_anew(from, chunk);
        }
    }

    // Whose a connection is by what its server said, whatever the client did.
    fn by_server(&mut self, from: Direction, data: &[u8]) -> Identified<Option<Started<P, O>>> {
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

    /// From this chunk on it may be somebody else's: asked once.
    #[cold]
    pub(crate) fn ask_anew(&mut self, from: Direction, chunk: Chunk<'_>) {
        let before = std::mem::replace(self.anew, MOST);
        self.give_up();
        if before < MOST && self.established.is_some() {
            self.open(from, chunk);
        }
    }

    /// It is settled, but for what the client may begin next.
    pub(crate) fn rest(&mut self) {
        self.give_up();
        if *self.anew < MOST && self.established.is_some() {
            (self.unwanted, self.wanted) = ([false, true], true);
            *self.reading = Reading::Resting;
        }
    }

    /// Does the client begin something else? Each word is a request of its own, or may be.
    pub(crate) fn resume(&mut self, from: Direction, chunk: Chunk<'_>) {
        match chunk {
            _ if from == Direction::Server => {}
            Chunk::Data(data) => {
                *self.anew += 1;
                match P::resumes(data) {
                    true => self.open(from, chunk),
                    false if *self.anew < MOST => {}
                    false => self.give_up(),
                }
            }
            Chunk::Gap(_) => {}
            Chunk::End(_) => self.give_up(),
        }
    }

    fn open(&mut self, from: Direction, chunk: Chunk<'_>) {
        (self.unwanted, self.wanted) = ([false; 2], true);
        *self.reading = Reading::Probing(None);
        self.probe_behind(from, chunk);
    }

    /// Asks those that may be meant whose bytes these are.
    pub(crate) fn probe_behind(&mut self, from: Direction, chunk: Chunk<'_>) {
        let Chunk::Data(data) = chunk else { return self.nobody_behind() };
        let found = match self.is_head_alone(from, data) {
            true => Identified::Unsure,
            false => self.shown(Some((from, data)), false, identify_behind::<P, O>),
        };
        match found {
            Identified::Yes(session) => self.found_behind(session, from, chunk),
            Identified::Unsure if !self.is_full(from, data) => _ = self.keep(from, chunk),
            _ => self.nobody_behind(),
        }
    }

    fn found_behind(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
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

/// How often whose a flow is may be asked again.
const MOST: u8 = 8;
