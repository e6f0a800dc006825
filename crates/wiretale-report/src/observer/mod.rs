//! From events to rows.

mod closing;
mod dcc;
mod dns;
mod ftp;
mod irc;
mod named;
mod services;
mod software;
mod ssh;
mod state;
mod terminal;
mod transfer;
mod weirds;

use wiretale::Stats;
use wiretale::files::Extract;
use wiretale::protocol::{Chunk, Exposure, Moment, Observer, Packets, Passed, Stray, Summary, Timestamp, Weird};

use crate::hearsay::Tap;
use crate::logs;
use crate::logs::stats::LeftOut;
use crate::output::{Output, WriteError};
use crate::row::Format;
use crate::streams::Streams;
use crate::tags::Tags;
use crate::writer::Writer;
use crate::{Digest, Home};

pub use state::State;

/// What is written beside the default.
#[derive(Debug, Default)]
pub struct Options {
    /// TSV or JSON lines.
    pub format: Format,
    /// The networks watched over.
    pub home: Home,
    /// `irc_messages.log` too.
    pub messages: bool,
    /// Fill the columns `md5`, `sha1` and `sha256` of `files.log`, which Zeek leaves unset unless told otherwise.
    pub hashes: bool,
    /// Write every TCP direction's bytes.
    pub streams: Option<Streams>,
    /// Write every file that crossed.
    pub extract: Option<Extract>,
}

/// Listens to every flow and writes Zeek's logs, and ours beside them.
///
/// Rows are written when what they tell is known: a connection's when it is over, a command's when it was answered. The
/// same capture gives the same rows in the same order.
pub struct Logs<W> {
    writer: Writer<W>,
    home: Home,
    messages: bool,
    hashes: bool,
    streams: Option<Streams>,
    extract: Option<Extract>,
    tap: Tap,
    tags: Tags,
    weirds: weirds::Weirds,
    services: services::Known,
    software: software::Known,
    dcc: dcc::Sessions,
    carried: ftp::Carried,
    digest: Digest,
    // Reused for the text of one cell.
    scratch: Vec<u8>,
}

impl<W: Output> Logs<W> {
    /// Writes to `output`.
    pub fn new(output: W, options: Options) -> Self {
        Self {
            writer: Writer::new(output, options.format),
            digest: Digest::new(options.home.clone()),
            home: options.home,
            messages: options.messages,
            hashes: options.hashes,
            streams: options.streams,
            extract: options.extract,
            tap: Tap::default(),
            tags: Tags::default(),
            weirds: weirds::Weirds::default(),
            services: services::Known::default(),
            software: software::Known::default(),
            dcc: dcc::Sessions::default(),
            carried: ftp::Carried::default(),
            scratch: Vec::new(),
        }
    }

    /// Could something not be written? Then there is no use in going on: [`Logs::finish`] says what.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.writer.has_failed()
    }

    /// Packet time has come this far. Tell it of the first packet before any row is written: logs begin with its time.
    pub fn now(&mut self, at: Timestamp) {
        self.writer.now(at);
        self.digest.now(at);
    }

    /// Writes what is left; `stats` is what the engine counted. What was seen in short is the [`Digest`].
    ///
    /// # Errors
    /// The first failure to write.
    pub fn finish(mut self, stats: &Stats) -> Result<(W, Digest), WriteError> {
        let offers = self.dcc_rows();
        let (weirds, weirds_left_out) = (self.weirds.written(), self.weirds.left_out());
        self.digest.counted(stats, weirds, weirds_left_out + stats.weirds_suppressed);
        let left_out = LeftOut { weirds, weirds_left_out, offers };
        let at = self.writer.closed();
        self.writer.row(&logs::stats::TABLE, |row| logs::stats::row(row, at, stats, &left_out));
        Ok((self.writer.finish()?, self.digest))
    }
}

impl<W: Output> Observer for Logs<W> {
    type Flow = State;

    #[inline]
    fn wants_packets(&self) -> Packets {
        Tap::PACKETS
    }

    #[inline]
    fn wants_messages(&self) -> bool {
        self.messages
    }

    #[inline]
    fn wants_others(&self) -> bool {
        false
    }

    fn memory(&self) -> usize {
        self.tags.memory()
            + self.weirds.memory()
            + self.services.memory()
            + self.software.memory()
            + self.dcc.memory()
            + self.carried.memory()
            + self.digest.memory()
            + self.streams.as_ref().map_or(0, Streams::memory)
    }

    #[inline]
    fn weight(state: &State) -> usize {
        state.weight()
    }

    fn opened(&mut self, _: &mut State, moment: &Moment<'_>) {
        self.now(moment.at);
    }

    #[inline]
    fn passed(&mut self, state: &mut State, moment: &Moment<'_>, passed: &Passed) {
        self.tap.passed(&self.home, &mut state.seen, moment, passed);
    }

    fn wants_streams(&self) -> bool {
        self.streams.is_some()
    }

    fn stream(&mut self, _: &mut State, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) {
        if let Some(Err(error)) = self.streams.as_mut().map(|streams| streams.write(moment, offset, chunk)) {
            self.writer.fail(error);
        }
    }

    fn recognized(&mut self, state: &mut State, _: &Moment<'_>, service: &'static str) {
        state.protocol.get_or_insert(service);
    }

    fn served(&mut self, state: &mut State, moment: &Moment<'_>, service: &'static str) {
        state.served = true;
        self.service(state, moment, service);
    }

    fn weird(&mut self, state: &mut State, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.flow_weird(state, moment, weird);
    }

    fn exposed(&mut self, state: &mut State, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        if self.tap.is_hearsay(&self.home, state.seen, moment.flow) {
            return;
        }
        let number = self.tags.number(exposure.tag);
        let protocol = state.protocol;
        self.digest.exposure(moment.flow, protocol, exposure, number);
        self.writer
            .row(&logs::exposure::TABLE, |row| logs::exposure::row(row, moment.flow, protocol, exposure, number));
    }

    fn closed(&mut self, state: &mut State, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.close(state, moment, summary);
    }

    fn lapsed(&mut self, _: Timestamp, expectation: &wiretale::protocol::Expectation) {
        self.offer_lapsed(expectation);
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        self.now(stray.at);
        self.stray_weird(stray);
    }

    fn tick(&mut self, now: Timestamp) {
        self.now(now);
    }
}
