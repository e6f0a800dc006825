//! The control connection.

use wiretale_protocol::{Chunk, Context, Demand, Direction, Lines, Observe, Opening, Probe, Protocol};

use crate::Event;
use crate::nvt::{self, Nvt};
use crate::session::Session;
use crate::tls::Tls;

/// A control connection.
pub struct Ftp;

/// The state of a control connection.
pub struct Decoder {
    client: Side,
    server: Side,
    // Whether the server speaks as one of FTP's, in numbers, once it has spoken.
    answers: Option<bool>,
    session: Session,
    // How much of the chunk in which it became something else is not to be read anew.
    passed: usize,
    over: bool,
}

// One direction: bytes, less telnet's, in lines.
struct Side {
    nvt: Nvt,
    lines: Lines,
    // Set while it is encrypted.
    tls: Option<Tls>,
    // How often the session had gone over to TLS when this side last looked.
    secured: u32,
    ended: bool,
}

impl Protocol for Ftp {
    const TAG: &'static str = "ftp";
    const BEHIND: bool = true;
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        crate::probe::probe(opening)
    }

    fn resumes(client: &[u8]) -> Probe {
        crate::probe::resumes(client)
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        let answers = opening.flow.midstream.then_some(true);
        let session = Session::new(opening.flow);
        Decoder { client: Side::new(), server: Side::new(), answers, session, passed: 0, over: false }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if decoder.over {
            return Demand::Rest;
        }
        let direction = cx.moment().direction;
        let unheard = decoder.answers != Some(true) && direction == Direction::Server;
        decoder.passed = 0;
        let whole = len(chunk);
        let Some(chunk) = (if unheard { decoder.answer(chunk) } else { Some(chunk) }) else { return Demand::Anew };
        let Decoder { client, server, session, passed, .. } = decoder;
        let side = match direction {
            Direction::Client => &mut *client,
            Direction::Server => &mut *server,
        };
        match chunk {
            Chunk::Data(bytes) => *passed = whole - bytes.len() + side.data(session, cx, direction, bytes),
            Chunk::Gap(len) => side.gap(session, direction, len),
            Chunk::End(_) => side.ended = true,
        }
        if matches!(chunk, Chunk::End(_)) && client.ended && server.ended {
            session.end(cx);
            return Demand::Stream;
        }
        if session.is_over() { decoder.end(cx) } else { Demand::Stream }
    }

    fn before_anew(decoder: &Decoder) -> &[u8] {
        decoder.session.first_of_other()
    }

    fn passed_before_anew(decoder: &Decoder) -> usize {
        decoder.passed
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        decoder.client.lines.held() + decoder.server.lines.held() + decoder.session.held()
    }
}

impl Decoder {
    // It is no control connection any more; what the client begins next, or what the server said, may be something else.
    #[cold]
    fn end<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) -> Demand {
        self.over = true;
        self.session.end(cx);
        if self.session.first_of_other().is_empty() { Demand::Rest } else { Demand::Anew }
    }

    // What of this is a server's of FTP, after white space: the client alone spoke so, and anybody may hide behind such
    // words. Nothing where the server's first word is none.
    #[cold]
    fn answer<'c>(&mut self, chunk: Chunk<'c>) -> Option<Chunk<'c>> {
        match (chunk, self.answers) {
            (Chunk::Data(bytes), None) => {
                let words = bytes.trim_ascii_start();
                self.answers = words.first().map(|byte| byte.is_ascii_digit() || *byte == nvt::IAC);
                (self.answers != Some(false)).then_some(Chunk::Data(words))
            }
            (Chunk::Data(_), _) => None,
            // Behind a loss nothing tells.
            (Chunk::Gap(_), None) => {
                self.answers = Some(true);
                Some(chunk)
            }
            _ => Some(chunk),
        }
    }
}

impl Side {
    const fn new() -> Self {
        Self { nvt: Nvt::Text, lines: Lines::new(MAX_LINE), tls: None, secured: 0, ended: false }
    }

    // Says how much was read.
    fn data<O: Observe<Ftp>>(
        &mut self,
        session: &mut Session,
        cx: &mut Context<'_, O>,
        direction: Direction,
        bytes: &[u8],
    ) -> usize {
        let mut input = bytes;
        while !input.is_empty() && !session.is_over() {
            self.keep_pace(session);
            if let Some(tls) = &mut self.tls {
                let clear = tls.pass(&mut input);
                // The reply to AUTH promises TLS; the first record keeps that promise.
                if tls.begins() {
                    if direction == Direction::Server { cx.serve("ssl") } else { cx.confirm("ssl") }
                }
                if !clear {
                    return bytes.len();
                }
                self.tls = None;
                session.clear(cx);
            }
            self.clear_text(session, cx, direction, &mut input);
        }
        bytes.len() - input.len()
    }

    // Goes over to TLS where the session has.
    fn keep_pace(&mut self, session: &Session) {
        if self.secured != session.secured() {
            self.secured = session.secured();
            self.tls = Some(Tls::default());
            self.lines.reset();
            self.nvt = Nvt::Text;
        }
    }

    // Line by line, up to where the session goes over to TLS, or is over.
    fn clear_text<O: Observe<Ftp>>(
        &mut self,
        session: &mut Session,
        cx: &mut Context<'_, O>,
        direction: Direction,
        input: &mut &[u8],
    ) {
        let whole = *input;
        while let Some(mut text) = self.nvt.next(input) {
            while let Some(line) = self.lines.next(&mut text) {
                match direction {
                    Direction::Client => session.client_line(cx, line),
                    Direction::Server => session.server_line(cx, line),
                }
                if self.secured != session.secured() || session.is_over() {
                    // What follows the line is not telnet's to read: `text` lies right before `input`.
                    let left = text.len() + input.len();
                    *input = whole.get(whole.len().saturating_sub(left)..).unwrap_or_default();
                    return;
                }
            }
        }
    }

    fn gap(&mut self, session: &mut Session, direction: Direction, len: u64) {
        self.keep_pace(session);
        if let Some(tls) = &mut self.tls {
            tls.gap(len);
            return;
        }
        self.nvt = Nvt::Text;
        self.lines.gap();
        session.gap(direction);
    }
}

const fn len(chunk: Chunk<'_>) -> usize {
    if let Chunk::Data(bytes) = chunk { bytes.len() } else { 0 }
}

// Longer lines than any argument or text that is kept.
const MAX_LINE: usize = 8192;
