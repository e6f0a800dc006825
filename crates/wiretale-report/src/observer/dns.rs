//! `dns.log`.

use std::time::Duration;

use wiretale::dns::{Dns, Event, Reply, Section};
use wiretale::protocol::{Flow, Moment, Observe};

use super::{Logs, State};
use crate::logs;
use crate::logs::dns::{Asked, Replied};
use crate::output::Output;

/// Questions that wait for their replies, and the answers of the reply that is being read.
#[derive(Debug, Default)]
pub(super) struct Session {
    // Oldest first.
    asked: Vec<Asked>,
    answers: Vec<(Box<[u8]>, Duration)>,
}

impl<W: Output> Observe<Dns> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        let session = &mut state.parts().dns;
        match event {
            Event::Query(query) => {
                let asked = Asked::by_query(moment.at, moment.flow, query);
                let oldest = (session.asked.len() >= MOST).then(|| session.asked.remove(0));
                session.asked.push(asked);
                if let Some(oldest) = oldest {
                    self.dns_row(moment.flow, &oldest, &Replied::default());
                }
            }
            Event::Answer(answer) => {
                if answer.section == Section::Answer
                    && session.answers.len() < MOST
                    && let Some(text) = logs::dns::answer(&answer.record)
                {
                    session.answers.push((text.into(), Duration::from_secs(answer.record.ttl.into())));
                }
            }
            Event::Reply(reply) => self.dns_reply(state, moment, reply),
        }
    }
}

impl<W: Output> Logs<W> {
    fn dns_reply(&mut self, state: &mut State, moment: &Moment<'_>, reply: &Reply<'_>) {
        let session = &mut state.parts().dns;
        let answers = std::mem::take(&mut session.answers);
        let number = reply.asked.map(|asked| asked.number);
        let at = session.asked.iter().position(|asked| number.is_some() && asked.number == number);
        let asked = match at {
            Some(at) => session.asked.remove(at),
            None => Asked::by_reply(moment.at, moment.flow, reply),
        };
        let replied = Replied { flags: Some(reply.flags), rtt: reply.asked.map(|asked| asked.took), answers };
        self.dns_row(moment.flow, &asked, &replied);
    }

    /// Questions that no reply came to.
    pub(super) fn end_of_dns(&mut self, state: &mut State, flow: &Flow) {
        for asked in std::mem::take(&mut state.parts().dns.asked) {
            self.dns_row(flow, &asked, &Replied::default());
        }
    }

    fn dns_row(&mut self, flow: &Flow, asked: &Asked, replied: &Replied) {
        self.writer.row(&logs::dns::TABLE, |row| logs::dns::row(row, flow, asked, replied));
    }
}

const MOST: usize = 64;
