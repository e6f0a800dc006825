//! A link between servers: who is where.

use alloc::boxed::Box;
use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use wiretale_protocol::Direction;

use crate::behind::Behind;
use crate::sasl::{Plain, decode};
use crate::secret::Secret;
use crate::{Dialect, ParamsIter, Source, Wire};

/// What a link has told. Bounded.
pub(crate) struct Link {
    pub(crate) dialect: Dialect,
    pub(crate) sides: [Side; 2],
    servers: HashMap<Box<[u8]>, Server, RandomState>,
    // The keys of servers that have both a name and an identifier, by name.
    names: HashMap<Box<[u8]>, Box<[u8]>, RandomState>,
    users: HashMap<Box<[u8]>, User, RandomState>,
    behind: Behind,
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
            names: HashMap::default(),
            users: HashMap::default(),
            behind: Behind::default(),
            sasl: Vec::new(),
            servers_dropped: 0,
            users_dropped: 0,
        }
    }

    /// About how many bytes on the heap it takes.
    pub(crate) fn memory(&self) -> usize {
        self.servers.len() * 384 + self.users.len() * 448 + self.sasl.len() * 256
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
        let (key, uplink) = (lower(id), lower(uplink));
        if self.servers.len() >= Self::MOST_SERVERS && !self.servers.contains_key(&*key) {
            self.servers_dropped += 1;
            return self.servers_dropped != 1;
        }
        self.remove_server(&key);
        self.behind.add_server(&uplink, &key);
        if *lower(name) != *key {
            self.names.insert(lower(name), key.clone());
        }
        self.servers.insert(key, Server { name: name.into(), uplink });
        true
    }

    /// A user came. False if there was no room, for the first time.
    pub(crate) fn add_user(&mut self, id: &[u8], user: User) -> bool {
        let key = lower(id);
        if self.users.len() >= Self::MOST_USERS && !self.users.contains_key(&*key) {
            self.users_dropped += 1;
            return self.users_dropped != 1;
        }
        self.remove_user(id);
        self.behind.add_user(&user.server, &key);
        self.users.insert(key, user);
        true
    }

    /// A user left; their nick.
    pub(crate) fn remove_user(&mut self, id: &[u8]) -> Option<User> {
        let key = lower(id);
        let user = self.users.remove(&*key)?;
        self.behind.remove_user(&user.server, &key);
        Some(user)
    }

    fn remove_server(&mut self, key: &[u8]) {
        let Some(server) = self.servers.remove(key) else { return };
        self.behind.remove_server(&server.uplink, key);
        let name = lower(&server.name);
        if self.names.get(&*name).is_some_and(|named| **named == *key) {
            self.names.remove(&*name);
        }
    }

    /// A user has a new nick, and with it a new key where the dialect knows no identifiers.
    pub(crate) fn rename(&mut self, id: &[u8], nick: &[u8]) {
        let Some(mut user) = self.remove_user(id) else { return };
        let by_nick = lower(&user.nick) == lower(id);
        user.nick = nick.into();
        self.add_user(if by_nick { nick } else { id }, user);
    }

    /// A user's other name and host.
    pub(crate) fn user(&mut self, id: &[u8]) -> Option<&mut User> {
        self.users.get_mut(&*lower(id))
    }

    /// A server left with all behind it: the nicks of the users who went, sorted.
    pub(crate) fn split(&mut self, id: &[u8]) -> Vec<Box<[u8]>> {
        let mut gone = alloc::vec![self.key_of_server(id)];
        let mut nicks = Vec::new();
        while let Some(server) = gone.pop() {
            // What is behind it goes first, and with it whatever would lead back here.
            let near = self.behind.take(&server).unwrap_or_default();
            self.remove_server(&server);
            nicks.extend(near.users.iter().filter_map(|key| self.users.remove(key)).map(|user| user.nick));
            gone.extend(near.servers);
        }
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

    fn key_of_server(&self, name: &[u8]) -> Box<[u8]> {
        let name = lower(name);
        self.names.get(&*name).cloned().unwrap_or(name)
    }
}

fn lower(id: &[u8]) -> Box<[u8]> {
    id.to_ascii_lowercase().into_boxed_slice()
}
