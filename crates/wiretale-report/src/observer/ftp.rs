//! `ftp.log`, and what links it to the data connections.

use std::collections::BTreeMap;

use wiretale::ftp::{Channel, DataEvent, Event, Exchange, Ftp, FtpData, Verb};
use wiretale::protocol::{Endpoint, Flow, FlowId, Moment, Observe, Timestamp};

use super::transfer::{File, LINGER, Source};
use super::{Logs, State};
use crate::logs;
use crate::output::Output;
use crate::row::Row;

/// What data connections carried, by control connection and announced endpoint.
#[derive(Debug, Default)]
pub(super) struct Carried {
    files: BTreeMap<(FlowId, Endpoint), File>,
}

impl Carried {
    pub(super) fn memory(&self) -> usize {
        self.files.len() * (size_of::<((FlowId, Endpoint), File)>() + 256)
    }

    /// Notes a file; beyond [`MOST`] that wait for their command, none.
    pub(super) fn note(&mut self, parent: FlowId, at: Endpoint, file: File) {
        if self.files.len() < MOST || self.files.contains_key(&(parent, at)) {
            self.files.insert((parent, at), file);
        }
    }

    fn of(&self, control: FlowId, at: Endpoint) -> Option<&File> {
        self.files.get(&(control, at))
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

/// A row of a command that moves a file: it waits for the next command, as Zeek's rows do.
#[derive(Debug)]
pub(super) struct Held {
    carrier: Endpoint,
    asked: Timestamp,
    user: Option<Box<[u8]>>,
    password: Option<Box<[u8]>>,
    command: Box<[u8]>,
    argument: Box<[u8]>,
    size: Option<u64>,
    announced: Option<u64>,
    reply: Option<(u16, Box<[u8]>)>,
}

impl<W: Output> Observe<Ftp> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        match event {
            Event::Exchange(exchange) => {
                // A command that nobody answered ends no wait; the end of the connection will.
                let now = if exchange.reply.is_some() { moment.at } else { moment.at + LINGER };
                self.end_of_exchange(state, moment.flow, now);
                self.exchange(state, moment.flow, exchange);
            }
            Event::Ended => self.end_of_ftp(state, moment.flow, moment.at),
            _ => {}
        }
        self.ftp_software(moment, event);
        self.digest.ftp(moment, event);
    }
}

impl<W: Output> Observe<FtpData> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &DataEvent<'_>) {
        match event {
            DataEvent::Opened(opened) => {
                let listing = opened.command.is_some_and(Verb::lists);
                let source = Source::Ftp { control: opened.parent, at: opened.channel.advertised, listing };
                state.parts().source = Some(source);
            }
            DataEvent::Content(content) => self.content(state, moment, *content),
            _ => {}
        }
    }
}

impl<W: Output> Logs<W> {
    fn exchange(&mut self, state: &mut State, flow: &Flow, exchange: &Exchange<'_>) {
        if !is_logged(exchange.command.verb) {
            return;
        }
        self.scratch.clear();
        exchange.write_argument(&mut self.scratch);
        let cells = Cells {
            asked: exchange.asked,
            user: exchange.user,
            password: exchange.password,
            command: exchange.command.name,
            argument: &self.scratch,
            size: exchange.size,
            announced: exchange.announced,
            reply: exchange.standing.map(|reply| (reply.code, reply.text)),
            channel: exchange.channel,
        };
        let carrier = exchange.carrier.map(|channel| channel.advertised);
        match carrier {
            Some(carrier) => state.parts().held = Some(Box::new(cells.held(carrier))),
            None => self.writer.row(&logs::ftp::TABLE, |row| cells.row(row, flow, None)),
        }
    }

    /// The row that waited, with what is known of the file by now.
    fn end_of_exchange(&mut self, state: &mut State, flow: &Flow, now: Timestamp) {
        let Some(held) = state.parts().held.take() else { return };
        let file = self.carried.of(flow.id, held.carrier);
        self.writer
            .row(&logs::ftp::TABLE, |row| held.cells().row(row, flow, file.map(|file| (file, file.typed <= now))));
    }

    /// The control connection is over.
    pub(super) fn end_of_ftp(&mut self, state: &mut State, flow: &Flow, now: Timestamp) {
        // As Zeek has it, a connection is over some seconds after its end, when small files have got their type.
        self.end_of_exchange(state, flow, now + LINGER);
        self.carried.forget(flow.id);
    }
}

/// What a row says of a command, without its file.
struct Cells<'a> {
    asked: Timestamp,
    user: Option<&'a [u8]>,
    password: Option<&'a [u8]>,
    command: &'a [u8],
    argument: &'a [u8],
    size: Option<u64>,
    announced: Option<u64>,
    reply: Option<(u16, &'a [u8])>,
    channel: Option<Channel>,
}

impl Cells<'_> {
    // With the file, whether its type is known yet.
    fn row<'r>(&self, row: Row<'r>, flow: &Flow, file: Option<(&File, bool)>) -> Row<'r> {
        let channel = self.channel;
        row.time(self.asked)
            .flow(flow)
            .text(self.user)
            .text(self.password)
            .text(self.command)
            .text((!self.argument.is_empty()).then_some(self.argument))
            .word(file.filter(|(_, typed)| *typed).map(|(file, _)| file.mime.unwrap_or("<unknown>")))
            .count(self.size)
            .count(self.reply.map(|(code, _)| u64::from(code)))
            .text(self.reply.map(|(_, text)| text))
            .bool(channel.map(|channel| channel.passive))
            .addr(channel.map(|channel| channel.connector))
            .endpoint(channel.map(|channel| channel.advertised))
            .text(file.map(|(file, _)| file.fuid.as_bytes()))
            .count(self.announced)
    }

    /// A copy that can wait. A command that moves a file announces no channel.
    fn held(&self, carrier: Endpoint) -> Held {
        Held {
            carrier,
            asked: self.asked,
            user: self.user.map(Box::from),
            password: self.password.map(Box::from),
            command: self.command.into(),
            argument: self.argument.into(),
            size: self.size,
            announced: self.announced,
            reply: self.reply.map(|(code, text)| (code, text.into())),
        }
    }
}

impl Held {
    fn cells(&self) -> Cells<'_> {
        Cells {
            asked: self.asked,
            user: self.user.as_deref(),
            password: self.password.as_deref(),
            command: &self.command,
            argument: &self.argument,
            size: self.size,
            announced: self.announced,
            reply: self.reply.as_ref().map(|(code, text)| (*code, &**text)),
            channel: None,
        }
    }
}

/// Zeek's `logged_commands`.
const fn is_logged(verb: Verb) -> bool {
    use Verb::{Acct, Appe, Dele, Eprt, Epsv, Pasv, Port, Retr, Stor, Stou};
    matches!(verb, Appe | Dele | Retr | Stor | Stou | Acct | Port | Pasv | Eprt | Epsv)
}

const MOST: usize = 1 << 14;
