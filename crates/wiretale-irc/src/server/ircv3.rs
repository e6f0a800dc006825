//! What IRCv3 adds to what the server tells.

use wiretale_protocol::{Context, Observe};

use super::without_star;
use crate::name::keep;
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Severity, Source, Wire};

impl Session {
    pub(super) fn ircv3<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        match message.command {
            Command::Account => {
                let account = without_star(message.param(0).0);
                if !account.is_empty() && self.is_own(&from.name) {
                    self.ledger.logged_in(cx, &account);
                }
                cx.emit::<Irc>(Event::Account { who: from, account });
            }
            Command::Chghost => {
                if self.is_own(&from.name) {
                    keep(&mut self.own.user, &message.param(0));
                    keep(&mut self.own.host, &message.param(1));
                }
                cx.emit::<Irc>(Event::HostChanged { who: from, user: message.param(0), host: message.param(1) });
            }
            Command::Setname => {
                if self.is_own(&from.name) {
                    keep(&mut self.own.real_name, &message.param(0));
                }
                cx.emit::<Irc>(Event::RealNameChanged { who: from, real_name: message.param(0) });
            }
            Command::Away => cx.emit::<Irc>(Event::Away { who: from, text: message.param(0) }),
            // `RENAME #old #new :reason`
            Command::Rename if self.support.is_channel(&message.param(1)) => {
                self.channels.call(&message.param(0), &message.param(1), self.casemapping());
            }
            Command::Fail => standard_reply(cx, message, Severity::Fail),
            Command::Warn => standard_reply(cx, message, Severity::Warn),
            Command::Note => standard_reply(cx, message, Severity::Note),
            Command::Batch => {
                let reference = message.param(0);
                let begins = reference.first() == Some(&b'+');
                let kind = if begins { message.param(1) } else { Wire(&[]) };
                cx.emit::<Irc>(Event::Batch { reference: Wire(reference.get(1..).unwrap_or_default()), kind, begins });
            }
            _ => {}
        }
    }
}

// `FAIL command code [context …] :description`
fn standard_reply<O: Observe<Irc>>(cx: &mut Context<'_, O>, message: &Message<'_>, severity: Severity) {
    let rest = message.params.iter().skipped(2);
    let description = rest.last().unwrap_or_default();
    let rest = rest.rest();
    let context = rest.get(..rest.len().saturating_sub(description.len())).unwrap_or_default().trim_ascii_end();
    let context = Wire(context.strip_suffix(b":").unwrap_or(context).trim_ascii_end());
    let (command, code, description) = (message.param(0), message.param(1), Wire(description));
    cx.emit::<Irc>(Event::StandardReply { severity, command, code, context, description });
}
