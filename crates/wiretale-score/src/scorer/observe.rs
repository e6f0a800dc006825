//! What the scorer hears, and which facts it makes of it.

use std::borrow::Cow;

use wiretale_dcc::{Dcc, DccChat};
use wiretale_dns::Dns;
use wiretale_ftp::{Ftp, FtpData};
use wiretale_irc::Irc;
use wiretale_packet::Flags;
use wiretale_protocol::{
    Direction, Exposure, Moment, Observe, Observer, Packets, Passed, State, Summary, Timestamp, Weird,
};
use wiretale_recognize::Named;
use wiretale_ssh::Ssh;
use wiretale_terminal::Terminal;

use super::{Scored, Scorer, ends};
use crate::detector::{Fact, Hears, name_key};
use crate::dialect::order;
use crate::heard::{Heard, Spoken, heard_as};
use crate::session::Keys;
use crate::text::{first_link, plain, sorts};
use crate::{Facts, IrcSession};

impl Observer for Scorer {
    type Flow = Scored;

    #[inline]
    fn wants_packets(&self) -> Packets {
        Facts::PACKETS
    }

    #[inline]
    fn wants_messages(&self) -> bool {
        self.anyone_wakes(Hears::IRC_LINE)
    }

    #[inline]
    fn wants_others(&self) -> bool {
        self.anyone_wakes(Hears::IRC_OTHERS)
    }

    fn memory(&self) -> usize {
        self.detectors.iter().map(|detector| detector.memory()).sum::<usize>()
            + self.names.memory()
            + self.pairs.memory()
            + self.visited.memory(0)
            + self.findings.memory()
    }

    fn weight(scored: &Scored) -> usize {
        let session = scored.facts.irc.as_ref().map_or(0, |session| session.weight());
        session + scored.file.as_ref().map_or(0, |file| file.weight())
    }

    fn opened(&mut self, scored: &mut Scored, moment: &Moment<'_>) {
        // The first that is told of need not be the first that began.
        self.began = Some(self.began.map_or(moment.flow.opened, |began| began.min(moment.flow.opened)));
        scored.facts.ends = Some(ends(&self.home, moment));
        self.meet(&mut scored.facts, moment);
        if let (Some([true, _]), Some(pair)) = (scored.facts.ends, scored.facts.pair) {
            scored.facts.returns = std::mem::replace(self.visited.entry(pair), true);
        }
        self.tell(&scored.facts, moment, Hears::OPENED, &Fact::Opened);
    }

    #[inline]
    fn passed(&mut self, scored: &mut Scored, moment: &Moment<'_>, passed: &Passed) {
        if passed.fresh > 0 {
            let packets = &mut scored.facts.data_packets[moment.direction.index()];
            *packets = packets.saturating_add(1);
            scored.facts.first_speaker.get_or_insert(moment.direction);
            if scored.facts.greeting == 0 && moment.direction == Direction::Server {
                scored.facts.greeting = passed.fresh;
            }
        }
        scored.facts.packets = scored.facts.packets.saturating_add(1);
        let reset = passed.flags.has(Flags::RST);
        let takes_part = &mut scored.facts.took_part[moment.direction.index()];
        let met = *takes_part;
        *takes_part |= !reset;
        if let Some(ends) = scored.facts.ends {
            self.tap.passed(ends, moment.direction, scored.facts.took_part);
        }
        // A client that goes on though nothing of the server is seen shows that there is one.
        let alone = moment.direction == Direction::Client && scored.facts.is_server_unseen();
        // Where the answer to a SYN was lost, the first packet behind it is as good.
        let answers = moment.direction == Direction::Server && !met && !reset;
        let opens = passed.flags.has(Flags::SYN) | alone | answers || moment.at == moment.flow.opened;
        if opens && scored.facts.packets <= Facts::FIRST && self.wakes(Hears::PASSED, &scored.facts) {
            self.meet(&mut scored.facts, moment);
            self.tell(&scored.facts, moment, Hears::PASSED, &Fact::Passed(passed));
        }
    }

    fn recognized(&mut self, scored: &mut Scored, moment: &Moment<'_>, service: &'static str) {
        scored.facts.service.get_or_insert(service);
        self.tell(&scored.facts, moment, Hears::RECOGNIZED, &Fact::Recognized(service));
    }

    fn served(&mut self, scored: &mut Scored, moment: &Moment<'_>, service: &'static str) {
        self.tell(&scored.facts, moment, Hears::SERVED, &Fact::Served(service));
    }

    fn weird(&mut self, scored: &mut Scored, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.tell(&scored.facts, moment, Hears::WEIRD, &Fact::Weird(weird));
    }

    fn exposed(&mut self, scored: &mut Scored, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.tell(&scored.facts, moment, Hears::EXPOSED, &Fact::Exposed(exposure));
    }

