//! Who said what.

use core::fmt;

use wiretale_protocol::{
    Chunk, Context, Demand, Direction, Escaped, Exposure, Observe, Opening, Outcome, Probe, Protocol, Tag, Timestamp,
};

use crate::probe;
use crate::side::Side;
use crate::telnet::IAC;
use crate::words::{accepts, asks_for_name, asks_for_secret, refuses};

/// The protocol that is none: text that nobody else claims.
pub struct Terminal;

/// What was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The server's words before the client said anything: a line, or what stood without a line end when the client
    /// spoke or the flow ended.
    Greeting(&'a [u8]),
    /// A line of the side in [`wiretale_protocol::Moment::direction`]. A client's answer to a question for a password
    /// reads `<hidden>`.
    Line(&'a [u8]),
    /// The client's words so far, without a line end, where the server says something else. They may go on: a
    /// [`Event::Line`] has all of them. Of an answer to a question for a password nothing is told so.
    Typed(&'a [u8]),
    /// The server's words without a line end, to which the client then answered: `# `, `login: `.
    Prompt(&'a [u8]),
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match *self {
            Self::Greeting(text) => ("Greeting", text),
            Self::Line(text) => ("Line", text),
            Self::Typed(text) => ("Typed", text),
            Self::Prompt(text) => ("Prompt", text),
        };
        write!(f, "{name}({:?})", Escaped(text))
    }
}

/// Bytes of a direction that are read; a dialogue longer than this has told what it is.
pub const LIMIT: usize = 256 * 1024;

/// A dialogue.
#[derive(Default, Debug)]
pub struct Decoder {
    client: Side,
    server: Side,
    client_spoke: bool,
    // The server asked for a password when so much of the client was read, and the line that answers is not complete.
    asked: Option<usize>,
    // How much of the client was read when its words were told that have no line end.
    typed: usize,
    // How much of that line the server has sent back so far.
    echoed: usize,
    // A password was given and not yet judged by what the server says next.
    given: Option<Given>,
    // It is telnet's, and whether that was said.
    telnet: bool,
    named: bool,
}

#[derive(Debug)]
struct Given {
    tag: Tag,
    crossed: Timestamp,
    frame: u64,
    // How much of it is still to be sent back by a server that began to.
    rest: usize,
}

impl Protocol for Terminal {
    const TAG: &'static str = "text";
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening)
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        Decoder { telnet: probe::is_telnet(opening), ..Decoder::default() }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if decoder.telnet && !core::mem::replace(&mut decoder.named, true) {
            cx.confirm(TELNET);
        }
        match (chunk, cx.moment().direction) {
            (Chunk::Data(bytes), Direction::Client) => decoder.client_says(cx, bytes),
            (Chunk::Data(bytes), Direction::Server) => {
                // A client may begin with telnet's commands at any port.
                if decoder.telnet && decoder.server.read == 0 && bytes.first() == Some(&IAC) {
                    cx.serve(TELNET);
                }
                decoder.server_says(cx, bytes);
            }
            (Chunk::Gap(_), direction) => decoder.side(direction).gap(),
            (Chunk::End(_), direction) => decoder.ends(cx, direction),
        }
        let read = decoder.client.read.max(decoder.server.read);
        if read > LIMIT { Demand::Nothing } else { Demand::Stream }
    }

    fn service(decoder: &Decoder) -> &'static str {
        if decoder.telnet { TELNET } else { Self::TAG }
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        decoder.client.held() + decoder.server.held()
    }
}

