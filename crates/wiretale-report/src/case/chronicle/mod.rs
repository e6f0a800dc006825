//! What stands beside the evidence: connections, listeners, people on IRC, secrets, and what could not be seen.

mod exposures;
mod irc;
mod listeners;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use foldhash::fast::RandomState;
use wiretale::dcc::{Dcc, DccChat};
use wiretale::dns::Dns;
use wiretale::ftp::{Ftp, FtpData};
use wiretale::irc::Irc;
use wiretale::packet::Transport;
use wiretale::protocol::{
    Address, Direction, Exposure, FlowId, Moment, Observe, Observer, Packets, State, Summary, Timestamp,
};
use wiretale::recognize::Named;
use wiretale::score::Home;
use wiretale::ssh::{Event as Ssh, Ssh as SshProtocol};
use wiretale::terminal::{Event as Text, Terminal};

pub use exposures::{Crossed, Exposed, Exposures, Secret};
pub use irc::{IrcProfile, IrcProfiles, IrcSession};
pub use listeners::{Listener, Listeners};

/// An observer that keeps what reports and letters tell beside the evidence itself. Listens beside the scorer, as in
/// `(Logs, (Scorer, Chronicle))`. Every list in it is bounded; what found no room is counted.
#[derive(Debug)]
pub struct Chronicle {
    home: Home,
    span: Option<(Timestamp, Timestamp)>,
    talks: HashMap<Address, Vec<Talk>, RandomState>,
    // Over all hosts.
    talks_kept: usize,
    talks_left_out: u64,
    listeners: Listeners,
    people: IrcProfiles,
    exposures: Exposures,
    resolvers: BTreeSet<IpAddr>,
}

/// A connection of a home host over which something was said.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Which connection.
    pub flow: FlowId,
    /// With whom.
    pub peer: IpAddr,
    /// The server's port.
    pub port: u16,
    /// The peer opened it.
    pub inbound: bool,
    /// The first service found in it; empty if none was.
    pub service: &'static str,
    /// Its first packet.
    pub began: Timestamp,
    /// Its last packet.
    pub ended: Timestamp,
    /// Bytes that the home host sent.
    pub sent: u64,
    /// Bytes that it received.
    pub received: u64,
    /// Bytes that were on the wire but not captured.
    pub missed: u64,
    /// It had begun before the capture did.
    pub midstream: bool,
}

impl Talk {
    /// Is what is said in it hidden by encryption?
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self.service, "ssh" | "ssl" | "tls" | "quic" | "dtls")
    }
}

/// A chronicle's state of one flow.
#[derive(Default, Debug)]
pub struct Chronicled {
    service: Option<&'static str>,
    greeting: Option<Box<[u8]>>,
}

impl Chronicle {
    /// Of the hosts in these networks.
    #[must_use]
    pub fn new(home: Home) -> Self {
        Self {
            home,
            span: None,
            talks: HashMap::default(),
            talks_kept: 0,
            talks_left_out: 0,
            listeners: Listeners::default(),
            people: IrcProfiles::default(),
            exposures: Exposures::default(),
            resolvers: BTreeSet::new(),
        }
    }

    /// Which addresses are ours.
    #[must_use]
    pub const fn home(&self) -> &Home {
        &self.home
    }

    /// When the capture began and ended, as far as flows tell.
    #[must_use]
    pub const fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span
    }

    /// The connections of a host, in the order in which they began.
    #[must_use]
    pub fn talks(&self, host: IpAddr) -> Vec<&Talk> {
        let mut talks: Vec<&Talk> = self.talks.get(&host.into()).into_iter().flatten().collect();
        talks.sort_by_key(|talk| (talk.began, talk.flow));
        talks
    }

    /// What answers on home hosts.
    #[must_use]
    pub const fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// Who was seen on IRC.
    #[must_use]
    pub const fn people(&self) -> &IrcProfiles {
        &self.people
    }

    /// Secrets that crossed in clear.
    #[must_use]
    pub const fn exposures(&self) -> &Exposures {
        &self.exposures
    }

    /// Who answers DNS questions.
    #[must_use]
    pub const fn resolvers(&self) -> &BTreeSet<IpAddr> {
        &self.resolvers
    }

    /// Connections for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.talks_left_out
    }

    fn now(&mut self, at: Timestamp) {
        let (began, ended) = self.span.unwrap_or((at, at));
        self.span = Some((began.min(at), ended.max(at)));
    }

    fn talked(&mut self, home: Direction, chronicled: &Chronicled, moment: &Moment<'_>, summary: &Summary<'_>) {
        let flow = moment.flow;
        let sides = [summary.client.bytes.unwrap_or(0), summary.server.bytes.unwrap_or(0)];
        if self.talks_kept >= ALL_TALKS {
            return self.talks_left_out += 1;
        }
        let full = self.talks.len() >= HOSTS;
        let talks = match self.talks.entry(flow.speaker(home).address) {
            Entry::Occupied(known) if known.get().len() >= TALKS => return self.talks_left_out += 1,
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if full => return self.talks_left_out += 1,
            Entry::Vacant(new) => new.insert(Vec::new()),
        };
        self.talks_kept += 1;
        let lasted = summary.duration.map_or(0, |duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX));
        talks.push(Talk {
            flow: flow.id,
            peer: flow.speaker(home.opposite()).address.to_ip(),
            port: flow.server.port,
            inbound: home == Direction::Server,
            service: chronicled.service.or_else(|| summary.services.first().copied()).unwrap_or(""),
            began: summary.started,
            ended: Timestamp::from_nanos(summary.started.nanos().saturating_add(lasted)),
            sent: sides[home.index()],
            received: sides[home.opposite().index()],
            missed: summary.missed,
            midstream: flow.midstream,
        });
    }
}

