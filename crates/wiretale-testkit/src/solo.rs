//! One decoder alone, fed by hand, its events written down.

use std::fmt::Write as _;

use wiretale_packet::{Address, Endpoint, Timestamp, Transport};
use wiretale_protocol::{
    Chunk, Context, Demand, Direction, End, Escaped, Expectation, Exposure, Flow, FlowId, Moment, Observe, Observer,
    Opening, Probe, Protocol, SecretKey, Shared, Weird,
};

/// What a decoder said, each event, weird and exposure as a line of text.
#[derive(Default, Debug)]
pub struct Heard {
    /// The lines, in order.
    pub said: Vec<String>,
}

impl Observer for Heard {
    type Flow = ();

    fn weird(&mut self, (): &mut (), moment: &Moment<'_>, weird: &Weird<'_>) {
        self.said.push(format!("{:?} weird {} {}", moment.direction, weird.name, Escaped(weird.addl)));
    }

    fn exposed(&mut self, (): &mut (), moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.said.push(format!(
            "{:?} exposed {} account {} scope {} {:?}",
            moment.direction,
            exposure.kind,
            Escaped(exposure.account),
            Escaped(exposure.scope),
            exposure.outcome
        ));
    }
}

impl<P: Protocol> Observe<P> for Heard {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &P::Event<'_>) {
        let mut line = String::new();
        let _ = write!(line, "{:?} {event:?}", moment.direction);
        self.said.push(line);
    }
}

/// Hears everything and keeps nothing.
#[derive(Default, Debug)]
pub struct Deaf;

impl Observer for Deaf {
    type Flow = ();
}

impl<P: Protocol> Observe<P> for Deaf {}

/// A decoder of `P` with an observer of its own, outside any engine.
pub struct Solo<P: Protocol, O = Heard> {
    /// The decoder.
    pub decoder: P::Decoder,
    /// Who hears it.
    pub heard: O,
    /// What it announced and confirmed.
    pub shared: Shared,
    /// Its flow: [`flow`] unless changed.
    pub flow: Flow,
    /// The time of the last chunk; moves on by a millisecond with each.
    pub now: Timestamp,
    frame: u64,
}

impl<P: Protocol> Solo<P> {
    /// A decoder started as for an empty opening.
    #[must_use]
    pub fn new() -> Self {
        Self::with(plain::<P>())
    }

    /// A decoder made elsewhere.
    #[must_use]
    pub fn with(decoder: P::Decoder) -> Self {
        Self::heard_by(decoder, Heard::default())
    }

    /// What was said so far, forgotten here.
    pub fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.heard.said)
    }
}

impl<P: Protocol, O: Observe<P, Flow = ()>> Solo<P, O> {
    /// A decoder made elsewhere, heard by `heard`.
    pub fn heard_by(decoder: P::Decoder, heard: O) -> Self {
        let (shared, now) = (Shared::new(SecretKey::new(1, 2)), Timestamp::from_parts(1_000_000_000, 0));
        Self { decoder, heard, shared, flow: flow(), now, frame: 0 }
    }

    /// Feeds one chunk of one direction.
    pub fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>) -> Demand {
        self.frame += 1;
        self.now = self.now + std::time::Duration::from_millis(1);
        let moment = Moment { at: self.now, frame: self.frame, direction, flow: &self.flow };
        let state = &mut ();
        let mut cx = Context::new(moment, &mut self.heard, state, &mut self.shared);
        P::feed(&mut self.decoder, &mut cx, chunk)
    }

    /// Feeds bytes the client sent.
    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.data(Direction::Client, bytes.as_ref())
    }

    /// Feeds bytes the server sent.
    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.data(Direction::Server, bytes.as_ref())
    }

    /// Ends both directions.
    pub fn end(&mut self) -> &mut Self {
        for direction in Direction::BOTH {
            self.chunk(direction, Chunk::End(End::Finished));
        }
        self
    }

    /// What was announced so far, forgotten here.
    pub fn expected(&mut self) -> Vec<Expectation> {
        std::mem::take(&mut self.shared.expected)
    }

    fn data(&mut self, direction: Direction, bytes: &[u8]) -> &mut Self {
        if !bytes.is_empty() {
            self.chunk(direction, Chunk::Data(bytes));
        }
        self
    }
}

