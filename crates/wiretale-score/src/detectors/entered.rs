//! Channels that home clients come into.

use wiretale_irc::{Command, Event};

use crate::Scene;
use crate::heard::is_private;

/// The channels into which this brings a flow's client: as the server tells it, or, where that is out of sight, by the
/// client's own word ([`Hears::IRC_ASKED`](crate::Hears::IRC_ASKED)).
pub(super) fn entered<'e>(scene: &Scene<'_>, event: &Event<'e>) -> impl Iterator<Item = &'e [u8]> + use<'e> {
    let names = match *event {
        Event::Joined { own: true, channel, .. } => channel.0,
        // In front of a server's line stands which of its users it tells of.
        Event::Message(line) if line.command == Command::Join && line.prefix.is_none() && scene.is_server_unseen() => {
            line.param(0).0
        }
        _ => b"",
    };
    names.split(|byte| *byte == b',').filter(|name| !name.is_empty() && !is_private(name))
}
