//! `known_services.log`.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use wiretale::protocol::{Endpoint, Moment, Summary, Transport};

use super::{Logs, State};
use crate::logs;
use crate::logs::conn::transport;
use crate::output::Output;

/// Which services are in the log already.
#[derive(Debug, Default)]
pub(super) struct Known {
    seen: HashSet<(Endpoint, Transport, &'static str), RandomState>,
}

impl Known {
    pub(super) fn memory(&self) -> usize {
        self.seen.capacity() * 2 * size_of::<(Endpoint, Transport, &'static str)>()
    }

    fn first(&mut self, host: Endpoint, transport: Transport, service: &'static str) -> bool {
        self.seen.len() < MOST && self.seen.insert((host, transport, service))
    }
}

impl<W: Output> Logs<W> {
    /// A flow's server speaks as a service does: it offers it.
    pub(super) fn service(&mut self, state: &State, moment: &Moment<'_>, service: &'static str) {
        let flow = moment.flow;
        // What a flow changes over to (TLS after AUTH or STARTTLS) is not on a port of its own.
        if state.protocol == Some(service) {
            self.digest.service(flow, service);
        }
        if self.home.is_local(flow.server.address) && self.services.first(flow.server, flow.transport, service) {
            let name = service.to_ascii_uppercase();
            self.writer.row(&logs::known_services::TABLE, |row| {
                let row = row.time(moment.at).endpoint(flow.server).word(transport(flow.transport));
                row.set([name.as_bytes()])
            });
        }
    }

    /// A TCP server that accepted and spoke, in no way that we know.
    pub(super) fn unknown_service(&mut self, state: &State, moment: &Moment<'_>, summary: &Summary<'_>) {
        let flow = moment.flow;
        let spoke = summary.server.bytes.is_some_and(|bytes| bytes > 0);
        let offered = state.served || state.protocol.is_some_and(is_of_another);
        if flow.transport != Transport::Tcp || !spoke || offered {
            return;
        }
        if self.home.is_local(flow.server.address) && self.services.first(flow.server, flow.transport, "") {
            self.writer
                .row(&logs::known_services::TABLE, |row| row.time(moment.at).endpoint(flow.server).word("tcp").set([]));
        }
    }
}

// A data connection is offered by nobody: another one's server speaks of it.
const fn is_of_another(service: &str) -> bool {
    matches!(service.as_bytes(), b"ftp-data" | b"irc-dcc-data" | b"irc-dcc-chat")
}

const MOST: usize = 1 << 16;
