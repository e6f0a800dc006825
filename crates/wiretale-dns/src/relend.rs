//! Events with borrowed text of another lifetime.

use wiretale_protocol::Lend;

use crate::{Answer, Data, Event, Query, Question, Record, Reply};

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl Lend<'b>) -> Event<'b> {
        match *self {
            Self::Query(Query { number, id, flags, question }) => {
                Event::Query(Query { number, id, flags, question: question.relend(lender) })
            }
            Self::Answer(Answer { id, section, record }) => {
                Event::Answer(Answer { id, section, record: record.relend(lender) })
            }
            Self::Reply(Reply { id, flags, question, answers, asked, unreadable }) => {
                let question = question.map(|question| question.relend(lender));
                Event::Reply(Reply { id, flags, question, answers, asked, unreadable })
            }
        }
    }
}

impl Question<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Question<'b> {
        Question { name: self.name.relend(lender), kind: self.kind, class: self.class }
    }
}

impl Record<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Record<'b> {
        let Self { name, kind, class, ttl, data } = self;
        Record { name: name.relend(lender), kind, class, ttl, data: data.relend(lender) }
    }
}

impl Data<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Data<'b> {
        match self {
            Self::Address(address) => Data::Address(address),
            Self::Name(name) => Data::Name(name.relend(lender)),
            Self::Exchange { preference, name } => Data::Exchange { preference, name: name.relend(lender) },
            Self::Service { priority, weight, port, target } => {
                Data::Service { priority, weight, port, target: target.relend(lender) }
            }
            Self::Authority { primary, mailbox } => {
                Data::Authority { primary: primary.relend(lender), mailbox: mailbox.relend(lender) }
            }
            Self::Text(bytes) => Data::Text(lender.lend(bytes)),
            Self::Rewrite { order, preference, strings, replacement } => {
                let (strings, replacement) = (lender.lend(strings), replacement.relend(lender));
                Data::Rewrite { order, preference, strings, replacement }
            }
            Self::Signature { covered, signer } => Data::Signature { covered, signer: signer.relend(lender) },
            Self::Key { algorithm } => Data::Key { algorithm },
            Self::Delegation { algorithm, digest } => Data::Delegation { algorithm, digest },
            Self::Next(name) => Data::Next(name.relend(lender)),
            Self::Fingerprint(bytes) => Data::Fingerprint(lender.lend(bytes)),
            Self::Place { size, horizontal, vertical } => Data::Place { size, horizontal, vertical },
            Self::Other(bytes) => Data::Other(lender.lend(bytes)),
        }
    }
}
