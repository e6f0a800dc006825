//! A protocol set is a list type; this walks it.

use wiretale_reassembly::Chunk;

use crate::{Context, Demand, Note, Observe, Observer, Opening, Probe, Protocol};

/// A list of protocols, `(First, (Second, ()))`, whose events an observer hears.
pub trait Services<O: Observer> {
    /// A running decoder of one of them.
    type Session;

    /// Whose first bytes are these? Asks in the order of the list; the first `Yes` wins.
    fn identify(opening: &Opening<'_>) -> Identified<Self::Session>;

    /// A decoder for an announced flow; `None` where no protocol has that tag or its note is foreign.
    fn start_expected(tag: &str, note: Note) -> Option<Self::Session>;

    /// One more chunk for a running decoder.
    fn feed(session: &mut Self::Session, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand;

    /// The service's name.
    fn service(session: &Self::Session) -> &'static str;
}

/// What a list says of a flow's first bytes.
#[derive(Debug)]
pub enum Identified<S> {
    /// One of its protocols said yes.
    Yes(S),
    /// None can be.
    No,
    /// At least one wants to see more.
    Unsure,
}

/// One of two.
#[derive(Debug)]
pub enum Either<A, B> {
    /// The first.
    Head(A),
    /// One of the rest.
    Tail(B),
}

impl<O: Observer> Services<O> for () {
    type Session = core::convert::Infallible;

    fn identify(_: &Opening<'_>) -> Identified<Self::Session> {
        Identified::No
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

    fn identify(opening: &Opening<'_>) -> Identified<Self::Session> {
        let mine = P::probe(opening);
        if mine == Probe::Yes {
            return Identified::Yes(Either::Head(P::start(opening)));
        }
        match Rest::identify(opening) {
            Identified::Yes(session) => Identified::Yes(Either::Tail(session)),
            Identified::No if mine == Probe::No => Identified::No,
            Identified::No | Identified::Unsure => Identified::Unsure,
        }
    }

    fn start_expected(tag: &str, note: Note) -> Option<Self::Session> {
        if tag == P::TAG {
            P::start_expected(note).map(Either::Head)
        } else {
            Rest::start_expected(tag, note).map(Either::Tail)
        }
    }

    #[inline]
    fn feed(session: &mut Self::Session, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        match session {
            Either::Head(decoder) => P::feed(decoder, cx, chunk),
            Either::Tail(rest) => Rest::feed(rest, cx, chunk),
        }
    }

    fn service(session: &Self::Session) -> &'static str {
        match session {
            Either::Head(decoder) => P::service(decoder),
            Either::Tail(rest) => Rest::service(rest),
        }
    }
}
