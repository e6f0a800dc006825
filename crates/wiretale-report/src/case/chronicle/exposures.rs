//! Secrets that crossed in clear: whose, never what. Crossings of the same secret are one entry.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use wiretale::protocol::{Exposure, Moment, Outcome, Timestamp};

use super::kept;
use crate::tags::Tags;

/// Secrets that crossed in clear. Bounded; what was refused takes no room from what was taken, or may have been.
#[derive(Default)]
pub struct Exposures {
    tags: Tags,
    // By outcome.
    rooms: [Room; 3],
}

/// A secret that crossed in clear, by one outcome.
#[derive(Clone, Copy, Debug)]
pub struct Exposed<'c> {
    /// Which.
    pub secret: &'c Secret,
    /// What became of it.
    pub outcome: Outcome,
    /// When and how often it crossed, and between whom.
    pub crossed: &'c Crossed,
}

/// Whose secret it is. Of an account's wrong guesses all are one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Secret {
    /// What kind of secret.
    pub kind: &'static str,
    /// The account as the wire has it; empty where none is named.
    pub account: Box<[u8]>,
    /// Where the account is; empty for the server itself.
    pub scope: Box<[u8]>,
    /// The server of the connections.
    pub server: IpAddr,
    /// On which port.
    pub port: u16,
    /// Equal secrets have equal numbers, from 1, in the order of appearance: the `s1`, `s2` of `exposure.log`. 0 for wrong
    /// guesses, and for secrets beyond the number that is told apart.
    pub number: usize,
}

/// How a secret crossed.
#[derive(Clone, Default, Debug)]
pub struct Crossed {
    /// The protocol that carried it first; empty if unknown.
    pub protocol: &'static str,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// How often.
    pub times: u64,
    /// Who sent it to whom, and when last.
    pub ways: BTreeMap<(IpAddr, IpAddr), Timestamp>,
    /// How often it went other ways, for which there was no room.
    pub elsewhere: u64,
}

#[derive(Default)]
struct Room {
    known: HashMap<Secret, Crossed, RandomState>,
    // Over all entries.
    ways: usize,
    left_out: u64,
}

impl Exposures {
    /// All of them, in the order of their first crossings.
    #[must_use]
    pub fn all(&self) -> Vec<Exposed<'_>> {
        let rooms = OUTCOMES.into_iter().zip(&self.rooms);
        let mut all: Vec<Exposed<'_>> = rooms
            .flat_map(|(outcome, room)| {
                room.known.iter().map(move |(secret, crossed)| Exposed { secret, outcome, crossed })
            })
            .collect();
        all.sort_by_key(|exposed| (exposed.crossed.first, exposed.secret, place(exposed.outcome)));
        all
    }

    /// Crossings of secrets with this outcome for which there was no room.
    #[must_use]
    pub const fn left_out(&self, outcome: Outcome) -> u64 {
        self.rooms[place(outcome)].left_out
    }

    /// Bytes on the heap, by and large.
    pub(super) fn memory(&self) -> usize {
        let entry = size_of::<(Secret, Crossed)>() * 2 + 96;
        let rooms = self.rooms.iter().map(|room| room.known.len() * entry + room.ways * WAY);
        rooms.sum::<usize>() + self.tags.memory()
    }

    pub(super) fn hear(&mut self, moment: &Moment<'_>, protocol: &'static str, exposure: &Exposure<'_>) {
        // Wrong guesses have numbers too, so that ours are those of the log.
        let number = self.tags.number(exposure.tag);
        let number = if exposure.outcome == Outcome::Refused { 0 } else { number };
        let server = moment.flow.server;
        let secret = Secret {
            kind: exposure.kind,
            account: kept(exposure.account),
            scope: kept(exposure.scope),
            server: server.address.to_ip(),
            port: server.port,
            number,
        };
        let from = moment.flow.speaker(exposure.by).address.to_ip();
        let to = moment.flow.speaker(exposure.by.opposite()).address.to_ip();
        let at = place(exposure.outcome);
        let room = &mut self.rooms[at];
        let way_free = room.ways < MOST_WAYS;
        if let Some(crossed) = room.entry(secret, MOST[at]) {
            crossed.protocol = if crossed.times == 0 { protocol } else { crossed.protocol };
            let new = crossed.again(exposure.crossed, (from, to), way_free);
            room.ways += usize::from(new);
        }
    }
}

impl Room {
    fn entry(&mut self, secret: Secret, most: usize) -> Option<&mut Crossed> {
        let full = self.known.len() >= most;
        match self.known.entry(secret) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(_) if full => {
                self.left_out += 1;
                None
            }
            Entry::Vacant(new) => Some(new.insert(Crossed::default())),
        }
    }
}

impl Crossed {
    /// It crossed once more. True if it did on a way not known before, which found room.
    fn again(&mut self, at: Timestamp, way: (IpAddr, IpAddr), room: bool) -> bool {
        self.first = if self.times == 0 { at } else { self.first.min(at) };
        self.last = self.last.max(at);
        self.times += 1;
        if let Some(last) = self.ways.get_mut(&way) {
            *last = at.max(*last);
            return false;
        }
        let room = self.ways.is_empty() || room && self.ways.len() < WAYS;
        if room {
            self.ways.insert(way, at);
        } else {
            self.elsewhere += 1;
        }
        room
    }
}

impl fmt::Debug for Exposures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = OUTCOMES.map(|outcome| self.left_out(outcome));
        f.debug_list().entries(self.all()).entry(&("left out", left_out)).finish()
    }
}

const fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Accepted => 0,
        Outcome::Refused => 1,
        Outcome::Unknown => 2,
    }
}

const OUTCOMES: [Outcome; 3] = [Outcome::Accepted, Outcome::Refused, Outcome::Unknown];
// By outcome: anybody can be refused, and whoever hangs up before the answer leaves it unknown.
const MOST: [usize; 3] = [16_384, 4096, 8192];
// Of one secret, and of all with the same outcome; one way of each is always told.
const WAYS: usize = 1024;
const MOST_WAYS: usize = 1 << 16;
const WAY: usize = 96;
