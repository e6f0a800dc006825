//! Text kept while the state it came from changes.

use smallvec::SmallVec;

use crate::{Source, Wire};

/// A sender, kept.
pub(crate) struct Sender {
    name: SmallVec<[u8; 32]>,
    user: SmallVec<[u8; 16]>,
    host: SmallVec<[u8; 64]>,
}

impl Sender {
    pub(crate) fn of(source: Source<'_>) -> Self {
        Self {
            name: SmallVec::from_slice(source.name.0),
            user: SmallVec::from_slice(source.user.0),
            host: SmallVec::from_slice(source.host.0),
        }
    }

    pub(crate) fn borrow(&self) -> Source<'_> {
        Source { name: Wire(&self.name), user: Wire(&self.user), host: Wire(&self.host) }
    }
}
