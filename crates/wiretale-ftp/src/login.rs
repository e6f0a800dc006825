//! Who logs in, and whether he is let in.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use wiretale_protocol::{Context, Direction, Exposure, Observe, Outcome};

use crate::pending::{Secret, Waiting};
use crate::{Event, Ftp, Login, Verb};

/// The login of a control connection.
#[derive(Default)]
pub(crate) struct Logins {
    // At most 128 bytes.
    user: Option<Vec<u8>>,
    // What may be shown: a guest's, or the mask.
    password: Option<Vec<u8>>,
    // A password was taken but an account is asked for (332).
    halfway: Option<Half>,
}

struct Half {
    secret: Secret,
    waiting: (wiretale_packet::Timestamp, u64),
}

impl Logins {
    /// Who is logged in, or about to be.
    pub(crate) fn user(&self) -> Option<&[u8]> {
        self.user.as_deref()
    }

    /// What may be shown of the password.
    pub(crate) fn password(&self) -> Option<&[u8]> {
        self.password.as_deref()
    }

    /// Bytes on the heap.
    pub(crate) fn held(&self) -> usize {
        let texts = [&self.user, &self.password].into_iter().flatten().map(Vec::capacity).sum::<usize>();
        texts + self.halfway.as_ref().map_or(0, |half| half.secret.held())
    }

    /// The argument as it may be shown.
    pub(crate) fn mask<'a>(&self, verb: Verb, argument: &'a [u8]) -> Cow<'a, [u8]> {
        match verb {
            Verb::Pass if self.is_guest() => Cow::Borrowed(argument),
            Verb::Pass | Verb::Acct | Verb::Adat => Cow::Borrowed(HIDDEN),
            Verb::Site => site_secret(argument).map_or(Cow::Borrowed(argument), |(shown, _)| {
                let mut masked = shown.to_vec();
                masked.extend_from_slice(HIDDEN);
                Cow::Owned(masked)
            }),
            _ => Cow::Borrowed(argument),
        }
    }

    /// A command is asked: the secret in it, which its reply will judge.
    pub(crate) fn ask<O: Observe<Ftp>>(
        &mut self,
        cx: &mut Context<'_, O>,
        verb: Verb,
        argument: &[u8],
    ) -> Option<Secret> {
        match verb {
            Verb::User => {
                self.begin(cx, argument);
                None
            }
            Verb::Pass => self.pass(cx, argument),
            Verb::Acct => Some(self.secret(cx, "ftp-acct", argument)),
            Verb::Site => site_secret(argument).map(|(_, secret)| self.secret(cx, "ftp-site", secret)),
            _ => None,
        }
    }

    /// A command has its last reply, or will have none.
    pub(crate) fn judge<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: &Waiting, code: Option<u16>) {
        if waiting.unsound {
            return;
        }
        let outcome = outcome(code);
        match waiting.verb {
            Verb::User if matches!(code, Some(230 | 232)) => self.say(cx, Some(true)),
            Verb::User if outcome == Outcome::Refused => self.say(cx, Some(false)),
            Verb::Pass | Verb::Acct => self.answered(cx, waiting, code),
            Verb::Site => expose(cx, waiting.secret.as_ref(), (waiting.asked, waiting.frame), outcome),
            Verb::Rein if code.is_some_and(|code| code < 300) => {
                self.user = None;
                self.password = None;
            }
            _ => {}
        }
    }

    /// The connection is over.
    pub(crate) fn end<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>) {
        if let Some(half) = self.halfway.take() {
            expose(cx, Some(&half.secret), half.waiting, Outcome::Unknown);
        }
    }

    fn begin<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, user: &[u8]) {
        self.end(cx);
        if user.len() > MAX_USER {
            cx.weird("FTP_user_too_long", &[]);
        }
        self.user = Some(user.get(..MAX_USER).unwrap_or(user).to_vec());
        if self.password.is_some() && !self.is_guest() {
            self.password = Some(HIDDEN.to_vec());
        }
    }

    fn pass<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, password: &[u8]) -> Option<Secret> {
        if password.len() > MAX_USER {
            cx.weird("FTP_password_too_long", &[]);
        }
        if self.is_guest() {
            self.password = Some(password.get(..MAX_USER).unwrap_or(password).to_vec());
            return None;
        }
        self.password = Some(HIDDEN.to_vec());
        Some(self.secret(cx, "ftp", password))
    }

    // 332 asks for more before it judges.
    fn answered<O: Observe<Ftp>>(&mut self, cx: &mut Context<'_, O>, waiting: &Waiting, code: Option<u16>) {
        let (outcome, crossed) = (outcome(code), (waiting.asked, waiting.frame));
        if waiting.verb == Verb::Pass && code == Some(332) {
            if let Some(secret) = waiting.secret.as_ref().map(Secret::judged_later) {
                self.halfway = Some(Half { secret, waiting: crossed });
            }
            return;
        }
        if let Some(half) = self.halfway.take() {
            expose(cx, Some(&half.secret), half.waiting, outcome);
        }
        expose(cx, waiting.secret.as_ref(), crossed, outcome);
        match outcome {
            Outcome::Accepted => self.say(cx, Some(true)),
            Outcome::Refused => self.say(cx, Some(false)),
            Outcome::Unknown => self.say(cx, None),
        }
    }

    fn say<O: Observe<Ftp>>(&self, cx: &mut Context<'_, O>, ok: Option<bool>) {
        let user = self.user.as_deref().unwrap_or_default();
        cx.emit::<Ftp>(Event::Login(Login { user, ok, anonymous: self.is_guest() }));
    }

    fn secret<O: Observe<Ftp>>(&self, cx: &Context<'_, O>, kind: &'static str, bytes: &[u8]) -> Secret {
        let account = self.user.clone().unwrap_or_default();
        Secret { kind, account, bytes: bytes.to_vec(), tag: cx.tag(bytes) }
    }

    fn is_guest(&self) -> bool {
        self.user.as_deref().is_some_and(is_guest)
    }
}

