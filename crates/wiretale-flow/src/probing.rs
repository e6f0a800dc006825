//! Whose bytes a flow's first ones are.

use wiretale_protocol::{Chunk, Direction, Flow, Identified, Observer, Opening, Services};

use crate::delivery::Delivery;
use crate::held::Held;
use crate::near::Far;
use crate::reading::{Reading, Started};

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// Asks whose bytes these are.
    pub(crate) fn probe(&mut self, from: Direction, chunk: Chunk<'_>) {
        if *self.anew > 0 {
            return self.probe_behind(from, chunk);
        }
        let Chunk::Data(data) = chunk else { return self.hear_end(from, chunk) };
        if self.is_head_alone(from, data) {
            return self.hold(from, chunk);
        }
        match self.look(from, data, false) {
            // What was said in the middle of a flow counts if whom it was said to answers.
            Identified::Yes(_) | Identified::Leftover(_) if self.alone && !self.is_full(from, data) => {
                self.hold(from, chunk);
            }
            Identified::Yes(session) => {
                let session = session.map(|session| self.identified(session));
                self.decide(session, from, chunk);
            }
            Identified::Unsure if self.is_full(from, data) => self.at_limit(from, data),
            Identified::Unsure => self.hold(from, chunk),
            Identified::Leftover(session) => self.left_over(session, from, data),
            Identified::No => match self.announced() {
                None => self.unclaimed(from, data),
                session => self.decide(session, from, chunk),
            },
        }
    }

    /// Bytes were lost, or a side is over: if both are, it is decided whose they are.
    pub(crate) fn hear_end(&mut self, from: Direction, chunk: Chunk<'_>) {
        if self.keep(from, chunk).is_some_and(|held| held.is_over()) {
            self.conclude();
        }
    }

    /// Whose bytes are those that are kept, and these?
    pub(crate) fn look(&mut self, from: Direction, data: &[u8], last: bool) -> Identified<Option<Started<P, O>>> {
        self.shown(Some((from, data)), last, identify::<P, O>)
    }

    /// What `with` makes of the bytes that are kept, and of those that come now.
    pub(crate) fn shown<R>(
        &mut self,
        now: Option<(Direction, &[u8])>,
        last: bool,
        with: impl FnOnce(&Opening<'_>) -> R,
    ) -> R {
        let held = match &mut *self.reading {
            Reading::Probing(Some(held)) => held,
            Reading::Doubting(doubt) => &mut doubt.held,
            _ => return with(&opening(None, now, self.flow, last)),
        };
        // What lacks its beginning is as if met in the middle.
        let flow = &Flow { midstream: self.flow.midstream || held.is_holed(), ..*self.flow };
        let Some((from, data)) = now else { return with(&opening(Some(held), None, flow, last)) };
        let before = held.lend(from, data);
        let made = with(&opening(Some(held), None, flow, last));
        held.take_back(from, before);
        made
    }

    fn hold(&mut self, from: Direction, chunk: Chunk<'_>) {
        let datagrams = self.established.is_none();
        if let Some(held) = self.keep(from, chunk).filter(|_| datagrams) {
            // A datagram is whole by itself: the next one does not go on with it.
            held.shut(from);
        }
    }

    pub(crate) fn keep(&mut self, from: Direction, chunk: Chunk<'_>) -> Option<&mut Held> {
        let held = match &mut *self.reading {
            Reading::Probing(held) => held.get_or_insert_default(),
            Reading::Doubting(doubt) => &mut doubt.held,
            _ => return None,
        };
        let before = held.memory();
        held.push(self.at, self.frame, from, chunk);
        self.commons.stats.probed_bytes += (held.memory() - before) as u64;
        Some(held)
    }

    /// The end of probing: what waited is read first, then `chunk`, which was never copied.
    pub(crate) fn decide(&mut self, session: Option<Started<P, O>>, from: Direction, chunk: Chunk<'_>) {
        let Some(held) = self.take_held() else { return };
        self.begin(session, held);
        self.read(from, chunk);
    }

    pub(crate) fn take_held(&mut self) -> Option<Option<Box<Held>>> {
        match std::mem::replace(self.reading, Reading::Counting) {
            Reading::Probing(held) => Some(held),
            Reading::Doubting(doubt) => Some(Some(doubt.held)),
            other => {
                *self.reading = other;
                None
            }
        }
    }

    pub(crate) fn begin(&mut self, session: Option<Started<P, O>>, held: Option<Box<Held>>) {
        let Some(session) = session else {
            self.forget_held(held);
            self.give_up();
            return;
        };
        *self.reading = Reading::Decoding(session);
        self.replay_all(held);
    }

    /// What waited is read, as it came.
    pub(crate) fn replay_all(&mut self, held: Option<Box<Held>>) {
        let Some(held) = held else { return };
        self.commons.stats.probed_bytes -= held.memory() as u64;
        let now = (self.at, self.frame);
        for piece in held.pieces() {
            (self.at, self.frame) = (piece.at, piece.frame);
            self.read(piece.from, held.chunk(piece));
        }
        (self.at, self.frame) = now;
    }

    /// Nothing more will come: decides what is still undecided.
    pub(crate) fn conclude(&mut self) {
        self.settle();
        self.stop_overhearing();
        let Reading::Probing(_) = self.reading else { return };
        let anew = *self.anew > 0;
        // Words that were the content of somebody else's do not become anybody's by the end.
        let resumed = matches!(&*self.reading, Reading::Probing(Some(held)) if held.is_resumed());
        let found = self.shown(None, true, |opening| {
            let spoke = !opening.client.is_empty() || !opening.server.is_empty();
            (spoke && !resumed).then(|| if anew { at_last_behind::<P, O>(opening) } else { identify::<P, O>(opening) })
        });
        let session = match found {
            Some(Identified::Yes(session)) => session.map(|session| self.identified(session)),
            Some(Identified::Leftover(session)) => self.announced_rather(session.as_ref(), None).or(session),
            _ if anew => None,
            // An attempt that was never answered leaves the announcement to the next one.
            _ if self.established == Some(false) => None,
            _ => self.announced(),
        };
        let held = self.take_held().flatten();
        self.begin(session, held);
    }
}

