//! The short ways of what most lines are. Each comes to what the long way comes to.

use wiretale_protocol::{Context, Direction, Observe, scan};

use crate::parse::{Glance, LONGEST_BODY, glance};
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Prefix, RecordKind, Tags};

impl Session {
    /// Reads a whole line the short way. False, and nothing done, where it has none.
    #[inline(never)]
    pub(crate) fn briefly<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, line: &[u8], controls: bool) -> bool {
        if !self.ease.easy || line.len() > LONGEST_BODY {
            return false;
        }
        let Some(seen) = glance(line) else { return false };
        let told = cx.moment().direction == Direction::Server;
        match seen.command.len() {
            7 if seen.command == b"PRIVMSG" => match self.plain_words(seen.params, controls) {
                Some(words) if told => self.passed_on(cx, seen, words, false),
                // Behind a channel there may be a service.
                Some((target, _)) if scan::holds(&target, *b",") => false,
                Some(words) => self.said(cx, seen, words),
                None => controls && self.acts(cx, seen, told),
            },
            6 if seen.command == b"NOTICE" => {
                let words = if told { self.plain_notice(seen.params, controls) } else { None };
                words.is_some_and(|words| self.passed_on(cx, seen, words, true))
            }
            3 => told && self.row_of_many(cx, seen),
            4 if seen.command == b"PING" || seen.command == b"PONG" => {
                seen.as_it_stands(cx);
                true
            }
            4 => told && self.is_beside(cx, seen.prefix) && self.went(cx, seen),
            _ => false,
        }
    }

    // Replies that come by the hundred, and are only kept.
    fn row_of_many<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, seen: Glance<'_>) -> bool {
        let (number, kind) = match seen.command {
            b"352" => (352, RecordKind::Who),
            b"354" => (354, RecordKind::Who),
            b"322" => (322, RecordKind::List),
            b"364" => (364, RecordKind::Links),
            b"372" => (372, RecordKind::Motd),
            _ => return false,
        };
        if !self.has_names() {
            return false;
        }
        seen.as_it_stands(cx);
        let held = self.gathered.held();
        self.row(cx, kind, number, seen.params.as_wire());
        if self.gathered.held() != held {
            self.settle();
        }
        true
    }

    // Somebody else, of whom nobody asks where he goes?
    fn is_beside<O: Observe<Irc>>(&self, cx: &Context<'_, O>, prefix: Option<Prefix<'_>>) -> bool {
        !cx.wants_others() && !self.is_own(prefix.map_or(&[], Prefix::name))
    }

    // He is in a channel, which tells that there is such a channel; or he left one, or the network, or has a new nick.
    fn went<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, seen: Glance<'_>) -> bool {
        match seen.command {
            // He may be the client whose nick nobody told.
            b"NICK" if self.own.nick.is_empty() => return false,
            b"PART" | b"QUIT" | b"NICK" => seen.as_it_stands(cx),
            b"JOIN" => {
                let channel = seen.params.get(0).unwrap_or_default();
                if channel.is_empty() || scan::holds(channel, *b",") {
                    return false;
                }
                seen.as_it_stands(cx);
                self.enter(cx, channel, &[], &[], false);
                self.settle();
            }
            _ => return false,
        }
        true
    }
}

impl Glance<'_> {
    /// Tells of the line as it stands, where that is asked for: before what it means is told.
    #[inline(always)]
    pub(crate) fn as_it_stands<O: Observe<Irc>>(self, cx: &mut Context<'_, O>) {
        if cx.wants_messages() {
            self.tell(cx);
        }
    }

    // By itself, so that the short ways stay short where nobody asks.
    #[inline(never)]
    fn tell<O: Observe<Irc>>(self, cx: &mut Context<'_, O>) {
        let Self { prefix, command, params } = self;
        let command = Command::from_wire(command);
        cx.emit::<Irc>(Event::Message(Message { tags: Tags::default(), prefix, command, params, cut: false }));
    }
}
