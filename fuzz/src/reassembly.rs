//! The reassembler on any segments: its laws, and on tame ones the slow model.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Direction, Flags, Segment, SeqNumber, Timestamp};
use wiretale::reassembly::{
    Anomaly, Arrival, Chunk, Connection, Delivery, End, Host, Limits, Overlap, Policy, Sink, Urgent, Verdict,
};

use crate::model::ByteMap;

/// The first byte tells: segments inside the window against the model, or any segments against the laws.
pub fn reassembly(data: &[u8]) {
    match data.split_first() {
        Some((kind, data)) if kind & 1 == 0 => against_the_model(&mut Unstructured::new(data)),
        Some((_, data)) => any_segments(&mut Unstructured::new(data)),
        None => {}
    }
}

#[derive(Arbitrary, Debug)]
struct Setting {
    mask: u16,
    on_ack: bool,
    history: bool,
    skip: bool,
    tight: bool,
    isn: u8,
    near: u8,
}

impl Setting {
    fn isn(&self) -> u32 {
        [0, 1, 1 << 31, u32::MAX][usize::from(self.isn % 4)].wrapping_sub(u32::from(self.near))
    }

    fn policy(&self) -> Policy {
        let delivery = if self.on_ack { Delivery::OnAck } else { Delivery::OnArrival };
        let urgent = if self.skip { Urgent::Skip } else { Urgent::Inline };
        Policy::same(Host { overlap: Overlap::from_mask(self.mask), urgent, delivery })
    }

    fn limits(&self) -> Limits {
        let history = if self.history { 1 << 16 } else { 0 };
        let limits = Limits { history, ..Limits::default() };
        if self.tight { Limits { held: 200, pieces: 4, doubts: 2, recent: 3, ..limits } } else { limits }
    }
}

#[derive(Arbitrary, Debug)]
struct Tame {
    offset: u8,
    len: u8,
    fill: bool,
    ack: Option<u8>,
}

fn against_the_model(input: &mut Unstructured<'_>) {
    let Ok(setting) = Setting::arbitrary(input) else { return };
    let setting = Setting { skip: false, tight: false, ..setting };
    let (isn, limits) = (setting.isn(), setting.limits());
    let mut run = Run::new(setting.policy(), limits);
    let mut model = ByteMap::new(setting.mask);
    run.handshake(isn);
    for n in 0..30 {
        if input.is_empty() {
            break;
        }
        let Ok(op) = Tame::arbitrary(input) else { break };
        let (offset, len) = (usize::from(op.offset), 1 + usize::from(op.len % 24));
        // What overlaps must differ in some places and agree in others.
        let bytes: Vec<u8> = (offset..offset + len).map(|at| if op.fill && at % 3 == 0 { n } else { b'a' }).collect();
        let clashes = run.clashes;
        let (below, before) = (offset < model.next(), model.next());
        let differs = model.insert(offset, &bytes);
        run.send(Direction::Client, isn.wrapping_add(1 + offset as u32), SERVER, Flags::ACK, &bytes);
        if !setting.on_ack {
            model.advance(usize::MAX);
        }
        // Bytes handed on can be compared only where they are kept; a keep-alive carries any byte.
        let keep_alive = len == 1 && offset + 1 == before;
        if (setting.history || !below) && !keep_alive {
            assert_eq!(run.clashes > clashes, differs, "{op:?} on {setting:?}");
        }
        if let Some(ack) = op.ack {
            let ack = usize::from(ack) % (model.hole() + 1);
            run.send(Direction::Server, SERVER, isn.wrapping_add(1 + ack as u32), Flags::ACK, &[]);
            model.advance(if setting.on_ack { ack } else { usize::MAX });
        }
        assert_eq!(run.streams[0].len(), model.next(), "handed on after {op:?} of {setting:?}");
    }
    run.close();
    assert_eq!(run.streams[0], model.cells(), "{setting:?}");
}

#[derive(Arbitrary, Debug)]
struct Wild<'a> {
    server: bool,
    seq: Place,
    ack: Place,
    flags: u8,
    window: u16,
    urgent: u8,
    missing: u8,
    ttl: bool,
    pause: Pause,
    fill: u8,
    len: u8,
    options: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Place {
    Next,
    Near(i8),
    Far(i32),
}

#[derive(Arbitrary, Debug)]
enum Pause {
    Millis(u8),
    Seconds(u8),
    Back(u8),
}

fn any_segments(input: &mut Unstructured<'_>) {
    let Ok(setting) = Setting::arbitrary(input) else { return };
    let limits = setting.limits();
    let mut run = Run::new(setting.policy(), limits);
    let mut next = [setting.isn(), SERVER];
    while let Ok(op) = Wild::arbitrary(input) {
        let from = if op.server { Direction::Server } else { Direction::Client };
        run.pause(&op.pause);
        let payload = vec![op.fill; usize::from(op.len)];
        let segment = Segment {
            seq: SeqNumber(op.seq.of(next[from.index()])),
            ack: SeqNumber(op.ack.of(next[from.opposite().index()])),
            flags: Flags(op.flags),
            window: op.window,
            urgent: op.urgent.into(),
            options: &op.options[..op.options.len().min(40)],
            payload: &payload,
            missing: op.missing.into(),
        };
        if run.segment(from, segment, if op.ttl { 64 } else { 3 }) == Verdict::NewConnection {
            run.connection.take_pending_syn();
        }
        if matches!(op.seq, Place::Next) {
            next[from.index()] = segment.seq.advance(segment.seq_len()).0;
        }
        if op.fill == 0 {
            run.expire();
        }
        assert!(run.connection.held_bytes() <= 2 * (limits.held + 256) + (limits.doubts + 10) * 256);
        if input.is_empty() {
            break;
        }
    }
    run.close();
}

