//! DCC: the offers of IRC sessions and the connections they lead to.

use std::collections::BTreeMap;

use wiretale::dcc::{Announced, Change, Dcc, DccChat, Event, Offers, Step};
use wiretale::protocol::{Expectation, Flow, FlowId, Moment, Observe};

use super::transfer::{File, Source};
use super::{Logs, State, irc};
use crate::logs;
use crate::output::Output;
use crate::row::Row;

/// The offers, and the IRC sessions in which they were made.
#[derive(Debug)]
pub(super) struct Sessions {
    offers: Offers,
    // By the session's flow.
    made_in: BTreeMap<FlowId, MadeIn>,
    // By the data connection's flow.
    files: BTreeMap<FlowId, File>,
}

/// A session that carried offers, as it was at the last of them.
#[derive(Clone, Debug)]
struct MadeIn {
    flow: Flow,
    session: irc::Session,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { offers: Offers::new(MOST), made_in: BTreeMap::new(), files: BTreeMap::new() }
    }
}

impl Sessions {
    pub(super) fn memory(&self) -> usize {
        let made_in = self.made_in.len() * (size_of::<MadeIn>() + 96);
        self.offers.records().len() * OFFER + made_in + self.files.len() * (size_of::<File>() + 256)
    }

    fn note(&mut self, flow: &Flow, session: &irc::Session) {
        if self.made_in.len() < MOST || self.made_in.contains_key(&flow.id) {
            self.made_in.insert(flow.id, MadeIn { flow: *flow, session: session.clone() });
        }
    }
}

impl<W: Output> Observe<Dcc> for Logs<W> {
    fn observe(&mut self, state: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        self.dcc_event(moment, event);
        match event {
            Event::Opened { announced, .. } => {
                let announced = announced.filter(|announced| announced.offer.number > 0).cloned();
                state.parts().source = Some(Source::Dcc(announced.map(Box::new)));
            }
            Event::Content(content) => self.content(state, moment, *content),
            _ => {}
        }
    }
}

impl<W: Output> Observe<DccChat> for Logs<W> {
    fn observe(&mut self, _: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        self.dcc_event(moment, event);
    }
}

impl<W: Output> Logs<W> {
    fn dcc_event(&mut self, moment: &Moment<'_>, event: &Event<'_>) {
        self.dcc.offers.event(moment.flow.id, moment.at, event);
    }

    /// A DCC message passed in an IRC session: whose session it was is needed when its connection comes.
    pub(super) fn dcc_offer(&mut self, state: &mut State, moment: &Moment<'_>, step: Option<&Step<'_>>) {
        self.dcc.note(moment.flow, &state.parts().irc);
        if let Some(step) = step {
            self.dcc.offers.step(step);
        }
    }

    /// The connection that an offer announced never came.
    pub(super) fn offer_lapsed(&mut self, expectation: &Expectation) {
        if let Some(announced) = expectation.note.peek::<Announced>() {
            self.dcc.offers.step(&Step { announced, change: Change::Offered });
        }
    }

    /// A file that DCC moved: Zeek writes it as a row of `irc.log`, under the session that offered it.
    pub(super) fn dcc_file(&mut self, data: &Flow, announced: Option<&Announced>, file: &File) {
        if self.dcc.files.len() < MOST {
            self.dcc.files.insert(data.id, file.clone());
        }
        let Some(announced) = announced else { return };
        let Some(made_in) = self.dcc.made_in.get(&announced.offer.session) else { return };
        self.writer.row(&logs::irc::TABLE, |row| {
            let MadeIn { flow, session } = made_in;
            let row = row.time(announced.offered).flow(flow);
            let row = row.text(session.nick.as_deref()).text(session.user.as_deref()).word("DCC").unset().unset();
            let row = row.text((!announced.name.is_empty()).then_some(&announced.name[..])).count(announced.size);
            row.word(file.mime).text(file.fuid.as_bytes())
        });
    }

    /// At the end of the run: a row for each offer. Returns how many offers there was no room for.
    pub(super) fn dcc_rows(&mut self) -> u64 {
        let dcc = std::mem::take(&mut self.dcc);
        for record in dcc.offers.records() {
            let announced = record.announced.as_ref();
            let made_in = announced.and_then(|announced| dcc.made_in.get(&announced.offer.session));
            let file = record.flow.and_then(|flow| dcc.files.get(&flow));
            self.digest.offer(record);
            self.writer.row(&logs::dcc::TABLE, |row: Row<'_>| {
                logs::dcc::row(row, record, made_in.map(|made_in| &made_in.flow), file.map(|file| file.fuid))
            });
        }
        dcc.offers.dropped()
    }
}

const MOST: usize = 1 << 14;
// Bytes of an offer with its words and its places in the tables.
const OFFER: usize = 1024;
