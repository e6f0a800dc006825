//! Commands that wait for their replies.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use wiretale_packet::Timestamp;
use wiretale_protocol::Tag;

use crate::{Channel, Verb, path};

/// A command that waits.
pub(crate) struct Waiting {
    pub(crate) verb: Verb,
    /// Upper case, at most 100 bytes.
    pub(crate) name: Vec<u8>,
    /// Masked, at most 4096 bytes.
    pub(crate) argument: Vec<u8>,
    pub(crate) path: Option<Vec<u8>>,
    /// A command before it may yet change the directory, so that its path is a guess.
    pub(crate) guessed: bool,
    pub(crate) asked: Timestamp,
    pub(crate) frame: u64,
    pub(crate) secret: Option<Secret>,
    /// Its preliminary reply (1yz) has come.
    pub(crate) begun: bool,
    pub(crate) size: Option<u64>,
    pub(crate) announced: Option<u64>,
    pub(crate) channel: Option<Channel>,
    pub(crate) carrier: Option<Channel>,
    pub(crate) start: u64,
    /// It was no command, but the server answers it all the same.
    pub(crate) unsound: bool,
    // So many commands after it were not kept.
    dropped: u32,
}

/// A secret on its way to be judged. No Debug: its bytes serve only to be masked where the server repeats them.
pub(crate) struct Secret {
    pub(crate) kind: &'static str,
    pub(crate) account: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) tag: Tag,
}

/// The commands that wait, oldest first.
#[derive(Default)]
pub(crate) struct Pending {
    queue: VecDeque<Waiting>,
    // Replies to dropped commands that are due before the front's.
    due: u32,
}

/// Whose reply is it?
pub(crate) enum Match {
    /// That of the command at this place; those before it get none, but for a transfer under way.
    At(usize),
    /// That of a command that was not seen or not kept.
    Nobody,
}

impl Waiting {
    pub(crate) const fn new(verb: Verb, asked: Timestamp, frame: u64) -> Self {
        Self {
            verb,
            name: Vec::new(),
            argument: Vec::new(),
            path: None,
            guessed: false,
            asked,
            frame,
            secret: None,
            begun: false,
            size: None,
            announced: None,
            channel: None,
            carrier: None,
            start: 0,
            unsound: false,
            dropped: 0,
        }
    }

    /// Bytes on the heap.
    fn held(&self) -> usize {
        let path = self.path.as_ref().map_or(0, Vec::capacity);
        let secret = self.secret.as_ref().map_or(0, Secret::held);
        self.name.capacity() + self.argument.capacity() + path + secret
    }

    /// A good reply to it tells of another working directory.
    pub(crate) const fn moves(&self) -> bool {
        matches!(self.verb, Verb::Cwd | Verb::Cdup | Verb::Pwd | Verb::Rein)
    }

    /// Now that it is answered, or under way, its path is certain.
    pub(crate) fn settle(&mut self, directory: &[u8]) {
        if core::mem::take(&mut self.guessed) {
            self.path = Some(path::join(directory, &self.argument));
        }
    }

    // Failures, and commands that we do not know, fit everything.
    fn fits(&self, code: u16) -> bool {
        code >= 400 || self.verb == Verb::Other || self.unsound || self.verb.answers(code)
    }
}

impl Pending {
    /// Keeps a command; false where the queue is full.
    pub(crate) fn push(&mut self, waiting: Waiting) -> bool {
        if self.queue.len() < MAX_PENDING {
            self.queue.push_back(waiting);
            return true;
        }
        if let Some(last) = self.queue.back_mut() {
            last.dropped = last.dropped.saturating_add(1);
        }
        false
    }

    /// Replies come in the order of the commands (RFC 959 section 5.4). Where a reply cannot be the front's but is
    /// another's, the replies between were lost.
    pub(crate) fn find(&mut self, code: u16, unsure: bool) -> Match {
        let Some(front) = self.queue.front() else {
            self.due = self.due.saturating_sub(u32::from(code >= 200));
            return Match::Nobody;
        };
        if self.due > 0 && !(code < 400 && front.verb.answers(code)) {
            self.due -= u32::from(code >= 200);
            return Match::Nobody;
        }
        if front.fits(code) {
            return Match::At(0);
        }
        match self.queue.iter().position(|waiting| waiting.verb.answers(code)) {
            Some(at) => Match::At(at),
            // Commands were lost: it may be one of theirs.
            None if unsure => Match::Nobody,
            None => Match::At(0),
        }
    }

    /// Takes out what waits before `at` and gets no reply; a transfer that has begun stays. `at` becomes the place of the
    /// command that was there.
    pub(crate) fn overtaken(&mut self, at: &mut usize) -> Option<Waiting> {
        let place = self.queue.iter().take(*at).position(|waiting| !waiting.begun)?;
        *at -= 1;
        self.queue.remove(place)
    }

    /// Takes out the command at `at`, which got its reply.
    pub(crate) fn take(&mut self, at: usize) -> Option<Waiting> {
        let taken = self.queue.remove(at)?;
        self.due = self.due.saturating_add(taken.dropped);
        Some(taken)
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut Waiting> {
        self.queue.get_mut(at)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Waiting> {
        self.queue.iter()
    }

    /// Where commands lead that wait in `directory`, if they succeed.
    pub(crate) fn directory<'a>(&'a self, directory: &'a [u8]) -> Cow<'a, [u8]> {
        let mut ups = 0;
        let mut base = directory;
        for waiting in self.queue.iter().rev() {
            match (waiting.verb, &waiting.path) {
                (Verb::Cdup, _) => ups += 1,
                (Verb::Cwd, Some(path)) => {
                    base = path;
                    break;
                }
                (Verb::Rein, _) => {
                    base = b".";
                    break;
                }
                _ => {}
            }
        }
        if ups == 0 { Cow::Borrowed(base) } else { Cow::Owned(path::join(base, &b"../".repeat(ups))) }
    }

    /// The place of the first transfer that is yet to begin and has no data connection.
    pub(crate) fn uncarried(&self) -> Option<usize> {
        let lacks = |waiting: &Waiting| waiting.verb.transfers() && waiting.carrier.is_none() && !waiting.begun;
        self.queue.iter().position(lacks)
    }

    /// Bytes on the heap. So few commands wait that they are asked one by one.
    pub(crate) fn held(&self) -> usize {
        self.queue.capacity() * size_of::<Waiting>() + self.queue.iter().map(Waiting::held).sum::<usize>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

// As many as Zeek keeps.
const MAX_PENDING: usize = 20;
