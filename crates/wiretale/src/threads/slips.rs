//! What one thread has to tell, put down so that another can tell it.

use std::sync::LazyLock;

use wiretale_dcc::{Announced, Kind, LendOffers, OfferId, Provenance};
use wiretale_protocol::{
    Chunk, Direction, Endpoint, Expectation, Exposure, Flow, FlowId, Lend, Passed, Place, Step, Stray, Summary,
    Timestamp, Weird,
};

use crate::{dcc, dns, ftp, irc, ssh, terminal};

/// Calls of an observer in the order made. Of each kind of argument there is a list; the calls take from them in turn.
///
/// Text that lies in the capture is noted by its position and not copied.
#[derive(Default)]
pub(super) struct Slips {
    pub(super) scenes: Vec<Scene>,
    pub(super) steps: Vec<Step>,
    pub(super) calls: Vec<Call>,
    pub(super) flows: Vec<Flow>,
    pub(super) passed: Vec<Passed>,
    pub(super) words: Vec<&'static str>,
    pub(super) weirds: Vec<Weird<'static>>,
    pub(super) exposures: Vec<Exposure<'static>>,
    // With how many services it has.
    pub(super) closed: Vec<(Summary<'static>, usize)>,
    pub(super) lapsed: Vec<(Timestamp, Expectation)>,
    pub(super) strays: Vec<Stray<'static>>,
    pub(super) chunks: Vec<(u64, Chunk<'static>)>,
    pub(super) irc: irc::Shelf,
    pub(super) dcc: Vec<dcc::Event<'static>>,
    pub(super) ssh: Vec<ssh::Event<'static>>,
    pub(super) ftp: Vec<ftp::Event<'static>>,
    pub(super) ftp_data: Vec<ftp::DataEvent<'static>>,
    pub(super) dns: Vec<dns::Event<'static>>,
    pub(super) terminal: Vec<terminal::Event<'static>>,
    pub(super) kept: Kept,
}

/// Some calls made at one place: those up to `end` that no scene before has.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) frame: u64,
    // A packet's number with the top bit set, or the position of a step.
    step: u32,
    pub(super) end: u32,
}

/// A call, and of whose flow.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) flow: u32,
    pub(super) direction: Direction,
    pub(super) what: What,
}

/// Which call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Opened,
    Passed,
    Stream,
    Recognized,
    Weird,
    Exposed,
    Closed,
    Lapsed,
    Stray,
    Tick,
    // What decoders have read.
    Irc,
    Dcc,
    Chat,
    Ssh,
    Ftp,
    FtpData,
    Dns,
    Terminal,
}

/// What the calls' arguments borrow.
#[derive(Default)]
pub(super) struct Kept {
    spans: Vec<Span>,
    bytes: Vec<u8>,
    offers: Vec<Announced>,
    // Where the capture begins in memory, and how long it is, as far as spans reach.
    capture: (usize, usize),
}

/// A slice, of the capture or of the bytes kept, in eight bytes: from the top a bit that tells which, its position in
/// forty bits and its length in the rest.
#[derive(Clone, Copy)]
struct Span(u64);

impl Span {
    /// No slice is longer than a segment or what a decoder holds; a longer one would be cut.
    const LEN: u32 = 23;
    const LONGEST: usize = (1 << Self::LEN) - 1;
    /// A terabyte: what lies beyond in a capture is kept as a copy.
    const FARTHEST: usize = 1 << (63 - Self::LEN);

    const fn new(mapped: bool, at: usize, len: usize) -> Self {
        let len = if len > Self::LONGEST { Self::LONGEST } else { len };
        Self((mapped as u64) << 63 | (at as u64) << Self::LEN | len as u64)
    }

    /// Is it of the capture? Where does it begin, and where does it end?
    const fn parts(self) -> (bool, usize, usize) {
        let at = (self.0 << 1 >> (Self::LEN + 1)) as usize;
        (self.0 >> 63 == 1, at, at + (self.0 as usize & Self::LONGEST))
    }
}

/// Lends what was kept, in the order kept.
pub(super) struct Lender<'b> {
    kept: &'b Kept,
    capture: &'b [u8],
    spans: usize,
    offers: usize,
}

impl Slips {
    /// Of events whose text is mostly slices of `capture`.
    pub(super) fn of(capture: &[u8]) -> Self {
        let kept = Kept { capture: (capture.as_ptr().addr(), capture.len().min(Span::FARTHEST)), ..Kept::default() };
        Self { kept, ..Self::default() }
    }

    /// Forgets everything; the room stays.
    pub(super) fn clear(&mut self) {
        self.scenes.clear();
        self.steps.clear();
        self.calls.clear();
        self.flows.clear();
        self.passed.clear();
        self.words.clear();
        self.weirds.clear();
        self.exposures.clear();
        self.closed.clear();
        self.lapsed.clear();
        self.strays.clear();
        self.chunks.clear();
        self.irc.clear();
        self.dcc.clear();
        self.ssh.clear();
        self.ftp.clear();
        self.ftp_data.clear();
        self.dns.clear();
        self.terminal.clear();
        self.kept.spans.clear();
        self.kept.bytes.clear();
        self.kept.offers.clear();
    }

