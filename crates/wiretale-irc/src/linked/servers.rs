//! Servers of a link: what they can do, who they are, and that they are gone.

use wiretale_protocol::{Context, Direction, Observe};

use crate::session::Session;
use crate::{Command, Dialect, Event, Irc, Message, Source, Wire};

impl Session {
    // `PASS pw 0210-IRC+ ngIRCd|26:… PZ`, `PASS pw TS 6 :0AA`, `CAPAB :… ZIP`, `PROTOCTL SID=001`.
    pub(super) fn abilities<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
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

    pub(super) fn server_named<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
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

    pub(super) fn split<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
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

    pub(super) fn burst_over<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, server: Wire<'_>) {
        let direction = cx.moment().direction;
        let Some(link) = self.link.as_deref_mut() else { return };
        link.side(direction).burst_over = true;
        let (servers, users) = link.size();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        cx.emit::<Irc>(Event::BurstEnd { server, servers: count(servers), users: count(users) });
    }

    pub(super) fn ends_burst_unmarked(&mut self, direction: Direction) -> bool {
        let link = self.link.as_deref_mut().filter(|link| link.dialect == Dialect::Ts6);
        link.is_some_and(|link| !link.side(direction).burst_over)
    }
}
