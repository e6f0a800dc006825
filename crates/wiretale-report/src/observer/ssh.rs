//! `ssh.log`.

use wiretale::protocol::{Direction, Flow, Moment, Observe, Timestamp};
use wiretale::ssh::{Algorithms, Event, HostKey, Login, Ssh};

use super::{Logs, State};
use crate::Home;
use crate::logs;
use crate::output::Output;
use crate::row::Row;

/// What one row of `ssh.log` gathers.
#[derive(Debug, Default)]
pub(super) struct Session {
    gathered: Option<Box<Gathered>>,
}

#[derive(Debug, Default)]
struct Gathered {
    began: Timestamp,
    version: Option<u8>,
    client: Option<Box<[u8]>>,
    server: Option<Box<[u8]>>,
    algorithms: Option<Negotiated>,
    fingerprint: Option<String>,
    hassh: Option<String>,
    hassh_server: Option<String>,
    // From the events as they come; the session's own account, which comes last, replaces it.
    login: Login,
}

#[derive(Debug)]
struct Negotiated {
    cipher: String,
    mac: String,
    compression: String,
    kex: String,
    host_key: String,
}

impl<W: Output> Observe<Ssh> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        let session = &mut state.parts().ssh;
        let gathered =
            session.gathered.get_or_insert_with(|| Box::new(Gathered { began: moment.at, ..Gathered::default() }));
        gathered.hear(moment.direction, event);
        if let Event::Version(ident) = event {
            self.ssh_software(moment, ident.software);
        }
        self.digest.ssh(moment, event);
    }
}

impl<W: Output> Logs<W> {
    pub(super) fn end_of_ssh(&mut self, state: &mut State, moment: &Moment<'_>) {
        let Some(gathered) = state.parts().ssh.gathered.take() else { return };
        self.writer.row(&logs::ssh::TABLE, |row| gathered.row(row, moment.flow, &self.home));
    }
}

impl Gathered {
    fn hear(&mut self, direction: Direction, event: &Event<'_>) {
        match event {
            Event::Version(ident) if direction == Direction::Client => {
                self.client.get_or_insert_with(|| ident.line.into());
            }
            Event::Version(ident) => {
                self.server.get_or_insert_with(|| ident.line.into());
            }
            Event::Agreed(version) => self.version = Some(*version),
            Event::Offer(offer) if direction == Direction::Client => {
                self.hassh.get_or_insert_with(|| offer.hassh(true).to_string());
            }
            Event::Offer(offer) => {
                self.hassh_server.get_or_insert_with(|| offer.hassh(false).to_string());
            }
            Event::Negotiated(algorithms) => {
                self.algorithms.get_or_insert_with(|| Negotiated::new(algorithms));
            }
            // Of SSH1's keys, which name no algorithm, Zeek's log has no fingerprint.
            Event::HostKey(HostKey { sha256, algorithm, .. }) if !algorithm.0.is_empty() => {
                self.fingerprint.get_or_insert_with(|| sha256.zeek().to_string());
            }
            Event::Attempt { accepted } => {
                self.login.attempts += 1;
                self.login.accepted = Some(*accepted || self.login.accepted == Some(true));
            }
            Event::Session(session) => self.login = session.login,
            _ => {}
        }
    }

    fn row<'r>(&self, row: Row<'r>, flow: &Flow, home: &Home) -> Row<'r> {
        let row = row.time(self.began).flow(flow);
        let row =
            row.count(self.version.map(u64::from)).bool(self.login.accepted).count(u64::from(self.login.attempts));
        let row = row.word(direction(flow, home)).text(self.client.as_deref()).text(self.server.as_deref());
        let algorithm =
            |pick: fn(&Negotiated) -> &str| self.algorithms.as_ref().map(pick).filter(|name| !name.is_empty());
        row.word(algorithm(|all| &all.cipher))
            .word(algorithm(|all| &all.mac))
            .word(algorithm(|all| &all.compression))
            .word(algorithm(|all| &all.kex))
            .word(algorithm(|all| &all.host_key))
            .word(self.fingerprint.as_deref())
            .word(self.hassh.as_deref())
            .word(self.hassh_server.as_deref())
    }
}

impl Negotiated {
    fn new(algorithms: &Algorithms<'_>) -> Self {
        Self {
            cipher: algorithms.cipher.to_string(),
            mac: algorithms.mac.to_string(),
            compression: algorithms.compression.to_string(),
            kex: algorithms.kex.to_string(),
            host_key: algorithms.host_key.to_string(),
        }
    }
}

/// Into the local networks or out of them; unset where both ends or neither is local.
fn direction(flow: &Flow, home: &Home) -> Option<&'static str> {
    match (home.is_local(flow.client.address), home.is_local(flow.server.address)) {
        (true, false) => Some("OUTBOUND"),
        (false, true) => Some("INBOUND"),
        _ => None,
    }
}
