//! What servers tell each other: TS6, InspIRCd, UnrealIRCd, RFC 2813.

mod servers;
mod users;

use alloc::boxed::Box;

use smallvec::SmallVec;
use wiretale_protocol::{Context, Direction, Observe};

use crate::channels::Topic;
use crate::introduced::dialect_of;
use crate::link::Link;
use crate::owned::Sender;
use crate::server::refusal_in;
use crate::session::Session;
use crate::wire::number;
use crate::{Command, Dialect, Event, Irc, Message, Refusal, Source, Support, Wire};

impl Session {
    /// Does this line show that servers talk here?
    pub(crate) fn recognize_link<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let guessed = self.guessed && cx.moment().direction == Direction::Server;
        if self.link.is_some() || (self.registered && !guessed) {
            return;
        }
        let Some(dialect) = dialect_of(message) else { return };
        if guessed {
            self.own.nick.clear();
            (self.registered, self.guessed) = (false, false);
        }
        self.dealings.set_relayed(true);
        self.link = Some(Box::new(Link::new(dialect)));
        self.support.note_dialect(dialect);
        if dialect == Dialect::Other && message.command != Command::Server {
            self.weird(cx, "irc_unknown_link_dialect", &[]);
        }
    }

    // It was no link: what it told of how lines are to be read goes with it, and who offers sends the packets.
    fn unlink(&mut self) {
        self.link = None;
        self.dealings.set_relayed(false);
        self.support = Support::default();
        self.note_support();
    }

    /// A message on a link.
    pub(crate) fn link_message<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let direction = cx.moment().direction;
        // A server that greets a client takes it for one, whatever it called itself.
        if message.command == Command::Numeric(1) {
            self.unlink();
            return self.server_message(cx, message);
        }
        let Some(link) = self.link.as_deref_mut() else { return };
        if link.dialect == Dialect::Other
            && let Some(dialect) = dialect_of(message)
        {
            link.dialect = dialect;
            self.support.note_dialect(dialect);
        }
        let goes_on = !matches!(
            message.command,
            Command::Numeric(_)
                | Command::Error
                | Command::Notice
                | Command::Pass
                | Command::Capab
                | Command::Server
                | Command::Protoctl
        );
        if goes_on && link.side(direction.opposite()).named {
            self.ledger.link_goes_on(cx, direction.opposite());
        }
        let from = Sender::of(link.source(message.source()));
        self.linked(cx, message, from.borrow());
    }

    fn linked<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        match message.command {
            Command::Pass | Command::Capab | Command::Protoctl => self.abilities(cx, message),
            Command::Server | Command::Sid | Command::Smask => self.server_named(cx, message),
            Command::Uid | Command::Euid | Command::Unick => self.user_introduced(cx, message),
            Command::Nick if message.params.count() > 3 => self.user_introduced(cx, message),
            Command::Nick => self.link_renamed(cx, message, from, message.param(0)),
            Command::Save => {
                let nick = self.nick_of(&message.param(0));
                let id = message.param(0);
                self.renamed_to(cx, &id, Source { name: Wire(&nick), ..Source::default() }, id);
            }
            Command::Sjoin | Command::Fjoin | Command::Njoin => self.members_told(cx, message),
            Command::Join | Command::Ijoin => self.link_joined(cx, message, from),
            Command::Part => {
                self.leave(cx, &message.param(0), &from.name, false);
                let (channel, reason) = (message.param(0), message.param(1));
                cx.emit::<Irc>(Event::Parted { channel, who: from, reason, own: false });
            }
            Command::Quit => {
                self.forget_user(&message.source().name);
                self.quit(cx, from, message.param(0));
            }
            Command::Kick => {
                let nick = self.nick_of(&message.param(1));
                self.leave(cx, &message.param(0), &nick, false);
                // InspIRCd tells of which joining it is: `KICK #c uid id :reason`.
                let at = if message.params.count() > 3 { 3 } else { 2 };
                let (channel, reason) = (message.param(0), message.param(at));
                cx.emit::<Irc>(Event::Kicked { channel, nick: Wire(&nick), by: from, reason, own: false });
            }
            Command::Kill | Command::Svskill => {
                let nick = self.nick_of(&message.param(0));
                self.forget_user(&message.param(0));
                self.killed(cx, from, Wire(&nick), message.param(1));
            }
            Command::Squit | Command::Rsquit => self.split(cx, message),
            Command::Topic | Command::Ftopic | Command::Tb | Command::Tburst | Command::Etb => {
                self.link_topic(cx, message, from);
            }
            Command::Mode | Command::Fmode | Command::Tmode | Command::Bmask | Command::Ebmask | Command::Lmode => {
                self.link_modes(cx, message, from);
            }
            Command::Encap => self.encapsulated(cx, message, from),
            Command::Privmsg | Command::Notice | Command::Squery => {
                let target = self.nick_of(&message.param(0));
                self.words_to(cx, message, from, Wire(&target));
            }
            _ => self.link_rest(cx, message, from),
        }
    }

    fn link_rest<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        let direction = cx.moment().direction;
        match message.command {
            Command::Metadata => self.metadata(cx, message),
            Command::Eob | Command::Endburst | Command::Eos => self.burst_over(cx, from.name),
            // Where there is no mark of its own, the answer to the PING behind the burst is one.
            Command::Pong if self.ends_burst_unmarked(direction) => self.burst_over(cx, from.name),
            Command::Fhost | Command::Chghost | Command::Sethost | Command::Realhost => {
                self.link_host(cx, message, from);
            }
            Command::Fname | Command::Setname => {
                cx.emit::<Irc>(Event::RealNameChanged { who: from, real_name: message.param(0) });
            }
            Command::Away => cx.emit::<Irc>(Event::Away { who: from, text: message.param(0) }),
            Command::Account => cx.emit::<Irc>(Event::Account { who: from, account: message.param(0) }),
            Command::Opertype => cx.emit::<Irc>(Event::Oper { name: from.name, accepted: true }),
            Command::Invite => {
                let nick = self.nick_of(&message.param(0));
                cx.emit::<Irc>(Event::Invited { channel: message.param(1), nick: Wire(&nick), by: from });
            }
            Command::Svsnick => {
                let id = message.param(0);
                let nick = self.nick_of(&id);
                self.renamed_to(cx, &id, Source { name: Wire(&nick), ..Source::default() }, message.param(1));
            }
            Command::Sasl => self.relayed_sasl(cx, message.params.iter().skipped(1)),
            Command::Error => {
                // It speaks of the other's password; what its own was worth nobody says any more.
                let password = refusal_in(&message.param(0)) == Refusal::Password;
                self.ledger.link_over(cx, direction.opposite(), password);
                self.ledger.link_over(cx, direction, false);
                cx.emit::<Irc>(Event::Ended { reason: message.param(0) });
            }
            _ => {}
        }
    }

    // `TOPIC #c :text`, `TOPIC #c setter ts :text`, `FTOPIC #c ts topicts [setter] :text`, `TB #c ts [setter] :text`,
    // `TBURST ts #c ts setter :text`.
    fn link_topic<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        let text = message.params.last().unwrap_or_default().into();
        let count = message.params.count();
        let (channel, setter, time) = match message.command {
            Command::Topic if count >= 4 => (message.param(0), message.param(1), number(&message.param(2))),
            Command::Ftopic if count >= 5 => (message.param(0), message.param(3), number(&message.param(2))),
            // Before version 3: `FTOPIC #c topicts setter :text`.
            Command::Ftopic if count == 4 && number(&message.param(2)).is_none() => {
                (message.param(0), message.param(2), number(&message.param(1)))
            }
            Command::Ftopic => (message.param(0), from.name, number(&message.param(2))),
            Command::Tb if count >= 4 => (message.param(0), message.param(2), number(&message.param(1))),
            Command::Tb => (message.param(0), Wire(&[]), number(&message.param(1))),
            Command::Tburst | Command::Etb => (message.param(1), message.param(3), number(&message.param(2))),
            _ => (message.param(0), from.name, None),
        };
        let changed = message.command == Command::Topic;
        self.topic(cx, channel, Topic { text, setter: setter.0.into(), time }, changed);
    }

    fn link_modes<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, by: Source<'_>) {
        let (target, skip) = match message.command {
            Command::Tmode => (message.param(1), 2),
            Command::Fmode => (message.param(0), 2),
            Command::Bmask | Command::Ebmask | Command::Lmode => return self.masks_told(cx, message),
            _ => (message.param(0), 1),
        };
        let name = if self.support.is_channel(&target) { SmallVec::from_slice(&target) } else { self.nick_of(&target) };
        self.mode_changes(cx, &name, by, message.params.iter().skipped(skip));
    }

    pub(crate) fn known(&self, id: &[u8]) -> Sender {
        let source = Source { name: Wire(id), ..Source::default() };
        Sender::of(self.link.as_deref().map_or(source, |link| link.source(source)))
    }

    fn nick_of(&self, id: &[u8]) -> SmallVec<[u8; 32]> {
        SmallVec::from_slice(self.link.as_deref().and_then(|link| link.name_of(id)).unwrap_or(id))
    }
}
