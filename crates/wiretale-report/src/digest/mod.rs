//! What was seen, in short: what the summary for a person is made of.

mod condition;
mod entries;
mod irc;
mod paper;
mod print;

use wiretale::Stats;
use wiretale::dcc::{Fate, Kind, Record};
use wiretale::ftp::Event as Ftp;
use wiretale::protocol::{
    Address, Direction, Endpoint, Exposure, Flow, Moment, Outcome, State, Summary, Timestamp, Transport,
};
use wiretale::ssh::Event as SshEvent;

use crate::Home;
use crate::text::Shown;
use crate::usual::{is_data, is_unusual};

use condition::Condition;

pub(crate) use entries::FileMoved;
use entries::{Bounded, Exposed, Host, Login, Moved, Ssh, Unusual, put};
pub(crate) use paper::{grouped, one_or, plural};

/// What was seen, in short. Printed, it is a page for a person: 80 columns, plain text, everything from the wire escaped.
///
/// Every list in it has a limit; what found no room is counted.
#[derive(Debug)]
pub struct Digest {
    home: Home,
    began: Option<Timestamp>,
    ended: Timestamp,
    packets: u64,
    bytes: u64,
    flows: u64,
    notes: Vec<String>,
    condition: Condition,
    hosts: Bounded<Address, Host>,
    irc: irc::Networks,
    ssh: Bounded<Endpoint, Ssh>,
    files: Vec<Moved>,
    files_left_out: u64,
    unusual: Bounded<Endpoint, Unusual>,
    logins: Bounded<(Endpoint, Box<[u8]>), Login>,
    exposures: Bounded<(&'static str, Box<[u8]>, Endpoint), Exposed>,
    offers: [u64; 4],
    weirds: (u64, u64),
    corrupt: u64,
    offloaded: u64,
    evicted: u64,
    // Entries of the lists within lists.
    inner: usize,
}

impl Digest {
    pub(crate) fn new(home: Home) -> Self {
        Self {
            home,
            began: None,
            ended: Timestamp::default(),
            packets: 0,
            bytes: 0,
            flows: 0,
            notes: Vec::new(),
            condition: Condition::default(),
            hosts: Bounded::new(),
            irc: irc::Networks::default(),
            ssh: Bounded::new(),
            files: Vec::new(),
            files_left_out: 0,
            unusual: Bounded::new(),
            logins: Bounded::new(),
            exposures: Bounded::new(),
            offers: [0; 4],
            weirds: (0, 0),
            corrupt: 0,
            offloaded: 0,
            evicted: 0,
            inner: 0,
        }
    }

    /// Bytes on the heap, by and large.
    pub(crate) fn memory(&self) -> usize {
        let hosts = self.hosts.map.len() + self.unusual.map.len() + self.irc.servers.map.len();
        let others = self.ssh.map.len() + self.logins.map.len() + self.exposures.map.len();
        (hosts + others + self.files.len()) * ENTRY + self.inner * INNER
    }

    /// The files that crossed, in the order of their ends.
    #[must_use]
    pub fn files_moved(&self) -> Vec<crate::case::MovedFile> {
        self.files.iter().map(Moved::told).collect()
    }

    /// What the reader should know before all else, a sentence each: what the capture lacks, and whether nothing in it could
    /// be scored.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let notes = self.notes.iter().map(|text| Shown(text.as_bytes()).to_string());
        notes.chain(self.condition.notes()).collect()
    }

    /// What the capture lacks as a whole, a sentence each.
    #[must_use]
    pub fn lacks(&self) -> Vec<String> {
        self.condition.of_the_whole()
    }