/// Is this the name of a guest, whose password is none: `anonymous`, `ftp`, `ftpuser`, `guest`? Blanks behind it do not
/// count.
#[must_use]
pub fn is_guest(user: &[u8]) -> bool {
    GUESTS.iter().any(|guest| guest.eq_ignore_ascii_case(user.trim_ascii_end()))
}

impl Secret {
    /// Bytes on the heap.
    pub(crate) const fn held(&self) -> usize {
        self.account.capacity() + self.bytes.capacity()
    }

    /// `text` with this secret masked where the server repeats it. Too short a secret could be any letter.
    pub(crate) fn hide<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let known = self.bytes.get(..MAX_USER).unwrap_or(&self.bytes);
        if known.len() < 3 || memchr::memmem::find(text, known).is_none() {
            return Cow::Borrowed(text);
        }
        let mut masked = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, secret)) = memchr::memmem::find(rest, known).and_then(|at| rest.split_at_checked(at)) {
            masked.extend_from_slice(before);
            masked.extend_from_slice(HIDDEN);
            rest = secret.get(self.repeated(secret)..).unwrap_or_default();
        }
        masked.extend_from_slice(rest);
        Cow::Owned(masked)
    }

    // How much of `text` is this secret, which a server may repeat up to a limit of its own. What we have of the longest
    // is cut, and the rest of them is a secret too.
    fn repeated(&self, text: &[u8]) -> usize {
        let same = self.bytes.iter().zip(text).take_while(|(one, other)| one == other).count();
        if same == crate::MAX_TEXT { text.len() } else { same }
    }

    // Its bytes were masked in its own reply and are not needed any more.
    fn judged_later(&self) -> Self {
        Self { kind: self.kind, account: self.account.clone(), bytes: Vec::new(), tag: self.tag }
    }
}

fn expose<O: Observe<Ftp>>(
    cx: &mut Context<'_, O>,
    secret: Option<&Secret>,
    (crossed, frame): (wiretale_packet::Timestamp, u64),
    outcome: Outcome,
) {
    if let Some(Secret { kind, account, tag, .. }) = secret {
        let by = Direction::Client;
        cx.expose(&Exposure { kind, account, scope: &[], by, outcome, tag: *tag, crossed, frame });
    }
}

// 421 and other passing failures judge nothing; 430 (RFC 2428's "invalid user name or password") does.
const fn outcome(code: Option<u16>) -> Outcome {
    match code {
        Some(200..=299) => Outcome::Accepted,
        Some(430 | 500..=599) => Outcome::Refused,
        _ => Outcome::Unknown,
    }
}

// `SITE PASS new`, `SITE PSWD old new`: what may be shown, and the secret.
fn site_secret(argument: &[u8]) -> Option<(&[u8], &[u8])> {
    let word = argument.iter().position(|&b| b == b' ')?;
    let (name, rest) = argument.split_at_checked(word)?;
    let secret = rest.trim_ascii_start();
    let shown = argument.get(..argument.len() - secret.len())?;
    SITE_SECRETS.iter().any(|known| known.eq_ignore_ascii_case(name)).then_some((shown, secret))
}

const HIDDEN: &[u8] = b"<hidden>";
// Zeek's `guest_ids`.
const GUESTS: [&[u8]; 4] = [b"anonymous", b"ftp", b"ftpuser", b"guest"];
const SITE_SECRETS: [&[u8]; 5] = [b"PASS", b"PSWD", b"PASSWD", b"CHPASS", b"GPASS"];
const MAX_USER: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secret: &[u8], line: &[u8]) -> Vec<u8> {
        let tag = wiretale_protocol::SecretKey::default().tag(secret);
        Secret { kind: "ftp", account: Vec::new(), bytes: secret.to_vec(), tag }.hide(line).into_owned()
    }

    #[test]
    fn guests_are_known_by_name() {
        assert!([&b"anonymous"[..], b"FTP", b"guest ", b"ftpuser"].into_iter().all(is_guest));
        assert!(![&b"anonymously"[..], b"", b" ", b"an onymous"].into_iter().any(is_guest));
    }

    #[test]
    fn a_long_secret_is_masked_to_its_end_or_where_the_server_cut_it() {
        let secret: Vec<u8> = (0..=255).collect();
        assert_eq!(masked(&secret, &[b"no: ", &secret[..], b"."].concat()), b"no: <hidden>.");
        assert_eq!(masked(&secret, &[b"no: ", &secret[..200], b"."].concat()), b"no: <hidden>.");
        let cut = [b'x'; crate::MAX_TEXT];
        assert_eq!(masked(&cut, &[b"no: ", &cut[..], b"tail"].concat()), b"no: <hidden>");
    }
}
