//! Events with borrowed text of another lifetime.

use wiretale_protocol::Lend;

use crate::Event;

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl Lend<'b>) -> Event<'b> {
        match *self {
            Self::Greeting(text) => Event::Greeting(lender.lend(text)),
            Self::Line(text) => Event::Line(lender.lend(text)),
            Self::Typed(text) => Event::Typed(lender.lend(text)),
            Self::Prompt(text) => Event::Prompt(lender.lend(text)),
        }
    }
}
