//! Accounts whose secrets crossed, each with all that is known of them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::protocol::Outcome;

use super::kind::{Sort, sort};
use crate::Shown;
use crate::case::Dossier;
use crate::case::chronicle::{Crossed, Exposed, Secret};
use crate::digest::{grouped, plural};

/// An account: of two kinds of secret that are of one sort it is the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Whose<'e> {
    pub(super) sort: &'static Sort,
    pub(super) name: &'e [u8],
    pub(super) scope: &'e [u8],
    pub(super) server: IpAddr,
    pub(super) port: u16,
}

/// Everything about one account.
#[derive(Default)]
pub(super) struct Account {
    pub(super) kinds: BTreeSet<&'static str>,
    /// The numbers of those that were accepted.
    pub(super) accepted: BTreeSet<usize>,
    /// Of those of which nothing tells whether they were.
    pub(super) unknown: BTreeSet<usize>,
    /// The crossings of both.
    pub(super) right: Crossings,
    /// Those of wrong guesses.
    pub(super) wrong: Crossings,
}

/// How often secrets crossed, and which way.
#[derive(Default)]
pub(super) struct Crossings {
    pub(super) times: u64,
    pub(super) first: i64,
    /// Who sent them to the server.
    pub(super) senders: BTreeSet<IpAddr>,
    /// To whom the server sent them.
    pub(super) receivers: BTreeSet<IpAddr>,
    // Others did, too, for whom there was no room.
    others: bool,
}

/// By sort in the order of change, then by name.
pub(super) fn accounts<'e>(exposures: &[Exposed<'e>]) -> BTreeMap<Whose<'e>, Account> {
    let mut map: BTreeMap<Whose<'e>, Account> = BTreeMap::new();
    for Exposed { secret, outcome, crossed } in exposures {
        let account = map.entry(Whose::of(secret)).or_default();
        account.kinds.insert(secret.kind);
        let _ = match outcome {
            Outcome::Accepted => account.accepted.insert(secret.number),
            Outcome::Unknown => account.unknown.insert(secret.number),
            Outcome::Refused => true,
        };
        let crossings = if *outcome == Outcome::Refused { &mut account.wrong } else { &mut account.right };
        crossings.add(secret.server, crossed);
    }
    for account in map.values_mut() {
        let accepted = &account.accepted;
        account.unknown.retain(|number| !accepted.contains(number));
    }
    map
}

impl<'e> Whose<'e> {
    pub(super) fn of(secret: &'e Secret) -> Self {
        let Secret { kind, account, scope, server, port, .. } = secret;
        Self { sort: sort(kind), name: account, scope, server: *server, port: *port }
    }

    /// The account in words.
    pub(super) fn title(&self, dossier: &Dossier<'_>) -> String {
        let name = match self.name {
            [] if self.sort.is_prompt() => String::new(),
            [] => " (not named)".into(),
            name => format!(" {}", Shown(name)),
        };
        let scope = if self.scope.is_empty() { String::new() } else { format!(" ({})", Shown(self.scope)) };
        format!("{}{name}{scope} at {} port {}", self.sort.title, dossier.called(self.server), self.port)
    }
}

impl Account {
    /// Was anything but wrong guesses seen?
    pub(super) fn is_exposed(&self) -> bool {
        self.right.times > 0
    }

    /// The numbers of all that may be right.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.accepted.iter().chain(&self.unknown).copied()
    }
}

impl Crossings {
    fn add(&mut self, server: IpAddr, crossed: &Crossed) {
        let first = crossed.first.nanos();
        self.first = if self.times == 0 { first } else { self.first.min(first) };
        self.times += crossed.times;
        self.others |= crossed.elsewhere > 0;
        for (from, to) in crossed.ways.keys() {
            if *to == server {
                self.senders.insert(*from)
            } else {
                self.receivers.insert(*to)
            };
        }
    }

    /// Those whom the server spoke with, if all are known.
    pub(super) fn clients(&self) -> Option<impl Iterator<Item = IpAddr>> {
        (!self.others).then(|| self.senders.iter().chain(&self.receivers).copied())
    }

    /// Who sent them to whom, as a sentence goes on.
    pub(super) fn ways(&self, dossier: &Dossier<'_>, server: IpAddr) -> String {
        let server = dossier.called(server);
        let sent =
            (!self.senders.is_empty()).then(|| format!("sent by {} to {server}", self.some(dossier, &self.senders)));
        let got = (!self.receivers.is_empty())
            .then(|| format!("sent by {server} to {}", self.some(dossier, &self.receivers)));
        sent.into_iter().chain(got).collect::<Vec<_>>().join(", and ")
    }

    /// The first few of them.
    pub(super) fn some(&self, dossier: &Dossier<'_>, all: &BTreeSet<IpAddr>) -> String {
        let more = all.len().saturating_sub(PEERS);
        let first = all.iter().take(PEERS).map(|peer| dossier.called(*peer)).collect();
        match (more, self.others) {
            (0, false) => listed(first, None),
            (0, true) => listed(first, Some("others".into())),
            (more, false) => listed(first, Some(format!("{} more", grouped(more as u64)))),
            (more, true) => listed(first, Some(format!("{} or more others", grouped(more as u64)))),
        }
    }
}

/// `s1`, `s1 and s2`, `s1, s2, s3 and 4 more`.
pub(super) fn tags(numbers: &BTreeSet<usize>) -> String {
    let tag = |number: &usize| if *number == 0 { NUMBERLESS.to_owned() } else { format!("s{number}") };
    let more = numbers.len().saturating_sub(TAGS);
    let more = (more > 0).then(|| format!("{} more", grouped(more as u64)));
    listed(numbers.iter().take(TAGS).map(tag).collect(), more)
}

fn listed(mut words: Vec<String>, more: Option<String>) -> String {
    let last = more.or_else(|| words.pop()).unwrap_or_default();
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

/// `1 wrong guess`.
pub(super) fn guesses(times: u64) -> String {
    plural(times, "wrong guess", "wrong guesses")
}

// More different secrets crossed than have numbers.
const NUMBERLESS: &str = "one without a number";
const PEERS: usize = 6;
const TAGS: usize = 6;
