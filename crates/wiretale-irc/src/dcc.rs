//! The way to `wiretale-dcc`: what stands behind `DCC` in a CTCP message.

use smallvec::SmallVec;
use wiretale_dcc::Negotiation;
use wiretale_protocol::{Context, Observe};

use crate::said::Said;
use crate::{Event, Irc, Source};

/// The offers of one session.
#[derive(Default)]
pub(crate) struct Dealings(Negotiation);

impl Dealings {
    /// Is the session a link between servers? Who offers is not who sends the packets then.
    pub(crate) const fn set_relayed(&mut self, relayed: bool) {
        self.0.set_relayed(relayed);
    }

    /// Bytes of memory in open offers.
    pub(crate) fn held(&self) -> usize {
        self.0.held()
    }

    /// A DCC message: `text` is what follows the verb `DCC`.
    pub(crate) fn message<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, said: Said<'_>, text: &[u8]) {
        match wiretale_dcc::parse(text) {
            Ok(message) => {
                let from = mask(said.from);
                let step = self.0.message(cx, &from, said.target.0, &message);
                cx.emit::<Irc>(Event::Dcc { from: said.from, target: said.target, message, step });
            }
            Err(malformed) => cx.weird(malformed.weird(), &[]),
        }
    }
}

fn mask(source: Source<'_>) -> SmallVec<[u8; 96]> {
    let mut mask = SmallVec::from_slice(&source.name);
    if !source.host.is_empty() {
        mask.push(b'!');
        mask.extend_from_slice(&source.user);
        mask.push(b'@');
        mask.extend_from_slice(&source.host);
    }
    mask
}
