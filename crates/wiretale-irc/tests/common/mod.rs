//! What the tests of this folder share: an observer that keeps what it hears, and the lab's recordings.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use wiretale_irc::{Decoder, Event, Irc};
use wiretale_protocol::{
    Chunk, Context, Demand, Direction, End, Escaped, Expectation, Exposure, Flow, Moment, Observe, Observer, Outcome,
    Protocol, Quota, SecretKey, Shared, Timestamp, Weird, Weirds,
};
use wiretale_testkit::{flow, plain};

/// Everything heard of one flow.
#[derive(Default)]
pub struct Heard {
    pub messages: Vec<String>,
    pub events: Vec<String>,
    /// The rows of every WHO.
    pub rows: Vec<String>,
    pub weirds: Vec<&'static str>,
    pub exposures: Vec<Exposed>,
}

/// An exposure, kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposed {
    pub kind: &'static str,
    pub account: String,
    pub by: Direction,
    pub outcome: Outcome,
    pub frame: u64,
}

impl Observer for Heard {
    type Flow = ();

    fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
        self.weirds.push(weird.name);
        self.events.push(format!("weird {} {}", weird.name, Escaped(weird.addl)));
    }

    fn exposed(&mut self, (): &mut (), _: &Moment<'_>, exposure: &Exposure<'_>) {
        self.exposures.push(Exposed {
            kind: exposure.kind,
            account: Escaped(exposure.account).to_string(),
            by: exposure.by,
            outcome: exposure.outcome,
            frame: exposure.frame,
        });
    }
}

impl Observe<Irc> for Heard {
    fn observe(&mut self, (): &mut (), _: &Moment<'_>, event: &Event<'_>) {
        match event {
            Event::Message(message) => self.messages.push(format!("{message:?}")),
            event => {
                if let Event::Record(record) = event {
                    self.rows.extend(record.who().map(|row| format!("{row:?}")));
                }
                self.events.push(format!("{event:?}"));
            }
        }
    }
}

/// A decoder with its observer.
pub struct Session {
    pub decoder: Decoder,
    pub heard: Heard,
    pub shared: Shared,
    pub flow: Flow,
    pub frame: u64,
    pub said: Weirds,
    pub suppressed: u64,
}

impl Session {
    pub fn new() -> Self {
        let flow = flow();
        let decoder = plain::<Irc>();
        let (heard, shared) = (Heard::default(), Shared::new(SecretKey::new(1, 2)));
        Self { decoder, heard, shared, flow, frame: 0, said: Weirds::default(), suppressed: 0 }
    }

    pub fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>) -> Demand {
        let at = Timestamp::from_parts(1_000_000_000 + self.frame as i64, 0);
        let moment = Moment { at, frame: self.frame, direction, flow: &self.flow };
        let state = &mut ();
        let quota = Quota { said: &mut self.said, most: 16, suppressed: &mut self.suppressed };
        let mut cx = Context::new(moment, &mut self.heard, state, &mut self.shared).within(quota);
        Irc::feed(&mut self.decoder, &mut cx, chunk)
    }

    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.frame += 1;
        self.chunk(Direction::Client, Chunk::Data(bytes.as_ref()));
        self
    }

    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.frame += 1;
        self.chunk(Direction::Server, Chunk::Data(bytes.as_ref()));
        self
    }

    pub fn end(&mut self) -> &mut Self {
        for direction in Direction::BOTH {
            self.chunk(direction, Chunk::End(End::Finished));
        }
        self
    }

    /// The events whose text begins so, in order.
    pub fn events(&self, start: &str) -> Vec<&str> {
        self.heard.events.iter().map(String::as_str).filter(|event| event.starts_with(start)).collect()
    }

    /// What was announced, forgotten here.
    pub fn expected(&mut self) -> Vec<Expectation> {
        std::mem::take(&mut self.shared.expected)
    }
}

/// A line of the lab.
pub struct Line {
    pub frame: u64,
    pub direction: Direction,
    pub bytes: Vec<u8>,
}

/// The lines of every flow of a recording; empty, and said so, where the recordings are absent.
pub fn lines(recording: &str) -> BTreeMap<u64, Vec<Line>> {
    let Some(text) = read(recording, "irc_lines.jsonl") else { return BTreeMap::new() };
    let mut flows: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        flows.entry(row["flow"].as_u64().unwrap()).or_default().push(Line {
            frame: row["frame"].as_u64().unwrap(),
            direction: if row["dir"] == "c2s" { Direction::Client } else { Direction::Server },
            bytes: row["line"].as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        });
    }
    flows
}

/// A recording's ground truth.
pub fn truth(recording: &str) -> Option<Value> {
    read(recording, "ground_truth.json").map(|text| serde_json::from_str(&text).unwrap())
}

/// Runs a flow's lines through a decoder.
pub fn run(lines: &[Line]) -> Session {
    let mut session = Session::new();
    for line in lines {
        session.frame = line.frame;
        let mut bytes = line.bytes.clone();
        bytes.extend_from_slice(b"\r\n");
        session.chunk(line.direction, Chunk::Data(&bytes));
    }
    session.end();
    session
}

fn read(recording: &str, file: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/lab").join(recording).join(file);
    let text = fs::read_to_string(&path).ok();
    match &text {
        Some(_) => println!("reads ../shared/data/lab/{recording}/{file}"),
        None => println!("passes: ../shared/data/lab/{recording}/{file} is absent"),
    }
    text
}