    /// Calls from now on are made at `place`.
    pub(super) fn begin(&mut self, place: &Place) {
        let end = self.end();
        let step = match place.step {
            Step::Packet(index) => index | PACKET,
            step => {
                self.steps.push(step);
                (self.steps.len() - 1) as u32
            }
        };
        self.scenes.push(Scene { frame: place.frame, step, end });
    }

    pub(super) fn call(&mut self, call: Call) {
        self.calls.push(call);
        let end = self.end();
        if let Some(scene) = self.scenes.last_mut() {
            scene.end = end;
        }
    }

    /// Is the scene at `one` here told before the one at `other` there?
    pub(super) fn is_before(&self, one: usize, there: &Self, other: usize) -> bool {
        let (one, other) = (&self.scenes[one], &there.scenes[other]);
        if one.frame != other.frame {
            return one.frame < other.frame;
        }
        self.step(one) < there.step(other)
    }

    fn step(&self, scene: &Scene) -> Step {
        if scene.step & PACKET == 0 { self.steps[scene.step as usize] } else { Step::Packet(scene.step & !PACKET) }
    }

    fn end(&self) -> u32 {
        u32::try_from(self.calls.len()).unwrap_or(u32::MAX)
    }
}

impl Kept {
    #[inline]
    fn keep(&mut self, bytes: &[u8]) {
        let (span, mapped) = self.span(bytes);
        self.spans.push(if mapped { span } else { Span::new(false, self.bytes.len(), bytes.len()) });
        if !mapped {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The span of bytes that lie in the capture, and whether they do. None at all may lie anywhere.
    #[inline]
    fn span(&self, bytes: &[u8]) -> (Span, bool) {
        let (at, end) = self.capture;
        let at = if bytes.is_empty() { 0 } else { bytes.as_ptr().addr().wrapping_sub(at) };
        (Span::new(true, at, bytes.len()), at <= end && bytes.len() <= end - at)
    }
}

/// Puts slices away and leaves events without any.
impl Lend<'static> for Kept {
    #[inline]
    fn lend(&mut self, bytes: &[u8]) -> &'static [u8] {
        self.keep(bytes);
        &[]
    }

    // Nearly always all of them are slices of the capture.
    #[inline]
    fn lend_all<const N: usize>(&mut self, all: [&[u8]; N]) -> [&'static [u8]; N] {
        let mut all_mapped = true;
        let spans = all.map(|bytes| {
            let (span, mapped) = self.span(bytes);
            all_mapped &= mapped;
            span
        });
        if all_mapped {
            self.spans.extend_from_slice(&spans);
        } else {
            all.iter().for_each(|bytes| self.keep(bytes));
        }
        [&[]; N]
    }
}

impl LendOffers<'static> for Kept {
    fn lend_offer(&mut self, announced: &Announced) -> &'static Announced {
        self.offers.push(announced.clone());
        &NO_OFFER
    }
}

impl<'b> Lender<'b> {
    pub(super) fn new(kept: &'b Kept, capture: &'b [u8], from: (usize, usize)) -> Self {
        Self { kept, capture, spans: from.0, offers: from.1 }
    }

    #[inline]
    fn bytes(&self, span: Span) -> &'b [u8] {
        let (mapped, from, to) = span.parts();
        let bytes = if mapped { self.capture } else { &self.kept.bytes };
        bytes.get(from..to).unwrap_or_default()
    }

    /// How far it has come.
    pub(super) const fn come(&self) -> (usize, usize) {
        (self.spans, self.offers)
    }
}

impl<'b> Lend<'b> for Lender<'b> {
    #[inline]
    fn lend(&mut self, _: &[u8]) -> &'b [u8] {
        let [bytes] = self.lend_all([&[]]);
        bytes
    }

    #[inline]
    fn lend_all<const N: usize>(&mut self, _: [&[u8]; N]) -> [&'b [u8]; N] {
        let spans = self.kept.spans.get(self.spans..).and_then(|rest| rest.first_chunk::<N>());
        self.spans += N;
        spans.map_or([&[]; N], |spans| spans.map(|span| self.bytes(span)))
    }
}

impl<'b> LendOffers<'b> for Lender<'b> {
    fn lend_offer(&mut self, _: &Announced) -> &'b Announced {
        self.offers += 1;
        self.kept.offers.get(self.offers - 1).unwrap_or(&NO_OFFER)
    }
}

/// Stands for an offer that was put away.
static NO_OFFER: LazyLock<Announced> = LazyLock::new(|| Announced {
    offer: OfferId { session: FlowId(0), number: 0 },
    offered: Timestamp::default(),
    kind: Kind::Send,
    from: Box::default(),
    to: Box::default(),
    name: Box::default(),
    size: None,
    modified: None,
    start: 0,
    token: Box::default(),
    tls: false,
    turbo: false,
    reverse: false,
    server: Endpoint::default(),
    provenance: Provenance::Unknown,
    private: false,
});

const PACKET: u32 = 1 << 31;
