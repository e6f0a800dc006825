//! One record per offer, from offer to outcome.

use alloc::vec::Vec;

use wiretale_protocol::{FlowId, Timestamp};

use crate::{Announced, Change, Event, OfferId, Outcome, Step};

/// Offers and what became of them: a pure fold over the steps an IRC session tells of and the events of the
/// connections that follow.
///
/// Holds at most `most` records; further offers are counted and passed over.
#[derive(Clone, Debug)]
pub struct Offers {
    // In the order in which they were made.
    records: Vec<Record>,
    most: usize,
    dropped: u64,
}

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
    /// Bytes of the file that crossed.
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
        Self { records: Vec::new(), most, dropped: 0 }
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
        let record = match announced {
            Some(announced) => self.of(announced),
            None => self.push(None, at),
        };
        if let Some(record) = record {
            record.flow = Some(flow);
            record.fate = Fate::Open;
        }
    }

    fn on(&mut self, flow: FlowId) -> Option<&mut Record> {
        self.records.iter_mut().rev().find(|record| record.flow == Some(flow))
    }

    // The record of an offer, made if it is new. The same offer passes through both ends' sessions where both are seen.
    fn of(&mut self, announced: &Announced) -> Option<&mut Record> {
        let id = announced.offer;
        let known = self.records.iter().rposition(|record| record.is_of(id));
        let known = known.or_else(|| self.records.iter().rposition(|record| record.is_same(announced)));
        match known {
            Some(at) => self.records.get_mut(at),
            None => self.push(Some(announced), announced.offered),
        }
    }

    fn push(&mut self, announced: Option<&Announced>, at: Timestamp) -> Option<&mut Record> {
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
        self.records.last_mut()
    }
}

impl Record {
    fn is_of(&self, id: OfferId) -> bool {
        self.announced.as_ref().is_some_and(|announced| announced.offer == id)
    }

    fn is_same(&self, other: &Announced) -> bool {
        self.announced.as_ref().is_some_and(|mine| {
            mine.offer.session != other.offer.session
                && (mine.kind, mine.size, mine.reverse) == (other.kind, other.size, other.reverse)
                && (&mine.from, &mine.to, &mine.name) == (&other.from, &other.to, &other.name)
                && (&mine.token, mine.server.port) == (&other.token, other.server.port)
                && other.offered.since(mine.offered) < crate::Negotiation::LIFETIME
        })
    }
}

#[cfg(test)]
mod tests;
