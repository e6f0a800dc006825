//! What one thread has to tell, put down so that another can tell it.

use std::sync::Arc;

use wiretale_capture::Batch;
use wiretale_protocol::{
    Chunk, Direction, Expectation, Exposure, Flow, Passed, Place, Step, Stray, Summary, Timestamp, Weird,
};

use super::kept::Kept;
use crate::{dcc, dns, ftp, irc, ssh, terminal};

/// Calls of an observer in the order made. Of each kind of argument there is a list; the calls take from them in turn.
///
/// Text that lies in the batch is noted by its position and not copied.
#[derive(Default)]
pub(super) struct Slips {
    batch: Option<Arc<Batch>>,
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
    Served,
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

impl Slips {
    /// The text of what comes is mostly slices of `batch`, if there is one. Nothing was put down yet.
    pub(super) fn of(&mut self, batch: Option<Arc<Batch>>) {
        self.batch = batch;
        let bytes = self.batch.as_deref().map(Batch::bytes).unwrap_or_default();
        self.kept.slices_of(bytes);
    }

    /// The bytes of that batch.
    pub(super) fn bytes(&self) -> &[u8] {
        self.batch.as_deref().map(Batch::bytes).unwrap_or_default()
    }

    /// Forgets everything, and lets go of the batch; the room stays.
    pub(super) fn clear(&mut self) {
        self.batch = None;
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
        self.kept.clear();
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

const PACKET: u32 = 1 << 31;
