//! IRC as a protocol of the seam.

mod wrapped;

use alloc::boxed::Box;
use alloc::vec::Vec;

use wiretale_protocol::{Chunk, Context, Demand, Direction, End, Lines, Observe, Opening, Probe, Protocol};
use wiretale_websocket::WebSocket;

use crate::proxy::{self, Preludes};
use crate::secret::Found;
use crate::session::{Session, StartTls};
use crate::{Command, Event, Malformed, Message, mask, parse};

/// Internet Relay Chat, between clients and servers and among servers.
#[derive(Clone, Copy, Debug)]
pub struct Irc;

/// Both directions of one connection.
// In the order written, which puts what most lines need side by side.
#[repr(C)]
pub struct Decoder {
    halves: [Half; 2],
    // Made where the client speaks to a proxy first.
    preludes: Option<Box<Preludes>>,
    // Made when the client asks for it.
    websocket: Option<Box<WebSocket>>,
    masked: Vec<u8>,
    session: Session,
}

struct Half {
    lines: Lines,
    compressed: bool,
    ended: bool,
}

impl Protocol for Irc {
    const TAG: &'static str = "irc";
    const BEHIND: bool = true;
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        crate::probe::probe(opening)
    }

    fn resumes(client: &[u8]) -> Probe {
        match wiretale_websocket::resumes(client) {
            Probe::No => crate::probe::resumes(client),
            asks => asks,
        }
    }

    fn head(opening: &Opening<'_>) -> usize {
        let client = opening.client;
        match () {
            () if wiretale_websocket::is_upgrade(client) => wiretale_websocket::head(client),
            () if proxy::is_proxied(client) => {
                client.len() - proxy::behind(Direction::Client, client).map_or(0, <[u8]>::len)
            }
            () => 0,
        }
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        let websocket = wiretale_websocket::is_upgrade(opening.client).then(Box::default);
        let preludes = proxy::is_proxied(opening.client).then(Box::default);
        let halves = [Half::new(), Half::new()];
        Decoder { halves, session: Session::default(), preludes, websocket, masked: Vec::new() }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        match chunk {
            Chunk::Data(bytes) => decoder.data(cx, bytes),
            Chunk::Gap(lost) => decoder.gap(cx, lost),
            Chunk::End(end) => decoder.end(cx, end),
        }
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        let [client, server] = &decoder.halves;
        let lines = client.lines.held() + server.lines.held() + decoder.masked.capacity();
        let wrapped = decoder.preludes.as_deref().map_or(0, Preludes::held)
            + decoder.websocket.as_deref().map_or(0, WebSocket::held);
        lines + wrapped + decoder.session.held()
    }
}

impl Decoder {
    /// What the connection has shown so far.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    fn data<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) -> Demand {
        if self.preludes.is_some() { self.proxied(cx, bytes) } else { self.unwrapped(cx, bytes) }
    }

    fn unwrapped<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) -> Demand {
        if self.websocket.is_some() { self.framed(cx, bytes) } else { self.stream(cx, bytes) }
    }

    fn stream<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, mut bytes: &[u8]) -> Demand {
        let direction = cx.moment().direction;
        let Self { halves: [client, server], session, masked, .. } = self;
        let half = if direction == Direction::Client { client } else { server };
        // The server's word alone does not end the reading: who goes on in clear is read on.
        if session.starttls == StartTls::Granted && begins_tls(half.lines.rest(), bytes) {
            session.ledger.end(cx);
            return Demand::Nothing;
        }
        loop {
            if half.compressed || half.turns_compressed(cx, session, &mut bytes) {
                return Demand::Lengths;
            }
            let Some(line) = half.lines.next(&mut bytes) else { return Demand::Stream };
            if !line.cut && session.briefly(cx, line.bytes, line.controls) {
                continue;
            }
            read(session, masked, cx, line.bytes, line.cut);
            if session.starttls == StartTls::Granted && begins_tls(&[], bytes) {
                session.ledger.end(cx);
                return Demand::Nothing;
            }
        }
    }

    fn gap<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, lost: u64) -> Demand {
        let direction = cx.moment().direction;
        if let Some(preludes) = self.preludes.as_deref_mut() {
            preludes.gap(direction);
        }
        self.session.gathered.gap();
        self.session.ledger.gap(cx);
        self.session.settle();
        if self.websocket.is_some() {
            return self.framed_gap(direction, lost);
        }
        let half = self.half(direction);
        half.lines.gap();
        if half.compressed { Demand::Lengths } else { Demand::Stream }
    }

    const fn half(&mut self, direction: Direction) -> &mut Half {
        let [client, server] = &mut self.halves;
        match direction {
            Direction::Client => client,
            Direction::Server => server,
        }
    }

    fn end<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, end: End) -> Demand {
        let Self { halves: [client, server], session, masked, .. } = self;
        let half = if cx.moment().direction == Direction::Client { &mut *client } else { &mut *server };
        half.ended = true;
        // A last line without its end is still what was said.
        let rest = half.lines.rest();
        if end == End::Finished && !rest.is_empty() && !half.compressed {
            read(session, masked, cx, rest, false);
        }
        if client.ended && server.ended {
            session.ledger.end(cx);
        }
        Demand::Stream
    }
}

