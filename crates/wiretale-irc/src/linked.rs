//! What servers tell each other: TS6, InspIRCd, UnrealIRCd, RFC 2813.

use alloc::boxed::Box;

use smallvec::SmallVec;
use wiretale_protocol::{Context, Direction, Observe};

use crate::channels::Topic;
use crate::introduced::{dialect_of, introduced};
use crate::link::{Link, User};
use crate::owned::Sender;
use crate::replies::number;
use crate::session::Session;
use crate::{Command, Dialect, Event, Irc, Message, Source, Support, Wire};

impl Session {
    /// Does this line show that servers talk here?
    pub(crate) fn recognize_link<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        if self.link.is_some() || self.registered {
            return;
        }
        let Some(dialect) = dialect_of(message) else { return };
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
                for direction in Direction::BOTH {
                    self.ledger.link_refused(cx, direction);
                }
                cx.emit::<Irc>(Event::Ended { reason: message.param(0) });
            }
            _ => {}
        }
    }

    // `PASS pw 0210-IRC+ ngIRCd|26:… PZ`, `PASS pw TS 6 :0AA`, `CAPAB :… ZIP`, `PROTOCTL SID=001`.
    fn abilities<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let direction = cx.moment().direction;
        let Some(link) = self.link.as_deref_mut() else { return };
        let side = link.side(direction);
        match message.command {
            Command::Pass if message.param(1) == b"TS" => side.sid = message.param(3).0.into(),
            Command::Pass => side.zip |= message.param(3).contains(&b'Z'),
            Command::Protoctl => {
                let sid = message.params.iter().find_map(|token| token.strip_prefix(b"SID="));
                side.sid = sid.map_or_else(|| core::mem::take(&mut side.sid), Into::into);
                let modes = |token: &&[u8]| token.starts_with(b"CHANMODES=") || token.starts_with(b"PREFIX=");
                message.params.iter().filter(modes).for_each(|token| self.support.token(token));
            }
            _ => {
                let words = message.params.last().unwrap_or_default();
                let mut words = words.split(|&byte| byte == b' ');
                match &*message.param(0).to_ascii_uppercase() {
                    b"CHANMODES" => words.for_each(|token| self.support.inspircd_mode(token)),
                    b"CAPABILITIES" => {
                        words.for_each(|token| self.support.token(token));
                        self.note_support();
                    }
                    _ => side.zip |= words.any(|word| word == b"ZIP"),
                }
            }
        }
    }

    fn server_named<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let direction = cx.moment().direction;
        let Some(link) = self.link.as_deref_mut() else { return };
        let name = message.param(0);
        let description = Wire(message.params.last().unwrap_or_default());
        let is_sid = |word: &Wire<'_>| matches!(*word.0, [b'0'..=b'9', _, _]);
        let told = message.params.iter().skip(1).map(Wire).filter(is_sid).take(3).last();
        let peer = !core::mem::replace(&mut link.side(direction).named, true);
        let kept = core::mem::take(&mut link.side(direction).sid);
        let sid = told.filter(|sid| sid.0 != description.0).unwrap_or(if peer { Wire(&kept) } else { Wire(&[]) });
        let id = if sid.is_empty() { name } else { sid };
        let uplink = if peer { Wire(&[]) } else { message.source().name };
        let (room, dialect) = (link.add_server(&id, &name, &uplink), link.dialect);
        if peer {
            self.ledger.link_named(direction, &name);
            cx.emit::<Irc>(Event::LinkPeer { name, sid, description, dialect });
        } else {
            let uplink_name = self.nick_of(&uplink);
            cx.emit::<Irc>(Event::ServerJoined { name, sid, uplink: Wire(&uplink_name), description });
        }
        if !room {
            self.weird(cx, "irc_too_many_servers", &[]);
        }
    }

    fn user_introduced<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let Some(new) = introduced(message) else {
            return self.weird(cx, "irc_invalid_user_introduction", &[]);
        };
        let Some(link) = self.link.as_deref_mut() else { return };
        let server = if message.command == Command::Nick && message.prefix.is_none() {
            message.param(6)
        } else {
            message.source().name
        };
        let server_name: SmallVec<[u8; 64]> = SmallVec::from_slice(link.name_of(&server).unwrap_or(&server));
        let id = if new.id.is_empty() { new.nick } else { new.id };
        let room = link.add_user(
            id,
            User {
                nick: new.nick.into(),
                user: new.user.into(),
                host: new.host.into(),
                server: server.to_ascii_lowercase().into_boxed_slice(),
            },
        );
        let account = if matches!(new.account, b"*" | b"0") { &[] } else { new.account };
        let real_host = if new.real_host == new.host || new.real_host == b"*" { &[] } else { new.real_host };
        cx.emit::<Irc>(Event::UserJoined {
            uid: Wire(new.id),
            who: Source { name: Wire(new.nick), user: Wire(new.user), host: Wire(new.host) },
            real_host: Wire(real_host),
            address: Wire(new.address),
            account: Wire(account),
            real_name: Wire(new.real_name),
            server: Wire(&server_name),
        });
        if !room {
            self.weird(cx, "irc_too_many_users", &[]);
        }
    }

    fn link_renamed<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        who: Source<'_>,
        nick: Wire<'_>,
    ) {
        self.renamed_to(cx, &message.source().name, who, nick);
    }

    fn renamed_to<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, id: &[u8], who: Source<'_>, nick: Wire<'_>) {
        if cx.wants_others() {
            self.channels.rename(&who.name, &nick, self.casemapping());
        }
        if let Some(link) = self.link.as_deref_mut() {
            link.rename(id, &nick);
        }
        cx.emit::<Irc>(Event::NickChanged { who, nick, own: false, forced: false });
    }

    fn split<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let id = message.param(0);
        let name = self.nick_of(&id);
        let reason = message.param(1);
        cx.emit::<Irc>(Event::ServerSplit { name: Wire(&name), reason });
        let Some(link) = self.link.as_deref_mut() else { return };
        for nick in link.split(&id) {
            if cx.wants_others() {
                self.channels.quit(&nick, self.casemapping());
            }
            let who = Source { name: Wire(&nick), ..Source::default() };
            cx.emit::<Irc>(Event::Quit { who, reason, own: false, netsplit: true });
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

    // `ENCAP mask command …`
    fn encapsulated<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        let arguments = message.params.iter().skipped(2);
        let first = Wire(arguments.clone().next().unwrap_or_default());
        let second = Wire(arguments.clone().nth(1).unwrap_or_default());
        match Command::from_wire(&message.param(1)) {
            Command::Sasl => self.relayed_sasl(cx, arguments),
            Command::Login => cx.emit::<Irc>(Event::Account { who: from, account: first }),
            Command::Su => {
                let who = self.known(&first);
                self.ledger.user_logged_in(cx, &who.borrow().name, &second);
                cx.emit::<Irc>(Event::Account { who: who.borrow(), account: second });
            }
            Command::Chghost => {
                let who = self.known(&first);
                self.host_changed(cx, &first, who.borrow(), second);
            }
            Command::Metadata if first == b"ADD" => {
                let key = arguments.clone().nth(2).unwrap_or_default();
                let value = arguments.clone().nth(3).unwrap_or_default();
                if key == b"ACCOUNT" {
                    let who = self.known(&second);
                    cx.emit::<Irc>(Event::Account { who: who.borrow(), account: Wire(value) });
                }
            }
            _ => {}
        }
    }

    // InspIRCd: `METADATA uid accountname :account`.
    fn metadata<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        if message.param(1) == b"accountname" {
            let who = self.known(&message.param(0));
            let account = Wire(message.params.last().unwrap_or_default());
            self.ledger.user_logged_in(cx, &who.borrow().name, &account);
            cx.emit::<Irc>(Event::Account { who: who.borrow(), account });
        }
    }

    // `user agent D S` or `D F`, and `agent user D S` the other way.
    fn relayed_sasl<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, mut words: crate::ParamsIter<'_>) {
        let (one, other) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if words.next() != Some(b"D") {
            return;
        }
        let accepted = words.next() == Some(b"S");
        for user in [one, other] {
            self.ledger.sasl_answered(cx, user, accepted);
        }
        let who = self.known(other);
        let none = Wire(&[]);
        cx.emit::<Irc>(Event::Login { account: none, who: who.borrow(), mechanism: none, accepted });
    }

    fn link_host<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, from: Source<'_>) {
        // `FHOST host [real host]` is of its sender.
        let named = message.params.count() > 1 && message.command != Command::Fhost;
        let who = if named { self.known(&message.param(0)) } else { Sender::of(from) };
        let host = message.param(usize::from(named));
        let id = if named { message.param(0) } else { message.source().name };
        self.host_changed(cx, &id, who.borrow(), host);
    }

    fn host_changed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, id: &[u8], who: Source<'_>, host: Wire<'_>) {
        if let Some(user) = self.link.as_deref_mut().and_then(|link| link.user(id)) {
            user.host = host.0.into();
        }
        cx.emit::<Irc>(Event::HostChanged { who, user: who.user, host });
    }

    fn burst_over<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, server: Wire<'_>) {
        let direction = cx.moment().direction;
        let Some(link) = self.link.as_deref_mut() else { return };
        link.side(direction).burst_over = true;
        let (servers, users) = link.size();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        cx.emit::<Irc>(Event::BurstEnd { server, servers: count(servers), users: count(users) });
    }

    fn ends_burst_unmarked(&mut self, direction: Direction) -> bool {
        let link = self.link.as_deref_mut().filter(|link| link.dialect == Dialect::Ts6);
        link.is_some_and(|link| !link.side(direction).burst_over)
    }

    fn forget_user(&mut self, id: &[u8]) {
        if let Some(link) = self.link.as_deref_mut() {
            link.remove_user(id);
        }
    }

    pub(crate) fn known(&self, id: &[u8]) -> Sender {
        let source = Source { name: Wire(id), ..Source::default() };
        Sender::of(self.link.as_deref().map_or(source, |link| link.source(source)))
    }

    fn nick_of(&self, id: &[u8]) -> SmallVec<[u8; 32]> {
        SmallVec::from_slice(self.link.as_deref().and_then(|link| link.name_of(id)).unwrap_or(id))
    }
}
