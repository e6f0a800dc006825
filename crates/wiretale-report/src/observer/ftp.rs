//! `ftp.log`, and what links it to the data connections.

use std::collections::BTreeMap;

use wiretale::ftp::{Channel, DataEvent, Event, Exchange, Ftp, FtpData, Verb};
use wiretale::protocol::{Endpoint, FlowId, Moment, Observe};

use super::transfer::{File, Source};
use super::{Logs, State};
use crate::id::Uid;
use crate::logs;
use crate::output::Output;
use crate::row::Row;

/// What data connections carried, by control connection and announced endpoint.
#[derive(Debug, Default)]
pub(super) struct Carried {
    files: BTreeMap<(FlowId, Endpoint), File>,
}

impl Carried {
    /// Notes a file; beyond [`MOST`] that wait for their command, none.
    pub(super) fn note(&mut self, parent: FlowId, at: Endpoint, file: File) {
        if self.files.len() < MOST || self.files.contains_key(&(parent, at)) {
            self.files.insert((parent, at), file);
        }
    }

    fn of(&self, control: FlowId, channel: &Channel) -> Option<&File> {
        self.files.get(&(control, channel.advertised))
    }

    fn forget(&mut self, control: FlowId) {
        let lowest = (control, Endpoint::default());
        let of_it: Vec<_> =
            self.files.range(lowest..).map(|(key, _)| *key).take_while(|key| key.0 == control).collect();
        for key in of_it {
            self.files.remove(&key);
        }
    }
}

impl<W: Output> Observe<Ftp> for Logs<W> {
    fn observe(&mut self, _: &mut State, moment: &Moment<'_>, event: Event<'_>) {
        match event {
            Event::Exchange(exchange) => self.exchange(moment, &exchange),
            Event::Ended => self.carried.forget(moment.flow.id),
            _ => {}
        }
        self.ftp_software(moment, &event);
        self.digest.ftp(moment, &event);
    }
}

impl<W: Output> Observe<FtpData> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: DataEvent<'_>) {
        match event {
            DataEvent::Opened(opened) => {
                let listing = opened.command.is_some_and(Verb::lists);
                let source = Source::Ftp { control: opened.parent, at: opened.channel.advertised, listing };
                state.parts().source = Some(source);
            }
            DataEvent::Content(content) => self.content(state, moment, content),
            _ => {}
        }
    }
}

impl<W: Output> Logs<W> {
    fn exchange(&mut self, moment: &Moment<'_>, exchange: &Exchange<'_>) {
        if !is_logged(exchange.command.verb) {
            return;
        }
        self.scratch.clear();
        exchange.write_argument(&mut self.scratch);
        let file = exchange.carrier.and_then(|channel| self.carried.of(moment.flow.id, &channel)).cloned();
        let argument = &self.scratch;
        self.writer.row(&logs::ftp::TABLE, |row| cells(row, moment, exchange, argument, file.as_ref()));
    }
}

fn cells<'r>(
    row: Row<'r>,
    moment: &Moment<'_>,
    exchange: &Exchange<'_>,
    argument: &[u8],
    file: Option<&File>,
) -> Row<'r> {
    let flow = moment.flow;
    let (reply, channel) = (exchange.standing, exchange.channel);
    row.time(exchange.asked)
        .text(Uid::flow(flow.id).as_bytes())
        .endpoint(flow.client)
        .endpoint(flow.server)
        .text(exchange.user)
        .text(exchange.password)
        .text(exchange.command.name)
        .text((!argument.is_empty()).then_some(argument))
        .word(file.map(|file| file.mime.unwrap_or("<unknown>")))
        .count(exchange.size)
        .count(reply.map(|reply| u64::from(reply.code)))
        .text(reply.map(|reply| reply.text))
        .bool(channel.map(|channel| channel.passive))
        .addr(channel.map(|channel| channel.connector))
        .endpoint(channel.map(|channel| channel.advertised))
        .text(file.map(|file| file.fuid.as_bytes()))
}

/// Zeek's `logged_commands`.
const fn is_logged(verb: Verb) -> bool {
    use Verb::{Acct, Appe, Dele, Eprt, Epsv, Pasv, Port, Retr, Stor, Stou};
    matches!(verb, Appe | Dele | Retr | Stor | Stou | Acct | Port | Pasv | Eprt | Epsv)
}

const MOST: usize = 1 << 16;