impl Observer for Chronicle {
    type Flow = Chronicled;

    #[inline]
    fn wants_packets(&self) -> Packets {
        Packets::NONE
    }

    #[inline]
    fn wants_messages(&self) -> bool {
        false
    }

    #[inline]
    fn wants_others(&self) -> bool {
        false
    }

    fn memory(&self) -> usize {
        let talks = self.talks.capacity() * 64 + self.talks_kept * size_of::<Talk>() * 3 / 2;
        talks + self.exposures.memory() + self.listeners.memory() + self.people.memory()
    }

    fn weight(chronicled: &Chronicled) -> usize {
        chronicled.greeting.as_ref().map_or(0, |greeting| greeting.len() + 16)
    }

    fn opened(&mut self, _: &mut Chronicled, moment: &Moment<'_>) {
        self.now(moment.at);
    }

    fn recognized(&mut self, chronicled: &mut Chronicled, _: &Moment<'_>, service: &'static str) {
        chronicled.service.get_or_insert(service);
    }

    fn exposed(&mut self, chronicled: &mut Chronicled, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.exposures.hear(moment, chronicled.service.unwrap_or(""), exposure);
    }

    fn closed(&mut self, chronicled: &mut Chronicled, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.now(moment.at);
        let flow = moment.flow;
        let said = [summary.client.bytes, summary.server.bytes].iter().any(|bytes| bytes.is_some_and(|n| n > 0));
        for end in Direction::BOTH {
            let tcp = flow.transport == Transport::Tcp;
            if said && tcp && self.home.is_home(flow.speaker(end).address) {
                self.talked(end, chronicled, moment, summary);
            }
        }
        let accepted = !matches!(summary.state, State::S0 | State::Rej | State::Sh | State::RstoS0 | State::Oth);
        if accepted && self.home.is_home(flow.server.address) && flow.transport == Transport::Tcp {
            let outside = !self.home.is_home(flow.client.address);
            self.listeners.heard(moment, chronicled.service, chronicled.greeting.as_deref(), summary, outside);
        }
    }
}

impl Observe<Irc> for Chronicle {
    #[inline(always)]
    fn observe(&mut self, _: &mut Chronicled, moment: &Moment<'_>, event: &wiretale::irc::Event<'_>) {
        if !matches!(event, wiretale::irc::Event::Message(_) | wiretale::irc::Event::Text { .. }) {
            self.people.hear(moment, event);
        }
    }
}

impl Observe<SshProtocol> for Chronicle {
    fn observe(&mut self, chronicled: &mut Chronicled, moment: &Moment<'_>, event: &Ssh<'_>) {
        if let (Ssh::Version(ident), Direction::Server) = (event, moment.direction) {
            chronicled.greeting.get_or_insert_with(|| kept(ident.software));
        }
    }
}

impl Observe<Terminal> for Chronicle {
    fn observe(&mut self, chronicled: &mut Chronicled, _: &Moment<'_>, event: &Text<'_>) {
        if let Text::Greeting(greeting) = event {
            chronicled.greeting.get_or_insert_with(|| kept(greeting.trim_ascii_end()));
        }
    }
}

impl Observe<Ftp> for Chronicle {
    fn observe(&mut self, chronicled: &mut Chronicled, _: &Moment<'_>, event: &wiretale::ftp::Event<'_>) {
        if let wiretale::ftp::Event::Greeting { text } = event {
            chronicled.greeting.get_or_insert_with(|| kept(text));
        }
    }
}

impl Observe<Dns> for Chronicle {
    fn observe(&mut self, _: &mut Chronicled, moment: &Moment<'_>, event: &wiretale::dns::Event<'_>) {
        if let (wiretale::dns::Event::Reply(_), true) = (event, self.resolvers.len() < RESOLVERS) {
            self.resolvers.insert(moment.flow.server.address.to_ip());
        }
    }
}

impl Observe<Dcc> for Chronicle {}
impl Observe<DccChat> for Chronicle {}
impl Observe<FtpData> for Chronicle {}
impl Observe<Named> for Chronicle {}

fn kept(text: &[u8]) -> Box<[u8]> {
    text[..text.len().min(LONGEST)].into()
}

const LONGEST: usize = 128;
const HOSTS: usize = 4096;
// Connections kept of one host.
const TALKS: usize = 2048;
const ALL_TALKS: usize = 1 << 16;
const RESOLVERS: usize = 1024;