impl Place {
    fn of(&self, next: u32) -> u32 {
        match *self {
            Self::Next => next,
            Self::Near(delta) => next.wrapping_add_signed(delta.into()),
            Self::Far(delta) => next.wrapping_add_signed(delta),
        }
    }
}

/// A connection under test.
pub(crate) struct Run {
    pub(crate) connection: Connection,
    /// What came, missing bytes as `None`.
    pub(crate) streams: [Vec<Option<u8>>; 2],
    /// Conflicts so far.
    pub(crate) clashes: usize,
    /// Was anything said that lets two readings stand?
    pub(crate) ambiguous: bool,
    /// Was a segment refused, with a word, that acknowledged bytes not seen?
    pub(crate) refused: bool,
    next: [u64; 2],
    ended: [bool; 2],
    skips: bool,
    limits: Limits,
    now: Timestamp,
}

impl Run {
    pub(crate) fn new(policy: Policy, limits: Limits) -> Self {
        Self {
            connection: Connection::new(policy),
            streams: Default::default(),
            clashes: 0,
            ambiguous: false,
            refused: false,
            next: [0; 2],
            ended: [false; 2],
            skips: policy.client.urgent == Urgent::Skip,
            limits,
            now: Timestamp::from_parts(1_000, 0),
        }
    }

    /// The client's first byte gets the number after `isn`, the server's is [`SERVER`].
    pub(crate) fn handshake(&mut self, isn: u32) {
        let first = isn.wrapping_add(1);
        self.send(Direction::Client, isn, 0, Flags::SYN, &[]);
        self.send(Direction::Server, SERVER.wrapping_sub(1), first, Flags::SYN.with(Flags::ACK), &[]);
        self.send(Direction::Client, first, SERVER, Flags::ACK, &[]);
    }

    pub(crate) fn send(&mut self, from: Direction, seq: u32, ack: u32, flags: Flags, payload: &[u8]) -> Verdict {
        let (seq, ack) = (SeqNumber(seq), SeqNumber(ack));
        let segment = Segment { seq, ack, flags, window: WINDOW, urgent: 0, options: &[], payload, missing: 0 };
        self.segment(from, segment, 64)
    }

    pub(crate) fn segment(&mut self, from: Direction, segment: Segment<'_>, ttl: u8) -> Verdict {
        let arrival = Arrival { at: self.now, segment, ttl, origin: None };
        let verdict = self.with(|connection, limits, sink| connection.segment(from, &arrival, limits, sink));
        for direction in Direction::BOTH {
            assert!(self.connection.ledger(direction).balanced(), "{:?}", self.connection.ledger(direction));
        }
        verdict
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    pub(crate) fn close(&mut self) {
        self.with(|connection, _, sink| connection.close(End::Abandoned, sink));
        assert_eq!(self.connection.held_bytes(), 0, "nothing is held after the end");
        assert_eq!(self.ended, [true; 2], "both directions end");
    }

    fn expire(&mut self) {
        let now = self.now;
        self.with(|connection, limits, sink| connection.expire(now, limits, sink));
    }

    fn pause(&mut self, pause: &Pause) {
        match pause {
            Pause::Millis(n) => self.wait(Duration::from_millis((*n).into())),
            Pause::Seconds(n) => self.wait(Duration::from_secs(u64::from(*n) * 20)),
            Pause::Back(n) => self.now = Timestamp::from_nanos(self.now.nanos() - i64::from(*n) * 1_000_000),
        }
    }

    // A connection and its sink are parts of one thing here.
    fn with<R>(&mut self, act: impl FnOnce(&mut Connection, &Limits, &mut Self) -> R) -> R {
        let limits = self.limits;
        let mut connection = std::mem::replace(&mut self.connection, Connection::new(Policy::default()));
        let result = act(&mut connection, &limits, self);
        self.connection = connection;
        result
    }
}

impl Sink for Run {
    fn chunk(&mut self, from: Direction, offset: u64, chunk: Chunk<'_>) {
        let side = from.index();
        assert!(!self.ended[side], "something after the end");
        assert!(if self.skips { offset >= self.next[side] } else { offset == self.next[side] }, "chunks follow");
        let stream = &mut self.streams[side];
        let len = match chunk {
            Chunk::Data(bytes) => {
                assert!(!bytes.is_empty());
                stream.extend(bytes.iter().copied().map(Some));
                bytes.len() as u64
            }
            Chunk::Gap(len) => {
                assert!(len > 0);
                stream.resize(stream.len() + len.min(1 << 20) as usize, None);
                len
            }
            Chunk::End(_) => {
                self.ended[side] = true;
                0
            }
        };
        self.next[side] = offset + len;
    }

    fn anomaly(&mut self, _: Direction, anomaly: Anomaly<'_>) {
        assert!(!anomaly.name().is_empty());
        self.ambiguous |= anomaly.is_ambiguity();
        self.refused |= matches!(anomaly, Anomaly::AckUnseen { accepted: false });
        if let Anomaly::Conflict(conflict) = anomaly {
            assert_eq!(conflict.old.len(), conflict.new.len());
            assert_ne!(conflict.old, conflict.new, "equal copies are no conflict");
            self.clashes += 1;
        }
    }
}

/// The number of the server's first byte after a handshake.
pub(crate) const SERVER: u32 = 5000;
/// The window that both sides offer, without a scale.
pub(crate) const WINDOW: u16 = 65_535;
