//! Chats: lines, both ways.

use alloc::boxed::Box;

use wiretale_protocol::{Chunk, Context, Demand, Direction, Lines, Note, Observe, Opening, Probe, Protocol};

use crate::{Announced, Event, Kind, Outcome};

/// A chat: `DCC CHAT` and `DCC SCHAT`.
///
/// Its lines look like anything, so it is known by its offer only.
#[derive(Clone, Copy, Debug)]
pub struct DccChat;

/// The state of one chat. Holds the offer and one unfinished line a direction.
#[derive(Debug)]
pub struct ChatDecoder {
    announced: Option<Box<Announced>>,
    lines: [Lines; 2],
    ended: [bool; 2],
    bytes: u64,
    // Of them, those of lines, without their ends.
    said: u64,
    missed: u64,
    opened: bool,
    finished: bool,
    // It turned out to be no chat at all.
    unlike: bool,
}

impl DccChat {
    /// The longest line that is handed on whole.
    pub const LONGEST_LINE: usize = 8192;
}

impl Protocol for DccChat {
    const TAG: &'static str = "irc-dcc-chat";

    type Event<'a> = Event<'a>;

    type Decoder = ChatDecoder;

    fn probe(_: &Opening<'_>) -> Probe {
        Probe::No
    }

    fn start(_: &Opening<'_>) -> ChatDecoder {
        ChatDecoder::new(None)
    }

    fn start_expected(note: Note) -> Option<ChatDecoder> {
        let announced = note.take::<Announced>().filter(|announced| announced.kind == Kind::Chat)?;
        Some(ChatDecoder::new(Some(Box::new(announced))))
    }

    // People in a chat are handed each other's words by the line, if not in one piece; what is answered behind a blank
    // is a prompt.
    fn may_be_text(opening: &Opening<'_>) -> bool {
        ![opening.client, opening.server].iter().any(|said| said.ends_with(b" "))
    }

    fn feed<O: Observe<Self>>(decoder: &mut ChatDecoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        decoder.feed(cx, chunk)
    }

    #[inline]
    fn memory(decoder: &ChatDecoder) -> usize {
        let [client, server] = &decoder.lines;
        client.held() + server.held()
    }
}

impl ChatDecoder {
    fn new(announced: Option<Box<Announced>>) -> Self {
        Self {
            announced,
            lines: [Lines::new(DccChat::LONGEST_LINE), Lines::new(DccChat::LONGEST_LINE)],
            ended: [false; 2],
            bytes: 0,
            said: 0,
            missed: 0,
            opened: false,
            finished: false,
            unlike: false,
        }
    }

    fn feed<O: Observe<DccChat>>(&mut self, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if self.unlike {
            return Demand::Nothing;
        }
        self.open(cx);
        let hidden = self.announced.as_ref().is_some_and(|announced| announced.tls);
        match chunk {
            Chunk::Data(_) | Chunk::Gap(_) if hidden => {
                cx.confirm(DccChat::TAG);
                return Demand::Lengths;
            }
            Chunk::Data(bytes) => self.data(cx, bytes),
            Chunk::Gap(len) => {
                self.missed = self.missed.saturating_add(len);
                self.bytes = self.bytes.saturating_add(len);
                if let Some(lines) = self.lines.get_mut(cx.moment().direction.index()) {
                    lines.gap();
                }
            }
            Chunk::End(_) => self.end(cx),
        }
        if self.unlike { Demand::Nothing } else { Demand::Stream }
    }

    fn open<O: Observe<DccChat>>(&mut self, cx: &mut Context<'_, O>) {
        if !core::mem::replace(&mut self.opened, true) {
            let announced = self.announced.as_deref();
            cx.emit::<DccChat>(Event::Opened { announced, sender: Direction::Server });
        }
    }

    fn data<O: Observe<DccChat>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let Some(lines) = self.lines.get_mut(cx.moment().direction.index()) else { return };
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let mut input = bytes;
        while let Some(line) = lines.next(&mut input) {
            if is_foreign(line.bytes) {
                self.unlike = true;
                return self.finish(cx);
            }
            cx.confirm(DccChat::TAG);
            self.said += line.bytes.len() as u64;
            cx.emit::<DccChat>(Event::Chat { line: line.bytes, cut: line.cut });
        }
    }

    fn end<O: Observe<DccChat>>(&mut self, cx: &mut Context<'_, O>) {
        let at = cx.moment().direction.index();
        if let (Some(ended), Some(lines)) = (self.ended.get_mut(at), self.lines.get_mut(at))
            && !core::mem::replace(ended, true)
        {
            let rest = lines.rest();
            if !rest.is_empty() && !is_foreign(rest) {
                cx.confirm(DccChat::TAG);
                cx.emit::<DccChat>(Event::Chat { line: rest, cut: false });
            }
        }
        if self.ended == [true; 2] {
            self.finish(cx);
        }
    }

    fn finish<O: Observe<DccChat>>(&mut self, cx: &mut Context<'_, O>) {
        if !core::mem::replace(&mut self.finished, true) {
            // Where it stopped to be a chat, more may have crossed than what was said: how much, hangs on the cuts.
            let bytes = if self.unlike { self.said } else { self.bytes };
            cx.emit::<DccChat>(Event::Finished {
                bytes,
                missed: self.missed,
                size: None,
                start: 0,
                acknowledged: None,
                outcome: Outcome::Unknown,
            });
        }
    }
}

// What no one types: an offer may point at any service, and what that says is not a chat.
fn is_foreign(line: &[u8]) -> bool {
    line.starts_with(b"SSH-") || line.contains(&0)
}