/// Whose bytes these are, and a decoder for them.
fn identify<P: Services<O>, O: Observer>(opening: &Opening<'_>) -> Identified<Option<Started<P, O>>> {
    P::identify(opening).map(|place| P::start(place, opening).map(|session| Box::new(Far::new(session))))
}

/// The same, asked of those that are known behind what is not theirs.
pub(crate) fn identify_behind<P: Services<O>, O: Observer>(opening: &Opening<'_>) -> Identified<Option<Started<P, O>>> {
    P::identify_behind(opening).map(|place| P::start(place, opening).map(|session| Box::new(Far::new(session))))
}

// A client alone does not tell, and where it is nobody's with its words, the server alone may.
fn at_last_behind<P: Services<O>, O: Observer>(opening: &Opening<'_>) -> Identified<Option<Started<P, O>>> {
    if opening.server.is_empty() {
        return Identified::No;
    }
    match identify_behind::<P, O>(opening) {
        Identified::No => identify_behind::<P, O>(&Opening { client: b"", ..*opening }),
        found => found,
    }
}

/// The opening of a flow: what is held, or else the bytes that came just now.
fn opening<'a>(held: Option<&'a Held>, now: Option<(Direction, &'a [u8])>, flow: &'a Flow, last: bool) -> Opening<'a> {
    let of = |direction| match (held, now) {
        (Some(held), _) => held.opening(direction),
        (None, Some((from, data))) if from == direction => data,
        _ => &[],
    };
    Opening { client: of(Direction::Client), server: of(Direction::Server), flow, last }
}
