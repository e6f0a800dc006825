//! `weird.log`.

use std::collections::HashSet;

use wiretale::protocol::{Address, Endpoint, Flow, Moment, Stray, Timestamp, Weird};

use super::{Logs, State};
use crate::id::Uid;
use crate::logs;
use crate::output::Output;
use crate::row::Row;

/// Which weirds a flow had. Each is written once a flow.
#[derive(Debug, Default)]
pub(super) struct Seen(Vec<&'static str>);

/// Weirds outside all flows: each is written once a sender.
#[derive(Debug, Default)]
pub(super) struct Weirds {
    strays: HashSet<(&'static str, Option<Address>)>,
    written: u64,
    left_out: u64,
}

impl Seen {
    /// Is it the first of this name? At most [`MOST_OF_A_FLOW`] names are told apart.
    fn first(&mut self, name: &'static str) -> bool {
        let first = self.0.len() < MOST_OF_A_FLOW && !self.0.contains(&name);
        if first {
            self.0.push(name);
        }
        first
    }
}

impl Weirds {
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Weirds that were not written because the same was written before.
    pub(super) const fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn memory(&self) -> usize {
        self.strays.capacity() * 2 * size_of::<(&'static str, Option<Address>)>()
    }

    fn first(&mut self, name: &'static str, sender: Option<Address>) -> bool {
        if self.strays.len() >= MOST_STRAYS {
            return false;
        }
        self.strays.insert((name, sender))
    }

    fn count(&mut self, written: bool) {
        let counter = if written { &mut self.written } else { &mut self.left_out };
        *counter += 1;
    }
}

impl<W: Output> Logs<W> {
    pub(super) fn flow_weird(&mut self, state: &mut State, moment: &Moment<'_>, weird: &Weird<'_>) {
        let first = state.parts().weirds.first(weird.name);
        self.weirds.count(first);
        if first {
            self.writer.row(&logs::weird::TABLE, |row| {
                let Flow { id, client, server, .. } = moment.flow;
                let row = row.time(moment.at).uid(Uid::flow(*id)).endpoint(*client).endpoint(*server);
                rest(row, weird)
            });
        }
    }

    pub(super) fn stray_weird(&mut self, stray: &Stray<'_>) {
        let first = self.weirds.first(stray.weird.name, stray.endpoints.map(|(from, _)| from.address));
        self.weirds.count(first);
        if first {
            self.writer.row(&logs::weird::TABLE, |row| outside(row, stray.at, stray.endpoints, &stray.weird));
        }
    }
}

fn outside<'r>(row: Row<'r>, at: Timestamp, ends: Option<(Endpoint, Endpoint)>, weird: &Weird<'_>) -> Row<'r> {
    let row = row.time(at).unset().endpoint(ends.map(|ends| ends.0)).endpoint(ends.map(|ends| ends.1));
    rest(row, weird)
}

fn rest<'r>(row: Row<'r>, weird: &Weird<'_>) -> Row<'r> {
    let addl = (!weird.addl.is_empty()).then_some(weird.addl);
    row.word(weird.name).text(addl).bool(false).word("wiretale").word(source(weird.name))
}

/// Who found it, in Zeek's words, as far as the name tells.
fn source(name: &str) -> Option<&'static str> {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    SOURCES.iter().find(|(prefix, _)| begins(prefix)).map(|(_, source)| *source)
}

const SOURCES: &[(&str, &str)] = &[
    ("irc_", "IRC"),
    ("dcc_", "IRC_DATA"),
    ("ftp_", "FTP"),
    ("partial_ftp", "FTP"),
    ("ssh_", "SSH"),
    ("dns_", "DNS"),
    ("tcp_", "TCP"),
    ("bad_tcp", "TCP"),
    ("syn_", "TCP"),
    ("data_", "TCP"),
    ("udp_", "UDP"),
    ("bad_udp", "UDP"),
    ("line_terminated", "CONTENTLINE"),
    ("nvt_", "NVT"),
];

const MOST_OF_A_FLOW: usize = 64;
const MOST_STRAYS: usize = 1 << 16;
