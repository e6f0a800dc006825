//! The end of a flow: `conn.log`, and what waited for it.

use wiretale::protocol::{Moment, Summary};

use super::{Logs, State};
use crate::logs;
use crate::output::Output;

impl<W: Output> Logs<W> {
    pub(super) fn close(&mut self, state: &mut State, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.now(moment.at);
        // What is kept elsewhere, too, came with events that left something here.
        if !state.is_bare() {
            self.end_of_ssh(state, moment);
            self.end_of_dns(state, moment.flow);
            self.end_of_ftp(state, moment.flow, moment.at);
            self.end_of_file(state, moment.flow);
        }
        self.unknown_service(state, moment, summary);
        self.digest.closed(moment.flow, summary);
        self.scratch.clear();
        for (n, service) in summary.services.iter().enumerate() {
            if n > 0 {
                self.scratch.push(b',');
            }
            self.scratch.extend_from_slice(service.as_bytes());
        }
        let id = wiretale::community_id(moment.flow, summary.ip_protocol, 0);
        let (services, home) = (&self.scratch[..], &self.home);
        self.writer.row(&logs::conn::TABLE, |row| logs::conn::row(row, moment.flow, summary, services, home, &id));
        if let Some(streams) = &mut self.streams {
            streams.close(moment.flow);
        }
    }
}
