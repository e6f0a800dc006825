//! An observer that writes down what a direct connection says, pieces of content put together.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use wiretale_dcc::{Announced, Dcc, DccChat, Event, Message, Negotiation, Step};
use wiretale_protocol::{
    Address, Chunk, Content, Context, Demand, Direction, End, Endpoint, Expectation, Flow, FlowId, Moment, Observe,
    Observer, Protocol, SecretKey, Shared, Timestamp, Transport, Weird,
};

/// What was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    Opened { name: Option<Vec<u8>>, sender: Direction },
    Begin { size: Option<u64>, start: u64 },
    Data(Vec<u8>),
    Gap(u64),
    End,
    Acknowledged(u64),
    Chat(Direction, Vec<u8>, bool),
    Finished { bytes: u64, start: u64, outcome: wiretale_dcc::Outcome },
    Weird(&'static str),
}

#[derive(Default)]
pub struct Tape(pub Vec<Said>);

impl Observer for Tape {
    type Flow = ();

    fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
        self.0.push(Said::Weird(weird.name));
    }
}

impl Tape {
    fn event(&mut self, direction: Direction, event: Event<'_>) {
        let said = match event {
            Event::Opened { announced, sender } => {
                Said::Opened { name: announced.map(|announced| announced.name.to_vec()), sender }
            }
            Event::Content(Content::Begin { size, start, .. }) => Said::Begin { size, start },
            Event::Content(Content::Data(bytes)) => {
                if let Some(Said::Data(data)) = self.0.last_mut() {
                    return data.extend_from_slice(bytes);
                }
                Said::Data(bytes.to_vec())
            }
            Event::Content(Content::Gap(len)) => Said::Gap(len),
            Event::Content(Content::End) => Said::End,
            Event::Acknowledged(count) => Said::Acknowledged(count),
            Event::Chat { line, cut } => Said::Chat(direction, line.to_vec(), cut),
            Event::Finished { bytes, start, outcome, .. } => Said::Finished { bytes, start, outcome },
        };
        self.0.push(said);
    }
}

impl Observe<Dcc> for Tape {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        self.event(moment.direction, *event);
    }
}

impl Observe<DccChat> for Tape {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        self.event(moment.direction, *event);
    }
}

pub fn flow(client: [u8; 4], server: [u8; 4]) -> Flow {
    Flow {
        id: FlowId(1),
        client: Endpoint::new(Address::v4(client), 40000),
        server: Endpoint::new(Address::v4(server), 6667),
        transport: Transport::Tcp,
        opened: Timestamp::from_parts(1000, 0),
        midstream: false,
        tunneled: false,
    }
}

/// A connection, fed by hand.
pub struct Wire<P: Protocol> {
    pub decoder: P::Decoder,
    pub tape: Tape,
    pub shared: Shared,
    pub last: Demand,
}

impl<P: Protocol> Wire<P>
where
    Tape: Observe<P>,
{
    pub fn new(decoder: P::Decoder) -> Self {
        Self { decoder, tape: Tape::default(), shared: Shared::new(SecretKey::new(1, 2)), last: Demand::Stream }
    }

    pub fn announced(expectation: Expectation) -> Self {
        Self::new(P::start_expected(expectation.note).expect("a note of this protocol"))
    }

    pub fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>) -> &mut Self {
        let flow = flow([10, 0, 0, 1], [10, 0, 0, 2]);
        let moment = Moment { at: Timestamp::from_parts(2000, 0), frame: 1, direction, flow: &flow };
        let mut state = ();
        let mut cx = Context::new(moment, &mut self.tape, &mut state, &mut self.shared);
        self.last = P::feed(&mut self.decoder, &mut cx, chunk);
        self
    }

    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.chunk(Direction::Client, Chunk::Data(bytes.as_ref()))
    }

    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.chunk(Direction::Server, Chunk::Data(bytes.as_ref()))
    }

    pub fn end(&mut self) -> Vec<Said> {
        for direction in Direction::BOTH {
            self.chunk(direction, Chunk::End(End::Finished));
        }
        std::mem::take(&mut self.tape.0)
    }
}

/// An IRC session between a client at 10.20.3.7 and a server, of which only the offers matter.
pub struct Session {
    pub negotiation: Negotiation,
    pub tape: Tape,
    pub shared: Shared,
    pub now: Timestamp,
}

impl Session {
    pub fn new() -> Self {
        Self {
            negotiation: Negotiation::new(),
            tape: Tape::default(),
            shared: Shared::new(SecretKey::new(1, 2)),
            now: Timestamp::from_parts(1000, 0),
        }
    }

    /// The client says this to `to`; true if it changed an offer.
    pub fn client(&mut self, from: &str, to: &str, text: &str) -> bool {
        self.say(Direction::Client, from, to, text, |step| step.is_some())
    }

    /// The server passes this on from `from`.
    pub fn server(&mut self, from: &str, to: &str, text: &str) -> bool {
        self.say(Direction::Server, from, to, text, |step| step.is_some())
    }

    pub fn say<R>(
        &mut self,
        direction: Direction,
        from: &str,
        to: &str,
        text: &str,
        then: impl FnOnce(Option<Step<'_>>) -> R,
    ) -> R {
        let flow = flow([10, 20, 3, 7], [203, 0, 113, 5]);
        let moment = Moment { at: self.now, frame: 1, direction, flow: &flow };
        let mut state = ();
        let mut cx = Context::new(moment, &mut self.tape, &mut state, &mut self.shared);
        let message: Message<'_> = wiretale_dcc::parse(text.as_bytes()).expect("a message");
        then(self.negotiation.message(&mut cx, from.as_bytes(), to.as_bytes(), &message))
    }

    pub fn expected(&mut self) -> Vec<Expectation> {
        std::mem::take(&mut self.shared.expected)
    }

    /// The one offer announced since last asked, wherever it is expected.
    pub fn announced(&mut self) -> Announced {
        let mut offers: Vec<Announced> =
            self.expected().into_iter().map(|expected| expected.note.take().expect("an offer")).collect();
        offers.dedup();
        assert_eq!(offers.len(), 1, "one offer announced");
        offers.remove(0)
    }
}

/// What was said of a transfer, by kind.
pub fn data(said: &[Said]) -> Vec<u8> {
    said.iter().flat_map(|said| if let Said::Data(bytes) = said { bytes.clone() } else { Vec::new() }).collect()
}

pub fn counts(said: &[Said]) -> Vec<u64> {
    said.iter().filter_map(|said| if let Said::Acknowledged(count) = said { Some(*count) } else { None }).collect()
}

pub fn weirds(said: &[Said]) -> Vec<&'static str> {
    said.iter().filter_map(|said| if let Said::Weird(name) = said { Some(*name) } else { None }).collect()
}
