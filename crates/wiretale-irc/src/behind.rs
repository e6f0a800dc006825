//! What stands directly behind each server of a link, so that a split walks over those who go and nobody else.

use alloc::boxed::Box;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

/// Who is directly behind which server, all by their keys. A server of which nothing else is known may be one.
#[derive(Default)]
pub(crate) struct Behind(HashMap<Box<[u8]>, Near, RandomState>);

/// Who is directly behind one server.
#[derive(Default)]
pub(crate) struct Near {
    pub(crate) servers: Keys,
    pub(crate) users: Keys,
}

/// Keys of servers or users.
pub(crate) type Keys = HashSet<Box<[u8]>, RandomState>;

impl Behind {
    pub(crate) fn add_server(&mut self, uplink: &[u8], key: &[u8]) {
        self.add(uplink, key, |near| &mut near.servers);
    }

    pub(crate) fn add_user(&mut self, server: &[u8], key: &[u8]) {
        self.add(server, key, |near| &mut near.users);
    }

    pub(crate) fn remove_server(&mut self, uplink: &[u8], key: &[u8]) {
        self.remove(uplink, key, |near| &mut near.servers);
    }

    pub(crate) fn remove_user(&mut self, server: &[u8], key: &[u8]) {
        self.remove(server, key, |near| &mut near.users);
    }

    /// All who are directly behind a server; after that nobody is.
    pub(crate) fn take(&mut self, server: &[u8]) -> Option<Near> {
        self.0.remove(server)
    }

    // Nobody is behind a server without a name: that is the uplink of the link's own two sides.
    fn add(&mut self, server: &[u8], key: &[u8], kind: impl Fn(&mut Near) -> &mut Keys) {
        if !server.is_empty() {
            kind(self.0.entry(server.into()).or_default()).insert(key.into());
        }
    }

    fn remove(&mut self, server: &[u8], key: &[u8], kind: impl Fn(&mut Near) -> &mut Keys) {
        let Some(near) = self.0.get_mut(server) else { return };
        let keys = kind(near);
        keys.remove(key);
        // Else users who go from server to server would leave room for all of them at each.
        if keys.len() < keys.capacity() / 4 {
            keys.shrink_to_fit();
        }
        if near.servers.is_empty() && near.users.is_empty() {
            self.0.remove(server);
        }
    }
}