impl Half {
    const fn new() -> Self {
        Self { lines: Lines::new(LONGEST_TAGS + LONGEST_BODY), compressed: false, ended: false }
    }

    // On a link between servers that both compress, zlib's header stands where a line would.
    fn turns_compressed<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        session: &mut Session,
        bytes: &mut &[u8],
    ) -> bool {
        let direction = cx.moment().direction;
        if !session.link.as_deref().is_some_and(|link| link.compresses(direction)) || !self.lines.rest().is_empty() {
            return false;
        }
        while let Some((b'\r' | b'\n', rest)) = bytes.split_first() {
            *bytes = rest;
        }
        if bytes.first() == Some(&ZLIB) {
            self.compressed = true;
            session.ledger.link_goes_on(cx, direction.opposite());
            cx.emit::<Irc>(Event::Compressed);
        }
        self.compressed
    }
}

// Does a record of TLS begin with these bytes, of which the first may have waited?
fn begins_tls(waiting: &[u8], bytes: &[u8]) -> bool {
    matches!((waiting, bytes), ([], [0x16, 3, ..]) | ([0x16], [3, ..]))
}

// One line of either side, the long way.
#[inline(never)]
fn read<O: Observe<Irc>>(session: &mut Session, masked: &mut Vec<u8>, cx: &mut Context<'_, O>, line: &[u8], cut: bool) {
    understand(session, masked, cx, line, cut);
    session.settle();
}

fn understand<O: Observe<Irc>>(
    session: &mut Session,
    masked: &mut Vec<u8>,
    cx: &mut Context<'_, O>,
    line: &[u8],
    cut: bool,
) {
    let body = parse::body_offset(line);
    let (line, over) = match line.get(..body + LONGEST_BODY) {
        Some(head) if head.len() < line.len() => (head, true),
        _ => (line, false),
    };
    let cut = cut || over;
    if cut {
        session.weird(cx, "irc_line_size_exceeded", &[]);
    }
    let message = match parse(line) {
        Ok(message) => Message { cut, ..message },
        Err(malformed) => return session.weird(cx, weird_of(malformed), &[]),
    };
    let mut found = Found::default();
    session.secrets(line, &message, cx.moment().direction, &mut found);
    if session.ledger.has_echoes() && may_echo(message.command) {
        session.ledger.echoes(line, message.params.last().unwrap_or_default(), &mut found.places);
    }
    if found.is_empty() {
        session.message(cx, &message);
    } else if let Some(message) = masked_message(session, masked, cx, line, message, found) {
        session.message(cx, &message);
    }
}

// The message without its secrets, which the ledger has taken down.
#[cold]
fn masked_message<'m, O: Observe<Irc>>(
    session: &mut Session,
    masked: &'m mut Vec<u8>,
    cx: &mut Context<'_, O>,
    line: &'m [u8],
    message: Message<'m>,
    Found { mut places, findings }: Found,
) -> Option<Message<'m>> {
    if !findings.is_empty() {
        let scope = core::mem::take(&mut session.network);
        for finding in findings {
            if !session.ledger.enter(cx, finding, &scope) {
                session.weird(cx, "irc_too_many_secrets", &[]);
            }
        }
        session.network = scope;
    }
    if places.is_empty() {
        return Some(message);
    }
    mask::mask(line, &mut places, masked);
    parse(masked).ok().map(|hidden| Message { cut: message.cut, ..hidden })
}

// Where servers and services repeat what they were told. Names and people's words stay as they are: whoever chose
// "#channel" for a password would make the channel invisible.
const fn may_echo(command: Command<'_>) -> bool {
    matches!(command, Command::Notice | Command::Error | Command::Numeric(400..) | Command::Unknown(_))
}

// Zeek's names.
const fn weird_of(malformed: Malformed) -> &'static str {
    match malformed {
        Malformed::Empty => "irc_line_too_short",
        Malformed::NoCommand => "irc_invalid_line",
        Malformed::Command => "irc_invalid_command",
        Malformed::Numeric => "irc_invalid_reply_number",
    }
}
// IRCv3 message-tags: 8191 bytes with `@` and the space.
const LONGEST_TAGS: usize = 8191;
// RFC 1459 section 2.3: 512 bytes with CR and LF.
pub(crate) const LONGEST_BODY: usize = 510;
// The first byte of a zlib stream with a window of 32 KiB, which is every one in use.
const ZLIB: u8 = 0x78;
