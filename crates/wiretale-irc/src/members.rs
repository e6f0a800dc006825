//! Who is in a channel, as servers tell each other.

use smallvec::SmallVec;
use wiretale_protocol::{Context, Observe};

use crate::owned::Sender;
use crate::session::Session;
use crate::wire::number;
use crate::{Command, Dialect, Event, Irc, Listed, Message, Source, Wire};

impl Session {
    // Lists of members: `SJOIN ts #c +nt :@uid +uid`, `FJOIN #c ts +nt :o,uid:1 ,uid:2`, `NJOIN #c :@@nick,+nick`.
    pub(crate) fn members_told<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let channel = if message.command == Command::Sjoin { message.param(1) } else { message.param(0) };
        if !self.support.is_channel(&channel) {
            return self.weird(cx, "irc_invalid_njoin_line", &[]);
        }
        if message.command != Command::Njoin {
            let by =
                Sender::of(self.link.as_deref().map_or_else(Source::default, |link| link.source(message.source())));
            self.mode_changes(cx, &channel, by.borrow(), message.params.iter().skipped(2));
        }
        let list = message.params.last().unwrap_or_default();
        let between = if message.command == Command::Njoin { b',' } else { b' ' };
        for item in list.split(|&byte| byte == between).filter(|item| !item.is_empty()) {
            if message.command == Command::Sjoin && self.mask_told(cx, channel, item) {
                continue;
            }
            let (ranks, id) = self.member(message.command, item);
            if !id.is_empty() {
                let who = self.known(id);
                self.enter(cx, &channel, &who.borrow().name, &ranks, false);
                self.tell_joined(cx, channel, who.borrow());
            }
        }
    }

    // `BMASK ts #c b :mask mask`, `EBMASK ts #c b :mask time setter …`, `LMODE #c ts b mask setter time …`.
    pub(crate) fn masks_told<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let at = usize::from(message.command != Command::Lmode);
        let (channel, letter) = (message.param(at), message.param(2).first().copied());
        let Some(letter) = letter.filter(|_| self.support.is_channel(&channel)) else { return };
        let list = message.params.last().unwrap_or_default();
        let mut words = list.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).map(Wire);
        let mut more = message.params.iter().skipped(3).map(Wire);
        let mut next = || if at == 0 { more.next() } else { words.next() };
        while let Some(mask) = next() {
            let (setter, time) = match message.command {
                Command::Lmode => (next(), next()),
                Command::Ebmask => {
                    let time = next();
                    (next(), time)
                }
                _ => (None, None),
            };
            let time = time.and_then(|time| number(&time));
            self.listed(cx, channel, Listed { letter, mask, setter: setter.unwrap_or_default(), time });
        }
    }

    // UnrealIRCd: `&ban`, `"exception`, `'invite exception` among the members, with `<time,setter>` in front of them.
    fn mask_told<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, channel: Wire<'_>, item: &[u8]) -> bool {
        if !self.speaks(Dialect::Unreal) {
            return false;
        }
        let (told, item) = match item.strip_prefix(b"<").and_then(|item| {
            let end = memchr::memchr(b'>', item)?;
            item.split_at_checked(end)
        }) {
            Some((told, rest)) => (told, rest.get(1..).unwrap_or_default()),
            None => (&[][..], item),
        };
        let letter = match item.first() {
            Some(b'&') => b'b',
            Some(b'"') => b'e',
            Some(b'\'') => b'I',
            _ => return false,
        };
        let mut told = told.splitn(2, |&byte| byte == b',');
        let time = told.next().and_then(number);
        let setter = Wire(told.next().unwrap_or_default());
        let mask = Wire(item.get(1..).unwrap_or_default());
        self.listed(cx, channel, Listed { letter, mask, setter, time });
        true
    }

    // One item of such a list: letters of ranks, and who.
    fn member<'a>(&self, command: Command<'_>, item: &'a [u8]) -> (SmallVec<[u8; 8]>, &'a [u8]) {
        if command == Command::Fjoin {
            let comma = item.iter().position(|&byte| byte == b',').unwrap_or(0);
            let (letters, rest) = item.split_at_checked(comma).unwrap_or((&[], item));
            let rest = rest.strip_prefix(b",").unwrap_or(rest);
            let id = rest.split(|&byte| byte == b':').next().unwrap_or(rest);
            return (SmallVec::from_slice(letters.get(..8).unwrap_or(letters)), id);
        }
        let symbols = item.iter().take_while(|byte| SYMBOLS.contains(byte)).count();
        let (symbols, id) = item.split_at_checked(symbols).unwrap_or((&[], item));
        let letters = symbols.iter().filter_map(|&symbol| self.rank_of(command, symbol)).take(8).collect();
        (letters, id)
    }

    // UnrealIRCd's SJOIN has two symbols of its own, as `~` and `&` mean other things there.
    fn rank_of(&self, command: Command<'_>, symbol: u8) -> Option<u8> {
        let unreal = command == Command::Sjoin && self.speaks(Dialect::Unreal);
        match symbol {
            b'*' if unreal => Some(b'q'),
            b'~' if unreal => Some(b'a'),
            _ => self.support.letter(symbol),
        }
    }

    fn speaks(&self, dialect: Dialect) -> bool {
        self.link.as_deref().is_some_and(|link| link.dialect == dialect)
    }

    // `:uid JOIN ts #c +`, `:uid IJOIN #c id`, `:nick JOIN #c\x07o`; `:uid JOIN 0` leaves all.
    pub(crate) fn link_joined<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        message: &Message<'_>,
        who: Source<'_>,
    ) {
        let first = message.param(0);
        if first == b"0" && message.params.count() == 1 {
            return self.left_all(cx, who);
        }
        let channel = if self.support.is_channel(&first) { first } else { message.param(1) };
        let mut words = channel.0.split(|&byte| byte == 7);
        let (channel, ranks) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if self.support.is_channel(channel) {
            self.enter(cx, channel, &who.name, ranks, false);
            self.tell_joined(cx, Wire(channel), who);
        }
    }

    fn left_all<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, who: Source<'_>) {
        for channel in self.channels.of(&who.name, self.casemapping()) {
            self.leave(cx, &channel, &who.name, false);
            cx.emit::<Irc>(Event::Parted { channel: Wire(&channel), who, reason: Wire(&[]), own: false });
        }
    }

    fn tell_joined<O: Observe<Irc>>(&self, cx: &mut Context<'_, O>, channel: Wire<'_>, who: Source<'_>) {
        let none = Wire(&[]);
        cx.emit::<Irc>(Event::Joined { channel, who, account: none, real_name: none, own: false, key: false });
    }
}

// What may stand before a member of a list, over all dialects.
const SYMBOLS: &[u8] = b"@+%&~*!";
