//! An observer that writes down what is said of each flow, whatever the packets looked like that carried it.

use std::collections::BTreeMap;

use wiretale::packet::{Endpoint, Frame};
use wiretale::protocol::{
    Chunk, Direction, Escaped, Expectation, Exposure, Moment, Observe, Observer, Protocol, Stray, Summary, Timestamp,
    Weird,
};
use wiretale::{Analyzer, Settings, Standard, Stats};

/// What was said of one flow. A file's contents are one line, however many packets brought them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Flow {
    /// Events, services and exposures in order.
    pub(crate) lines: Vec<String>,
    /// The names of weirds, in order.
    pub(crate) weirds: Vec<&'static str>,
    /// Both streams.
    pub(crate) streams: [Vec<u8>; 2],
    /// Bytes declared missing.
    pub(crate) missing: [u64; 2],
    /// Bytes by sequence numbers, and the state.
    pub(crate) account: String,
    /// Its opening; of two flows on the same ports the first one's.
    pub(crate) opened: Timestamp,
    /// The last line about a file's contents.
    contents: Option<usize>,
}

/// All flows by client and server, and the order in which everything was said.
#[derive(Default, Debug)]
pub(crate) struct Hearing {
    pub(crate) flows: BTreeMap<(Endpoint, Endpoint, Timestamp), Flow>,
    /// Names of oddities outside flows.
    pub(crate) strays: Vec<&'static str>,
    /// Every call, with its time and frame, as one text.
    pub(crate) transcript: String,
    transcribes: bool,
}

impl Hearing {
    /// Writes down the order of all calls, too.
    pub(crate) fn transcribing() -> Self {
        Self { transcribes: true, ..Self::default() }
    }

    fn note(&mut self, moment: &Moment<'_>, what: &str) {
        if self.transcribes {
            self.transcript += &format!("{} {} {} {what}\n", moment.at, moment.frame, moment.flow.id);
        }
    }

    fn say(&mut self, flow: &mut Flow, moment: &Moment<'_>, line: String) {
        self.note(moment, &line);
        let line = format!("{:?} {line}", moment.direction);
        let contents = line.contains(" Content(");
        match (line.split_once(DATA), flow.contents.map(|at| &mut flow.lines[at])) {
            (Some((who, bytes)), Some(open)) if open.split_once(DATA).is_some_and(|(before, _)| before == who) => {
                open.truncate(open.len() - 3);
                *open += ", ";
                *open += bytes;
            }
            _ => {
                flow.contents = if contents { Some(flow.lines.len()) } else { flow.contents };
                flow.lines.push(line);
            }
        }
    }
}

impl Observer for Hearing {
    type Flow = Flow;

    fn opened(&mut self, flow: &mut Flow, moment: &Moment<'_>) {
        flow.opened = moment.flow.opened;
        self.note(moment, "opened");
    }

    fn wants_streams(&self) -> bool {
        true
    }

    fn stream(&mut self, flow: &mut Flow, moment: &Moment<'_>, _: u64, chunk: Chunk<'_>) {
        match chunk {
            Chunk::Data(bytes) => flow.streams[moment.direction.index()].extend_from_slice(bytes),
            Chunk::Gap(len) => flow.missing[moment.direction.index()] += len,
            Chunk::End(_) => {}
        }
    }

    fn recognized(&mut self, flow: &mut Flow, moment: &Moment<'_>, service: &'static str) {
        let client = Moment { direction: Direction::Client, ..*moment };
        self.say(flow, &client, format!("is {service}"));
    }

    fn weird(&mut self, flow: &mut Flow, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.note(moment, &format!("weird {} {}", weird.name, Escaped(weird.addl)));
        flow.weirds.push(weird.name);
    }

    fn exposed(&mut self, flow: &mut Flow, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        let Exposure { kind, account, scope, by, outcome, tag, crossed, .. } = exposure;
        let (account, scope) = (Escaped(account), Escaped(scope));
        self.say(flow, moment, format!("exposed {kind} {account} {scope} by {by:?} {outcome:?} {tag:?} {crossed}"));
    }

    fn closed(&mut self, flow: &mut Flow, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.note(moment, &format!("closed {summary:?}"));
        let (client, server) = (moment.flow.client, moment.flow.server);
        flow.account = format!("{:?} {:?} {:?}", summary.client.bytes, summary.server.bytes, summary.state);
        self.flows.insert((client, server, flow.opened), std::mem::take(flow));
    }

    fn lapsed(&mut self, now: Timestamp, expectation: &Expectation) {
        if self.transcribes {
            self.transcript += &format!("{now} lapsed {} {}\n", expectation.tag, expectation.server);
        }
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        if self.transcribes {
            self.transcript += &format!("{} stray {}\n", stray.at, stray.weird.name);
        }
        self.strays.push(stray.weird.name);
    }
}

impl<P: Protocol> Observe<P> for Hearing {
    fn observe(&mut self, flow: &mut Flow, moment: &Moment<'_>, event: &P::Event<'_>) {
        self.say(flow, moment, format!("{} {event:?}", P::TAG));
    }
}

/// The default analyzer over frames.
pub(crate) fn hear<'f>(frames: impl IntoIterator<Item = Frame<'f>>) -> Hearing {
    hear_with(Settings::default(), Hearing::default(), frames).0
}

/// An analyzer over frames.
pub(crate) fn hear_with<'f>(
    settings: Settings,
    hearing: Hearing,
    frames: impl IntoIterator<Item = Frame<'f>>,
) -> (Hearing, Stats) {
    let mut analyzer = Analyzer::<Standard, Hearing>::new(hearing, settings);
    for (number, frame) in frames.into_iter().enumerate() {
        analyzer.packet(frame, number as u64 + 1);
    }
    analyzer.finish_with_stats()
}

const DATA: &str = " Content(Data([";
