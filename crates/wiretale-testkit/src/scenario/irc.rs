//! IRC as a capture has it, between a client and its server.

use wiretale_packet::{Address, Direction, Endpoint, Timestamp};

use super::story::{secs, time};
use crate::talk::Talk;

/// A client's connection after its registration.
pub(super) struct Irc<'w> {
    talk: Talk<'w>,
    me: Me,
    place: Place,
}

/// Who is on IRC.
#[derive(Clone)]
pub(super) struct Me {
    pub(super) nick: String,
    pub(super) user: String,
    pub(super) real: String,
    pub(super) password: Option<&'static str>,
}

/// A server.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) end: Endpoint,
    pub(super) name: &'static str,
    pub(super) network: &'static str,
}

impl Place {
    pub(super) const fn new(address: Address, port: u16, name: &'static str, network: &'static str) -> Self {
        Self { end: Endpoint::new(address, port), name, network }
    }
}

impl Me {
    pub(super) fn new(nick: impl Into<String>, user: impl Into<String>, real: impl Into<String>) -> Self {
        Self { nick: nick.into(), user: user.into(), real: real.into(), password: None }
    }

    fn mask(&self) -> String {
        format!("{}!~{}@host.example.net", self.nick, self.user)
    }
}

impl<'w> Irc<'w> {
    /// The client registers and is welcomed.
    pub(super) fn register(mut talk: Talk<'w>, me: Me, place: Place) -> Self {
        let Me { nick, user, real, password } = &me;
        let password = password.map(|password| format!("PASS {password}\r\n")).unwrap_or_default();
        talk.speak(
            Direction::Server,
            format!(":{} NOTICE AUTH :*** Looking up your hostname\r\n", place.name).as_bytes(),
        );
        talk.pause(secs(0.1));
        let hello = format!("{password}NICK {nick}\r\nUSER {user} 0 * :{real}\r\n");
        talk.speak(Direction::Client, hello.as_bytes());
        talk.pause(secs(0.1));
        talk.speak(Direction::Server, welcome(&me, place).as_bytes());
        Self { talk, me, place }
    }

    /// Who sits in the channel, ranks in front of nicks; a topic and who set it.
    pub(super) fn join(&mut self, channel: &str, key: &str, names: &str, topic: Option<(&str, &str)>) {
        let (nick, server) = (&self.me.nick, self.place.name);
        let mut answer = format!(":{} JOIN {channel}\r\n", self.me.mask());
        if let Some((topic, setter)) = topic {
            answer += &format!(":{server} 332 {nick} {channel} :{topic}\r\n");
            answer += &format!(":{server} 333 {nick} {channel} {setter} 1795000000\r\n");
        }
        answer += &format!(":{server} 353 {nick} = {channel} :{nick} {names}\r\n");
        answer += &format!(":{server} 366 {nick} {channel} :End of /NAMES list.\r\n");
        self.talk.speak(Direction::Client, format!("JOIN {channel} {key}\r\n").replace(" \r", "\r").as_bytes());
        let answer = self.talk.version().text(&answer);
        self.talk.speak(Direction::Server, answer.as_bytes());
    }

    /// The client's own words.
    pub(super) fn says(&mut self, to: &str, text: &str) {
        self.raw(&format!("PRIVMSG {to} :{text}"));
    }

    /// A line of the client's.
    pub(super) fn raw(&mut self, line: &str) {
        let line = self.talk.version().text(line);
        self.talk.speak(Direction::Client, format!("{line}\r\n").as_bytes());
    }

    /// Words of somebody else, in a channel or to the client.
    pub(super) fn hears(&mut self, from: &str, to: &str, text: &str) {
        let line = format!(":{from}!~{}@198.51.100.9 PRIVMSG {to} :{text}", from.to_lowercase());
        self.told(&line);
    }

    /// A line of the server's.
    pub(super) fn told(&mut self, line: &str) {
        let line = self.talk.version().text(line);
        self.talk.speak(Direction::Server, format!("{line}\r\n").as_bytes());
    }

    /// Pings and pongs until then.
    pub(super) fn idle_until(&mut self, at: f64) {
        let server = self.place.name;
        while self.talk.now() + secs(100.0) < time(at) {
            self.talk.pause(secs(95.0));
            self.told(&format!("PING :{server}"));
            self.raw(&format!("PONG :{server}"));
        }
        self.until(at);
    }

    pub(super) fn until(&mut self, at: f64) {
        self.talk.until(time(at));
    }

    pub(super) fn pause(&mut self, seconds: f64) {
        self.talk.pause(secs(seconds));
    }

    pub(super) fn now(&self) -> f64 {
        super::story::seconds(self.talk.now())
    }

    /// A host's address as DCC writes it: one number, or the text of an IPv6 address.
    pub(super) fn dcc(&self, host: Address) -> String {
        let address = self.talk.version().address(host);
        address.as_v4().map_or_else(|| address.to_string(), |octets| u32::from_be_bytes(octets).to_string())
    }

    /// The client leaves. Returns when.
    pub(super) fn quit(mut self) -> Timestamp {
        self.raw("QUIT :bye");
        let nick = self.me.nick.clone();
        self.told(&format!("ERROR :Closing Link: {nick} (Quit: bye)"));
        self.talk.close(Direction::Server)
    }
}

fn welcome(me: &Me, place: Place) -> String {
    let (nick, server, network) = (&me.nick, place.name, place.network);
    [
        format!("001 {nick} :Welcome to the {network} Internet Relay Chat Network {nick}"),
        format!("002 {nick} :Your host is {server}, running version hybrid-8.2.43"),
        format!("003 {nick} :This server was created Tue Mar 4 2025 at 11:00:00 UTC"),
        format!("004 {nick} {server} hybrid-8.2.43 DFGHRSWabcdefgijklnopqrsuwxy bceiklmnoprstuvACMNOPRST"),
        format!("005 {nick} NETWORK={network} CHANTYPES=#& PREFIX=(ov)@+ NICKLEN=30 :are supported by this server"),
        format!("375 {nick} :- {server} Message of the Day -"),
        format!("372 {nick} :- be nice to each other"),
        format!("376 {nick} :End of /MOTD command."),
    ]
    .map(|line| format!(":{server} {line}\r\n"))
    .concat()
}