impl<P: Protocol> Default for Solo<P> {
    fn default() -> Self {
        Self::new()
    }
}

/// A decoder as it starts for an empty opening.
#[must_use]
pub fn plain<P: Protocol>() -> P::Decoder {
    P::start(&Opening { client: &[], server: &[], flow: &flow(), last: true })
}

/// The split law: what a decoder says of `turns` must not depend on how each turn is cut.
///
/// `cuts` are positions, taken modulo the length of each turn. Compares with the uncut run and with one byte at a time.
///
/// # Panics
/// If the law is broken, with both readings.
pub fn assert_split_law<P: Protocol>(turns: &[(Direction, Vec<u8>)], cuts: &[usize]) {
    let whole = hear::<P>(turns, |bytes| cut(bytes, &[]));
    let pieces = hear::<P>(turns, |bytes| cut(bytes, cuts));
    assert_eq!(whole, pieces, "the events depend on the cuts {cuts:?}");
    let bytewise = hear::<P>(turns, |bytes| bytes.chunks(1).collect());
    assert_eq!(whole, bytewise, "the events depend on the cuts: one byte at a time");
}

/// The law of probes: whoever said no to the first bytes of a flow does not say yes when more come. `probe` is shown one
/// byte more each time, of the side that the next bit of `turns` names, as long as that has any.
///
/// # Panics
/// If the law is broken, with what was shown.
pub fn assert_probe_law(client: &[u8], server: &[u8], turns: u64, probe: impl Fn(&[u8], &[u8]) -> Probe) {
    let (mut shown, mut refused) = ([0, 0], false);
    for turn in 0..client.len() + server.len() {
        let side = usize::from(turns.rotate_right(turn as u32 % 64) & 1 == 1);
        shown[if shown[side] < [client.len(), server.len()][side] { side } else { 1 - side }] += 1;
        let [client, server] = [&client[..shown[0]], &server[..shown[1]]];
        match probe(client, server) {
            Probe::Yes => return assert!(!refused, "{:?} {:?}", client.escape_ascii(), server.escape_ascii()),
            verdict => refused |= verdict == Probe::No,
        }
    }
}

/// The law of what goes on: neither a yes nor a no to the first bytes of a client's turn changes when more come.
///
/// # Panics
/// If the law is broken, with what was shown.
pub fn assert_resume_law<P: Protocol>(client: &[u8]) {
    let verdict = |len| P::resumes(&client[..len]);
    let told = (1..=client.len()).find(|len| verdict(*len) != Probe::Unsure).unwrap_or(client.len());
    for len in told..=client.len() {
        assert_eq!(verdict(len), verdict(told), "{:?}", client[..len].escape_ascii());
    }
}

/// `bytes` in pieces, cut at `cuts` modulo its length.
#[must_use]
pub fn cut<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut % bytes.len().max(1)).collect();
    cuts.sort_unstable();
    cuts.push(bytes.len());
    let mut from = 0;
    cuts.into_iter().map(|to| &bytes[std::mem::replace(&mut from, to)..to]).filter(|piece| !piece.is_empty()).collect()
}

fn hear<P: Protocol>(turns: &[(Direction, Vec<u8>)], cut: impl Fn(&[u8]) -> Vec<&[u8]>) -> Vec<String> {
    let mut solo = Solo::<P>::new();
    for (direction, bytes) in turns {
        for piece in cut(bytes) {
            solo.chunk(*direction, Chunk::Data(piece));
        }
    }
    solo.end().said()
}

/// A flow for decoders alone: 10.0.0.1:1024 to 10.0.0.2:6667.
#[must_use]
pub const fn flow() -> Flow {
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
