//! A command of the client's, and what it does before it is answered.

use wiretale_packet::Endpoint;
use wiretale_protocol::{Context, Observe};

use super::{Session, passive};
use crate::pending::Waiting;
use crate::replies::security_data;
use crate::{Command, Event, Ftp, MAX_TEXT, Verb, address, path, reply};

impl Session {
    pub(super) fn command<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, name: &[u8], rest: &[u8]) {
        if !self.violated {
            cx.confirm("ftp");
            self.commanded = true;
        }
        let verb = Verb::parse(name);
        let given = self.argument(cx, verb, rest);
        let masked = self.logins.mask(verb, given);
        cx.emit::<Ftp>(Event::Command(Command { verb, name, argument: masked.as_ref() }));
        security_data(cx, Some(rest.trim_ascii()).filter(|_| verb == Verb::Adat), false);
        let mut waiting = Waiting::new(verb, cx.moment().at, cx.moment().frame);
        waiting.name = name.to_ascii_uppercase();
        waiting.argument = masked.into_owned();
        if verb.names_path() {
            waiting.path = Some(path::join(&self.pending.directory(&self.directory), given));
            waiting.guessed = self.pending.iter().any(Waiting::moves);
        }
        waiting.secret = self.logins.ask(cx, verb, given);
        self.prepare(cx, &mut waiting);
        self.keep(cx, waiting);
    }

    // The argument: what follows the blanks, cut at the limit. A password may begin with a blank.
    fn argument<'a, O: Observe<Ftp>>(&self, cx: &mut Context<'_, O>, verb: Verb, rest: &'a [u8]) -> &'a [u8] {
        let argument = match verb {
            Verb::Pass | Verb::Acct => rest.get(1..).unwrap_or_default(),
            _ => rest.trim_ascii_start(),
        };
        if argument.len() > MAX_TEXT {
            cx.weird("FTP_arg_too_long", &[]);
        }
        argument.get(..MAX_TEXT).unwrap_or(argument)
    }

    // What a command does before it is answered.
    fn prepare<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: &mut Waiting) {
        match waiting.verb {
            Verb::Port | Verb::Eprt | Verb::Lprt => {
                if let Some(endpoint) = active(waiting) {
                    waiting.channel = Some(self.channels.announce(cx, false, endpoint));
                }
            }
            Verb::Rest => self.rest = reply::number(&waiting.argument).unwrap_or(0),
            Verb::Clnt => cx.emit::<Ftp>(Event::Client { text: &waiting.argument }),
            verb if verb.transfers() => {
                waiting.start = core::mem::take(&mut self.rest);
                waiting.announced = self.known_size(waiting);
                // With PASV still unanswered this transfer's connection is yet to be announced.
                let later = self.pending.iter().any(|other| passive(other.verb));
                if let Some(channel) = (!later).then(|| self.channels.take()).flatten() {
                    waiting.carrier = Some(channel);
                    self.channels.assign(cx, channel, &self.subject(waiting));
                }
            }
            _ => {}
        }
    }

    fn known_size(&self, waiting: &Waiting) -> Option<u64> {
        let (sized, size) = self.sized.as_ref()?;
        (waiting.verb == Verb::Retr && waiting.path.as_ref() == Some(sized)).then_some(*size)
    }

    fn keep<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: Waiting) {
        if !self.pending.push(waiting) && !core::mem::replace(&mut self.overflowed, true) {
            cx.weird("FTP_too_many_pending_commands", &[]);
        }
    }

    // The server will answer it, so it keeps its place.
    pub(super) fn keep_unsound<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        let mut waiting = Waiting::new(Verb::Other, cx.moment().at, cx.moment().frame);
        waiting.unsound = true;
        self.keep(cx, waiting);
    }
}

fn active(waiting: &Waiting) -> Option<Endpoint> {
    match waiting.verb {
        Verb::Port => address::port_argument(&waiting.argument),
        Verb::Eprt => address::extended_argument(&waiting.argument),
        _ => address::long(&waiting.argument),
    }
}
