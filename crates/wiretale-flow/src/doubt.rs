//! A flow of which one side filled what is kept of it while the other was silent: read for now, and asked about again
//! once the other speaks. Else lines enough before the first that tells would hide any protocol.

use wiretale_protocol::{Chunk, Direction, Identified, Observer, Services};

use crate::delivery::Delivery;
use crate::held::Held;
use crate::reading::{Doubt, Reading, Started};
use crate::settings::Limits;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// No more may be kept than is, and these bytes come, too.
    #[cold]
    pub(crate) fn at_limit(&mut self, from: Direction, data: &[u8]) {
        let chunk = Chunk::Data(data);
        let session = match self.look(from, data, true) {
            Identified::Yes(session) => {
                let session = session.map(|session| self.identified(session));
                return self.decide(session, from, chunk);
            }
            Identified::Leftover(session) => session,
            Identified::No | Identified::Unsure => None,
        };
        if !self.is_quiet(from.opposite()) {
            return self.left_over(session, from, data);
        }
        match self.announced() {
            None => self.read_for_now(session, from, data),
            announced => self.decide(announced, from, chunk),
        }
    }

    // A side of a connection that has not spoken yet, and may.
    pub(crate) fn is_quiet(&self, side: Direction) -> bool {
        let ended = matches!(&*self.reading, Reading::Probing(Some(held)) if held.has_ended(side));
        self.established.is_some() && !ended && !self.has_spoken(side)
    }

    fn read_for_now(&mut self, session: Option<Started<P, O>>, from: Direction, data: &[u8]) {
        let Reading::Probing(held) = &mut *self.reading else { return };
        let held = held.take().unwrap_or_default();
        let quiet = from.opposite();
        *self.reading = Reading::Doubting(Box::new(Doubt { session: None, held, quiet }));
        if let Some(session) = session {
            self.replay(session);
        }
        self.doubt(from, Chunk::Data(data));
    }

    // What waited is read, and goes on waiting.
    fn replay(&mut self, session: Started<P, O>) {
        let Reading::Doubting(doubt) = &mut *self.reading else { return };
        let held = std::mem::take(&mut doubt.held);
        doubt.session = Some(session);
        for piece in held.pieces() {
            self.feed(piece.at, piece.frame, piece.from, held.chunk(piece));
        }
        match &mut *self.reading {
            Reading::Doubting(doubt) => doubt.held = held,
            _ => self.commons.stats.probed_bytes -= held.memory() as u64,
        }
    }

    /// One more chunk of it. If the silent side speaks at last, everybody is asked again.
    #[cold]
    pub(crate) fn doubt(&mut self, from: Direction, chunk: Chunk<'_>) {
        let Reading::Doubting(doubt) = &mut *self.reading else { return };
        let answers = doubt.quiet == from;
        let most = self.commons.limits.probe_pieces;
        let mut settled = false;
        match chunk {
            Chunk::Data(data) if answers => match self.look(from, data, false) {
                Identified::Yes(session) => {
                    self.holds(0);
                    let session = session.map(|session| self.identified(session));
                    return self.decide(session, from, chunk);
                }
                Identified::Unsure if self.keeps_answer(from, data) => {}
                _ => return self.settle_by_answer(from, chunk),
            },
            Chunk::Data(data) => self.keep_last(from, data),
            Chunk::Gap(_) | Chunk::End(_) => {
                settled = self.keep(from, chunk).is_none_or(|held| held.is_over() || held.pieces().len() > most);
            }
        }
        self.feed(self.at, self.frame, from, chunk);
        if settled {
            self.settle();
            self.go_on_overhearing(from);
        }
    }

    // Nobody claims it with the answer, but a client may have begun something else with that.
    fn settle_by_answer(&mut self, from: Direction, chunk: Chunk<'_>) {
        let said = match &mut *self.reading {
            Reading::Doubting(doubt) if from == Direction::Client => std::mem::take(&mut doubt.held),
            _ => Box::default(),
        };
        self.commons.stats.probed_bytes -= said.memory() as u64;
        self.settle();
        self.go_on_overhearing(from.opposite());
        self.look_back(&said);
        self.read(from, chunk);
    }

    // The answer so far, as far as it and what it answers may be kept.
    fn keeps_answer(&mut self, from: Direction, data: &[u8]) -> bool {
        let limits = self.commons.limits;
        let room = |held: &Held| {
            held.len_of(from) + data.len() < limits.probe_bytes && held.pieces().len() < limits.probe_pieces
        };
        matches!(&*self.reading, Reading::Doubting(doubt) if room(&doubt.held))
            && self.keep(from, Chunk::Data(data)).is_some()
    }

    // Of a side that says so much only what came last is kept.
    fn keep_last(&mut self, from: Direction, data: &[u8]) {
        let Reading::Doubting(doubt) = &mut *self.reading else { return };
        let Limits { probe_bytes, probe_pieces, .. } = self.commons.limits;
        let before = doubt.held.memory() as u64;
        let last = data.get(data.len().saturating_sub(probe_bytes)..).unwrap_or_default();
        doubt.held.push(self.at, self.frame, from, Chunk::Data(last));
        if doubt.held.len_of(from) > probe_bytes || doubt.held.pieces().len() > probe_pieces {
            doubt.held.slide(from, probe_bytes / 2, probe_pieces);
        }
        let stats = &mut self.commons.stats;
        stats.probed_bytes = stats.probed_bytes - before + doubt.held.memory() as u64;
    }

    /// Nobody claims it: it stays with whom it was given to, or with nobody.
    pub(crate) fn settle(&mut self) {
        let Reading::Doubting(doubt) = &mut *self.reading else { return };
        let Some(session) = doubt.session.take() else { return self.give_up() };
        self.commons.stats.probed_bytes -= doubt.held.memory() as u64;
        *self.reading = Reading::Decoding(session);
    }
}
