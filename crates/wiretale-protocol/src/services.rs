//! A protocol set is a list type; this walks it.

use wiretale_reassembly::Chunk;

use crate::{Context, Demand, Note, Observe, Observer, Opening, Probe, Protocol};

/// A list of protocols, `(First, (Second, ()))`, whose events an observer hears.
pub trait Services<O: Observer> {
    /// A running decoder of one of them.
    type Session;

    /// Whose first bytes are these? Asks in the order of the list; the first `Yes` wins. Tells its place in the list.
    fn identify(opening: &Opening<'_>) -> Identified<usize>;

    /// The same, asked of those alone that are known [behind](Protocol::BEHIND) what is not theirs.
    fn identify_behind(opening: &Opening<'_>) -> Identified<usize> {
        let _ = opening;
        Identified::No
    }

    /// [`Protocol::resumes`], of any.
    fn resumes(client: &[u8]) -> Probe {
        let _ = client;
        Probe::No
    }

    /// [`Protocol::head`], of the one that knows the longest.
    fn head(opening: &Opening<'_>) -> usize {
        let _ = opening;
        0
    }

    /// A decoder of the protocol at this place in the list, for a flow with these first bytes; `None` behind its end.
    fn start(place: usize, opening: &Opening<'_>) -> Option<Self::Session>;

    /// A decoder for an announced flow; `None` where no protocol has that tag or its note is foreign.
    fn start_expected(tag: &str, note: Note) -> Option<Self::Session>;

    /// [`Protocol::may_be_text`] of the protocol with this tag.
    fn may_be_text(tag: &str, opening: &Opening<'_>) -> bool {
        let _ = (tag, opening);
        true
    }

    /// One more chunk for a running decoder.
    fn feed(session: &mut Self::Session, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand;

    /// [`Protocol::before_anew`] of a running decoder.
    fn before_anew(session: &Self::Session) -> &[u8] {
        let _ = session;
        &[]
    }

    /// [`Protocol::passed_before_anew`] of a running decoder.
    fn passed_before_anew(session: &Self::Session) -> usize {
        let _ = session;
        0
    }

    /// The service's name.
    fn service(session: &Self::Session) -> &'static str;

    /// [`Protocol::ANNOUNCED`] of a running decoder's protocol.
    fn may_be_announced(session: &Self::Session) -> bool {
        let _ = session;
        true
    }

    /// [`Protocol::memory`] of a running decoder.
    fn memory(session: &Self::Session) -> usize {
        let _ = session;
        0
    }
}

/// What a list says of a flow's first bytes. With [`Opening::last`] it is never `Unsure`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identified<T> {
    /// This one of its protocols said yes.
    Yes(T),
    /// None can be.
    No,
    /// At least one wants to see more.
    Unsure,
    /// None claims them, and this one takes what nobody claims. An announced flow goes to whom it was announced for instead.
    Leftover(T),
}

impl<T> Identified<T> {
    /// What `with` makes of the protocol that is told, if one is.
    #[must_use]
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Identified<U> {
        match self {
            Self::Yes(told) => Identified::Yes(with(told)),
            Self::Leftover(told) => Identified::Leftover(with(told)),
            Self::No => Identified::No,
            Self::Unsure => Identified::Unsure,
        }
    }
}

/// One of two.
// Which one is told where it begins, which every chunk asks.
#[derive(Debug)]
#[repr(u8)]
pub enum Either<A, B> {
    /// The first.
    Head(A),
    /// One of the rest.
    Tail(B),
}

impl<O: Observer> Services<O> for () {
    type Session = core::convert::Infallible;

    fn identify(_: &Opening<'_>) -> Identified<usize> {
        Identified::No
    }

    fn start(_: usize, _: &Opening<'_>) -> Option<Self::Session> {
        None
    }

    fn start_expected(_: &str, _: Note) -> Option<Self::Session> {
        None
    }

    fn feed(session: &mut Self::Session, _: &mut Context<'_, O>, _: Chunk<'_>) -> Demand {
        match *session {}
    }

    fn service(session: &Self::Session) -> &'static str {
        match *session {}
    }
}

impl<O, P, Rest> Services<O> for (P, Rest)
where
    O: Observe<P>,
    P: Protocol,
    Rest: Services<O>,
{
    type Session = Either<P::Decoder, Rest::Session>;

    fn identify(opening: &Opening<'_>) -> Identified<usize> {
        let mine = P::probe(opening);
        if mine == Probe::Yes {
            return Identified::Yes(0);
        }
        let rest = Rest::identify(opening).map(|place| place + 1);
        let unsure = mine == Probe::Unsure || rest == Identified::Unsure;
        match rest {
            Identified::Yes(_) => rest,
            _ if unsure && !opening.last => Identified::Unsure,
            _ if mine == Probe::Leftover => Identified::Leftover(0),
            Identified::Leftover(_) => rest,
            Identified::No | Identified::Unsure => Identified::No,
        }
    }

    fn identify_behind(opening: &Opening<'_>) -> Identified<usize> {
        let mine = if P::BEHIND { P::probe(opening) } else { Probe::No };
        if mine == Probe::Yes {
            return Identified::Yes(0);
        }
        match Rest::identify_behind(opening).map(|place| place + 1) {
            Identified::No if mine == Probe::Unsure && !opening.last => Identified::Unsure,
            rest => rest,
        }
    }

    fn resumes(client: &[u8]) -> Probe {
        let mine = P::resumes(client);
        if mine == Probe::Yes {
            return mine;
        }
        match Rest::resumes(client) {
            Probe::No => mine,
            rest => rest,
        }
    }

    fn head(opening: &Opening<'_>) -> usize {
        P::head(opening).max(Rest::head(opening))
    }

    fn start(place: usize, opening: &Opening<'_>) -> Option<Self::Session> {
        match place.checked_sub(1) {
            None => Some(Either::Head(P::start(opening))),
            Some(place) => Rest::start(place, opening).map(Either::Tail),
        }
    }

    fn start_expected(tag: &str, note: Note) -> Option<Self::Session> {
        if tag == P::TAG {
            P::start_expected(note).map(Either::Head)
        } else {
            Rest::start_expected(tag, note).map(Either::Tail)
        }
    }

    fn may_be_text(tag: &str, opening: &Opening<'_>) -> bool {
        if tag == P::TAG { P::may_be_text(opening) } else { Rest::may_be_text(tag, opening) }
    }

    #[inline]
    fn feed(session: &mut Self::Session, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        match session {
            Either::Head(decoder) => P::feed(decoder, cx, chunk),
            Either::Tail(rest) => Rest::feed(rest, cx, chunk),
        }
    }

    fn before_anew(session: &Self::Session) -> &[u8] {
        match session {
            Either::Head(decoder) => P::before_anew(decoder),
            Either::Tail(rest) => Rest::before_anew(rest),
        }
    }

    fn passed_before_anew(session: &Self::Session) -> usize {
        match session {
            Either::Head(decoder) => P::passed_before_anew(decoder),
            Either::Tail(rest) => Rest::passed_before_anew(rest),
        }
    }

    fn service(session: &Self::Session) -> &'static str {
        match session {
            Either::Head(decoder) => P::service(decoder),
            Either::Tail(rest) => Rest::service(rest),
        }
    }

    fn may_be_announced(session: &Self::Session) -> bool {
        match session {
            Either::Head(_) => P::ANNOUNCED,
            Either::Tail(rest) => Rest::may_be_announced(rest),
        }
    }

    #[inline]
    fn memory(session: &Self::Session) -> usize {
        match session {
            Either::Head(decoder) => P::memory(decoder),
            Either::Tail(rest) => Rest::memory(rest),
        }
    }
}

#[cfg(test)]
mod tests;
