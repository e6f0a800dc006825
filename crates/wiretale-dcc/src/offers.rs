//! One record per offer, from offer to outcome.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use wiretale_protocol::{FlowId, Timestamp};

use crate::{Announced, Change, Event, Kind, Negotiation, OfferId, Outcome, Step};

/// Offers and what became of them: a pure fold over the steps an IRC session tells of and the events of the
/// connections that follow.
///
/// Holds at most `most` records; further offers are counted and passed over.
#[derive(Clone, Debug)]
pub struct Offers {
    // In the order in which they were made.
    records: Vec<Record>,
    // Where in the records to find an offer by its number, by its connection, by what it says.
    by_number: BTreeMap<OfferId, usize>,
    by_flow: BTreeMap<FlowId, usize>,
    by_words: BTreeMap<Words, usize>,
    most: usize,
    dropped: u64,
}

// What tells an offer from others when it passes through a second session.
type Words = (Kind, Box<[u8]>, Box<[u8]>, Box<[u8]>, Option<u64>, Box<[u8]>, u16);

/// An offer and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The offer; of a transfer whose offer was not seen, nothing.
    pub announced: Option<Announced>,
    /// When it was made, or when its connection opened.
    pub at: Timestamp,
    /// The connection that followed.
    pub flow: Option<FlowId>,
    /// Where the receiver wanted the transfer to start, and whether the sender agreed.
    pub resumed: Option<Resumed>,
    /// Bytes of the file that crossed, or of the chat, both ways and with its line ends.
    pub bytes: u64,
    /// Of them, bytes that were not captured.
    pub missed: u64,
    /// Lines of the chat.
    pub lines: u64,
    /// What became of it.
    pub fate: Fate,
}

/// A wish to go on from somewhere in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resumed {
    /// From which byte.
    pub at: u64,
    /// The sender agreed, or did it.
    pub agreed: bool,
}

/// What became of an offer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    /// No connection followed.
    NeverTaken,
    /// The receiver said no, and no connection followed.
    Refused,
    /// A connection followed and is not over.
    Open,
    /// The connection is over, and this is how the transfer came out.
    Over(Outcome),
}

impl Offers {
    /// No more than `most` records.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            records: Vec::new(),
            by_number: BTreeMap::new(),
            by_flow: BTreeMap::new(),
            by_words: BTreeMap::new(),
            most,
            dropped: 0,
        }
    }

    /// The records, in the order in which the offers were made.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Offers passed over because there were too many.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A step of a negotiation ([`crate::Negotiation::message`]).
    pub fn step(&mut self, step: &Step<'_>) {
        let announced = step.announced;
        let Some(record) = self.of(announced) else { return };
        match step.change {
            Change::Offered => {}
            Change::Answered => record.announced = Some(announced.clone()),
            Change::ResumeAsked => record.resumed = Some(Resumed { at: announced.start, agreed: false }),
            Change::Resumed => record.resumed = Some(Resumed { at: announced.start, agreed: true }),
            Change::Refused if record.fate == Fate::NeverTaken => record.fate = Fate::Refused,
            Change::Refused => {}
        }
    }

    /// An event of the connection `flow`, at packet time `at`.
    pub fn event(&mut self, flow: FlowId, at: Timestamp, event: &Event<'_>) {
        match *event {
            Event::Opened { announced, .. } => self.opened(flow, at, announced),
            Event::Chat { .. } => {
                if let Some(record) = self.on(flow) {
                    record.lines += 1;
                }
            }
            Event::Finished { bytes, missed, start, outcome, .. } => {
                if let Some(record) = self.on(flow) {
                    (record.bytes, record.missed, record.fate) = (bytes, missed, Fate::Over(outcome));
                    if start != 0 {
                        record.resumed = Some(Resumed { at: start, agreed: true });
                    }
                }
            }
            Event::Content(_) | Event::Acknowledged(_) => {}
        }
    }

    fn opened(&mut self, flow: FlowId, at: Timestamp, announced: Option<&Announced>) {
        let place = match announced {
            Some(announced) => self.place_of(announced),
            None => self.push(None, at),
        };
        let Some(place) = place else { return };
        if self.by_flow.len() < self.most.saturating_mul(2) {
            self.by_flow.insert(flow, place);
        }
        if let Some(record) = self.records.get_mut(place) {
            record.flow = Some(flow);
            record.fate = Fate::Open;
        }
    }

    fn on(&mut self, flow: FlowId) -> Option<&mut Record> {
        let place = *self.by_flow.get(&flow)?;
        self.records.get_mut(place)
    }

    fn of(&mut self, announced: &Announced) -> Option<&mut Record> {
        let place = self.place_of(announced)?;
        self.records.get_mut(place)
    }

    // Where the record of an offer is, made if it is new. The same offer passes through both ends' sessions where both
    // are seen.
    fn place_of(&mut self, announced: &Announced) -> Option<usize> {
        if let Some(&place) = self.by_number.get(&announced.offer) {
            return Some(place);
        }
        let words = words(announced);
        let twin = self.by_words.get(&words).copied().filter(|&place| self.is_twin(place, announced));
        let place = match twin {
            Some(place) => place,
            None => self.push(Some(announced), announced.offered)?,
        };
        // Twins of one record may be many.
        if self.by_number.len() < self.most.saturating_mul(2) {
            self.by_number.insert(announced.offer, place);
        }
        self.by_words.insert(words, place);
        Some(place)
    }

    fn is_twin(&self, place: usize, other: &Announced) -> bool {
        self.records.get(place).and_then(|record| record.announced.as_ref()).is_some_and(|mine| {
            mine.offer.session != other.offer.session
                && other.offered.since(mine.offered) < Negotiation::LIFETIME
                && mine.offered.since(other.offered) < Negotiation::LIFETIME
        })
    }

    fn push(&mut self, announced: Option<&Announced>, at: Timestamp) -> Option<usize> {
        if self.records.len() >= self.most {
            self.dropped += 1;
            return None;
        }
        self.records.push(Record {
            announced: announced.cloned(),
            at,
            flow: None,
            resumed: None,
            bytes: 0,
            missed: 0,
            lines: 0,
            fate: Fate::NeverTaken,
        });
        Some(self.records.len() - 1)
    }
}

fn words(announced: &Announced) -> Words {
    let Announced { kind, from, to, name, size, token, server, .. } = announced.clone();
    // The answer to a passive offer changes its port: of such, the token must do.
    let port = if announced.reverse { 0 } else { server.port };
    (kind, from, to, name, size, token, port)
}

#[cfg(test)]
mod tests;
