//! What a control connection knows of itself; the client's half of it.

mod command;

use alloc::vec::Vec;

use memchr::memchr;
use wiretale_packet::Direction;
use wiretale_protocol::{Context, Flow, Line, Observe};

use crate::channel::{Channels, Subject};
use crate::login::Logins;
use crate::pending::{Pending, Waiting};
use crate::{Answer, Command, Event, Exchange, Ftp, Verb};

/// The state of a control connection, without its framing.
pub(crate) struct Session {
    pub(super) pending: Pending,
    pub(super) logins: Logins,
    pub(super) channels: Channels,
    // Normalised, at most 4096 bytes.
    pub(super) directory: Vec<u8>,
    // Code and text of the last good reply.
    pub(super) standing: Option<(u16, Vec<u8>)>,
    // The code of a reply whose last line has not come, and whether the client spoke since its first.
    pub(super) open: Option<(u16, bool)>,
    // The path that SIZE was last asked of, and the answer.
    pub(super) sized: Option<(Vec<u8>, u64)>,
    // Where the next transfer starts.
    rest: u64,
    secured: u32,
    pub(super) cleared: u32,
    pub(super) greeted: bool,
    // A command came, and a reply after it.
    pub(super) commanded: bool,
    pub(super) served: bool,
    pub(super) violated: bool,
    // Lines of the server may be the tail of something unseen.
    pub(super) unsure_server: bool,
    // Commands may be missing.
    pub(super) unsure_client: bool,
    // Replies may be missing: what waits is given up when the client goes on.
    lost_replies: bool,
    overflowed: bool,
    pub(super) course: Course,
}

/// What the connection is, by what the server said last.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Course {
    /// A control connection.
    Ftp,
    /// One that is over: the server said goodbye. Transfers that are under way are still answered.
    Goodbye,
    /// Something else, from this line of the server's on: no reply, to no command.
    Other(Vec<u8>),
}

impl Session {
    pub(crate) fn new(flow: &Flow) -> Self {
        let mut pending = Pending::default();
        if !flow.midstream {
            let mut greeting = Waiting::new(Verb::Init, flow.opened, 0);
            greeting.name.extend_from_slice(Verb::Init.as_str().as_bytes());
            pending.push(greeting);
        }
        Self {
            pending,
            logins: Logins::default(),
            channels: Channels::default(),
            directory: b".".to_vec(),
            standing: None,
            open: None,
            sized: None,
            rest: 0,
            secured: 0,
            cleared: 0,
            greeted: flow.midstream,
            commanded: false,
            served: false,
            violated: false,
            unsure_server: flow.midstream,
            unsure_client: flow.midstream,
            lost_replies: false,
            overflowed: false,
            course: Course::Ftp,
        }
    }

    /// Bytes on the heap.
    pub(crate) fn held(&self) -> usize {
        let standing = self.standing.as_ref().map_or(0, |(_, text)| text.capacity());
        let sized = self.sized.as_ref().map_or(0, |(path, _)| path.capacity());
        self.pending.held() + self.logins.held() + self.directory.capacity() + standing + sized
    }

    /// How often the session has gone over to TLS.
    pub(crate) const fn secured(&self) -> u32 {
        self.secured
    }

    /// Is it no control connection any more?
    pub(crate) fn is_over(&self) -> bool {
        match self.course {
            Course::Ftp => false,
            Course::Goodbye => !self.pending.iter().any(|waiting| waiting.begun),
            Course::Other(_) => true,
        }
    }

    /// The line with which it became something else.
    pub(crate) fn first_of_other(&self) -> &[u8] {
        if let Course::Other(line) = &self.course { line } else { &[] }
    }

