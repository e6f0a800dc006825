//! The short ways of what most lines are. Each comes to what the long way comes to.

use wiretale_protocol::{Context, Direction, Observe, scan};

use crate::parse::{Glance, glance};
use crate::protocol::LONGEST_BODY;
use crate::session::Session;
use crate::{Irc, Prefix, RecordKind};

impl Session {
    /// Reads a whole line the short way, for an observer that does not want lines as they stand. False, and nothing done,
    /// where it has none.
    #[inline(never)]
    pub(crate) fn briefly<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, line: &[u8], controls: bool) -> bool {
        if !self.ease.easy || line.len() > LONGEST_BODY {
            return false;
        }
        let Some(Glance { prefix, command, params }) = glance(line) else { return false };
        let told = cx.moment().direction == Direction::Server;
        match command.len() {
            7 if command == b"PRIVMSG" => match self.plain_words(params, controls) {
                Some(words) if told => self.passed_on(cx, prefix, words, false),
                Some(words) => self.said(cx, words),
                None => controls && self.acts(cx, prefix.filter(|_| told), params, told),
            },
            6 if command == b"NOTICE" => {
                let words = if told { self.plain_notice(params, controls) } else { None };
                words.is_some_and(|words| self.passed_on(cx, prefix, words, true))
            }
            3 => told && self.row_of_many(cx, command, params.as_wire()),
            4 if command == b"PING" || command == b"PONG" => true,
            4 => told && self.is_beside(cx, prefix) && self.went(cx, command, params.get(0).unwrap_or_default()),
            _ => false,
        }
    }

    // Replies that come by the hundred, and are only kept.
    fn row_of_many<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, command: &[u8], row: &[u8]) -> bool {
        let (number, kind) = match command {
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
        let held = self.gathered.held();
        self.row(cx, kind, number, row);
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
    fn went<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, command: &[u8], channel: &[u8]) -> bool {
        if command != b"JOIN" {
            return command == b"PART" || command == b"QUIT" || command == b"NICK";
        }
        if channel.is_empty() || scan::holds(channel, *b",") {
            return false;
        }
        self.enter(cx, channel, &[], &[], false);
        self.settle();
        true
    }
}
