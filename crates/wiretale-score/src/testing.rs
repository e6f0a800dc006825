//! Facts by hand, for the detectors' tests.

use wiretale_dcc::Dcc;
use wiretale_ftp::{DataEvent, Ftp, FtpData};
use wiretale_irc::{Event, Irc, Source, Wire};
use wiretale_packet::Flags;
use wiretale_protocol::{
    Address, Content, Direction, Endpoint, Flow, FlowId, Moment, Observe, Observer, Passed, Side, State, Summary,
    Timestamp, Transport,
};
use wiretale_ssh::Ssh;
use wiretale_terminal::Terminal;

use crate::{Detector, Evidence, Home, Inventory, Scored, Scorer, Weights};

pub(crate) use Direction::{Client, Server};

pub(crate) const HOST: [u8; 4] = [10, 0, 0, 7];
pub(crate) const IRCD: [u8; 4] = [203, 0, 113, 10];

/// One detector under facts told by hand, in seconds.
pub(crate) struct Play {
    scorer: Scorer,
    flows: Vec<(Flow, Scored)>,
    frame: u64,
}

impl Play {
    pub(crate) fn of(detector: impl Detector + 'static) -> Self {
        Self::knowing(Box::new(detector), Inventory::default())
    }

    /// The same in a home of which something is known.
    pub(crate) fn knowing(detector: Box<dyn Detector>, inventory: Inventory) -> Self {
        let scorer = Scorer::with(vec![detector], Home::default(), inventory, Weights::built_in());
        Self { scorer, flows: Vec::new(), frame: 0 }
    }

    /// A flow begins; its index.
    pub(crate) fn open(&mut self, at: f64, client: [u8; 4], server: [u8; 4], port: u16) -> usize {
        self.open_as(at, client, server, port, |_| {})
    }

    /// The same, made as the test needs it.
    pub(crate) fn open_as(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        self.begin(at, client, server, port, Scored::of_both(), make)
    }

    /// A flow met in the middle, of which nothing was seen yet.
    pub(crate) fn met(&mut self, at: f64, client: [u8; 4], server: [u8; 4], port: u16) -> usize {
        self.begin(at, client, server, port, Scored::default(), |flow| flow.midstream = true)
    }

    /// A flow from its beginning on, of which nothing was seen yet, made as the test needs it.
    pub(crate) fn met_as(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        self.begin(at, client, server, port, Scored::default(), make)
    }

    fn begin(
        &mut self,
        at: f64,
        client: [u8; 4],
        server: [u8; 4],
        port: u16,
        scored: Scored,
        make: impl FnOnce(&mut Flow),
    ) -> usize {
        let index = self.flows.len();
        let mut flow = Flow {
            id: FlowId(index as u64),
            client: Endpoint::new(Address::v4(client), 40000),
            server: Endpoint::new(Address::v4(server), port),
            transport: Transport::Tcp,
            opened: time(at),
            midstream: false,
            tunneled: false,
        };
        make(&mut flow);
        self.flows.push((flow, scored));
        self.at(index, at, Client, |scorer, scored, moment| scorer.opened(scored, moment));
        index
    }