    /// Something the reader of the summary should know: that a capture was cut off.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(crate) fn counted(&mut self, stats: &Stats, weirds: u64, weirds_left_out: u64) {
        (self.packets, self.bytes) = (stats.frames, stats.bytes);
        (self.corrupt, self.offloaded) = (stats.corrupt, stats.offloaded);
        self.condition.counted(stats, self.began.map(|began| (began, self.ended)));
        self.evicted = stats.evicted + stats.evicted_half_open;
        self.weirds = (weirds, weirds_left_out);
    }

    pub(crate) fn now(&mut self, at: Timestamp) {
        self.began = Some(self.began.map_or(at, |began| began.min(at)));
        self.ended = self.ended.max(at);
    }

    pub(crate) fn closed(&mut self, flow: &Flow, summary: &Summary<'_>) {
        self.flows += 1;
        let [asks, serves] = [flow.client, flow.server].map(|side| self.home.is_home(side.address));
        self.condition.closed(flow, summary, asks || serves);
        if flow.transport == Transport::Icmp {
            return;
        }
        if asks && let Some(host) = self.hosts.of(flow.client.address) {
            host.contacted += 1;
            match summary.state {
                State::S0 => host.unanswered += 1,
                State::Rej => host.refused += 1,
                // What was announced has a service, whether it was answered or not.
                _ if summary.services.is_empty() => host.unknown += 1,
                _ => summary.services.iter().for_each(|service| *host.asked.entry(service).or_default() += 1),
            }
        }
        let answered = summary.server.bytes.is_some_and(|bytes| bytes > 0) && flow.transport == Transport::Tcp;
        if answered
            && serves
            && let Some(host) = self.hosts.of(flow.server.address)
        {
            match summary.services.first() {
                None => {
                    // A server that said it is SSH is one, also to whom asks for no more.
                    let named = self.ssh.map.get(&flow.server).is_some_and(|ssh| ssh.sessions > 0);
                    let service = if named { "ssh" } else { UNKNOWN };
                    put(&mut self.inner, &mut host.answered, (flow.server.port, service));
                }
                // Data connections are answered, and no service.
                Some(service) if is_data(service) => {}
                Some(service) => put(&mut self.inner, &mut host.answered, (flow.server.port, *service)),
            }
        }
    }

    pub(crate) fn service(&mut self, flow: &Flow, service: &'static str) {
        if is_unusual(service, flow.server.port)
            && let Some(unusual) = self.unusual.of(flow.server)
        {
            unusual.service = service;
            unusual.flows += 1;
        }
    }

    pub(crate) fn greeting(&mut self, flow: &Flow, text: &[u8]) {
        if let Some(unusual) = self.unusual.of(flow.server)
            && unusual.greeting.is_empty()
        {
            unusual.greeting = kept(text);
        }
    }

    pub(crate) fn ftp(&mut self, moment: &Moment<'_>, event: &Ftp<'_>) {
        if let Ftp::Login(login) = event {
            let key = (moment.flow.server, kept(login.user));
            let refused = login.ok == Some(false);
            let entry = if refused { self.logins.refused(key) } else { self.logins.of(key) };
            let Some(entry) = entry else { return };
            match login.ok {
                Some(true) => entry.accepted += 1,
                Some(false) => entry.refused += 1,
                None => entry.unknown += 1,
            }
        }
    }

    pub(crate) fn ssh(&mut self, moment: &Moment<'_>, event: &SshEvent<'_>) {
        match event {
            SshEvent::Version(ident) if moment.direction == Direction::Server => {
                let Some(server) = self.ssh.of(moment.flow.server) else { return };
                server.sessions += 1;
                server.software = kept(ident.software);
                put(&mut self.inner, &mut server.clients, moment.flow.client.address);
            }
            SshEvent::Session(session) => {
                let Some(server) = self.ssh.of(moment.flow.server) else { return };
                server.logins += u64::from(session.login.accepted == Some(true));
                server.refused += u64::from(session.login.refused);
            }
            _ => {}
        }
    }

    pub(crate) fn exposure(
        &mut self,
        flow: &Flow,
        protocol: Option<&'static str>,
        exposure: &Exposure<'_>,
        number: usize,
    ) {
        let key = (exposure.kind, kept(exposure.account), flow.server);
        let refused = exposure.outcome == Outcome::Refused;
        let exposed = if refused { self.exposures.refused(key) } else { self.exposures.of(key) };
        if let Some(exposed) = exposed {
            exposed.protocol = protocol;
            let outcome = match exposure.outcome {
                Outcome::Accepted => 0,
                Outcome::Refused => 1,
                Outcome::Unknown => 2,
            };
            exposed.outcomes[outcome] += 1;
            put(&mut self.inner, &mut exposed.tags, number);
            exposed.untold |= !exposed.tags.contains(&number);
        }
    }

    pub(crate) fn offer(&mut self, record: &Record) {
        let chat = record.announced.as_ref().is_some_and(|offer| offer.kind == Kind::Chat);
        let at = match record.fate {
            Fate::NeverTaken => 0,
            Fate::Refused => 1,
            Fate::Open | Fate::Over(_) if chat => 2,
            Fate::Open | Fate::Over(_) => 3,
        };
        self.offers[at] += 1;
    }

    pub(crate) fn file(&mut self, at: Timestamp, file: &FileMoved<'_>) {
        if self.files.len() >= MOST {
            self.files_left_out += 1;
            return;
        }
        self.files.push(Moved {
            at,
            name: kept(file.name.unwrap_or_default()),
            how: file.how,
            from: file.from,
            to: file.to,
            bytes: file.bytes,
            missing: file.missing,
            mime: file.mime.map(str::to_owned),
            sha256: file.sha256.map(str::to_owned),
        });
    }
}

fn kept(text: &[u8]) -> Box<[u8]> {
    text[..text.len().min(LONGEST)].into()
}

const UNKNOWN: &str = "something unknown";
const LONGEST: usize = 128;
const MOST: usize = 4096;
const MOST_INNER: usize = 1 << 16;
// Bytes that an entry takes, by and large.
const ENTRY: usize = 320;
const INNER: usize = 96;
