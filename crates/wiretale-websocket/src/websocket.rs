//! Both directions.

use wiretale_protocol::{Demand, Direction};

use crate::frames::Frames;
use crate::upgrade::Upgrade;

/// Both directions of a WebSocket: the upgrade, then frames. Holds at most 8 KiB of a direction's upgrade and the head
/// of one frame.
#[derive(Debug, Default)]
pub struct WebSocket {
    client: Side,
    server: Side,
    foreign: bool,
}

/// What came of a direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Both sides have agreed: what follows are frames.
    Opened,
    /// Bytes of a message. How many at a time depends on how the stream was cut.
    Bytes(&'a [u8]),
    /// So many bytes of a message are lost.
    Lost(u64),
    /// The message is whole.
    End,
    /// A message begins that is compressed (RFC 7692): nothing follows of it.
    Compressed,
}

impl WebSocket {
    /// Bytes of memory in what is not finished.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.client.held() + self.server.held()
    }

    /// Bytes of one direction; what they carry goes to `with`.
    pub fn feed(&mut self, direction: Direction, mut bytes: &[u8], mut with: impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() && !self.foreign {
            let (side, other) = self.sides(direction);
            match side {
                Side::Upgrade(upgrade) => match upgrade.read(&mut bytes, direction) {
                    Some(true) => {
                        *side = Side::Frames(Frames::default());
                        if matches!(other, Side::Frames(_)) {
                            with(Piece::Opened);
                        }
                    }
                    Some(false) => self.foreign = true,
                    None => {}
                },
                Side::Frames(frames) => frames.read(&mut bytes, &mut with),
                Side::Lost => return,
            }
        }
    }

    /// It is no WebSocket after all: the server did not agree, or what the client asked for is something else.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Bytes of one direction were lost; what is left of it goes to `with`.
    pub fn gap(&mut self, direction: Direction, lost: u64, mut with: impl FnMut(Piece<'_>)) -> Demand {
        let (side, _) = self.sides(direction);
        if let Side::Frames(frames) = side
            && frames.skip(lost, &mut with)
        {
            return Demand::Stream;
        }
        *side = Side::Lost;
        Demand::Lengths
    }

    // The side that speaks, and the other.
    const fn sides(&mut self, direction: Direction) -> (&mut Side, &mut Side) {
        match direction {
            Direction::Client => (&mut self.client, &mut self.server),
            Direction::Server => (&mut self.server, &mut self.client),
        }
    }
}

// One direction.
#[derive(Debug)]
enum Side {
    Upgrade(Upgrade),
    Frames(Frames),
    /// Where its next frame begins is not known.
    Lost,
}

impl Side {
    const fn held(&self) -> usize {
        match self {
            Self::Upgrade(upgrade) => upgrade.held(),
            Self::Frames(_) | Self::Lost => 0,
        }
    }
}

impl Default for Side {
    fn default() -> Self {
        Self::Upgrade(Upgrade::default())
    }
}
