//! Modes that are set and taken, and lists of masks as they are told.

use wiretale_protocol::{Context, Observe};

use crate::modes::Modes;
use crate::session::Session;
use crate::{Event, Irc, Listed, Message, ModeChange, ModeKind, Source, Wire};

impl Session {
    pub(super) fn modes<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>, by: Source<'_>) {
        let mut arguments = message.params.iter();
        let Some(target) = arguments.next() else {
            return self.weird(cx, "irc_invalid_mode_message_format", &[]);
        };
        self.mode_changes(cx, target, by, arguments);
    }

    /// The changes of a `MODE` on a channel or a user, or of a reply that tells what is set.
    pub(crate) fn mode_changes<O: Observe<Irc>>(
        &mut self,
        cx: &mut Context<'_, O>,
        target: &[u8],
        by: Source<'_>,
        arguments: crate::ParamsIter<'_>,
    ) {
        let channel = self.support.is_channel(target);
        let casemapping = self.casemapping();
        let mut full = false;
        let Self { support, channels, link, .. } = self;
        let changes = if channel { Modes::channel(arguments, support) } else { Modes::user(arguments) };
        for mut change in changes {
            if change.kind == ModeKind::Rank {
                let nick = link.as_deref().and_then(|link| link.name_of(change.argument.0));
                change.argument = Wire(nick.unwrap_or(change.argument.0));
                channels.rank(target, &change.argument, change.letter, change.adding, casemapping);
            }
            if channel && change.kind == ModeKind::List && !change.argument.is_empty() {
                let ModeChange { adding, letter, argument: mask, .. } = change;
                let entry = Listed { letter, mask, setter: by.name, time: None };
                full |= if adding { !channels.list(target, entry, casemapping) } else { false };
                if !adding {
                    channels.unlist(target, letter, &mask, casemapping);
                }
            }
            cx.emit::<Irc>(Event::Mode { target: Wire(target), by, change });
        }
        if full {
            self.weird(cx, "irc_too_many_masks", &[]);
        }
    }

    /// An entry of a channel's list was told.
    pub(crate) fn listed<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, channel: Wire<'_>, entry: Listed<'_>) {
        cx.emit::<Irc>(Event::Listed { channel, entry });
        if !self.channels.list(&channel, entry, self.casemapping()) {
            self.weird(cx, "irc_too_many_masks", &[]);
        }
    }
}
