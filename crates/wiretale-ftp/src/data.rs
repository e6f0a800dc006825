//! The data connection.

mod event;

pub use event::{DataEvent, Opened};

use alloc::vec::Vec;

use wiretale_packet::Direction;
use wiretale_protocol::{Chunk, Content, Context, Demand, Line, Lines, Note, Observe, Opening, Probe, Protocol};

use crate::announced::Announced;
use crate::{Channel, Entry, Verb};

/// A data connection: what a control connection announced.
pub struct FtpData;

/// The state of a data connection.
pub struct DataDecoder {
    announced: Announced,
    // Whose bytes are taken: the first to send, unless the command told.
    sender: Option<Direction>,
    stage: Stage,
    lines: Lines,
    bytes: u64,
    ended: [bool; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    File,
    Listing,
    // TLS, or nothing at all.
    Opaque,
    Over,
}

impl Protocol for FtpData {
    const TAG: &'static str = "ftp-data";
    type Event<'a> = DataEvent<'a>;
    type Decoder = DataDecoder;

    /// Nothing in the bytes tells: a data connection is known by its announcement alone.
    fn probe(_: &Opening<'_>) -> Probe {
        Probe::No
    }

    fn start(opening: &Opening<'_>) -> DataDecoder {
        let channel = Channel {
            passive: true,
            connector: opening.flow.client.address,
            advertised: opening.flow.server,
            nat: false,
            bounce: false,
        };
        DataDecoder::new(Announced {
            command: None,
            name: Vec::new(),
            path: Vec::new(),
            user: None,
            start: 0,
            size: None,
            channel,
            parent: opening.flow.id,
            server: opening.flow.server,
            secured: false,
        })
    }

    fn start_expected(note: Note) -> Option<DataDecoder> {
        note.take::<Announced>().map(DataDecoder::new)
    }

    // One side sends, and the other listens.
    fn may_be_text(_: &Opening<'_>) -> bool {
        false
    }

    fn feed<O: Observe<Self>>(decoder: &mut DataDecoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        decoder.feed(cx, chunk)
    }

    #[inline]
    fn memory(decoder: &DataDecoder) -> usize {
        decoder.lines.held() + decoder.announced.held()
    }
}

impl DataDecoder {
    fn new(announced: Announced) -> Self {
        let sender = announced.command.map(|verb| {
            // The passive side's TCP client is the control client.
            if verb.fetches() == announced.channel.passive { Direction::Server } else { Direction::Client }
        });
        Self { announced, sender, stage: Stage::Waiting, lines: Lines::new(MAX_LINE), bytes: 0, ended: [false; 2] }
    }

    fn feed<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        cx.confirm(FtpData::TAG);
        let direction = cx.moment().direction;
        match chunk {
            Chunk::Data(bytes) => self.data(cx, direction, bytes),
            Chunk::Gap(len) => self.gap(cx, direction, len),
            Chunk::End(_) => self.end(cx, direction),
        }
        if self.stage == Stage::Opaque { Demand::Lengths } else { Demand::Stream }
    }

    fn data<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, direction: Direction, bytes: &[u8]) {
        if self.stage == Stage::Waiting {
            self.open(cx, direction, bytes.first() == Some(&TLS_HANDSHAKE), true);
        }
        if self.sender != Some(direction) {
            return;
        }
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if matches!(self.stage, Stage::File | Stage::Listing) {
            cx.emit::<FtpData>(DataEvent::Content(Content::Data(bytes)));
        }
        if self.stage == Stage::Listing {
            self.list(cx, bytes);
        }
    }

    fn gap<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, direction: Direction, len: u64) {
        if self.stage == Stage::Waiting {
            self.open(cx, direction, false, true);
        }
        if self.sender != Some(direction) {
            return;
        }
        self.bytes = self.bytes.saturating_add(len);
        if matches!(self.stage, Stage::File | Stage::Listing) {
            cx.emit::<FtpData>(DataEvent::Content(Content::Gap(len)));
            self.lines.gap();
        }
    }

    fn end<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if let Some(ended) = self.ended.get_mut(usize::from(direction == Direction::Server)) {
            *ended = true;
        }
        if self.sender == Some(direction) && self.stage != Stage::Waiting || self.ended == [true; 2] {
            self.finish(cx, direction);
        }
    }

    fn finish<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if self.stage == Stage::Over {
            return;
        }
        if self.stage == Stage::Waiting {
            // Nothing came: an empty file where one was asked for, else nothing at all.
            let file = self.announced.command.is_some_and(|verb| verb.transfers() && !verb.lists());
            self.open(cx, self.sender.unwrap_or(direction), false, file);
        }
        if self.stage == Stage::Listing {
            self.list_rest(cx);
        }
        if matches!(self.stage, Stage::File | Stage::Listing) {
            cx.emit::<FtpData>(DataEvent::Content(Content::End));
        }
        self.stage = Stage::Over;
        cx.emit::<FtpData>(DataEvent::Finished { bytes: self.bytes });
    }

    // `carries`: there is something to begin.
    fn open<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, by: Direction, handshake: bool, carries: bool) {
        let note = &self.announced;
        let sender = *self.sender.get_or_insert(by);
        let protected = note.secured && handshake;
        cx.emit::<FtpData>(DataEvent::Opened(Opened {
            command: note.command,
            name: &note.name,
            path: &note.path,
            user: note.user.as_deref(),
            sender: note.command.map(|_| sender),
            start: note.start,
            size: note.size,
            channel: note.channel,
            parent: note.parent,
            server: note.server,
            protected,
        }));
        let lists = note.command.is_some_and(Verb::lists);
        self.stage = match lists {
            _ if protected || !carries => Stage::Opaque,
            true => Stage::Listing,
            false => Stage::File,
        };
        if self.stage != Stage::Opaque {
            let name = (!note.name.is_empty() && !lists).then_some(&note.name[..]);
            cx.emit::<FtpData>(DataEvent::Content(Content::Begin { name, size: note.size, start: note.start }));
        }
    }

    fn list<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let mut input = bytes;
        while let Some(Line { bytes: line, .. }) = self.lines.next(&mut input) {
            cx.emit::<FtpData>(DataEvent::Listing(Entry::parse(self.announced.command, line)));
        }
    }

    fn list_rest<O: Observe<FtpData>>(&mut self, cx: &mut Context<'_, O>) {
        let rest = self.lines.rest();
        if !rest.is_empty() {
            cx.emit::<FtpData>(DataEvent::Listing(Entry::parse(self.announced.command, rest)));
        }
    }
}

const MAX_LINE: usize = 4096;
const TLS_HANDSHAKE: u8 = 0x16;
