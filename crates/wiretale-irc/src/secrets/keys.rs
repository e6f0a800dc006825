//! Keys of channels.

use wiretale_protocol::{Direction, Outcome};

use crate::ledger::CHANNEL_KEY;
use crate::modes::Modes;
use crate::secret::{Awaits, Found};
use crate::session::Session;
use crate::{Command, Message, ModeChange, Params, ParamsIter};

impl Session {
    // Channels and keys stand in two lists, in the same order.
    pub(super) fn in_join(&self, line: &[u8], message: &Message<'_>, found: &mut Found) {
        let Some(keys) = message.params.get(1).filter(|_| self.asks_to_join(message)) else { return };
        let mut channels = message.param(0).0.split(|&byte| byte == b',');
        for key in keys.split(|&byte| byte == b',') {
            let channel = channels.next().unwrap_or_default();
            found.add(line, key, CHANNEL_KEY, channel, Awaits::Join);
        }
    }

    // A client may name itself before it asks. What is told of others looks the same, and has an account or a time there.
    fn asks_to_join(&self, message: &Message<'_>) -> bool {
        let Some(prefix) = message.prefix else { return true };
        let source = prefix.source();
        let client = source.host.is_empty() && !prefix.is_server() || self.is_own(&source.name);
        client && self.link.is_none() && self.support.is_channel(&message.param(0))
    }

    pub(super) fn in_modes(&mut self, line: &[u8], message: &Message<'_>, direction: Direction, found: &mut Found) {
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
        if message.command == Command::Chaninfo {
            return in_chaninfo(line, message, found);
        }
        let told = direction == Direction::Server || self.link.is_some();
        // Where servers tell who is in a channel, `+nick` is nobody's mode.
        let asked = matches!(message.command, Command::Mode | Command::Samode);
        let changes = Modes::channel(arguments, &self.support);
        for change in if asked { changes.grouped() } else { changes } {
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

    /// ChanServ is to keep a key: `SET #c MLOCK +k key`, `MODE #c LOCK ADD +k key`, `MODE #c SET +k key`.
    pub(super) fn in_mode_lock(&self, line: &[u8], text: &[u8], found: &mut Found) {
        let mut words = Params::new(text).iter();
        let mut next = || words.next().unwrap_or_default();
        let (verb, channel, what) = (next().to_ascii_uppercase(), next(), next().to_ascii_uppercase());
        match (&*verb, &*what) {
            (b"SET", b"MLOCK") | (b"MODE", b"SET") => {}
            // `ADD`, `SET`, `DEL`
            (b"MODE", b"LOCK") => _ = next(),
            _ => return,
        }
        let is_key = |change: &ModeChange<'_>| change.letter == b'k' && change.argument != b"*";
        for change in Modes::channel(words, &self.support).filter(is_key) {
            found.add(line, &change.argument, CHANNEL_KEY, channel, Awaits::KeySet);
        }
    }
}

// ngIRCd: `CHANINFO #c +kl key limit :topic`. The key has a place of its own, whatever the modes; `*` where there is none.
fn in_chaninfo(line: &[u8], message: &Message<'_>, found: &mut Found) {
    let (channel, key) = (message.param(0), message.param(2));
    if message.params.count() >= 4 && key != b"*" {
        found.add(line, &key, CHANNEL_KEY, &channel, Awaits::Nothing(Outcome::Accepted));
    }
}
