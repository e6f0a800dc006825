//! Flows out of captures, and a decoder over each, as captured and cut anew.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod made;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wiretale_capture::Capture;
use wiretale_packet::{Body, Checks, Endpoint, Flags, FlowKey, Timestamp, Transport, dissect};
use wiretale_protocol::{
    Chunk, Context, Direction, End, Escaped, Flow, FlowId, Moment, Observe, Observer, Opening, Probe, Protocol,
    SecretKey, Shared, Weird,
};
use wiretale_reassembly::{Anomaly, Arrival, Connection, Limits, Policy, Sink, Verdict};
use wiretale_ssh::{Event, Session, Ssh};
use wiretale_testkit::Random;

/// One TCP connection, as it was put together.
pub struct Recorded {
    pub client: Endpoint,
    pub server: Endpoint,
    pub pieces: Vec<(Timestamp, Direction, Piece)>,
}

/// One step of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    Data(Vec<u8>),
    Gap(u64),
    End(End),
}

/// What a decoder said of it.
#[derive(Default, Debug)]
pub struct Said {
    pub events: Vec<String>,
    pub weirds: Vec<String>,
    pub session: Option<Session>,
    pub services: Vec<&'static str>,
    pub hassh: Vec<String>,
    pub fingerprints: Vec<String>,
    pub algorithms: Option<[String; 5]>,
    pub version: Option<u8>,
    pub idents: [Option<String>; 2],
}

impl Said {
    /// Was the flow found to be SSH's beyond doubt?
    pub fn confirmed(&self) -> bool {
        self.services.contains(&"ssh")
    }
}

/// The data beside the project; `None`, and a line that says so, where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here (../shared)", path.display());
    None
}

/// Every TCP connection of a capture.
pub fn connections(path: &Path) -> Vec<Recorded> {
    let mut capture = Capture::open(path).expect("a readable capture");
    let mut table = Table::default();
    while let Some(frame) = capture.next() {
        let Ok(frame) = frame else { break };
        for packet in dissect(frame, Checks::Ignore).flatten() {
            let Body::Tcp { src_port, dst_port, segment } = packet.body else { continue };
            let (src, dst) = (Endpoint::new(packet.ip.src, src_port), Endpoint::new(packet.ip.dst, dst_port));
            let arrival = Arrival { at: packet.at, segment, ttl: packet.ip.ttl, origin: None };
            table.segment(src, dst, &arrival);
        }
    }
    table.finish()
}

/// Runs a decoder over a connection, if it is SSH's.
pub fn decode(recorded: &Recorded) -> Option<Said> {
    let flow = Flow {
        id: FlowId(1),
        client: recorded.client,
        server: recorded.server,
        transport: Transport::Tcp,
        opened: recorded.pieces.first()?.0,
        midstream: false,
        tunneled: false,
    };
    let [client, server] = probed(recorded, &flow)?;
    let mut decoder = Ssh::start(&Opening { client: &client, server: &server, flow: &flow, last: false });
    let (mut said, mut shared) = (Said::default(), Shared::new(SecretKey::new(1, 2)));
    for (frame, (at, direction, piece)) in recorded.pieces.iter().enumerate() {
        let moment = Moment { at: *at, frame: frame as u64, direction: *direction, flow: &flow };
        let state = &mut ();
        let mut cx = Context::new(moment, &mut said, state, &mut shared);
        let chunk = match piece {
            Piece::Data(bytes) => Chunk::Data(bytes),
            Piece::Gap(lost) => Chunk::Gap(*lost),
            Piece::End(end) => Chunk::End(*end),
        };
        Ssh::feed(&mut decoder, &mut cx, chunk);
    }
    said.services = shared.confirmed;
    Some(said)
}

/// The same bytes, coalesced and split at random: what one side sent until the other spoke is cut elsewhere, and every
/// piece bears the time of the first byte that was merged into it.
pub fn resegmented(recorded: &Recorded, random: &mut Random) -> Recorded {
    let mut pieces: Vec<(Timestamp, Direction, Piece)> = Vec::new();
    for (at, direction, piece) in &recorded.pieces {
        match (pieces.last_mut(), piece) {
            (Some((_, last, Piece::Data(run))), Piece::Data(bytes)) if last == direction && random.chance(0.7) => {
                run.extend_from_slice(bytes);
            }
            _ => pieces.push((*at, *direction, piece.clone())),
        }
    }
    let mut split = Vec::new();
    for (at, direction, piece) in pieces {
        let Piece::Data(mut bytes) = piece else {
            split.push((at, direction, piece));
            continue;
        };
        while bytes.len() > 1 && random.chance(0.33) {
            let rest = bytes.split_off(random.between(1, bytes.len() as u64 - 1) as usize);
            split.push((at, direction, Piece::Data(std::mem::replace(&mut bytes, rest))));
        }
        split.push((at, direction, Piece::Data(bytes)));
    }
    Recorded { client: recorded.client, server: recorded.server, pieces: split }
}

/// The same conversation inside a WebSocket: each piece is a message of one to three frames, with a ping in between.
pub fn in_a_websocket(recorded: &Recorded, mut key: impl FnMut(Direction) -> Option<[u8; 4]>) -> Recorded {
    let at = recorded.pieces.first().map_or_else(Timestamp::default, |piece| piece.0);
    let mut pieces = vec![
        (at, Direction::Client, Piece::Data(b"GET /t HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".to_vec())),
        (at, Direction::Server, Piece::Data(b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec())),
    ];
    for (at, direction, piece) in &recorded.pieces {
        let Piece::Data(bytes) = piece else {
            pieces.push((*at, *direction, piece.clone()));
            continue;
        };
        let (head, tail) = bytes.split_at(bytes.len() / 3);
        let mut message = ws_frame(0x02, head, key(*direction));
        message.extend(ws_frame(0x89, b"are you there", key(*direction)));
        message.extend(ws_frame(0x80, tail, key(*direction)));
        pieces.push((*at, *direction, Piece::Data(message)));
    }
    Recorded { client: recorded.client, server: recorded.server, pieces }
}

