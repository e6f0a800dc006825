//! To whom home clients say something in private: from anybody else a private word is a stranger's.

use smallvec::SmallVec;
use wiretale_irc::Event;
use wiretale_protocol::{Direction, FlowId};

use crate::Scene;
use crate::bounded::Bounded;
use crate::heard::is_private;

/// The first few nicks of each connection to which its client spoke.
pub(super) struct Known(Bounded<FlowId, SmallVec<[u64; MOST]>>);

impl Default for Known {
    fn default() -> Self {
        Self(Bounded::new(1 << 14))
    }
}

impl Known {
    pub(super) fn memory(&self) -> usize {
        self.0.memory(0)
    }

    /// Something is said on IRC.
    pub(super) fn hear(&mut self, scene: &Scene<'_>, event: &Event<'_>) {
        let Event::Text { target, .. } = event else { return };
        if scene.moment.direction == Direction::Client && is_private(target) {
            let (known, to) = (self.0.entry(scene.moment.flow.id), scene.name_key(target));
            if known.len() < MOST && !known.contains(&to) {
                known.push(to);
            }
        }
    }

    /// Did the client of this connection speak to who has this key ([`Scene::name_key`])?
    pub(super) fn knows(&self, flow: FlowId, nick: u64) -> bool {
        self.0.get(&flow).is_some_and(|known| known.contains(&nick))
    }
}

const MOST: usize = 8;
