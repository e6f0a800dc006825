//! Which numerics are lines of one answer.

use wiretale_protocol::{Context, Observe};

use crate::RecordKind as Kind;
use crate::gather::Kept;
use crate::session::Session;
use crate::{Event, Irc, Message};

impl Session {
    pub(super) fn gather<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, number: u16) {
        let Some((kind, last)) = self.answered(message, number) else { return };
        if last {
            let subject = message.param(1);
            let casemapping = self.casemapping();
            self.gathered.finish(kind, &subject, casemapping, |record| cx.emit::<Irc>(Event::Record(record)));
        } else {
            self.row(cx, kind, number, message.params.as_wire());
        }
    }

    // The question that a numeric answers, and whether nothing follows. Some stand in answers to several: what was asked
    // decides.
    #[inline]
    fn answered(&self, message: &Message<'_>, number: u16) -> Option<(Kind, bool)> {
        let whois = || self.gathered.is_open(Kind::Whois);
        let whowas = || self.gathered.is_open(Kind::Whowas) && !whois();
        let about = || self.gathered.is_asked(Kind::Whois, &message.param(1), self.casemapping());
        match number {
            301 if whois() => Some((Kind::Whois, false)),
            401 | 402 if about() => Some((Kind::Whois, false)),
            312 | 320 | 330 | 338 | 378 | 671 if whowas() => Some((Kind::Whowas, false)),
            _ => answer_of(number),
        }
    }

    /// A line of an answer of several.
    #[inline]
    pub(crate) fn row<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, kind: Kind, number: u16, row: &[u8]) {
        if self.gathered.row(kind, number, row) == Kept::FirstDropped {
            self.weird(cx, "irc_record_too_long", &[]);
        }
    }
}

// The answer that a numeric is a line of, and whether it is the last one.
#[inline]
fn answer_of(number: u16) -> Option<(Kind, bool)> {
    Some(match number {
        275 | 276 | 307..=313 | 316 | 317 | 319 | 320 | 326 | 327 | 330 | 335 | 338 | 339 => (Kind::Whois, false),
        343 | 350 | 378 | 379 | 616 | 671 | 672 => (Kind::Whois, false),
        318 => (Kind::Whois, true),
        314 | 406 => (Kind::Whowas, false),
        369 => (Kind::Whowas, true),
        352 | 354 => (Kind::Who, false),
        315 => (Kind::Who, true),
        353 => (Kind::Names, false),
        366 => (Kind::Names, true),
        321 | 322 => (Kind::List, false),
        323 => (Kind::List, true),
        364 => (Kind::Links, false),
        365 => (Kind::Links, true),
        372 | 375 => (Kind::Motd, false),
        376 | 422 => (Kind::Motd, true),
        371 | 373 => (Kind::Info, false),
        374 => (Kind::Info, true),
        211..=218 | 220 | 223..=226 | 240..=249 => (Kind::Stats, false),
        219 => (Kind::Stats, true),
        367 => (Kind::Bans, false),
        368 => (Kind::Bans, true),
        348 => (Kind::Exceptions, false),
        349 => (Kind::Exceptions, true),
        346 => (Kind::Invites, false),
        347 => (Kind::Invites, true),
        728 => (Kind::Quiets, false),
        729 => (Kind::Quiets, true),
        732 => (Kind::Monitor, false),
        733 => (Kind::Monitor, true),
        6 | 15 => (Kind::Map, false),
        7 | 17 => (Kind::Map, true),
        704 | 705 => (Kind::Help, false),
        706 => (Kind::Help, true),
        _ => return None,
    })
}
