//! Cases, and what stands beside them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use wiretale::protocol::Timestamp;
use wiretale::score::{Case, Evidence, Inventory, Level, Names, Weights};

use super::Chronicle;
use super::finding::Finding;
use crate::Shown;

/// All that reports are made of.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// The cases, worst first.
    pub cases: &'a [Case],
    /// The table that scored them.
    pub weights: &'a Weights,
    /// What was known beforehand.
    pub inventory: &'a Inventory,
    /// Names from DNS answers.
    pub names: &'a Names,
    /// What stands beside the evidence; of a capture not read again, an empty one.
    pub chronicle: &'a Chronicle,
    /// Files that crossed.
    pub files: &'a [MovedFile],
    /// What the capture lacks as a whole, a sentence each.
    pub lacks: &'a [String],
    /// What the reader should know before all else, a sentence each ([`Digest::notes`](crate::Digest::notes)).
    pub notes: &'a [String],
    /// Are files written of it? What finds no room on a terminal is in them.
    pub written: bool,
}

/// A file that crossed.
#[derive(Clone, Debug)]
pub struct MovedFile {
    /// Of its first bytes.
    pub at: Timestamp,
    /// Its name as the wire has it; empty if none was told.
    pub name: Box<[u8]>,
    /// What carried it: `"DCC"`, `"FTP"`.
    pub how: &'static str,
    /// Who sent it.
    pub from: IpAddr,
    /// Who got it.
    pub to: IpAddr,
    /// Bytes that crossed.
    pub bytes: u64,
    /// Bytes of it that were not captured.
    pub missing: u64,
    /// What it is, by its first bytes.
    pub mime: Option<String>,
    /// Its SHA-256 in hexadecimal, where all of it was seen.
    pub sha256: Option<String>,
}

impl MovedFile {
    /// With whom a host exchanged it.
    pub(super) fn other_end(&self, host: IpAddr) -> IpAddr {
        if self.to == host { self.from } else { self.to }
    }
}

impl<'a> Dossier<'a> {
    /// The cases that deserve a place in reports for people: `low` and above.
    pub fn worth_telling(&self) -> impl Iterator<Item = &'a Case> + use<'a> {
        self.cases.iter().filter(|case| case.level >= Level::Low)
    }

    /// The evidence of a case in the order of time, with what each piece finally adds.
    #[must_use]
    pub fn findings(&self, case: &'a Case) -> Vec<Finding<'a>> {
        Finding::of(case, self.weights)
    }

    /// An address and, where DNS told one, its name.
    pub(crate) fn called(&self, address: IpAddr) -> String {
        match self.name(address) {
            Some(name) => format!("{name} ({address})"),
            None => address.to_string(),
        }
    }

    /// The name of an address, from the inventory or from DNS answers; escaped.
    pub(crate) fn name(&self, address: IpAddr) -> Option<String> {
        let known = self.inventory.host(address).and_then(|host| host.name.as_deref());
        known
            .map(|name| Shown(name.as_bytes()).to_string())
            .or_else(|| self.names.of(address.into()).map(|name| Shown(name).to_string()))
    }

    /// Who opened the connection that a piece of evidence stands on: true if the peer did. Where the connection is not
    /// on record, what kind of evidence it is tells.
    pub(crate) fn opened_by_peer(&self, case: &Case) -> impl Fn(&Evidence) -> bool + use<'a> {
        let talks = self.chronicle.talks(case.host);
        let by_uid: BTreeMap<String, bool> = talks.iter().map(|talk| (talk.flow.to_string(), talk.inbound)).collect();
        let (weights, peers) = (self.weights, self.chronicle.peers(case.host));
        move |evidence| {
            let known = evidence.uids.iter().find_map(|uid| by_uid.get(uid).copied());
            // One of many that are not all kept one by one: as all of them, if they are alike.
            let many = || evidence.peer.and_then(|peer| peers.get(&peer)).filter(|peer| peer.rest.talks > 0);
            let always = || many().and_then(|peer| peer.inbound());
            known.or_else(always).unwrap_or_else(|| {
                weights.row(&evidence.row).is_some_and(|row| matches!(&row.group[..], "listener" | "auth" | "magic"))
            })
        }
    }

    /// Is a piece of evidence about a talk between its host and its peer? Talks are over TCP. What is not on record may be
    /// over anything.
    pub(crate) fn is_talk(&self, case: &Case) -> impl Fn(&Evidence) -> bool + use<'a> {
        let talks = self.chronicle.talks(case.host);
        let by_uid: BTreeMap<String, (IpAddr, u16)> =
            talks.iter().map(|talk| (talk.flow.to_string(), (talk.peer, talk.port))).collect();
        move |evidence| {
            let with = |(peer, port)| evidence.peer == Some(peer) && evidence.port.is_none_or(|other| other == port);
            evidence.uids.iter().any(|uid| by_uid.get(uid).copied().is_some_and(with))
        }
    }

    /// The files that a host sent to others than those at home.
    pub(super) fn files_out(&self, host: IpAddr) -> impl Iterator<Item = &'a MovedFile> + use<'a> {
        let home = self.chronicle.home();
        self.files.iter().filter(move |file| file.from == host && !home.is_home(file.to.into()))
    }

    /// The files that a host sent or got.
    pub(crate) fn files_of(&self, host: IpAddr) -> impl Iterator<Item = &'a MovedFile> + use<'a> {
        self.files.iter().filter(move |file| file.from == host || file.to == host)
    }
}