    #[inline]
    fn beyond(scored: &Scored, ask: &mut impl FnMut(&[u8], usize)) {
        if let Some(session) = scored.facts.irc.as_deref() {
            let (start, length) = session.needed();
            ask(start, length);
        }
    }

    fn closed(&mut self, scored: &mut Scored, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.meet(&mut scored.facts, moment);
        let kind = match scored.facts.irc {
            Some(_) => Hears::IRC_CLOSED,
            None if is_in_vain(summary) => Hears::IN_VAIN,
            None => Hears::TALKED,
        };
        self.tell(&scored.facts, moment, kind, &Fact::Closed(summary));
    }

    fn tick(&mut self, now: Timestamp) {
        self.leaps.tick(now);
    }
}

impl Observe<Irc> for Scorer {
    // Beside an observer that wants lines most events are lines, which nobody here waits for.
    #[inline(always)]
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_irc::Event<'_>) {
        let kind = heard_as(event, moment.direction);
        if IrcSession::learns_from(kind) || scored.facts.irc.is_none() {
            self.learn(&mut scored.facts, moment, event);
        }
        if self.wakes(kind, &scored.facts) {
            self.irc(&scored.facts, moment, kind, event);
        }
    }
}

impl Scorer {
    fn learn(&self, facts: &mut Facts, moment: &Moment<'_>, event: &wiretale_irc::Event<'_>) {
        let unseen = self.tap.hides_server(facts);
        let session = facts.irc.get_or_insert_default();
        // What a client takes for granted counts where nobody can be heard to say otherwise.
        if unseen || !matches!(event, wiretale_irc::Event::Presumed { .. }) {
            session.learn(moment.at, event);
        }
        if session.keys.is_none() {
            let network = (!session.network.is_empty()).then(|| name_key(&self.hash, &session.network));
            session.keys = Some(Keys::new(name_key(&self.hash, &session.nick), network));
        }
    }

    fn irc(&mut self, facts: &Facts, moment: &Moment<'_>, kind: Hears, event: &wiretale_irc::Event<'_>) {
        let Some(session) = facts.irc.as_deref() else { return };
        match *event {
            wiretale_irc::Event::Text { text, .. } | wiretale_irc::Event::Topic { text, .. } => {
                let sorts = sorts(&text);
                let plain = if sorts.controls { plain(&text) } else { Cow::Borrowed(text.0) };
                let spoken = Spoken::of(event, moment.direction, session);
                let order = spoken.and_then(|_| order(&plain));
                let link = if spoken.is_some() && sorts.colons { first_link(&plain) } else { None };
                let heard = Heard { text: &plain, sorts, spoken, order: order.as_ref(), link };
                let kinds = kind | heard.kinds();
                self.tell_words(facts, moment, kinds, &Fact::Irc(event), Some(&heard));
            }
            _ => self.tell(facts, moment, kind, &Fact::Irc(event)),
        }
    }
}

// Was it asked for in vain, and did no byte pass?
#[inline]
pub(super) fn is_in_vain(summary: &Summary<'_>) -> bool {
    let silent = [summary.client.bytes, summary.server.bytes].iter().all(|bytes| bytes.unwrap_or(0) == 0);
    silent && matches!(summary.state, State::S0 | State::Rej)
}

impl Observe<Dcc> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dcc::Event<'_>) {
        if let wiretale_dcc::Event::Content(content) = *event {
            self.content(scored, moment, "dcc", content);
        } else {
            self.tell(&scored.facts, moment, Hears::DCC, &Fact::Dcc(event));
        }
    }
}

impl Observe<DccChat> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dcc::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::DCC, &Fact::Chat(event));
    }
}

impl Observe<Ftp> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ftp::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::FTP, &Fact::Ftp(event));
    }
}

impl Observe<FtpData> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ftp::DataEvent<'_>) {
        if let wiretale_ftp::DataEvent::Content(content) = *event {
            self.content(scored, moment, "ftp", content);
        } else {
            self.tell(&scored.facts, moment, Hears::FTP, &Fact::FtpData(event));
        }
    }
}

// What is known by name only says no more than its name.
impl Observe<Named> for Scorer {}

impl Observe<Ssh> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_ssh::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::SSH, &Fact::Ssh(event));
    }
}

impl Observe<Terminal> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_terminal::Event<'_>) {
        self.tell(&scored.facts, moment, Hears::TEXT, &Fact::Text(event));
    }
}

impl Observe<Dns> for Scorer {
    fn observe(&mut self, scored: &mut Scored, moment: &Moment<'_>, event: &wiretale_dns::Event<'_>) {
        self.names.hear(moment, event, self.tap.is_one_sided());
        self.tell(&scored.facts, moment, Hears::DNS, &Fact::Dns(event));
    }
}