    pub(crate) fn at(
        &mut self,
        flow: usize,
        at: f64,
        direction: Direction,
        tell: impl FnOnce(&mut Scorer, &mut Scored, &Moment<'_>),
    ) {
        self.frame += 1;
        let (flow, scored) = &mut self.flows[flow];
        let moment = Moment { at: time(at), frame: self.frame, direction, flow };
        tell(&mut self.scorer, scored, &moment);
    }

    /// A packet without payload.
    pub(crate) fn passes(&mut self, flow: usize, at: f64, direction: Direction, flags: Flags) {
        let (seq, ack, window, payload, fresh, ip_len, ttl) = (1, 1, 500, 0, 0, 40, 60);
        let passed = Passed { flags, seq, ack, window, payload, fresh, ip_len, ttl };
        self.at(flow, at, direction, |scorer, scored, moment| scorer.passed(scored, moment, &passed));
    }

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

    pub(crate) fn close(&mut self, flow: usize, at: f64, state: State, packets: [u64; 2]) {
        self.close_as(flow, at, state, packets, |_| {});
    }

    /// The same, with a summary made as the test needs it.
    pub(crate) fn close_as(
        &mut self,
        flow: usize,
        at: f64,
        state: State,
        packets: [u64; 2],
        make: impl FnOnce(&mut Summary<'_>),
    ) {
        let side = |packets| Side { bytes: None, packets, ip_bytes: 0 };
        let mut summary = Summary {
            started: self.flows[flow].0.opened,
            duration: None,
            client: side(packets[0]),
            server: side(packets[1]),
            state,
            history: b"S",
            missed: 0,
            services: &[],
            ip_protocol: 6,
            first_frame: 1,
            last_frame: 2,
        };
        make(&mut summary);
        self.at(flow, at, Client, |scorer, scored, moment| scorer.closed(scored, moment, &summary));
    }

    /// A file crosses from `sender`.
    pub(crate) fn file(
        &mut self,
        flow: usize,
        at: f64,
        carrier: &str,
        sender: Direction,
        name: Option<&str>,
        head: &[u8],
    ) {
        let name = name.map(str::as_bytes);
        let steps = [Content::Begin { name, size: None, start: 0 }, Content::Data(head), Content::End];
        for step in steps {
            self.at(flow, at, sender, |scorer, scored, moment| match carrier {
                "dcc" => Observe::<Dcc>::observe(scorer, scored, moment, &wiretale_dcc::Event::Content(step)),
                _ => Observe::<FtpData>::observe(scorer, scored, moment, &DataEvent::Content(step)),
            });
        }
    }

    /// The server's words before the client said anything.
    pub(crate) fn greeting(&mut self, flow: usize, at: f64, direction: Direction, text: &str) {
        let event = wiretale_terminal::Event::Greeting(text.as_bytes());
        self.at(flow, at, direction, |scorer, scored, moment| {
            Observe::<Terminal>::observe(scorer, scored, moment, &event);
        });
    }

    /// A line of a dialogue that no protocol claims.
    pub(crate) fn line(&mut self, flow: usize, at: f64, direction: Direction, line: &str) {
        let event = wiretale_terminal::Event::Line(line.as_bytes());
        self.at(flow, at, direction, |scorer, scored, moment| {
            Observe::<Terminal>::observe(scorer, scored, moment, &event);
        });
    }

    pub(crate) fn ssh(&mut self, flow: usize, at: f64, direction: Direction, event: wiretale_ssh::Event<'_>) {
        self.at(flow, at, direction, |scorer, scored, moment| Observe::<Ssh>::observe(scorer, scored, moment, &event));
    }

    /// The flow is found to be of this service.
    pub(crate) fn recognized(&mut self, flow: usize, at: f64, service: &'static str) {
        self.at(flow, at, Server, |scorer, scored, moment| scorer.recognized(scored, moment, service));
    }

    /// Its server speaks so itself.
    pub(crate) fn served(&mut self, flow: usize, at: f64, service: &'static str) {
        self.at(flow, at, Server, |scorer, scored, moment| scorer.served(scored, moment, service));
    }

    pub(crate) fn ftp(&mut self, flow: usize, at: f64, direction: Direction, event: wiretale_ftp::Event<'_>) {
        self.at(flow, at, direction, |scorer, scored, moment| Observe::<Ftp>::observe(scorer, scored, moment, &event));
    }

    pub(crate) fn evidence(&self) -> &[Evidence] {
        self.scorer.evidence()
    }

    /// The rows found, in order.
    pub(crate) fn rows(&self) -> Vec<&str> {
        self.scorer.evidence().iter().map(|row| row.row.as_str()).collect()
    }

    pub(crate) fn scorer(&mut self) -> &mut Scorer {
        &mut self.scorer
    }
}

/// A password is tried by SSH; [`log_in`] tells of the one that lets in.
pub(crate) fn attempt(play: &mut Play, flow: usize, at: f64, accepted: bool) {
    ssh(play, flow, at, wiretale_ssh::Event::Attempt { accepted });
}

/// The client of an SSH connection is in.
pub(crate) fn log_in(play: &mut Play, flow: usize, at: f64) {
    attempt(play, flow, at, true);
    ssh(play, flow, at, wiretale_ssh::Event::LoggedIn { attempts: 1, none: false });
}

fn ssh(play: &mut Play, flow: usize, at: f64, event: wiretale_ssh::Event<'_>) {
    play.at(flow, at, Client, |scorer, scored, moment| Observe::<Ssh>::observe(scorer, scored, moment, &event));
}

pub(crate) fn time(at: f64) -> Timestamp {
    Timestamp::from_nanos((at * 1e9) as i64)
}

pub(crate) fn say<'a>(from: &'a str, target: &'a str, text: &'a [u8]) -> Event<'a> {
    let from = Source { name: Wire(from.as_bytes()), ..Source::default() };
    Event::Text { from, target: Wire(target.as_bytes()), text: Wire(text), notice: false }
}
