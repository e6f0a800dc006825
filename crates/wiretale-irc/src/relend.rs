//! Events with borrowed text of another lifetime.

use wiretale_dcc::LendOffers;
use wiretale_protocol::Lend;

use crate::{Event, Listed, Message, ModeChange, Params, Prefix, Record, Rows, Source, Tags, Wire};

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl LendOffers<'b>) -> Event<'b> {
        match *self {
            Self::Message(it) => Event::Message(it.relend(lender)),
            Self::Registered { nick, user, host, real_name, server, network } => Event::Registered {
                nick: nick.relend(lender),
                user: user.relend(lender),
                host: host.relend(lender),
                real_name: real_name.relend(lender),
                server: server.relend(lender),
                network: network.relend(lender),
            },
            Self::Known { nick, server } => Event::Known { nick: nick.relend(lender), server: server.relend(lender) },
            Self::Presumed { nick, user, real_name } => Event::Presumed {
                nick: nick.relend(lender),
                user: user.relend(lender),
                real_name: real_name.relend(lender),
            },
            Self::Network { name, server } => {
                Event::Network { name: name.relend(lender), server: server.relend(lender) }
            }
            Self::Refused { reason, numeric, nick, text } => {
                Event::Refused { reason, numeric, nick: nick.relend(lender), text: text.relend(lender) }
            }
            Self::NickChanged { who, nick, own, forced } => {
                Event::NickChanged { who: who.relend(lender), nick: nick.relend(lender), own, forced }
            }
            Self::Joined { channel, who, account, real_name, own, key } => Event::Joined {
                channel: channel.relend(lender),
                who: who.relend(lender),
                account: account.relend(lender),
                real_name: real_name.relend(lender),
                own,
                key,
            },
            Self::Parted { channel, who, reason, own } => Event::Parted {
                channel: channel.relend(lender),
                who: who.relend(lender),
                reason: reason.relend(lender),
                own,
            },
            Self::Quit { who, reason, own, netsplit } => {
                Event::Quit { who: who.relend(lender), reason: reason.relend(lender), own, netsplit }
            }
            Self::Kicked { channel, nick, by, reason, own } => Event::Kicked {
                channel: channel.relend(lender),
                nick: nick.relend(lender),
                by: by.relend(lender),
                reason: reason.relend(lender),
                own,
            },
            Self::Killed { nick, by, reason, own } => {
                Event::Killed { nick: nick.relend(lender), by: by.relend(lender), reason: reason.relend(lender), own }
            }
            Self::Invited { channel, nick, by } => {
                Event::Invited { channel: channel.relend(lender), nick: nick.relend(lender), by: by.relend(lender) }
            }
            Self::Topic { channel, text, setter, time, changed } => Event::Topic {
                channel: channel.relend(lender),
                text: text.relend(lender),
                setter: setter.relend(lender),
                time,
                changed,
            },
            Self::Mode { target, by, change } => {
                Event::Mode { target: target.relend(lender), by: by.relend(lender), change: change.relend(lender) }
            }
            Self::Listed { channel, entry } => {
                Event::Listed { channel: channel.relend(lender), entry: entry.relend(lender) }
            }
            Self::Text { from, target, text, notice } => Event::Text {
                from: from.relend(lender),
                target: target.relend(lender),
                text: text.relend(lender),
                notice,
            },
            Self::Ctcp { from, target, reply, verb, args } => Event::Ctcp {
                from: from.relend(lender),
                target: target.relend(lender),
                reply,
                verb: verb.relend(lender),
                args: args.relend(lender),
            },
            Self::Dcc { from, target, message, step } => Event::Dcc {
                from: from.relend(lender),
                target: target.relend(lender),
                message: message.relend(lender),
                step: step.map(|step| step.relend(lender)),
            },
            Self::Record(it) => Event::Record(it.relend(lender)),
            Self::Login { account, who, mechanism, accepted } => Event::Login {
                account: account.relend(lender),
                who: who.relend(lender),
                mechanism: mechanism.relend(lender),
                accepted,
            },
            Self::Capabilities { subcommand, list, more } => {
                Event::Capabilities { subcommand: subcommand.relend(lender), list: list.relend(lender), more }
            }
            Self::Batch { reference, kind, begins } => {
                Event::Batch { reference: reference.relend(lender), kind: kind.relend(lender), begins }
            }
            Self::Labeled { label, question, batch, empty } => {
                let (label, question) = (label.relend(lender), question.map(|question| question.relend(lender)));
                Event::Labeled { label, question, batch: batch.relend(lender), empty }
            }
            Self::StandardReply { severity, command, code, context, description } => Event::StandardReply {
                severity,
                command: command.relend(lender),
                code: code.relend(lender),
                context: context.relend(lender),
                description: description.relend(lender),
            },
            Self::Away { who, text } => Event::Away { who: who.relend(lender), text: text.relend(lender) },
            Self::Account { who, account } => {
                Event::Account { who: who.relend(lender), account: account.relend(lender) }
            }
            Self::HostChanged { who, user, host } => {
                Event::HostChanged { who: who.relend(lender), user: user.relend(lender), host: host.relend(lender) }
            }
            Self::RealNameChanged { who, real_name } => {
                Event::RealNameChanged { who: who.relend(lender), real_name: real_name.relend(lender) }
            }
            Self::Presence { who, online } => Event::Presence { who: who.relend(lender), online },
            Self::Oper { name, accepted } => Event::Oper { name: name.relend(lender), accepted },
            Self::JoinRefused { channel, numeric, text } => {
                Event::JoinRefused { channel: channel.relend(lender), numeric, text: text.relend(lender) }
            }
            Self::Supports { name, value } => {
                Event::Supports { name: name.relend(lender), value: value.relend(lender) }
            }
            Self::StartTls => Event::StartTls,
            Self::StartTlsRefused => Event::StartTlsRefused,
            Self::Proxied { kind, target } => Event::Proxied { kind, target: target.relend(lender) },
            Self::Bouncer { software } => Event::Bouncer { software: software.relend(lender) },
            Self::Gateway { name, host, address } => {
                Event::Gateway { name: name.relend(lender), host: host.relend(lender), address: address.relend(lender) }
            }
            Self::LinkPeer { name, sid, description, dialect } => Event::LinkPeer {
                name: name.relend(lender),
                sid: sid.relend(lender),
                description: description.relend(lender),
                dialect,
            },
            Self::ServerJoined { name, sid, uplink, description } => Event::ServerJoined {
                name: name.relend(lender),
                sid: sid.relend(lender),
                uplink: uplink.relend(lender),
                description: description.relend(lender),
            },
            Self::ServerSplit { name, reason } => {
                Event::ServerSplit { name: name.relend(lender), reason: reason.relend(lender) }
            }
            Self::UserJoined { uid, who, real_host, address, account, real_name, server } => Event::UserJoined {
                uid: uid.relend(lender),
                who: who.relend(lender),
                real_host: real_host.relend(lender),
                address: address.relend(lender),
                account: account.relend(lender),
                real_name: real_name.relend(lender),
                server: server.relend(lender),
            },
            Self::BurstEnd { server, servers, users } => {
                Event::BurstEnd { server: server.relend(lender), servers, users }
            }
            Self::Compressed => Event::Compressed,
            Self::Ended { reason } => Event::Ended { reason: reason.relend(lender) },
        }
    }
}

impl Wire<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Wire<'b> {
        Wire(lender.lend(self.0))
    }
}

impl Source<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Source<'b> {
        Source { name: self.name.relend(lender), user: self.user.relend(lender), host: self.host.relend(lender) }
    }
}

impl Message<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Message<'b> {
        Message {
            tags: Tags::new(lender.lend(self.tags.as_wire())),
            prefix: self.prefix.map(|prefix| Prefix(lender.lend(prefix.0))),
            command: self.command.relend(lender),
            params: Params::new(lender.lend(self.params.as_wire())),
            cut: self.cut,
        }
    }
}

impl ModeChange<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> ModeChange<'b> {
        let Self { adding, letter, kind, argument } = self;
        ModeChange { adding, letter, kind, argument: argument.relend(lender) }
    }
}

impl Listed<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Listed<'b> {
        let Self { letter, mask, setter, time } = self;
        Listed { letter, mask: mask.relend(lender), setter: setter.relend(lender), time }
    }
}

impl Record<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Record<'b> {
        let Self { kind, subject, question, rows, dropped } = self;
        let subject = subject.relend(lender);
        let question = question.map(|question| question.relend(lender));
        Record { kind, subject, question, rows: Rows(lender.lend(rows.0)), dropped }
    }
}
