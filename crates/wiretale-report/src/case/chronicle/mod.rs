//! What stands beside the evidence: connections, listeners, people on IRC, secrets, and what could not be seen.

mod exposures;
mod irc;
mod listeners;
mod talks;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::dcc::{Dcc, DccChat};
use wiretale::dns::Dns;
use wiretale::ftp::{Ftp, FtpData};
use wiretale::irc::Irc;
use wiretale::packet::Transport;
use wiretale::protocol::{Direction, Exposure, Moment, Observe, Observer, Packets, Passed, State, Summary, Timestamp};
use wiretale::recognize::Named;
use wiretale::score::Home;
use wiretale::ssh::{Event as Ssh, Ssh as SshProtocol};
use wiretale::terminal::{Event as Text, Terminal};

use super::unseen::is_one_sided;
use crate::hearsay::{Seen, Tap};

pub use exposures::{Crossed, Exposed, Exposures, Secret};
pub use irc::{IrcProfile, IrcProfiles, IrcSession};
pub use listeners::{Listener, Listeners};
pub use talks::{Peer, Sum, Talk, Talks};

/// An observer that keeps what reports and letters tell beside the evidence itself. Listens beside the scorer, as in
/// `(Logs, (Scorer, Chronicle))`. Every list in it is bounded; what found no room is counted.
#[derive(Debug)]
pub struct Chronicle {
    home: Home,
    span: Option<(Timestamp, Timestamp)>,
    talks: Talks,
    listeners: Listeners,
    people: IrcProfiles,
    exposures: Exposures,
    resolvers: BTreeSet<IpAddr>,
    tap: Tap,
}

/// A chronicle's state of one flow.
#[derive(Default, Debug)]
pub struct Chronicled {
    service: Option<&'static str>,
    greeting: Option<Box<[u8]>>,
    seen: Seen,
}

impl Chronicle {
    /// Of the hosts in these networks.
    #[must_use]
    pub fn new(home: Home) -> Self {
        Self {
            home,
            span: None,
            talks: Talks::default(),
            listeners: Listeners::default(),
            people: IrcProfiles::default(),
            exposures: Exposures::default(),
            resolvers: BTreeSet::new(),
            tap: Tap::default(),
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

    /// The connections of a host that are kept one by one, in the order in which they began.
    #[must_use]
    pub fn talks(&self, host: IpAddr) -> Vec<&Talk> {
        let peers = self.talks.peers(host);
        let mut talks: Vec<&Talk> = peers.values().flat_map(|peer| &peer.talks).collect();
        talks.sort_by_key(|talk| (talk.began, talk.flow));
        talks
    }

    /// With whom a host spoke.
    #[must_use]
    pub fn peers(&self, host: IpAddr) -> BTreeMap<IpAddr, &Peer> {
        self.talks.peers(host)
    }

    /// The home hosts that opened a connection to a peer.
    #[must_use]
    pub fn callers(&self, peer: IpAddr) -> BTreeSet<IpAddr> {
        self.talks.callers(peer)
    }

    /// What a host's connections come to that are with none of its [`Self::peers`]: there was no room for more.
    #[must_use]
    pub fn unlisted(&self, host: IpAddr) -> Sum {
        self.talks.unlisted(host)
    }

    /// What all connections of a host come to.
    #[must_use]
    pub fn sum(&self, host: IpAddr) -> Sum {
        self.peers(host).values().fold(self.unlisted(host), |sum, peer| sum.with(&peer.sum))
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

    /// Connections of which nothing is told: there were too many hosts.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.talks.left_out()
    }

    fn now(&mut self, at: Timestamp) {
        let (began, ended) = self.span.unwrap_or((at, at));
        self.span = Some((began.min(at), ended.max(at)));
    }

    fn talked(&mut self, home: Direction, chronicled: &Chronicled, moment: &Moment<'_>, summary: &Summary<'_>) {
        let flow = moment.flow;
        let sides = [summary.client.bytes.unwrap_or(0), summary.server.bytes.unwrap_or(0)];
        let lasted = summary.duration.map_or(0, |duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX));
        let (host, peer) = (flow.speaker(home).address, flow.speaker(home.opposite()).address);
        let talk = Talk {
            flow: flow.id,
            peer: peer.to_ip(),
            port: flow.server.port,
            inbound: home == Direction::Server,
            service: chronicled.service.or_else(|| summary.services.first().copied()).unwrap_or(""),
            began: summary.started,
            ended: Timestamp::from_nanos(summary.started.nanos().saturating_add(lasted)),
            sent: sides[home.index()],
            received: sides[home.opposite().index()],
            missed: summary.missed,
            midstream: flow.midstream,
            one_sided: is_one_sided(summary),
        };
        self.talks.hear(host, peer, talk);
    }
}

impl Observer for Chronicle {
    type Flow = Chronicled;

    #[inline]
    fn wants_packets(&self) -> Packets {
        Tap::PACKETS
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
        self.talks.memory() + self.exposures.memory() + self.listeners.memory() + self.people.memory()
    }

    fn weight(chronicled: &Chronicled) -> usize {
        chronicled.greeting.as_ref().map_or(0, |greeting| greeting.len() + 16)
    }

    fn opened(&mut self, _: &mut Chronicled, moment: &Moment<'_>) {
        self.now(moment.at);
    }

    #[inline]
    fn passed(&mut self, chronicled: &mut Chronicled, moment: &Moment<'_>, passed: &Passed) {
        self.tap.passed(&self.home, &mut chronicled.seen, moment, passed);
    }

    fn recognized(&mut self, chronicled: &mut Chronicled, _: &Moment<'_>, service: &'static str) {
        chronicled.service.get_or_insert(service);
    }

    fn exposed(&mut self, chronicled: &mut Chronicled, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        if self.tap.is_hearsay(&self.home, chronicled.seen, moment.flow) {
            return;
        }
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
const RESOLVERS: usize = 1024;
