//! A decoder alone, and an ear that remembers all it was told without keeping it: inputs are many and mostly dull.

use std::fmt::{Debug, Write as _};
use std::hash::{DefaultHasher, Hasher as _};
use std::time::Duration;

use wiretale::packet::{Address, Endpoint, Timestamp, Transport};
use wiretale::protocol::{
    Chunk, Context, Demand, Direction, End, Escaped, Expectation, Exposure, Flow, FlowId, Moment, Observe, Observer,
    Opening, Protocol, SecretKey, Shared, Weird,
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

/// The sum of what was said: equal for equal words. Contents count by their bytes, however they were cut, and wherever
/// something else was said between them.
#[derive(Default)]
pub(crate) struct Ear {
    line: String,
    lines: DefaultHasher,
    contents: DefaultHasher,
    /// Whose contents are coming.
    run: Option<Direction>,
}

impl Ear {
    pub(crate) fn sum(&self) -> (u64, u64) {
        (self.lines.finish(), self.contents.finish())
    }

    fn said(&mut self, direction: Direction, what: impl Debug) {
        self.line.clear();
        let _ = write!(self.line, "{what:?}");
        if let Some(bytes) = self.line.strip_prefix("Content(Data([").and_then(|rest| rest.strip_suffix("]))")) {
            if self.run.replace(direction) == Some(direction) {
                self.contents.write(b", ");
            } else {
                self.lines.write_u8(direction.index() as u8);
                self.contents.write_u8(b'\n');
            }
            return self.contents.write(bytes.as_bytes());
        }
        if self.line.starts_with("Content(") {
            self.run = None;
        }
        self.lines.write_u8(b'0' + direction.index() as u8);
        self.lines.write(self.line.as_bytes());
        self.lines.write_u8(b'\n');
    }
}

impl Observer for Ear {
    type Flow = ();

    fn weird(&mut self, (): &mut (), moment: &Moment<'_>, weird: &Weird<'_>) {
        self.said(moment.direction, (weird.name, weird.addl));
    }

    fn exposed(&mut self, (): &mut (), moment: &Moment<'_>, exposure: &Exposure<'_>) {
        let Exposure { kind, account, scope, outcome, .. } = exposure;
        self.said(moment.direction, (kind, Escaped(account), Escaped(scope), outcome));
    }
}

impl<P: Protocol> Observe<P> for Ear {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: P::Event<'_>) {
        self.said(moment.direction, event);
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
