//! `software.log`: programs that named themselves.

use std::collections::HashSet;

use wiretale::ftp::{self, Event as Ftp};
use wiretale::irc::{Command, Event as Irc, Message};
use wiretale::protocol::{Address, Direction, Endpoint, Moment};

use super::Logs;
use crate::logs;
use crate::logs::software::Version;
use crate::output::Output;

/// Which programs are in the log already, by host and kind.
#[derive(Debug, Default)]
pub(super) struct Known {
    seen: HashSet<(Address, &'static str, Box<[u8]>)>,
}

impl Known {
    pub(super) fn memory(&self) -> usize {
        self.seen.capacity() * 2 * size_of::<(Address, &'static str, Box<[u8]>)>() + self.seen.len() * 64
    }
}

impl<W: Output> Logs<W> {
    pub(super) fn ssh_software(&mut self, moment: &Moment<'_>, software: &[u8]) {
        let kind = match moment.direction {
            Direction::Client => "SSH::CLIENT",
            Direction::Server => "SSH::SERVER",
        };
        self.found(moment, moment.direction, kind, software);
    }

    pub(super) fn ftp_software(&mut self, moment: &Moment<'_>, event: &Ftp<'_>) {
        match event {
            Ftp::Greeting { text } => {
                let text = &text[..text.len().min(LONGEST)];
                if let Some(ftp::Software { name, version }) = ftp::software(text) {
                    self.told(moment, Direction::Server, "FTP::SERVER", text, |text| Version::of(name, version, text));
                }
            }
            Ftp::Client { text } => self.found(moment, Direction::Client, "FTP::CLIENT", text),
            _ => {}
        }
    }

    /// A server names its program in 004.
    pub(super) fn irc_server_software(&mut self, moment: &Moment<'_>, message: &Message<'_>) {
        if message.command == Command::Numeric(4) {
            self.found(moment, Direction::Server, "IRC::SERVER", message.param(2).0);
        }
    }

    /// A client names its program in its answer to CTCP VERSION.
    pub(super) fn irc_client_software(&mut self, moment: &Moment<'_>, event: &Irc<'_>) {
        if let (Irc::Ctcp { reply: true, verb, args, .. }, Direction::Client) = (event, moment.direction)
            && verb.eq_ignore_ascii_case(b"VERSION")
        {
            self.found(moment, Direction::Client, "IRC::CLIENT", args);
        }
    }

    fn found(&mut self, moment: &Moment<'_>, side: Direction, kind: &'static str, text: &[u8]) {
        self.told(moment, side, kind, &text[..text.len().min(LONGEST)], Version::read);
    }

    fn told<'a>(
        &mut self,
        moment: &Moment<'_>,
        side: Direction,
        kind: &'static str,
        text: &'a [u8],
        read: impl FnOnce(&'a [u8]) -> Version<'a>,
    ) {
        let Endpoint { address, port } = moment.flow.speaker(side);
        if text.is_empty() || !self.home.is_local(address) || self.software.seen.len() >= MOST {
            return;
        }
        if self.software.seen.insert((address, kind, text.into())) {
            let port = (side == Direction::Server).then_some(port);
            let version = read(text);
            self.writer.row(&logs::software::TABLE, |row| {
                logs::software::row(row.time(moment.at).addr(address).port(port).word(kind), &version)
            });
        }
    }
}

const LONGEST: usize = 256;
const MOST: usize = 1 << 14;
