//! What on a line is secret.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Outcome};

use crate::ledger::{CHANNEL_KEY, SERVER_LINK};
use crate::mask::{HIDDEN, Places, place};
use crate::modes::Modes;
use crate::services::{Service, bot_login, bot_request, request};
use crate::session::Session;
use crate::talk::may_be_order;
use crate::{Command, Message, ParamsIter};

/// The bytes of a secret. They can be compared and tagged, never printed; forgotten, they are overwritten.
#[derive(Default)]
pub(crate) struct Secret(Vec<u8>);

/// What will tell a secret's outcome.
#[derive(PartialEq, Eq)]
pub(crate) enum Awaits {
    /// The client being taken in.
    Registration,
    /// The answer to `OPER`.
    Oper,
    /// A service's words; to the client of this nick, or to this connection's own where it is empty.
    Service { service: Box<[u8]>, client: Box<[u8]> },
    /// A bot's words.
    Bot { master: Box<[u8]>, bot: Box<[u8]> },
    /// The end of SASL; of this user of a link, or of this connection's client where it is empty.
    Sasl(Box<[u8]>),
    /// The client being let into a channel.
    Join,
    /// The channel's mode being changed.
    KeySet,
    /// The link going on, after this side named itself.
    Link(Direction),
    /// Nothing: it is known.
    Nothing(Outcome),
}

/// A secret on a line.
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) account: Box<[u8]>,
    pub(crate) secret: Secret,
    pub(crate) awaits: Awaits,
}

/// All secrets of a line: where they stand, and what is to be said of them.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) places: Places,
    pub(crate) findings: SmallVec<[Finding; 1]>,
}

impl Secret {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn extend(&mut self, bytes: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.0.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
        self.0.clear();
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.findings.is_empty()
    }

    fn hide(&mut self, line: &[u8], part: &[u8]) {
        if !part.is_empty() {
            self.places.extend(place(line, part));
        }
    }

    fn add(&mut self, line: &[u8], secret: &[u8], kind: &'static str, account: &[u8], awaits: Awaits) {
        if secret.is_empty() || secret == HIDDEN {
            return;
        }
        self.hide(line, secret);
        self.findings.push(Finding { kind, account: account.into(), secret: Secret::new(secret), awaits });
    }
}

/// Where on a line a secret may stand.
#[derive(Clone, Copy)]
enum Place {
    Words,
    Modes,
    Pass,
    Server,
    RelayedSasl,
    /// Behind a command that asks for something: of a client, or between servers.
    Request,
}

impl Place {
    #[inline]
    const fn of(command: Command<'_>) -> Self {
        match command {
            Command::Privmsg | Command::Notice | Command::Squery | Command::Cprivmsg => Self::Words,
            Command::Mode
            | Command::Samode
            | Command::Fmode
            | Command::Tmode
            | Command::Lmode
            | Command::Sjoin
            | Command::Fjoin
            | Command::Numeric(324) => Self::Modes,
            Command::Pass => Self::Pass,
            Command::Server => Self::Server,
            Command::Encap | Command::Sasl => Self::RelayedSasl,
            _ => Self::Request,
        }
    }
}

impl Session {
    /// Adds the secrets on a line, the one `message` was read from. On most there can be none.
    #[inline]
    pub(crate) fn secrets(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        match Place::of(message.command) {
            Place::Words if self.may_tell(message) => self.in_words(line, message, direction, found),
            Place::Modes => self.in_modes(line, message, direction, found),
            Place::Pass => self.in_pass(line, message, direction, found),
            Place::Server => self.in_server(line, message, direction, found),
            Place::RelayedSasl => self.in_relayed_sasl(line, message, found),
            Place::Request if direction == Direction::Client || self.link.is_some() => {
                self.in_requests(line, message, found);
            }
            Place::Words | Place::Request => {}
        }
    }

    fn in_requests(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        match message.command {
            Command::Oper => {
                let named = usize::from(message.params.count() > 1);
                let account = if named == 1 { message.param(0).0 } else { &[] };
                found.add(line, message.param(named).0, "oper", account, Awaits::Oper);
            }
            Command::Join => in_join(line, message, found),
            Command::Authenticate => self.in_sasl(line, message, found),
            Command::Webirc => {
                found.add(line, message.param(0).0, "webirc", message.param(1).0, Awaits::Registration);
            }
            Command::Vhost => {
                let unknown = Awaits::Nothing(Outcome::Unknown);
                found.add(line, message.param(1).0, "vhost", message.param(0).0, unknown);
            }
            Command::Die | Command::Restart => in_shutdown(line, message, found),
            // IRCv3 account registration: account, address, password.
            Command::Register => {
                let account = message.param(0);
                let account = if account == b"*" { &self.own.nick[..] } else { account.0 };
                let awaits = Awaits::Service { service: Box::default(), client: Box::default() };
                found.add(line, message.param(2).0, "account-register", account, awaits);
            }
            Command::Identify => self.in_verb(line, message, Service::Nick, found),
            Command::Auth => self.in_verb(line, message, Service::Q, found),
            // On a link it tells whose account it is.
            Command::Login if self.link.is_none() => self.in_verb(line, message, Service::X, found),
            command => {
                if let Some(service) = raw_alias(command) {
                    self.in_request(line, (service, &[]), message.params.iter().rest(), &[], found);
                }
            }
        }
    }

