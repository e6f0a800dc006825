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
                let asked = Asked::new(moment.at, query.id, query.flags, Some(&query.question));
                let oldest = (session.asked.len() >= MOST).then(|| session.asked.remove(0));
                session.asked.push(asked);
                if let Some(oldest) = oldest {
                    self.dns_row(moment.flow, &oldest, &Replied::default());
                }
            }
            Event::Answer(answer) => {
                if answer.section == Section::Answer
                    && session.answers.len() < MOST
                    && let Some(text) = logs::dns::answer(&answer.record.data)
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
        let at = session.asked.iter().position(|asked| asked.id == reply.id);
        let asked = match at {
            Some(at) => session.asked.remove(at),
            None => Asked::new(moment.at, reply.id, reply.flags, reply.question.as_ref()),
        };
        let replied = Replied { flags: Some(reply.flags), rtt: reply.asked.map(|(_, took)| took), answers };
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
