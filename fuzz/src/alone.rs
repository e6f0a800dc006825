//! A decoder alone, and nobody to hear it.

use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp, Transport};
use wiretale::protocol::{
    Chunk, Context, Demand, Direction, End, Expectation, Flow, FlowId, Moment, Observe, Observer, Opening, Protocol,
    SecretKey, Shared,
};

/// A decoder of `P` outside any engine, and who hears it.
pub(crate) struct Alone<P: Protocol, O> {
    decoder: P::Decoder,
    pub(crate) heard: O,
    shared: Shared,
    flow: Flow,
    pub(crate) now: Timestamp,
    frame: u64,
}

impl<P: Protocol, O: Observe<P, Flow = ()>> Alone<P, O> {
    pub(crate) const fn with(decoder: P::Decoder, heard: O) -> Self {
        let now = Timestamp::from_parts(1_000_000_000, 0);
        Self { decoder, heard, shared: Shared::new(SecretKey::new(1, 2)), flow: flow(), now, frame: 0 }
    }

    pub(crate) fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>) -> Demand {
        self.frame += 1;
        self.now = self.now + Duration::from_millis(1);
        let moment = Moment { at: self.now, frame: self.frame, direction, flow: &self.flow };
        let mut nothing = ();
        let mut cx = Context::new(moment, &mut self.heard, &mut nothing, &mut self.shared);
        P::feed(&mut self.decoder, &mut cx, chunk)
    }

    pub(crate) fn end(&mut self) {
        for direction in Direction::BOTH {
            self.chunk(direction, Chunk::End(End::Finished));
        }
    }
}

impl<P: Protocol> Alone<P, Deaf> {
    /// A decoder to which nobody listens.
    pub(crate) fn unheard() -> Self {
        Self::with(plain::<P>(), Deaf)
    }

    pub(crate) fn client(mut self, bytes: &[u8]) -> Self {
        self.chunk(Direction::Client, Chunk::Data(bytes));
        self
    }

    pub(crate) fn server(mut self, bytes: &[u8]) -> Self {
        self.chunk(Direction::Server, Chunk::Data(bytes));
        self
    }

    /// What was announced last.
    pub(crate) fn expected(mut self) -> Option<Expectation> {
        self.shared.expected.pop()
    }
}

/// Nobody listens.
pub(crate) struct Deaf;

impl Observer for Deaf {
    type Flow = ();
}

impl<P: Protocol> Observe<P> for Deaf {}

/// A decoder as it starts for an empty opening.
pub(crate) fn plain<P: Protocol>() -> P::Decoder {
    P::start(&Opening { client: &[], server: &[], flow: &flow(), last: true })
}

/// 10.0.0.1:1024 to 10.0.0.2:6667.
pub(crate) const fn flow() -> Flow {
    Flow {
        id: FlowId(1),
        client: Endpoint::new(Address::v4([10, 0, 0, 1]), 1024),
        server: Endpoint::new(Address::v4([10, 0, 0, 2]), 6667),
        transport: Transport::Tcp,
        opened: Timestamp::from_parts(1_000_000_000, 0),
        midstream: false,
        tunneled: false,
    }
}
