//! A link between servers: who is where.

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use wiretale_protocol::Direction;

use crate::sasl::{Plain, decode};
use crate::secrets::Secret;
use crate::{Dialect, ParamsIter, Source, Wire};

/// What a link has told. Bounded.
pub(crate) struct Link {
    pub(crate) dialect: Dialect,
    pub(crate) sides: [Side; 2],
    servers: HashMap<Box<[u8]>, Server, RandomState>,
    users: HashMap<Box<[u8]>, User, RandomState>,
    sasl: Vec<Exchange>,
    servers_dropped: u64,
    users_dropped: u64,
}

/// One side of the link.
#[derive(Default)]
pub(crate) struct Side {
    /// It has named itself.
    pub(crate) named: bool,
    /// It is able to compress.
    pub(crate) zip: bool,
    /// It has told all it knows.
    pub(crate) burst_over: bool,
    /// Its identifier, where it told that before its name.
    pub(crate) sid: Box<[u8]>,
}

/// A server, under its identifier or, in dialects without, its name.
pub(crate) struct Server {
    name: Box<[u8]>,
    uplink: Box<[u8]>,
}

/// A user, under their identifier or, in dialects without, their nick.
#[derive(Default)]
pub(crate) struct User {
    pub(crate) nick: Box<[u8]>,
    pub(crate) user: Box<[u8]>,
    pub(crate) host: Box<[u8]>,
    pub(crate) server: Box<[u8]>,
}

struct Exchange {
    user: Box<[u8]>,
    plain: bool,
    response: Secret,
}

