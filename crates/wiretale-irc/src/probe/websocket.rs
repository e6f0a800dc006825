//! IRC inside a WebSocket (IRCv3 `text.ircv3.net`, `binary.ircv3.net`): one message is one line.

use wiretale_protocol::{Direction, Opening, Probe};
use wiretale_websocket::{Inside, Sight};

use super::weight::tells;

/// A WebSocket is IRC if its subprotocol says so, or if its first message reads so.
pub(super) fn probe(opening: &Opening<'_>) -> Probe {
    let unsure = if opening.last { Probe::No } else { Probe::Unsure };
    match wiretale_websocket::look(opening) {
        Sight::None => Probe::No,
        Sight::Unsure => unsure,
        Sight::Asked(inside) if inside.asks_for(b".ircv3.net") => Probe::Yes,
        Sight::Asked(inside) => {
            let sides = Direction::BOTH.map(|direction| side(&inside, direction));
            match sides {
                _ if sides.contains(&Probe::Yes) => Probe::Yes,
                _ if sides.contains(&Probe::No) => Probe::No,
                _ => unsure,
            }
        }
    }
}

fn side(inside: &Inside<'_>, direction: Direction) -> Probe {
    let Some(line) = inside.first(direction) else { return Probe::Unsure };
    match crate::parse(line.trim_ascii_end()) {
        Ok(message) if tells(&message, direction) => Probe::Yes,
        _ => Probe::No,
    }
}
