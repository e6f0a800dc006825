//! `irc.log` and `irc_messages.log`.

use wiretale::irc::{Command, Event, Irc, Message};
use wiretale::protocol::{Direction, Moment, Observe};

use super::{Logs, State};
use crate::logs;
use crate::output::Output;
use crate::row::{Named, Row};

/// What Zeek's rows repeat: the nick and the user name as the client last asked for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    pub(super) nick: Option<Box<[u8]>>,
    pub(super) user: Option<Box<[u8]>>,
}

impl<W: Output> Observe<Irc> for Logs<W> {
    #[inline(always)]
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        match event {
            Event::Message(message) => self.line(state, moment, message),
            // Most of what is no line is talk, which no log here tells of.
            Event::Text { .. } => {}
            meant => self.meant(state, moment, meant),
        }
    }
}

// Not in one piece with what hears the talk, to which they have nothing to say.
impl<W: Output> Logs<W> {
    #[inline(never)]
    fn line(&mut self, state: &mut State, moment: &Moment<'_>, message: &Message<'_>) {
        if self.messages {
            let (table, format) = (&logs::irc_messages::TABLE, self.writer.format());
            let named = state.parts().named.get_or_insert_with(|| Named::of(moment.flow, table, format));
            self.writer.row(table, |row| logs::irc_messages::row(row, moment, named, message));
        }
        match moment.direction {
            Direction::Client => self.asked(state, moment, message),
            Direction::Server => self.irc_server_software(moment, message),
        }
    }

    #[inline(never)]
    fn meant(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        self.irc_client_software(moment, event);
        if let Event::Dcc { step, .. } = event {
            self.dcc_offer(state, moment, step.as_ref());
        }
        self.digest.irc(moment, event);
    }

    fn asked(&mut self, state: &mut State, moment: &Moment<'_>, message: &Message<'_>) {
        match message.command {
            Command::Nick => {
                let nick = message.param(0).0;
                self.irc_row(&state.parts().irc, moment, "NICK", Some(nick), None);
                state.parts().irc.nick = Some(kept(nick));
            }
            Command::User => {
                let user = message.param(0).0;
                let words: Vec<&[u8]> = message.params.iter().skip(1).collect();
                let addl = words.join(&b' ');
                self.irc_row(&state.parts().irc, moment, "USER", Some(user), Some(&addl));
                state.parts().irc.user = Some(kept(user));
            }
            Command::Join => self.joined(&state.parts().irc, moment, message),
            _ => {}
        }
    }

    /// A row for each channel. Of its key we say that there is one.
    fn joined(&mut self, session: &Session, moment: &Moment<'_>, message: &Message<'_>) {
        let (channels, keys) = (message.param(0).0, message.param(1).0);
        let mut keys = keys.split(|&byte| byte == b',');
        for channel in channels.split(|&byte| byte == b',').filter(|channel| !channel.is_empty()) {
            let key = keys.next().is_some_and(|key| !key.is_empty());
            let addl: &[u8] = if key { b" with channel key: '<hidden>'" } else { b"" };
            self.irc_row(session, moment, "JOIN", Some(channel), Some(addl));
        }
    }

    fn irc_row(
        &mut self,
        session: &Session,
        moment: &Moment<'_>,
        command: &str,
        value: Option<&[u8]>,
        addl: Option<&[u8]>,
    ) {
        self.writer.row(&logs::irc::TABLE, |row: Row<'_>| {
            let flow = moment.flow;
            let row = row.time(moment.at).flow(flow);
            let row = row.text(session.nick.as_deref()).text(session.user.as_deref());
            row.word(command).text(value).text(addl)
        });
    }
}

/// A nick or a user name, as far as we keep it.
fn kept(text: &[u8]) -> Box<[u8]> {
    text[..text.len().min(LONGEST)].into()
}

const LONGEST: usize = 512;