    /// A line of the client's.
    pub(crate) fn client_line<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, line: Line<'_>) {
        if memchr(0, line.bytes).is_some() {
            cx.weird("NUL_in_line", &[]);
        }
        let bytes = line.bytes.trim_ascii_start();
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        if bytes.is_empty() {
            return;
        }
        self.go_on(cx);
        let (name, rest) = bytes.split_at_checked(token(bytes)).unwrap_or((bytes, &[]));
        match unsound(name) {
            Some(weird) => {
                cx.weird(weird, &[]);
                self.keep_unsound(cx);
            }
            None => self.command(cx, name, rest),
        }
    }

    /// Bytes of one direction were lost.
    pub(crate) fn gap(&mut self, direction: Direction) {
        match direction {
            Direction::Client => self.unsure_client = true,
            Direction::Server => {
                self.open = None;
                self.unsure_server = true;
                self.lost_replies = true;
            }
        }
    }

    /// One side is in clear again.
    pub(crate) fn clear<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        if self.cleared != self.secured {
            self.cleared = self.secured;
            self.unsure_client = true;
            self.unsure_server = true;
            self.open = None;
            cx.emit::<Ftp>(Event::Clear);
        }
    }

    /// Both directions ended.
    pub(crate) fn end<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        self.give_up(cx);
        self.logins.end(cx);
        cx.emit::<Ftp>(Event::Ended);
    }

    /// From here on both sides speak TLS.
    pub(super) fn secure(&mut self) {
        self.secured = self.secured.saturating_add(1);
        self.channels.secured = true;
    }

    /// Says what became of a command that is out of the queue.
    pub(super) fn tell<O: Observe<Ftp>>(
        &mut self,
        cx: &mut Context<'_, O>,
        waiting: Waiting,
        answer: Option<Answer<'_>>,
    ) {
        self.logins.judge(cx, &waiting, answer.map(|answer| answer.code));
        if waiting.unsound {
            return;
        }
        if answer.is_none_or(|answer| answer.code >= 400) && !waiting.begun {
            self.failed(&waiting);
        }
        let standing = self.standing.as_ref().map(|(code, text)| Answer { code: *code, text });
        cx.emit::<Ftp>(Event::Exchange(Exchange {
            command: Command { verb: waiting.verb, name: &waiting.name, argument: &waiting.argument },
            asked: waiting.asked,
            frame: waiting.frame,
            user: self.logins.user(),
            password: self.logins.password(),
            path: waiting.path.as_deref(),
            reply: answer,
            standing: answer.or(standing),
            size: waiting.size,
            announced: waiting.announced,
            channel: waiting.channel,
            carrier: waiting.carrier,
            server: cx.moment().flow.server.address,
        }));
    }

    /// What the data connection of `waiting` carries.
    pub(super) fn subject<'a>(&'a self, waiting: &'a Waiting) -> Subject<'a> {
        Subject {
            verb: waiting.verb,
            name: &waiting.argument,
            path: waiting.path.as_deref().unwrap_or(&self.directory),
            user: self.logins.user(),
            start: waiting.start,
            size: waiting.announced,
        }
    }

    // The client goes on: replies that are still missing after a gap will not come.
    fn go_on<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        if let Some((_, asked)) = &mut self.open {
            *asked = true;
        }
        if core::mem::take(&mut self.lost_replies) {
            self.give_up(cx);
        }
    }

    fn give_up<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        while let Some(waiting) = self.pending.take(0) {
            self.tell(cx, waiting, None);
        }
    }

    fn failed(&mut self, waiting: &Waiting) {
        match waiting.verb {
            Verb::Rest => self.rest = 0,
            verb if verb.transfers() => {
                if let Some(carrier) = waiting.carrier {
                    self.channels.give_back(carrier);
                }
            }
            _ => {}
        }
    }
}

/// Does it ask for a data connection that the client opens?
pub(super) const fn passive(verb: Verb) -> bool {
    matches!(verb, Verb::Pasv | Verb::Epsv | Verb::Lpsv)
}

fn token(bytes: &[u8]) -> usize {
    bytes.iter().position(|&b| b == b' ' || b == b'\t').unwrap_or(bytes.len())
}

// Zeek's name for what is wrong with a command's name.
fn unsound(name: &[u8]) -> Option<&'static str> {
    if name.len() > MAX_NAME {
        Some("FTP_max_command_length_exceeded")
    } else if name.len() < 3 || !name.iter().all(u8::is_ascii_graphic) {
        Some("FTP_invalid_command")
    } else {
        None
    }
}

const MAX_NAME: usize = 100;
