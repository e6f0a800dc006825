//! The protocol that is all others.

use wiretale_protocol::{
    Chunk, Context, Demand, Direction, Flow, Moment, Observe, Opening, Probe, Protocol, Transport,
};
use wiretale_websocket::Sight;

use crate::view::View;
use crate::{binary, datagram, text};

/// A flow with a name and nothing more.
#[derive(Clone, Copy, Debug)]
pub struct Named;

/// The name, and whether the server speaks so, too.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    name: &'static str,
    // The server's first bytes: as many as tell.
    head: [u8; ENOUGH],
    len: usize,
    // Of them, those before the last chunk.
    before: usize,
}

impl Protocol for Named {
    const TAG: &'static str = "other";
    const ANNOUNCED: bool = false;

    type Event<'a> = ();

    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        match look(opening) {
            Ok(name) if carries_others(name, opening) => Probe::Leftover,
            Ok(_) => Probe::Yes,
            Err(Probe::Unsure) if !opening.last => Probe::Unsure,
            Err(_) => Probe::No,
        }
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        Decoder { name: look(opening).unwrap_or(Self::TAG), head: [0; ENOUGH], len: 0, before: 0 }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if decoder.name == Self::TAG {
            return Demand::Nothing;
        }
        let names = if decoder.name == WEBSOCKET { &[HTTP, WEBSOCKET][..] } else { &[decoder.name] };
        names.iter().for_each(|name| cx.confirm(name));
        let Moment { direction, flow, .. } = *cx.moment();
        match chunk {
            // What else the client says tells nothing more; whether it is served, the server's first bytes do.
            _ if direction == Direction::Client => return Demand::Lengths,
            Chunk::Data(bytes) => match decoder.answers(flow, bytes) {
                Probe::Unsure => return Demand::Stream,
                Probe::Yes => names.iter().for_each(|name| cx.serve(name)),
                // The client alone spoke so, and anybody may hide behind such words.
                _ => {
                    if ANSWERS.iter().any(|(name, _)| *name == decoder.name) {
                        cx.retract(decoder.name);
                    }
                    return Demand::Anew;
                }
            },
            Chunk::Gap(_) | Chunk::End(_) => {}
        }
        // A request to speak something else may follow, or what an answer like this was to hide.
        Demand::Rest
    }

    fn before_anew(decoder: &Decoder) -> &[u8] {
        decoder.head.get(..decoder.before).unwrap_or_default()
    }

    fn service(decoder: &Decoder) -> &'static str {
        decoder.name
    }
}

impl Decoder {
    // Does the server speak so, with these bytes behind those before?
    fn answers(&mut self, flow: &Flow, bytes: &[u8]) -> Probe {
        if flow.transport != Transport::Tcp {
            return Probe::Yes;
        }
        let room = self.head.get_mut(self.len..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        (self.before, self.len) = (self.len, self.len + taken);
        let server = self.head.get(..self.len).unwrap_or_default();
        match self.speaks_so(flow, server) {
            Probe::Unsure if self.len == ENOUGH => Probe::Yes,
            answer => answer,
        }
    }

    fn speaks_so(&self, flow: &Flow, server: &[u8]) -> Probe {
        let name = if self.name == WEBSOCKET { HTTP } else { self.name };
        if let Some((_, answer)) = ANSWERS.iter().find(|(known, _)| *known == name) {
            return answer(server);
        }
        let view = View { client: &[], server, ports: [flow.client.port, flow.server.port] };
        STREAMS.iter().find(|(known, _)| *known == name).map_or(Probe::Yes, |(_, recognizer)| recognizer(&view))
    }
}

/// The name of the service that speaks so, if these bytes tell. Without ports: what needs one as a hint is not found.
#[must_use]
pub fn recognize(transport: Transport, client: &[u8], server: &[u8]) -> Option<&'static str> {
    name(transport, &View { client, server, ports: [0; 2] }).ok()
}

/// Is this a name that Zeek's `conn.log` would have too? As measured on a default Zeek 8.2.
#[must_use]
pub fn is_zeeks(name: &str) -> bool {
    !OURS_ALONE.contains(&name)
}