impl Link {
    /// The most servers followed.
    const MOST_SERVERS: usize = 4096;
    /// The most users followed.
    const MOST_USERS: usize = 65_536;
    const MOST_EXCHANGES: usize = 64;
    const LONGEST_RESPONSE: usize = 4096;

    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            sides: Default::default(),
            servers: HashMap::default(),
            users: HashMap::default(),
            sasl: Vec::new(),
            servers_dropped: 0,
            users_dropped: 0,
        }
    }

    /// About how many bytes on the heap it takes.
    pub(crate) fn memory(&self) -> usize {
        self.servers.len() * 192 + self.users.len() * 384 + self.sasl.len() * 256
    }

    pub(crate) fn size(&self) -> (usize, usize) {
        (self.servers.len(), self.users.len())
    }

    pub(crate) fn side(&mut self, direction: Direction) -> &mut Side {
        let [client, server] = &mut self.sides;
        if direction == Direction::Client { client } else { server }
    }

    /// Are both sides able to compress, and is it time to?
    pub(crate) fn compresses(&self, direction: Direction) -> bool {
        let [client, server] = &self.sides;
        let named = if direction == Direction::Client { client.named } else { server.named };
        named && client.zip && server.zip
    }

    /// A server came. False if there was no room, for the first time.
    pub(crate) fn add_server(&mut self, id: &[u8], name: &[u8], uplink: &[u8]) -> bool {
        if self.servers.len() >= Self::MOST_SERVERS && !self.servers.contains_key(&*lower(id)) {
            self.servers_dropped += 1;
            return self.servers_dropped != 1;
        }
        self.servers.insert(lower(id), Server { name: name.into(), uplink: lower(uplink) });
        true
    }

    /// A user came. False if there was no room, for the first time.
    pub(crate) fn add_user(&mut self, id: &[u8], user: User) -> bool {
        if self.users.len() >= Self::MOST_USERS && !self.users.contains_key(&*lower(id)) {
            self.users_dropped += 1;
            return self.users_dropped != 1;
        }
        self.users.insert(lower(id), user);
        true
    }

    /// A user left; their nick.
    pub(crate) fn remove_user(&mut self, id: &[u8]) -> Option<User> {
        self.users.remove(&*lower(id))
    }

    /// A user has a new nick, and with it a new key where the dialect knows no identifiers.
    pub(crate) fn rename(&mut self, id: &[u8], nick: &[u8]) {
        let key = lower(id);
        let Some(mut user) = self.users.remove(&*key) else { return };
        let by_nick = *lower(&user.nick) == *key;
        user.nick = nick.into();
        self.users.insert(if by_nick { lower(nick) } else { key }, user);
    }

    /// A user's other name and host.
    pub(crate) fn user(&mut self, id: &[u8]) -> Option<&mut User> {
        self.users.get_mut(&*lower(id))
    }

    /// A server left with all behind it: the nicks of the users who went, sorted.
    pub(crate) fn split(&mut self, id: &[u8]) -> Vec<Box<[u8]>> {
        let mut gone = alloc::vec![lower(self.id_of_server(id).unwrap_or(id))];
        let mut at = 0;
        while let Some(server) = gone.get(at).cloned() {
            self.servers.remove(&*server);
            let behind = self.servers.iter().filter(|(_, other)| other.uplink == server).map(|(id, _)| id.clone());
            gone.extend(behind.collect::<Vec<_>>());
            at += 1;
        }
        let mut nicks = Vec::new();
        self.users.retain(|_, user| {
            let left = gone.contains(&user.server);
            if left {
                nicks.push(user.nick.clone());
            }
            !left
        });
        nicks.sort_unstable();
        nicks
    }

    /// The name that goes with an identifier.
    pub(crate) fn name_of<'a>(&'a self, id: &'a [u8]) -> Option<&'a [u8]> {
        let key = lower(id);
        let user = self.users.get(&*key).map(|user| &*user.nick);
        user.or_else(|| self.servers.get(&*key).map(|server| &*server.name))
    }

    /// A sender with all that is known of it.
    pub(crate) fn source<'a>(&'a self, source: Source<'a>) -> Source<'a> {
        let key = lower(&source.name);
        if let Some(user) = self.users.get(&*key) {
            return Source { name: Wire(&user.nick), user: Wire(&user.user), host: Wire(&user.host) };
        }
        match self.servers.get(&*key) {
            Some(server) => Source { name: Wire(&server.name), ..Source::default() },
            None => source,
        }
    }

    /// The words of a relayed SASL step, `user agent mode data`: user and data if the data is a password's.
    pub(crate) fn sasl_step<'a>(&mut self, mut words: ParamsIter<'a>) -> Option<(&'a [u8], &'a [u8])> {
        let (user, _agent, mode, data) = (words.next()?, words.next()?, words.next()?, words.next()?);
        match mode {
            b"S" => {
                self.sasl.retain(|exchange| *exchange.user != *user);
                if self.sasl.len() >= Self::MOST_EXCHANGES {
                    self.sasl.remove(0);
                }
                let plain = matches!(data, b"PLAIN" | b"LOGIN");
                self.sasl.push(Exchange { user: user.into(), plain, response: Secret::default() });
                None
            }
            b"C" if data != b"+" => {
                let known = self.sasl.iter().find(|exchange| *exchange.user == *user);
                let hides = known.map_or_else(|| decode(data).is_some(), |exchange| exchange.plain);
                hides.then_some((user, data))
            }
            _ => None,
        }
    }

    /// A piece of a user's response.
    pub(crate) fn sasl_response(&mut self, user: &[u8], piece: &[u8]) -> Option<Plain> {
        let Some(exchange) = self.sasl.iter_mut().find(|exchange| *exchange.user == *user) else {
            return decode(piece);
        };
        exchange.response.extend(piece, Self::LONGEST_RESPONSE);
        if piece.len() >= 400 {
            return None;
        }
        let plain = decode(exchange.response.bytes());
        exchange.response.clear();
        plain
    }

    fn id_of_server<'a>(&'a self, name: &[u8]) -> Option<&'a [u8]> {
        self.servers.iter().find(|(_, server)| server.name.eq_ignore_ascii_case(name)).map(|(id, _)| &**id)
    }
}

fn lower(id: &[u8]) -> Box<[u8]> {
    id.to_ascii_lowercase().into_boxed_slice()
}
