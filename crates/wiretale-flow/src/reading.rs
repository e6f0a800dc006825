//! What reads a flow's bytes.

use wiretale_protocol::{Direction, Services};

use crate::held::Held;
use crate::near::Far;
use crate::turn::Turn;

/// Who reads the bytes of a flow.
pub(crate) enum Reading<S> {
    /// Nobody knows yet whose they are. What was seen so far waits; nothing where it was nothing.
    Probing(Option<Box<Held>>),
    /// A decoder.
    Decoding(Box<Far<S>>),
    /// Somebody for now: one side has filled what is kept of it, and the other has not spoken yet.
    Doubting(Box<Doubt<S>>),
    /// Who takes what nobody claims. What the client may begin beside it waits, to be somebody's.
    Overhearing(Box<Overheard<S>>),
    /// Nobody so far, for one side began with what nobody claims: those that are known behind such bytes are asked by
    /// what this side says.
    Listening(Direction),
    /// Nobody, until the client begins something else.
    Resting(Turn),
    /// Nobody: they are counted.
    Counting,
}

impl<S> Reading<S> {
    /// The decoder at work.
    #[inline]
    pub(crate) fn session(&mut self) -> Option<&mut S> {
        match self {
            Self::Decoding(session) => Some(session),
            Self::Overhearing(overheard) => Some(&mut overheard.session),
            Self::Doubting(doubt) => doubt.session.as_mut().map(|session| &mut ***session),
            Self::Probing(_) | Self::Listening(_) | Self::Resting(_) | Self::Counting => None,
        }
    }
}

/// A decoder where it stays: those of some protocols are large, and not moved about.
pub(crate) type Started<P, O> = Box<Far<<P as Services<O>>::Session>>;

/// A flow that nobody claims.
pub(crate) struct Overheard<S> {
    /// Who takes such.
    pub(crate) session: Box<Far<S>>,
    /// Where its client is.
    pub(crate) turn: Turn,
    /// What may be somebody's.
    pub(crate) held: Option<Box<Held>>,
}

impl<S> Overheard<S> {
    /// Read by this one, and nothing waits.
    pub(crate) fn by(session: Box<Far<S>>) -> Reading<S> {
        Reading::Overhearing(Box::new(Self { session, turn: Turn::NEXT, held: None }))
    }
}

/// A flow of which one side alone did not tell whose it is, however much it said.
pub(crate) struct Doubt<S> {
    /// Who takes what nobody claims, if anybody does.
    pub(crate) session: Option<Box<Far<S>>>,
    /// What came last, for whoever claims it once the other side speaks.
    pub(crate) held: Box<Held>,
    /// The other side.
    pub(crate) quiet: Direction,
}
