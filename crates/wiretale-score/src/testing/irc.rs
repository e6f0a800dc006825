//! What happens on IRC.

use wiretale_irc::{Event, Irc, Source, Wire};
use wiretale_packet::Flags;
use wiretale_protocol::{Direction, Observe};

use super::{Client, IRCD, Play, Server};

impl Play {
    pub(crate) fn irc(&mut self, flow: usize, at: f64, direction: Direction, event: Event<'_>) {
        self.at(flow, at, direction, |scorer, scored, moment| Observe::<Irc>::observe(scorer, scored, moment, &event));
    }

    /// An IRC connection on which the server takes `nick` in, to the network "Net".
    pub(crate) fn session(&mut self, at: f64, client: [u8; 4], port: u16, nick: &str, user: &str) -> usize {
        let flow = self.open(at, client, IRCD, port);
        self.registered(flow, at, nick, user);
        flow
    }

    /// The server takes the client in.
    pub(crate) fn registered(&mut self, flow: usize, at: f64, nick: &str, user: &str) {
        let [nick, user, net, server] = [nick, user, "Net", "irc.example.net"].map(|text| Wire(text.as_bytes()));
        let event = Event::Registered { nick, user, host: Wire(b""), real_name: user, server, network: net };
        self.irc(flow, at, Server, event);
    }

    pub(crate) fn join(&mut self, flow: usize, at: f64, channel: &str) {
        let scored = &self.flows[flow].1;
        let nick = scored.facts().irc.as_deref().map(|session| session.nick.clone()).unwrap_or_default();
        let who = Source { name: Wire(&nick), ..Source::default() };
        let (channel, none) = (Wire(channel.as_bytes()), Wire(b""));
        self.irc(
            flow,
            at,
            Server,
            Event::Joined { channel, who, account: none, real_name: none, own: true, key: false },
        );
    }

    /// A client that nobody answers, as far as is seen, registers and asks to be let into these channels; its flow.
    pub(crate) fn alone(&mut self, at: f64, client: [u8; 4], channels: &str) -> usize {
        let flow = self.met_as(at, client, IRCD, 6667, |_| {});
        self.passes(flow, at, Client, Flags::SYN);
        let [nick, user] = [&b"ann"[..], b"a"].map(Wire);
        self.irc(flow, at, Client, Event::Presumed { nick, user, real_name: user });
        self.asks_into(flow, at, channels);
        flow
    }

    /// The client asks to be let into these channels.
    pub(crate) fn asks_into(&mut self, flow: usize, at: f64, channels: &str) {
        let line = format!("JOIN {channels}");
        let Ok(line) = wiretale_irc::parse(line.as_bytes()) else { return };
        self.irc(flow, at, Client, Event::Message(line));
    }

    /// Somebody says something where the client hears it.
    pub(crate) fn heard(&mut self, flow: usize, at: f64, from: &str, target: &str, text: &str) {
        self.irc(flow, at, Server, say(from, target, text.as_bytes()));
    }

    /// The client says something.
    pub(crate) fn said(&mut self, flow: usize, at: f64, target: &str, text: &str) {
        self.irc(flow, at, Client, say("", target, text.as_bytes()));
    }
}

pub(crate) fn say<'a>(from: &'a str, target: &'a str, text: &'a [u8]) -> Event<'a> {
    let from = Source { name: Wire(from.as_bytes()), ..Source::default() };
    Event::Text { from, target: Wire(target.as_bytes()), text: Wire(text), notice: false }
}
