//! People on IRC: as WHOIS replies tell of them, and as home hosts appeared themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::irc::{Event, Record, RecordKind};
use wiretale::protocol::{Moment, Timestamp};

use super::kept;

/// Who was seen on IRC. Bounded; of equal nicks on different servers each has its own entry.
#[derive(Default, Debug)]
pub struct IrcProfiles {
    people: BTreeMap<(IpAddr, Box<[u8]>), IrcProfile>,
    sessions: BTreeMap<(IpAddr, IpAddr, u16), IrcSession>,
    left_out: u64,
}

/// Somebody, as WHOIS replies in the capture had them. All text is the wire's.
#[derive(Clone, Default, Debug)]
pub struct IrcProfile {
    /// The user name.
    pub user: Box<[u8]>,
    /// The host they come from, as the server says.
    pub host: Box<[u8]>,
    /// The real name they gave.
    pub real: Box<[u8]>,
    /// The server they are on.
    pub server: Box<[u8]>,
    /// The services account they are logged in to.
    pub account: Box<[u8]>,
    /// The channels they are in, with the rank before the name.
    pub channels: BTreeSet<Box<[u8]>>,
    /// An IRC operator.
    pub oper: bool,
    /// Who asked.
    pub askers: BTreeSet<IpAddr>,
    /// When it was first told.
    pub first: Timestamp,
}

/// How a host appeared on a server.
#[derive(Clone, Default, Debug)]
pub struct IrcSession {
    /// The network's name, or the server's.
    pub network: Box<[u8]>,
    /// Its nicks.
    pub nicks: BTreeSet<Box<[u8]>>,
    /// Channels it entered.
    pub channels: BTreeSet<Box<[u8]>>,
    /// How often the server turned it away.
    pub refused: u64,
}

impl IrcProfiles {
    /// Those about whom `host` asked, by nick.
    pub fn asked_by(&self, host: IpAddr) -> impl Iterator<Item = (&[u8], &IrcProfile)> {
        self.people.iter().filter(move |(_, who)| who.askers.contains(&host)).map(|((_, nick), who)| (&nick[..], who))
    }

    /// How a host appeared: server, port and session.
    pub fn sessions(&self, host: IpAddr) -> impl Iterator<Item = (IpAddr, u16, &IrcSession)> {
        let own = self.sessions.iter().filter(move |((client, ..), _)| *client == host);
        own.map(|((_, server, port), session)| (*server, *port, session))
    }

    /// People and sessions for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes on the heap, by and large.
    pub(super) fn memory(&self) -> usize {
        self.people.len() * 2048 + self.sessions.len() * 1024
    }

    // Not in one piece with what hears the talk, to which it has nothing to say.
    #[inline(never)]
    pub(super) fn hear(&mut self, moment: &Moment<'_>, event: &Event<'_>) {
        match event {
            Event::Record(record) if record.kind == RecordKind::Whois => self.whois(moment, record),
            Event::Registered { nick, network, server, .. } => {
                if let Some(session) = self.session(moment) {
                    session.network = kept(if network.is_empty() { server } else { network });
                    put(&mut session.nicks, nick);
                }
            }
            Event::Known { nick, .. } => {
                if let Some(session) = self.session(moment) {
                    put(&mut session.nicks, nick);
                }
            }
            Event::Network { name, .. } => {
                if let Some(session) = self.session(moment) {
                    session.network = kept(name);
                }
            }
            Event::NickChanged { nick, own: true, .. } => {
                if let Some(session) = self.session(moment) {
                    put(&mut session.nicks, nick);
                }
            }
            Event::Joined { channel, own: true, .. } => {
                if let Some(session) = self.session(moment) {
                    put(&mut session.channels, channel);
                }
            }
            Event::Refused { .. } => {
                if let Some(session) = self.session(moment) {
                    session.refused += 1;
                }
            }
            _ => {}
        }
    }

    fn session(&mut self, moment: &Moment<'_>) -> Option<&mut IrcSession> {
        let server = moment.flow.server;
        let key = (moment.flow.client.address.to_ip(), server.address.to_ip(), server.port);
        if self.sessions.len() >= MOST && !self.sessions.contains_key(&key) {
            self.left_out += 1;
            return None;
        }
        Some(self.sessions.entry(key).or_default())
    }

    fn whois(&mut self, moment: &Moment<'_>, record: &Record<'_>) {
        // A reply that holds nobody: no such nick.
        if !record.rows.iter().any(|(numeric, _)| numeric == USER) {
            return;
        }
        for (numeric, params) in record.rows.iter() {
            let param = |n| params.get(n).unwrap_or_default();
            let key = (moment.flow.server.address.to_ip(), kept(param(1)));
            if self.people.len() >= MOST && !self.people.contains_key(&key) {
                self.left_out += 1;
                return;
            }
            let who =
                self.people.entry(key).or_insert_with(|| IrcProfile { first: moment.at, ..IrcProfile::default() });
            if who.askers.len() < SET {
                who.askers.insert(moment.flow.client.address.to_ip());
            }
            match numeric {
                USER => {
                    who.user = kept(param(2));
                    who.host = kept(param(3));
                    who.real = kept(params.last().unwrap_or_default());
                }
                SERVER => who.server = kept(param(2)),
                OPERATOR => who.oper = true,
                ACCOUNT => who.account = kept(param(2)),
                CHANNELS => {
                    let named = params.last().unwrap_or_default().split(|&byte| byte == b' ');
                    named.for_each(|channel| put(&mut who.channels, channel));
                }
                _ => {}
            }
        }
    }
}

fn put(set: &mut BTreeSet<Box<[u8]>>, text: &[u8]) {
    if set.len() < SET && !text.is_empty() {
        set.insert(kept(text));
    }
}

// RPL_WHOISUSER, RPL_WHOISSERVER, RPL_WHOISOPERATOR, RPL_WHOISCHANNELS (RFC 2812 section 5.1); RPL_WHOISACCOUNT.
const USER: u16 = 311;
const SERVER: u16 = 312;
const OPERATOR: u16 = 313;
const CHANNELS: u16 = 319;
const ACCOUNT: u16 = 330;
const MOST: usize = 1024;
const SET: usize = 64;
