//! Tells an observer what threads have put down, in order.

use std::collections::HashSet;

use wiretale_flow::{Far, near_all};
use wiretale_protocol::{Address, Chunk, Flow, Lend, Moment, Observe, Observer, Transport};

use super::kept::Lender;
use super::slips::{Call, Slips, What};
use crate::{dcc, dns, ftp, irc, ssh, terminal};

/// An observer that hears all protocols of [`Standard`](crate::Standard) that have something to say.
pub trait Listener:
    Observe<irc::Irc>
    + Observe<dcc::Dcc>
    + Observe<dcc::DccChat>
    + Observe<ssh::Ssh>
    + Observe<ftp::Ftp>
    + Observe<ftp::FtpData>
    + Observe<dns::Dns>
    + Observe<terminal::Terminal>
{
}

impl<O> Listener for O where
    O: Observe<irc::Irc>
        + Observe<dcc::Dcc>
        + Observe<dcc::DccChat>
        + Observe<ssh::Ssh>
        + Observe<ftp::Ftp>
        + Observe<ftp::FtpData>
        + Observe<dns::Dns>
        + Observe<terminal::Terminal>
{
}

/// An observer, and its states of the flows of each thread.
pub(super) struct Replay<O: Observer> {
    pub(super) observer: O,
    threads: Vec<Vec<Far<State<O>>>>,
    // What the observer keeps on the heap with open flows.
    weights: usize,
    // Whose checksums were said to be left to the network card.
    offloaded: HashSet<(Address, Option<Transport>)>,
}

/// A flow, the observer's state of it and what that weighs, if it is open.
type State<O> = Option<(Flow, <O as Observer>::Flow, usize)>;

/// Slips that are being read, and how far.
pub(super) struct Pages {
    slips: Box<Slips>,
    scene: usize,
    at: Positions,
    // Calls whose flows were looked at.
    seen: usize,
}

/// How far each list was read.
#[derive(Default)]
struct Positions {
    calls: usize,
    flows: usize,
    passed: usize,
    words: usize,
    weirds: usize,
    exposures: usize,
    closed: usize,
    lapsed: usize,
    strays: usize,
    chunks: usize,
    irc: irc::ShelfMark,
    dcc: usize,
    ssh: usize,
    ftp: usize,
    ftp_data: usize,
    dns: usize,
    terminal: usize,
    kept: (usize, usize),
}

impl Pages {
    pub(super) fn of(slips: Box<Slips>) -> Self {
        Self { slips, scene: 0, at: Positions::default(), seen: 0 }
    }

    /// What was read, to be written anew.
    pub(super) fn used(self) -> Box<Slips> {
        let mut slips = self.slips;
        slips.clear();
        slips
    }

    pub(super) fn is_over(&self) -> bool {
        self.scene >= self.slips.scenes.len()
    }

    /// Does its next scene come before that of `other`? Neither is over.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.slips.is_before(self.scene, &other.slips, other.scene)
    }
}

impl<O: Listener> Replay<O> {
    pub(super) fn new(observer: O, threads: usize) -> Self {
        let threads = (0..threads).map(|_| Vec::new()).collect();
        Self { observer, threads, weights: 0, offloaded: HashSet::new() }
    }

    /// Bytes that the observer keeps.
    pub(super) fn memory(&self) -> usize {
        self.observer.memory() + self.weights
    }

    /// Tells the next scene of what `thread` has put down.
    pub(super) fn scene(&mut self, thread: usize, pages: &mut Pages) {
        let Pages { slips, scene, at, seen } = pages;
        let end = slips.scenes[*scene].end as usize;
        *scene += 1;
        if end > *seen {
            *seen = self.look_ahead(thread, &slips.calls[at.calls..], at.calls);
        }
        let mut lender = Lender::new(&slips.kept, slips.bytes(), at.kept);
        while at.calls < end {
            let call = slips.calls[at.calls];
            at.calls += 1;
            match call.what {
                What::Lapsed => {
                    let (now, expectation) = &slips.lapsed[next(&mut at.lapsed)];
                    self.observer.lapsed(*now, expectation);
                }
                What::Stray => {
                    let stray = slips.strays[next(&mut at.strays)].relend(&mut lender);
                    let sender = stray.endpoints.map(|ends| ends.0.address).unwrap_or_default();
                    if stray.weird.name != OFFLOAD || self.offloaded.insert((sender, None)) {
                        self.observer.stray(&stray);
                    }
                }
                What::Tick => self.observer.tick(call.at),
                _ => self.flow(thread, &call, slips, at, &mut lender),
            }
        }
        at.kept = lender.come();
    }