impl Decoder {
    fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        }
    }

    fn client_says<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        self.server_pauses(cx);
        self.client_spoke = true;
        let mut bytes = bytes;
        while self.client.line(&mut bytes) {
            self.client_line(cx);
            self.client.told();
        }
    }

    fn client_line<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) {
        // What was said before the question does not answer it.
        if self.asked.take().is_none_or(|before| self.client.read == before) {
            cx.emit::<Terminal>(Event::Line(self.client.text()));
            return;
        }
        let tag = cx.tag(self.client.text());
        let rest = match core::mem::take(&mut self.echoed) {
            0 => 0,
            echoed => self.client.text().len().saturating_sub(echoed),
        };
        self.given = Some(Given { tag, crossed: cx.moment().at, frame: cx.moment().frame, rest });
        cx.emit::<Terminal>(Event::Line(HIDDEN));
    }

    fn server_says<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.server.line(&mut bytes) {
            if self.repeats_secret(cx) {
                tell(cx, Event::Line(HIDDEN));
                self.server.told();
                continue;
            }
            self.judge(cx, false);
            self.tell_typed(cx);
            let event = if self.client_spoke { Event::Line } else { Event::Greeting };
            tell(cx, event(self.server.text()));
            self.asked = self.asked.filter(|_| !self.goes_on());
            self.ask();
            self.server.told();
        }
    }

    // Does the server ask for a password?
    fn ask(&mut self) {
        if asks_for_secret(self.server.text()) {
            self.asked = Some(self.client.read);
        }
    }

    // What the client said so far of its line, once, lest the server's answer be taken for words of its own.
    fn tell_typed<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) {
        if self.asked.is_none() && !self.client.text().is_empty() && self.typed != self.client.read {
            self.typed = self.client.read;
            tell(cx, Event::Typed(self.client.text()));
        }
    }

    // The server's line is about something else than the question before it. While the client types it may be no more
    // than an echo, and a line without a word may be a prompt.
    fn goes_on(&self) -> bool {
        let said = self.server.text().trim_ascii_end();
        let prompts = matches!(said.last(), Some(b':' | b'>' | b'?')) && !asks_for_name(said);
        self.client.text().is_empty() && !prompts && said.iter().any(u8::is_ascii_alphanumeric)
    }

    // The client speaks, so what the server left without a line end was a question.
    fn server_pauses<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) {
        let (said, typed) = (self.server.text(), self.client.text());
        if said.is_empty() {
            return;
        }
        // Byte by byte what is typed comes back, which asks nothing.
        if !typed.is_empty() && typed.ends_with(said) {
            self.echoed += if self.asked.is_some() { said.len() } else { 0 };
            return self.server.told();
        }
        if self.repeats_secret(cx) {
            return self.server.told();
        }
        self.judge(cx, true);
        self.tell_typed(cx);
        let event = if self.client_spoke { Event::Prompt } else { Event::Greeting };
        tell(cx, event(self.server.text()));
        // An asterisk for each byte typed, or a bare prompt below the question, does not take the question back.
        self.asked = self.asked.filter(|_| !asks_for_name(self.server.text()));
        self.ask();
        self.server.told();
    }

    // The server sends the password back, or what was missing of it.
    fn repeats_secret<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) -> bool {
        let said = self.server.text();
        let Some(given) = &mut self.given else { return false };
        (core::mem::take(&mut given.rest) == said.len() && !said.is_empty()) || cx.tag(said) == given.tag
    }

    fn ends<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if direction == Direction::Client && !self.client.text().is_empty() {
            self.client_line(cx);
            self.client.told();
        }
        if direction == Direction::Server {
            self.server_pauses(cx);
            self.judge(cx, false);
        }
    }

    // What the server says after a password tells whether it was right.
    fn judge<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, prompt: bool) {
        let Some(given) = self.given.take() else { return };
        let said = self.server.text();
        let outcome = match () {
            () if refuses(said) => Outcome::Refused,
            () if prompt && asks_for_secret(said) => Outcome::Refused,
            () if prompt || said.ends_with(b"# ") || said.ends_with(b"$ ") || accepts(said) => Outcome::Accepted,
            () => Outcome::Unknown,
        };
        let Given { tag, crossed, frame, .. } = given;
        let (kind, by) = ("prompt-password", Direction::Client);
        cx.expose(&Exposure { kind, account: b"", scope: b"", by, outcome, tag, crossed, frame });
    }
}

fn tell<O: Observe<Terminal>>(cx: &mut Context<'_, O>, event: Event<'_>) {
    cx.emit::<Terminal>(event);
}

const TELNET: &str = "telnet";
const HIDDEN: &[u8] = b"<hidden>";

#[cfg(test)]
mod tests;
