//! The server's half of a control connection.

use alloc::borrow::Cow;

use memchr::memchr;
use wiretale_packet::Endpoint;
use wiretale_protocol::{Context, Line, Observe};

use crate::pending::{Match, Waiting};
use crate::reply::CodeLine;
use crate::session::{Course, Session, passive};
use crate::{Answer, Event, Ftp, MAX_TEXT, Mechanism, Reply, Verb, adat, address, path, reply};

impl Session {
    /// A line of the server's.
    pub(crate) fn server_line<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, line: Line<'_>) {
        if memchr(0, line.bytes).is_some() {
            cx.weird("NUL_in_line", &[]);
        }
        if line.bytes.len() > MAX_TEXT {
            cx.weird("FTP_reply_msg_too_long", &[]);
        }
        let masked = self.masked(line.bytes);
        let bytes = masked.get(..MAX_TEXT + CODE).unwrap_or(&masked);
        match (reply::parse(bytes), self.open) {
            (Ok(read), Some((code, asked))) if read.code == code || asked && !read.more => self.coded(cx, read),
            // Whoever answers in several lines indents those between (RFC 2389 section 3.2).
            (Err(_), Some((_, true))) if self.may_be_other() && !bytes.starts_with(b" ") => self.become_other(bytes),
            (_, Some((code, _))) => {
                cx.emit::<Ftp>(Event::Reply(Reply { code, text: bytes, continued: true, first: false }));
            }
            (Ok(read), None) => self.coded(cx, read),
            (Err(reason), None) => self.violate(cx, reason, bytes),
        }
    }

    // A line that begins with a code which counts.
    fn coded<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, read: CodeLine<'_>) {
        let CodeLine { code, more, text } = read;
        let text = text.get(..MAX_TEXT).unwrap_or(text);
        let first = self.open.is_none_or(|(open, _)| open != code);
        self.unsure_server = false;
        if self.commanded && !core::mem::replace(&mut self.served, true) {
            cx.serve("ftp");
        }
        self.open = more.then_some((code, self.open.is_some_and(|(_, asked)| asked && !first)));
        cx.emit::<Ftp>(Event::Reply(Reply { code, text, continued: more, first }));
        if first && !self.greeted && matches!(code, 120 | 220) {
            self.greeted = code == 220;
            cx.emit::<Ftp>(Event::Greeting { text });
        }
        if !more {
            self.answer(cx, Answer { code, text });
        }
    }

    fn answer<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, answer: Answer<'_>) {
        let Match::At(mut at) = self.pending.find(answer.code, self.unsure_client) else {
            return;
        };
        while let Some(waiting) = self.pending.overtaken(&mut at) {
            self.tell(cx, waiting, None);
        }
        if answer.code < 200 {
            self.begin(at, answer);
        } else if let Some(mut waiting) = self.pending.take(at) {
            self.unsure_client &= !self.pending.is_empty();
            waiting.settle(&self.directory);
            self.act(cx, &mut waiting, answer);
            self.tell(cx, waiting, Some(answer));
            self.after(cx, answer);
        }
        let (code, kept) = self.standing.get_or_insert_default();
        *code = answer.code;
        kept.clear();
        kept.extend_from_slice(answer.text);
    }

    // 1yz: the command is under way.
    fn begin(&mut self, at: usize, answer: Answer<'_>) {
        let Some(waiting) = self.pending.get_mut(at) else {
            return;
        };
        waiting.settle(&self.directory);
        waiting.begun = true;
        if waiting.verb == Verb::Retr && answer.code == 150 {
            waiting.size = Some(reply::last_number(answer.text));
            waiting.announced = reply::size_in_words(answer.text).or(waiting.announced);
        }
    }

    // What a reply does, by its command.
    fn act<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: &mut Waiting, answer: Answer<'_>) {
        let Answer { code, text } = answer;
        match (waiting.verb, code) {
            (Verb::Cwd, 200..=299) => {
                if let Some(path) = &waiting.path {
                    self.directory.clone_from(path);
                }
                self.directory(cx);
            }
            (Verb::Cdup, 200..=299) => {
                self.directory = path::join(&self.directory, b"..");
                self.directory(cx);
            }
            (Verb::Pwd, 257) => {
                if let Some(quoted) = path::quoted(text) {
                    self.directory = path::join(&[], &quoted);
                    self.directory(cx);
                }
            }
            (Verb::Syst, 215) => cx.emit::<Ftp>(Event::System { text }),
            (Verb::Size, 213) => {
                waiting.size = Some(reply::last_number(text));
                waiting.announced = reply::number(text.trim_ascii());
                self.sized = waiting.path.clone().zip(waiting.announced);
            }
            (Verb::Auth, 234 | 334) => {
                self.authenticated(cx, waiting, code);
                security_data(cx, adat::in_reply(text), false);
            }
            (Verb::Adat, 235 | 335) => security_data(cx, adat::in_reply(text), code == 235),
            (Verb::Quit, 221) => self.course = Course::Goodbye,
            (Verb::Rein, 220) => self.directory = b".".to_vec(),
            (verb, _) if passive(verb) => waiting.channel = self.passive_answer(cx, verb, answer),
            _ => {}
        }
    }

    // What is said of the next commands, after this one's exchange.
    fn after<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, answer: Answer<'_>) {
        if !matches!(answer.code, 227..=229) {
            return;
        }
        // Was a transfer asked for before its data connection was announced? One under way has its own.
        let Some(at) = self.pending.uncarried() else {
            return;
        };
        let Some(channel) = self.channels.take() else {
            return;
        };
        let certain = !self.pending.iter().take(at).any(Waiting::moves);
        if let Some(waiting) = self.pending.get_mut(at) {
            waiting.carrier = Some(channel);
            if certain {
                waiting.settle(&self.directory);
            }
        }
        if let Some(waiting) = self.pending.iter().nth(at) {
            self.channels.assign(cx, channel, &self.subject(waiting));
        }
    }

    fn directory<O: Observe<Ftp>>(&self, cx: &mut Context<'_, O>) {
        cx.emit::<Ftp>(Event::Directory { path: &self.directory });
    }

    fn passive_answer<O: Observe<Ftp>>(
        &mut self,
        cx: &mut Context<'_, O>,
        verb: Verb,
        answer: Answer<'_>,
    ) -> Option<crate::Channel> {
        let endpoint = match (verb, answer.code) {
            (Verb::Pasv, 227) => address::passive(answer.text),
            (Verb::Lpsv, 228) => address::long(answer.text),
            (Verb::Epsv, 229) => {
                address::extended_passive(answer.text).map(|port| Endpoint::new(cx.moment().flow.server.address, port))
            }
            _ => None,
        }?;
        Some(self.channels.announce(cx, true, endpoint))
    }

    fn authenticated<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: &Waiting, code: u16) {
        let mechanism = waiting.argument.trim_ascii();
        if TLS_NAMES.iter().any(|name| name.eq_ignore_ascii_case(mechanism)) {
            cx.emit::<Ftp>(Event::AuthTls);
            self.secure();
        } else if code == 334 {
            if mechanism.eq_ignore_ascii_case(b"GSSAPI") {
                cx.serve("gssapi");
            }
            cx.emit::<Ftp>(Event::AuthOther { mechanism });
        }
    }

    // A line that is no reply where one must begin.
    fn violate<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, reason: &'static str, line: &[u8]) {
        if self.unsure_server {
            return;
        }
        if !core::mem::replace(&mut self.violated, true) {
            cx.weird("FTP_invalid_reply", reason.as_bytes());
            cx.retract("ftp");
            cx.emit::<Ftp>(Event::Violation { reason });
        }
        if self.may_be_other() {
            self.become_other(line);
        }
    }

    // May both sides have gone on in another protocol? The client said what is no command.
    fn may_be_other(&self) -> bool {
        self.pending.iter().any(|waiting| waiting.verb == Verb::Other)
    }

    fn become_other(&mut self, line: &[u8]) {
        self.course = Course::Other([line, b"\n"].concat());
    }

    // A server may repeat the password.
    fn masked<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let mut masked = Cow::Borrowed(line);
        for secret in self.pending.iter().filter_map(|waiting| waiting.secret.as_ref()) {
            if let Cow::Owned(again) = secret.hide(&masked) {
                masked = Cow::Owned(again);
            }
        }
        masked
    }
}

/// Says what kind of token crossed.
pub(crate) fn security_data<O: Observe<Ftp>>(cx: &mut Context<'_, O>, token: Option<&[u8]>, done: bool) {
    if let Some(token) = token {
        let (mechanism, bytes) = Mechanism::of(token);
        cx.emit::<Ftp>(Event::SecurityData { mechanism, bytes, done });
    }
}

// RFC 4217 section 17, and what was in use before it.
const TLS_NAMES: [&[u8]; 5] = [b"TLS", b"TLS-C", b"TLS-P", b"SSL", b"SSL-P"];
// Code and separator.
const CODE: usize = 4;
