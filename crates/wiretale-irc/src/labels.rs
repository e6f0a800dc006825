//! Questions with a label, and the answers that bear it (IRCv3 `labeled-response`).

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use wiretale_protocol::{Context, Observe};

use crate::{Command, Event, Irc, Message, Wire};

/// Labels that wait for their answer. Bounded: past it the oldest goes.
#[derive(Default)]
pub(crate) struct Labels {
    waiting: VecDeque<Asked>,
    dropped: u64,
}

struct Asked {
    label: Box<[u8]>,
    command: Box<[u8]>,
}

impl Labels {
    /// Bytes of memory in labels whose answers are to come.
    pub(crate) fn held(&self) -> usize {
        self.waiting.iter().map(|asked| size_of::<Asked>() + asked.label.len() + asked.command.len()).sum()
    }

    /// The client labels a question. False if one had to go, for the first time.
    pub(crate) fn ask(&mut self, label: &[u8], message: &Message<'_>) -> bool {
        let mut name = [0; 3];
        let command = match message.command {
            Command::Unknown(wire) => wire,
            Command::Numeric(number) => digits(number, &mut name),
            named => named.name().unwrap_or_default().as_bytes(),
        };
        let command = command.get(..LONGEST).unwrap_or(command);
        let full = self.waiting.len() >= MOST;
        if full {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        self.waiting.push_back(Asked { label: label.into(), command: command.into() });
        !(full && self.dropped == 1)
    }

    /// The server answers one: with a line, a batch of lines, or `ACK` where there is nothing to say.
    pub(crate) fn answered<O: Observe<Irc>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let Some(label) = label(message) else { return };
        let question = self.take(label);
        let reference = message.param(0).0.strip_prefix(b"+").filter(|_| message.command == Command::Batch);
        cx.emit::<Irc>(Event::Labeled {
            label: Wire(label),
            question: question.as_deref().map(Wire),
            batch: Wire(reference.unwrap_or_default()),
            empty: message.command == Command::Ack,
        });
    }

    fn take(&mut self, label: &[u8]) -> Option<Box<[u8]>> {
        let at = self.waiting.iter().position(|asked| *asked.label == *label)?;
        self.waiting.remove(at).map(|asked| asked.command)
    }
}

/// The label that a message bears.
pub(crate) fn label<'a>(message: &Message<'a>) -> Option<&'a [u8]> {
    if message.tags.is_empty() {
        return None;
    }
    message.tags.get(b"label").filter(|label| (1..=LONGEST).contains(&label.len()))
}

fn digits(number: u16, into: &mut [u8; 3]) -> &[u8] {
    for (place, by) in into.iter_mut().zip([100, 10, 1]) {
        *place = b'0' + u8::try_from(number / by % 10).unwrap_or_default();
    }
    into
}

const MOST: usize = 64;
// The specification's limit for a label.
const LONGEST: usize = 64;