fn ws_frame(first: u8, payload: &[u8], key: Option<[u8; 4]>) -> Vec<u8> {
    let masked = if key.is_some() { 0x80 } else { 0 };
    let mut frame = match u8::try_from(payload.len()) {
        Ok(short) if short < 126 => vec![first, masked | short],
        _ => [&[first, masked | 127][..], &(payload.len() as u64).to_be_bytes()].concat(),
    };
    frame.extend(key.iter().flatten());
    let key = key.unwrap_or_default();
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// Decodes a connection as captured and `times` more cut anew, and holds all readings to the first.
pub fn decode_invariantly(recorded: &Recorded, times: u64) -> Option<Said> {
    let said = decode(recorded)?;
    for seed in 0..times {
        let again = decode(&resegmented(recorded, &mut Random::new(seed))).expect("still SSH");
        assert_eq!(said.session, again.session, "the judgement changed with the segments, seed {seed}");
        assert_eq!(said.events, again.events, "the events changed with the segments, seed {seed}");
    }
    Some(said)
}

impl Observer for Said {
    type Flow = ();

    fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
        self.weirds.push(format!("{} {}", weird.name, Escaped(weird.addl)));
    }
}

impl Observe<Ssh> for Said {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        self.events.push(format!("{:?} {event:?}", moment.direction));
        match event {
            Event::Version(ident) => self.idents[moment.direction.index()] = Some(ident.to_string()),
            Event::Agreed(version) => self.version = Some(*version),
            Event::Offer(offer) => self.hassh.push(offer.hassh(moment.direction == Direction::Client).to_string()),
            Event::Negotiated(a) => {
                self.algorithms = Some([
                    a.cipher.to_string(),
                    a.mac.to_string(),
                    a.compression.to_string(),
                    a.kex.to_string(),
                    a.host_key.to_string(),
                ]);
            }
            Event::HostKey(key) => self.fingerprints.push(key.sha256.zeek().to_string()),
            Event::Session(session) => self.session = Some(*session),
            _ => {}
        }
    }
}

// Both openings, as far as it took to know them for SSH's.
fn probed(recorded: &Recorded, flow: &Flow) -> Option<[Vec<u8>; 2]> {
    let mut openings = [Vec::new(), Vec::new()];
    for (_, direction, piece) in &recorded.pieces {
        let Piece::Data(bytes) = piece else { continue };
        openings[direction.index()].extend_from_slice(bytes);
        let [client, server] = &openings;
        match Ssh::probe(&Opening { client, server, flow, last: false }) {
            Probe::Yes => return Some(openings),
            Probe::No => return None,
            _ => {}
        }
    }
    None
}

#[derive(Default)]
struct Table {
    live: BTreeMap<FlowKeyOrd, usize>,
    all: Vec<(Connection, Recorded)>,
}

type FlowKeyOrd = String;

impl Table {
    fn segment(&mut self, src: Endpoint, dst: Endpoint, arrival: &Arrival<'_>) {
        let (key, _) = FlowKey::new(src, dst, Transport::Tcp);
        let key = format!("{key:?}");
        let answer = arrival.segment.flags.has(Flags::SYN) && arrival.segment.flags.has(Flags::ACK);
        let (client, server) = if answer { (dst, src) } else { (src, dst) };
        let at = *self.live.entry(key.clone()).or_insert_with(|| {
            self.all.push(fresh(client, server));
            self.all.len() - 1
        });
        if self.feed(at, src, arrival) == Verdict::NewConnection {
            self.all.push(fresh(client, server));
            let new = self.all.len() - 1;
            self.live.insert(key, new);
            self.feed(new, src, arrival);
        }
    }

    fn feed(&mut self, at: usize, src: Endpoint, arrival: &Arrival<'_>) -> Verdict {
        let (connection, recorded) = &mut self.all[at];
        let from = if recorded.client == src { Direction::Client } else { Direction::Server };
        let mut taker = Taker { at: arrival.at, pieces: &mut recorded.pieces };
        connection.segment(from, arrival, &Limits::default(), &mut taker)
    }

    fn finish(self) -> Vec<Recorded> {
        let mut done = Vec::new();
        for (mut connection, mut recorded) in self.all {
            let at = recorded.pieces.last().map_or_else(Timestamp::default, |piece| piece.0);
            connection.close(End::Abandoned, &mut Taker { at, pieces: &mut recorded.pieces });
            done.push(recorded);
        }
        done
    }
}

fn fresh(client: Endpoint, server: Endpoint) -> (Connection, Recorded) {
    (Connection::new(Policy::default()), Recorded { client, server, pieces: Vec::new() })
}

struct Taker<'a> {
    at: Timestamp,
    pieces: &'a mut Vec<(Timestamp, Direction, Piece)>,
}

impl Sink for Taker<'_> {
    fn chunk(&mut self, from: Direction, _: u64, chunk: Chunk<'_>) {
        let piece = match chunk {
            Chunk::Data(bytes) => Piece::Data(bytes.to_vec()),
            Chunk::Gap(lost) => Piece::Gap(lost),
            Chunk::End(end) => Piece::End(end),
        };
        self.pieces.push((self.at, from, piece));
    }

    fn anomaly(&mut self, _: Direction, _: Anomaly<'_>) {}
}
