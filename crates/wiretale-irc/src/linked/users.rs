//! Users of a link: who they are, and what becomes of their names, hosts and accounts.

use smallvec::SmallVec;
use wiretale_protocol::{Context, Observe};

use crate::introduced::introduced;
use crate::link::User;
use crate::owned::Sender;
use crate::session::Session;
use crate::{Command, Event, Irc, Message, Source, Wire};

impl Session {
    pub(super) fn user_introduced<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
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

    pub(super) fn link_renamed<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        who: Source<'_>,
        nick: Wire<'_>,
    ) {
        self.renamed_to(cx, &message.source().name, who, nick);
    }

    pub(super) fn renamed_to<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        id: &[u8],
        who: Source<'_>,
        nick: Wire<'_>,
    ) {
        if cx.wants_others() {
            self.channels.rename(&who.name, &nick, self.casemapping());
        }
        if let Some(link) = self.link.as_deref_mut() {
            link.rename(id, &nick);
        }
        cx.emit::<Irc>(Event::NickChanged { who, nick, own: false, forced: false });
    }

    // `ENCAP mask command …`
    pub(super) fn encapsulated<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        from: Source<'_>,
    ) {
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
    pub(super) fn metadata<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        if message.param(1) == b"accountname" {
            let who = self.known(&message.param(0));
            let account = Wire(message.params.last().unwrap_or_default());
            self.ledger.user_logged_in(cx, &who.borrow().name, &account);
            cx.emit::<Irc>(Event::Account { who: who.borrow(), account });
        }
    }

    // `user agent D S` or `D F`, and `agent user D S` the other way.
    pub(super) fn relayed_sasl<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, mut words: crate::ParamsIter<'_>) {
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

    pub(super) fn link_host<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        from: Source<'_>,
    ) {
        // `FHOST host [real host]` is of its sender.
        let named = message.params.count() > 1 && message.command != Command::Fhost;
        let who = if named { self.known(&message.param(0)) } else { Sender::of(from) };
        let host = message.param(usize::from(named));
        let id = if named { message.param(0) } else { message.source().name };
        self.host_changed(cx, &id, who.borrow(), host);
    }

    pub(super) fn host_changed<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        id: &[u8],
        who: Source<'_>,
        host: Wire<'_>,
    ) {
        if let Some(user) = self.link.as_deref_mut().and_then(|link| link.user(id)) {
            user.host = host.0.into();
        }
        cx.emit::<Irc>(Event::HostChanged { who, user: who.user, host });
    }

    pub(super) fn forget_user(&mut self, id: &[u8]) {
        if let Some(link) = self.link.as_deref_mut() {
            link.remove_user(id);
        }
    }
}