    // The command itself is the verb.
    fn in_verb(&self, line: &[u8], message: &Message<'_>, service: Service, found: &mut Found) {
        let Some(start) = place(line, message.params.as_wire()).map(|place| place.start) else { return };
        let name = message.command.name().unwrap_or_default().len();
        let from = line.get(..start).unwrap_or_default().trim_ascii_end().len().saturating_sub(name);
        self.in_request(line, (service, &[]), line.get(from..).unwrap_or_default(), &[], found);
    }

    // Most words are to a channel, and a secret there is one only to a bot.
    #[inline]
    fn may_tell(&self, message: &Message<'_>) -> bool {
        !self.support.is_channel(&message.param(0)) || may_be_order(&message.param(1))
    }

    fn in_words(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (target, text) = (message.param(0), message.param(1));
        let speaker = message.source().name;
        let to = self.link.as_deref().and_then(|link| link.name_of(&target)).unwrap_or(&target);
        let client: Box<[u8]> =
            self.link.as_deref().map(|link| link.name_of(&speaker).unwrap_or(&speaker).into()).unwrap_or_default();
        if message.command != Command::Notice {
            if let Some(service) = Service::named(to) {
                self.in_request(line, (service, to), &text, &client, found);
                // A server may send a client's own words back to it: that is no second crossing.
                if direction == Direction::Server && self.link.is_none() {
                    found.findings.retain(|finding| !self.ledger.knows(finding.secret.bytes()));
                }
                return;
            }
            if self.link.is_some() && is_unknown_uid(to) {
                return self.in_request(line, (Service::Other, to), &text, &client, found);
            }
            if target.first() == Some(&b'*') {
                return in_bouncer_words(line, &text, found);
            }
        }
        let private = message.command == Command::Privmsg && !self.support.is_channel(&target);
        let asked = bot_login(&text).or_else(|| if private { bot_request(&text) } else { None });
        if let Some(secrets) = asked {
            let master: Box<[u8]> = match direction {
                Direction::Client if message.prefix.is_none() => self.own_source().name.0.into(),
                _ => speaker.0.into(),
            };
            for (n, secret) in secrets.iter().enumerate() {
                if n + 1 < secrets.len() {
                    found.hide(line, secret);
                } else {
                    let awaits = Awaits::Bot { master: master.clone(), bot: to.into() };
                    found.add(line, secret, "bot-login", to, awaits);
                }
            }
        }
    }

    fn in_request(&self, line: &[u8], to: (Service, &[u8]), text: &[u8], client: &[u8], found: &mut Found) {
        let (service, name) = to;
        let Some(request) = request(service, text) else { return };
        let own = if client.is_empty() { self.own_source().name.0 } else { client };
        let account = if request.account.is_empty() { own } else { request.account };
        let Some((last, others)) = request.secrets.split_last() else { return };
        for other in others {
            found.hide(line, other);
        }
        let awaits = Awaits::Service { service: service.answers_as(name).into(), client: client.into() };
        found.add(line, last, request.kind, account, awaits);
    }

    fn in_modes(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (channel, arguments): (_, ParamsIter<'_>) = match message.command {
            Command::Fmode => (message.param(0), message.params.iter().skipped(2)),
            Command::Tmode | Command::Sjoin => (message.param(1), message.params.iter().skipped(2)),
            Command::Fjoin => (message.param(0), message.params.iter().skipped(2)),
            Command::Numeric(_) => (message.param(1), message.params.iter().skipped(2)),
            _ => (message.param(0), message.params.iter().skipped(1)),
        };
        if !self.support.is_channel(&channel) {
            return;
        }
        let told = direction == Direction::Server || self.link.is_some();
        for change in Modes::channel(arguments, &self.support) {
            if change.letter != b'k' || change.argument.is_empty() || change.argument == b"*" {
                continue;
            }
            if change.adding {
                let awaits = if told { Awaits::Nothing(Outcome::Accepted) } else { Awaits::KeySet };
                found.add(line, &change.argument, CHANNEL_KEY, &channel, awaits);
            } else {
                found.hide(line, &change.argument);
            }
        }
    }

    fn in_pass(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let password = message.param(0).0;
        // RFC 2813 and TS6 say more in their PASS; only servers send one from the answering side.
        if message.params.count() >= 3 || direction == Direction::Server || self.link.is_some() {
            let name = message.source().name;
            return found.add(line, password, SERVER_LINK, &name, Awaits::Link(direction));
        }
        // `user:password` and `user/network:password` open an account or a bouncer.
        let colon = password.iter().position(|&byte| byte == b':').filter(|&at| at > 0);
        match colon.and_then(|at| password.split_at_checked(at)) {
            Some((account, secret)) if secret.len() > 1 => {
                let bouncer = self.bouncer || account.contains(&b'/') || account.contains(&b'@');
                let kind = if bouncer { "bouncer" } else { "pass" };
                found.add(line, secret.get(1..).unwrap_or_default(), kind, account, Awaits::Registration);
            }
            _ => found.add(line, password, "pass", &[], Awaits::Registration),
        }
    }