fn look(opening: &Opening<'_>) -> Result<&'static str, Probe> {
    if let Some(websocket) = websocket(opening) {
        return websocket;
    }
    let ports = [opening.flow.client.port, opening.flow.server.port];
    name(opening.flow.transport, &View { client: opening.client, server: opening.server, ports })
}

// A way to somewhere else: whoever knows what goes along it has the say.
fn carries_others(name: &str, opening: &Opening<'_>) -> bool {
    name == "socks" || (name == HTTP && opening.client.starts_with(b"CONNECT "))
}

// A WebSocket, as soon as there is enough of what the client says in it for a decoder to claim it.
fn websocket(opening: &Opening<'_>) -> Option<Result<&'static str, Probe>> {
    match wiretale_websocket::look(opening) {
        Sight::Unsure if !opening.last => Some(Err(Probe::Unsure)),
        Sight::None | Sight::Unsure => None,
        Sight::Asked(inside) => {
            let said =
                inside.client.len() >= LONG || inside.first(Direction::Client).is_some_and(|it| it.len() >= SHORT);
            match inside.open {
                true if said || opening.last => Some(Ok(WEBSOCKET)),
                _ if opening.last => None,
                _ => Some(Err(Probe::Unsure)),
            }
        }
    }
}

// Its name, or whether more bytes would tell.
fn name(transport: Transport, view: &View<'_>) -> Result<&'static str, Probe> {
    match transport {
        _ if view.client.is_empty() && view.server.is_empty() => Err(Probe::Unsure),
        Transport::Udp => datagram::name(view).ok_or(Probe::No),
        Transport::Tcp => stream(view),
        Transport::Icmp | Transport::Other(_) => Err(Probe::No),
    }
}

fn stream(view: &View<'_>) -> Result<&'static str, Probe> {
    let mut verdict = Probe::No;
    for (name, recognizer) in STREAMS {
        match recognizer(view) {
            Probe::Yes => return Ok(name),
            Probe::Unsure => verdict = Probe::Unsure,
            _ => {}
        }
    }
    Err(verdict)
}

const HTTP: &str = "http";
const WEBSOCKET: &str = "websocket";
// Bytes of a server after which there is no doubt.
const ENOUGH: usize = 16;
// Longer than the words by which SSH and IRC are known at the least.
const SHORT: usize = 16;
const LONG: usize = 512;

const OURS_ALONE: [&str; 12] =
    ["telnet", "rtsp", "nntp", "rsync", "git", "x11", "bittorrent", "stun", "ssdp", "quic", "postgresql", "tftp"];

type Recognizer = fn(&View<'_>) -> Probe;
type Answer = fn(&[u8]) -> Probe;

// The surest first.
const STREAMS: &[(&str, Recognizer)] = &[
    (HTTP, text::http),
    ("ssl", binary::ssl),
    ("smtp", text::smtp),
    ("pop3", text::pop3),
    ("imap", text::imap),
    ("sip", text::sip),
    ("rtsp", text::rtsp),
    ("rfb", text::rfb),
    ("xmpp", text::xmpp),
    ("nntp", text::nntp),
    ("git", text::git),
    ("rsync", text::rsync),
    ("redis", text::redis),
    ("smb", binary::smb),
    ("rdp", binary::rdp),
    ("bittorrent", binary::bittorrent),
    ("mqtt", binary::mqtt),
    ("mysql", binary::mysql),
    ("postgresql", binary::postgresql),
    ("x11", binary::x11),
    ("dce_rpc", binary::dce_rpc),
    ("dnp3_tcp", binary::dnp3),
    ("krb_tcp", binary::kerberos),
    ("ldap_tcp", binary::ldap),
    ("modbus", binary::modbus),
    ("socks", binary::socks),
];

// Those that are known by the request alone, and what their servers answer.
const ANSWERS: &[(&str, Answer)] = &[
    ("git", text::git_answer),
    ("redis", text::redis_answer),
    ("mqtt", binary::mqtt_answer),
    ("postgresql", binary::postgresql_answer),
    ("x11", binary::x11_answer),
    ("socks", binary::socks_answer),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_belongs_to_a_decoder() {
        for (name, _) in STREAMS {
            assert!(!["irc", "ftp", "ftp-data", "ssh", "dns", "telnet", "irc-dcc-data", "irc-dcc-chat"].contains(name));
        }
    }
}
