//! IRC as a protocol of the seam.

mod line;
mod wrapped;

use alloc::boxed::Box;
use alloc::vec::Vec;

use wiretale_protocol::{Chunk, Context, Demand, Direction, End, Lines, Observe, Opening, Probe, Protocol};
use wiretale_websocket::WebSocket;

use crate::Event;
use crate::parse::LONGEST_BODY;
use crate::proxy::{self, Preludes};
use crate::session::{Session, StartTls};
use line::read;

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

// IRCv3 message-tags: 8191 bytes with `@` and the space.
const LONGEST_TAGS: usize = 8191;
// The first byte of a zlib stream with a window of 32 KiB, which is every one in use.
const ZLIB: u8 = 0x78;
