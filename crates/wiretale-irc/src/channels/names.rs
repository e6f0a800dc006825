//! Channels and people under new names.

use super::{Channel, Channels};
use crate::Casemapping;

impl Channels {
    /// A channel has a new name; one that was called so is no more.
    pub(crate) fn call(&mut self, old: &[u8], new: &[u8], casemapping: Casemapping) {
        let Some(channel) = self.take(old, casemapping) else { return };
        self.forget(new, casemapping);
        let Self { map, hasher, .. } = self;
        let hash = |channel: &Channel| casemapping.hash(&channel.name, hasher);
        let channel = Channel { name: new.into(), ..channel };
        map.insert_unique(hash(&channel), channel, hash);
    }
}