    // InspIRCd: `SERVER name password hops sid :description`.
    fn in_server(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
        let (name, password, hops, sid) = (message.param(0), message.param(1), message.param(2), message.param(3));
        let is_sid = matches!(*sid.0, [b'0'..=b'9', _, _]) && sid.iter().all(u8::is_ascii_alphanumeric);
        let hashed = password.starts_with(b"HMAC-") || password.starts_with(b"AUTH:");
        if is_sid && !hops.is_empty() && hops.iter().all(u8::is_ascii_digit) && password != b"*" && !hashed {
            found.add(line, &password, SERVER_LINK, &name, Awaits::Link(direction));
        }
    }

    fn in_sasl(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        let response = message.param(0).0;
        let names: [&[u8]; 4] = [b"PLAIN", b"EXTERNAL", b"LOGIN", b"*"];
        if names.contains(&response) || response.is_empty() {
            return;
        }
        // Where the choice of a mechanism was not seen, what reads like PLAIN is PLAIN.
        if !self.sasl.hides() && crate::sasl::decode(response).is_none() {
            return;
        }
        found.hide(line, response);
        if let Some(plain) = self.sasl.response(response) {
            found.findings.push(Finding {
                kind: "sasl-plain",
                account: plain.account.into(),
                secret: plain.password,
                awaits: Awaits::Sasl(Box::default()),
            });
        }
    }

    // `ENCAP target SASL user agent C data`, `SASL target user C data`.
    fn in_relayed_sasl(&mut self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        let Some(link) = self.link.as_deref_mut() else { return };
        let mut words = message.params.iter();
        if message.command == Command::Encap
            && !words.by_ref().nth(1).is_some_and(|word| word.eq_ignore_ascii_case(b"SASL"))
        {
            return;
        }
        let words = if message.command == Command::Encap { words } else { words.skipped(1) };
        let Some((user, data)) = link.sasl_step(words) else { return };
        found.hide(line, data);
        if let Some(plain) = link.sasl_response(user, data) {
            found.findings.push(Finding {
                kind: "sasl-plain",
                account: plain.account.into(),
                secret: plain.password,
                awaits: Awaits::Sasl(user.into()),
            });
        }
    }
}

// Channels and keys stand in two lists, in the same order.
fn in_join(line: &[u8], message: &Message<'_>, found: &mut Found) {
    let Some(keys) = message.params.get(1).filter(|_| message.prefix.is_none()) else { return };
    let mut channels = message.param(0).0.split(|&byte| byte == b',');
    for key in keys.split(|&byte| byte == b',') {
        let channel = channels.next().unwrap_or_default();
        found.add(line, key, CHANNEL_KEY, channel, Awaits::Join);
    }
}

// UnrealIRCd asks for a password of its own, others for the server's name, lest it be another that goes down.
fn in_shutdown(line: &[u8], message: &Message<'_>, found: &mut Found) {
    let word = message.param(0).0;
    if word.contains(&b'.') {
        return found.hide(line, word);
    }
    let kind = if message.command == Command::Die { "die" } else { "restart" };
    found.add(line, word, kind, &[], Awaits::Nothing(Outcome::Unknown));
}

// ZNC: `PRIVMSG *nickserv :Set pw`, `*sasl :Set user pw`, `*controlpanel :Set Password user pw`.
fn in_bouncer_words(line: &[u8], text: &[u8], found: &mut Found) {
    let words: SmallVec<[&[u8]; 8]> =
        text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).take(8).collect();
    let set = words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"set"));
    let password =
        words.iter().take(3).any(|word| word.eq_ignore_ascii_case(b"password") || word.eq_ignore_ascii_case(b"pass"));
    let target_takes = words.len() >= 2 && set && (password || words.len() <= 3);
    if let Some(secret) = words.last().filter(|_| target_takes) {
        found.add(line, secret, "bouncer-set", &[], Awaits::Nothing(Outcome::Unknown));
    }
}

// Commands that are words to a service.
const fn raw_alias(command: Command<'_>) -> Option<Service> {
    Some(match command {
        Command::Nickserv | Command::Ns => Service::Nick,
        Command::Chanserv | Command::Cs => Service::Chan,
        Command::Operserv | Command::Os => Service::Oper,
        Command::Authserv => Service::Auth,
        Command::Memoserv | Command::Ms | Command::Hostserv | Command::Hs | Command::Botserv | Command::Bs => {
            Service::Other
        }
        _ => return None,
    })
}

fn is_unknown_uid(name: &[u8]) -> bool {
    name.len() == 9
        && name.first().is_some_and(u8::is_ascii_digit)
        && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
