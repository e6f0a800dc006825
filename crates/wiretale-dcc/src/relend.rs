//! Events with borrowed text of another lifetime.

use wiretale_protocol::Lend;

use crate::{Announced, Event, Message, Offer, Place, Step};

/// Lends announcements too.
pub trait LendOffers<'b>: Lend<'b> {
    /// The announcement lent for this one.
    fn lend_offer(&mut self, announced: &Announced) -> &'b Announced;
}

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl LendOffers<'b>) -> Event<'b> {
        match *self {
            Self::Opened { announced, sender } => {
                Event::Opened { announced: announced.map(|announced| lender.lend_offer(announced)), sender }
            }
            Self::Content(content) => Event::Content(content.relend(lender)),
            Self::Acknowledged(bytes) => Event::Acknowledged(bytes),
            Self::Chat { line, cut } => Event::Chat { line: lender.lend(line), cut },
            Self::Finished { bytes, missed, size, start, acknowledged, outcome } => {
                Event::Finished { bytes, missed, size, start, acknowledged, outcome }
            }
        }
    }
}

impl Message<'_> {
    /// The same message with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Message<'b> {
        match self {
            Self::Offer(offer) => Message::Offer(offer.relend(lender)),
            Self::Resume(place) => Message::Resume(place.relend(lender)),
            Self::Accept(place) => Message::Accept(place.relend(lender)),
            Self::Reject { kind, name } => Message::Reject { kind, name: lender.lend(name) },
            Self::Other { verb, rest } => Message::Other { verb: lender.lend(verb), rest: lender.lend(rest) },
        }
    }
}

impl Step<'_> {
    /// The same step of an offer that `lender` lends.
    #[must_use]
    pub fn relend<'b>(self, lender: &mut impl LendOffers<'b>) -> Step<'b> {
        Step { announced: lender.lend_offer(self.announced), change: self.change }
    }
}

impl Offer<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Offer<'b> {
        let Self { kind, name, address, port, size, token, tls, turbo } = self;
        Offer { kind, name: lender.lend(name), address, port, size, token: lender.lend(token), tls, turbo }
    }
}

impl Place<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Place<'b> {
        let Self { name, port, position, token } = self;
        Place { name: lender.lend(name), port, position, token: lender.lend(token) }
    }
}