    /// Asks for what the next calls will need beyond the states of their flows, and for the states of those behind them:
    /// analyzers do the same with theirs. Says how many calls were looked at.
    fn look_ahead(&self, thread: usize, calls: &[Call], before: usize) -> usize {
        let (flows, (next, later)) = (&self.threads[thread], calls.split_at(calls.len().min(GROUP)));
        for place in later.iter().take(GROUP).filter_map(|call| flows.get(call.flow as usize)) {
            place.ask_for(size_of::<State<O>>());
        }
        for (_, state, _) in next.iter().filter_map(|call| flows.get(call.flow as usize)?.as_ref()) {
            O::beyond(state, &mut near_all);
        }
        before + next.len()
    }

    /// A call about a flow.
    fn flow(&mut self, thread: usize, call: &Call, slips: &Slips, at: &mut Positions, lender: &mut Lender<'_>) {
        let (flows, index) = (&mut self.threads[thread], call.flow as usize);
        if call.what == What::Opened {
            if flows.len() <= index {
                flows.resize_with(index + 1, || Far::new(None));
            }
            *flows[index] = Some((slips.flows[next(&mut at.flows)], O::Flow::default(), 0));
        }
        let Some((flow, state, weight)) = flows.get_mut(index).and_then(|place| place.as_mut()) else { return };
        let moment = &Moment { at: call.at, frame: call.frame, direction: call.direction, flow };
        let observer = &mut self.observer;
        match call.what {
            What::Opened => observer.opened(state, moment),
            What::Passed => observer.passed(state, moment, &slips.passed[next(&mut at.passed)]),
            What::Stream => {
                let (offset, chunk) = slips.chunks[next(&mut at.chunks)];
                observer.stream(state, moment, offset, relend(chunk, lender));
            }
            What::Recognized => observer.recognized(state, moment, slips.words[next(&mut at.words)]),
            What::Served => observer.served(state, moment, slips.words[next(&mut at.words)]),
            What::Weird => {
                let weird = slips.weirds[next(&mut at.weirds)].relend(lender);
                let sender = || (flow.speaker(call.direction).address, Some(flow.transport));
                if weird.name != OFFLOAD || self.offloaded.insert(sender()) {
                    observer.weird(state, moment, &weird);
                }
            }
            What::Exposed => {
                observer.exposed(state, moment, &slips.exposures[next(&mut at.exposures)].relend(lender));
            }
            What::Closed => {
                let (mut summary, services) = slips.closed[next(&mut at.closed)];
                summary.history = lender.lend(&[]);
                summary.services = &slips.words[at.words..at.words + services];
                at.words += services;
                observer.closed(state, moment, &summary);
                self.weights -= *weight;
                *flows[index] = None;
            }
            _ => {
                event(observer, state, moment, call.what, slips, at, lender);
                let now = O::weight(state);
                self.weights = self.weights - *weight + now;
                *weight = now;
            }
        }
    }
}

/// What a decoder has read.
fn event<O: Listener>(
    observer: &mut O,
    state: &mut O::Flow,
    moment: &Moment<'_>,
    what: What,
    slips: &Slips,
    at: &mut Positions,
    lender: &mut Lender<'_>,
) {
    macro_rules! tells {
        ($($protocol:ty, $what:ident, $list:ident;)*) => {
            match what {
                What::Irc => {
                    let mut hear = |event: &irc::Event<'_>| Observe::<irc::Irc>::observe(observer, state, moment, event);
                    slips.irc.tell(&mut at.irc, lender, &mut hear);
                }
                $(What::$what => {
                    let event = slips.$list[next(&mut at.$list)].relend(lender);
                    Observe::<$protocol>::observe(observer, state, moment, &event);
                })*
                _ => {}
            }
        };
    }
    each_protocol!(tells);
}

/// A chunk with bytes that `lender` lends.
pub(super) fn relend<'b>(chunk: Chunk<'_>, lender: &mut impl Lend<'b>) -> Chunk<'b> {
    match chunk {
        Chunk::Data(bytes) => Chunk::Data(lender.lend(bytes)),
        Chunk::Gap(length) => Chunk::Gap(length),
        Chunk::End(end) => Chunk::End(end),
    }
}

fn next(position: &mut usize) -> usize {
    *position += 1;
    *position - 1
}

/// Calls whose flows are looked at in one go.
const GROUP: usize = 16;

/// Each thread says it once of a sender.
const OFFLOAD: &str = "checksum_offload";
