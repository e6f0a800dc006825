//! How people talk to network services, and how these answer.

use smallvec::SmallVec;

/// Words to a service that hold a secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) kind: &'static str,
    /// The account it is for; empty for the speaker's own.
    pub(crate) account: &'a [u8],
    /// What is secret: a word of the text each. The last is the one that counts.
    pub(crate) secrets: SmallVec<[&'a [u8]; 3]>,
}

/// What a service answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// It did not look at the secret.
    Neither,
}

/// A service of a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Service {
    Nick,
    Chan,
    Q,
    X,
    Auth,
    User,
    Oper,
    Other,
}

impl Service {
    /// The service of this name; its host (`NickServ@services.example`) is not looked at.
    pub(crate) fn named(target: &[u8]) -> Option<Self> {
        let name = target.split(|&byte| byte == b'@').next().unwrap_or(target);
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        let ends = name.len().checked_sub(4).and_then(|at| name.get(at..));
        Some(match () {
            () if is(b"NickServ") || is(b"NS") || is(b"NickOP") || is(b"Nick") => Self::Nick,
            () if is(b"ChanServ") || is(b"CS") || is(b"ChanOP") => Self::Chan,
            () if is(b"Q") => Self::Q,
            () if is(b"X") || is(b"W") => Self::X,
            () if is(b"AuthServ") => Self::Auth,
            () if is(b"UserServ") => Self::User,
            () if is(b"OperServ") || is(b"OS") => Self::Oper,
            () if ends.is_some_and(|end| end.eq_ignore_ascii_case(b"serv")) => Self::Other,
            () => return None,
        })
    }

    /// The name it answers under; `name` is the one it was spoken to by.
    pub(crate) fn answers_as(self, name: &[u8]) -> &[u8] {
        match self {
            Self::Nick => b"NickServ",
            Self::Chan => b"ChanServ",
            Self::Q => b"Q",
            Self::X => b"X",
            Self::Auth => b"AuthServ",
            Self::User => b"UserServ",
            Self::Oper => b"OperServ",
            Self::Other => name.split(|&byte| byte == b'@').next().unwrap_or(name),
        }
    }

    const fn has_accounts_of_its_own(self) -> bool {
        matches!(self, Self::Auth | Self::User | Self::X | Self::Q)
    }
}

macro_rules! kinds {
    ($verb:literal, $service:expr) => {
        match $service {
            Service::Nick => concat!("nickserv-", $verb),
            Service::Chan => concat!("chanserv-", $verb),
            Service::Q => concat!("q-", $verb),
            Service::X => concat!("x-", $verb),
            Service::Auth => concat!("authserv-", $verb),
            Service::User => concat!("userserv-", $verb),
            Service::Oper => concat!("operserv-", $verb),
            Service::Other => concat!("service-", $verb),
        }
    };
}

/// Words to a service: is there a secret in them?
pub(crate) fn request(service: Service, text: &[u8]) -> Option<Request<'_>> {
    let words: SmallVec<[&[u8]; 8]> =
        text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
    let (verb, args) = words.split_first()?;
    let is = |names: &[&[u8]]| names.iter().any(|name| verb.eq_ignore_ascii_case(name));
    if is(&[b"IDENTIFY", b"ID", b"IDENT", b"LOGIN", b"LOGON", b"AUTH", b"SIDENTIFY", b"SU"]) {
        // One word is a password, two are an account and its password.
        let named = usize::from(args.len() > 1);
        found(kinds!("identify", service), args.get(..named), args.get(named..)?)
    } else if is(&[b"REGISTER"]) {
        let channel = args.first().is_some_and(|first| matches!(first.first(), Some(b'#' | b'&' | b'+' | b'!')));
        let named = usize::from(channel || service.has_accounts_of_its_own());
        // What follows the password is an address.
        found(kinds!("register", service), args.get(..named), args.get(named..args.len().min(named + 1))?)
    } else if is(&[b"GHOST"]) {
        found(kinds!("ghost", service), args.get(..1), args.get(1..)?)
    } else if is(&[b"RECOVER", b"RELEASE", b"REGAIN"]) {
        found(kinds!("recover", service), args.get(..1), args.get(1..)?)
    } else if is(&[b"DROP", b"FDROP"]) {
        found(kinds!("drop", service), args.get(..1), args.get(1..)?)
    } else if is(&[b"GROUP", b"LINK"]) {
        found(kinds!("group", service), args.get(..1), args.get(1..)?)
    } else if is(&[b"NEWPASS", b"CHANGEPASS", b"PASS", b"PASSWD"]) {
        found(kinds!("set-password", service), None, args)
    } else if is(&[b"SETPASS", b"RESETPASS"]) {
        found(kinds!("set-password", service), args.get(..1), args.get(1..)?)
    } else if is(&[b"SET", b"SASET"]) {
        set(service, args)
    } else {
        None
    }
}

/// Words to a bot that ask it to take orders: `.login secret`, `!auth secret`.
pub(crate) fn bot_login(text: &[u8]) -> Option<SmallVec<[&[u8]; 3]>> {
    let rest = text.trim_ascii_start();
    let (mark, rest) = rest.split_first()?;
    if !b".!@~$%^&*-".contains(mark) {
        return None;
    }
    let mut words = rest.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let verb = words.next()?;
    let verbs: [&[u8]; 5] = [b"login", b"logon", b"auth", b"identify", b"ident"];
    let secrets: SmallVec<[&[u8]; 3]> = words.take(MOST_WORDS).collect();
    (verbs.iter().any(|known| verb.eq_ignore_ascii_case(known)) && !secrets.is_empty()).then_some(secrets)
}

/// Words in private by which people make themselves known to an eggdrop: `IDENT secret`, `OP secret #channel`. In others'
/// words these verbs are too common to mean that, so only what reads like the whole command does.
pub(crate) fn bot_request(text: &[u8]) -> Option<SmallVec<[&[u8]; 3]>> {
    let words: SmallVec<[&[u8]; 4]> =
        text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).take(4).collect();
    let (verb, args) = words.split_first()?;
    let is = |names: &[&[u8]]| names.iter().any(|name| verb.eq_ignore_ascii_case(name));
    let secrets = match args {
        // The new one, or the old one and the new one.
        [_] | [_, _] if is(&[b"PASS"]) => args,
        [secret] | [secret, _] if is(&[b"IDENT"]) => core::slice::from_ref(secret),
        [secret, [b'#' | b'&', ..]] if is(&[b"OP", b"HALFOP", b"VOICE", b"INVITE", b"KEY", b"GO"]) => {
            core::slice::from_ref(secret)
        }
        [secret, mask] if is(&[b"ADDHOST"]) && mask.contains(&b'@') => core::slice::from_ref(secret),
        _ => return None,
    };
    Some(SmallVec::from_slice(secrets))
}

/// What a service or a bot says of the secret it was given; `None` if it says nothing of it.
pub(crate) fn verdict(text: &[u8]) -> Option<Verdict> {
    let mut plain: SmallVec<[u8; 256]> = SmallVec::new();
    plain.extend(text.iter().filter(|byte| **byte >= b' ').map(u8::to_ascii_lowercase));
    let says = |words: &[&[u8]]| words.iter().any(|word| memchr::memmem::find(&plain, word).is_some());
    if says(PROMPTS) {
        None
    } else if says(NEITHER) {
        Some(Verdict::Neither)
    } else if says(REFUSED) {
        Some(Verdict::Refused)
    } else if says(ACCEPTED) {
        Some(Verdict::Accepted)
    } else {
        None
    }
}

fn set<'a>(service: Service, args: &[&'a [u8]]) -> Option<Request<'a>> {
    let names: [&[u8]; 4] = [b"PASSWORD", b"PASS", b"PASSWD", b"NEWPASS"];
    let at = args.iter().take(3).position(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))?;
    found(kinds!("set-password", service), args.get(..at.min(1)), args.get(at + 1..)?)
}

fn found<'a>(kind: &'static str, account: Option<&[&'a [u8]]>, secrets: &[&'a [u8]]) -> Option<Request<'a>> {
    let account = account.and_then(<[&[u8]]>::first).copied().unwrap_or_default();
    (!secrets.is_empty()).then(|| Request { kind, account, secrets: SmallVec::from_slice(secrets) })
}

// What services say before anyone has asked.
const PROMPTS: &[&[u8]] = &[b"registered and protected", b"please choose a different", b"/msg nickserv identify"];
const NEITHER: &[&[u8]] = &[
    b"unknown command",
    b"invalid command",
    b"already identified",
    b"already logged in",
    b"already authed",
    b"insufficient parameters",
    b"not enough parameters",
    b"syntax:",
];
const REFUSED: &[&[u8]] = &[
    b"incorrect",
    b"invalid password",
    b"invalid credentials",
    b"invalid account",
    b"wrong password",
    b"bad password",
    b"access denied",
    b"permission denied",
    b"authentication failed",
    b"login failed",
    b"password failed",
    b"failed pass",
    b"failed to",
    b"not registered",
    b"isn't registered",
    b"not a registered",
    b"already registered",
    b"is not you",
    b"no such nick",
    b"not online",
    b"isn't currently in use",
    b"wrong pass",
    b"too easy",
    b"more obscure password",
];
const ACCEPTED: &[&[u8]] = &[
    b"password accepted",
    b"pass accepted",
    b"now identified",
    b"now recognized",
    b"now logged in",
    b"are now logged",
    b"successfully identified",
    b"successfully logged",
    b"successful",
    b" registered",
    b"changed",
    b"has been ghosted",
    b"has been killed",
    b"ghost with your nick",
    b"has been released",
    b"has been recovered",
    b"has been regained",
    b"has been dropped",
    b"you are now",
    b"welcome",
];
const MOST_WORDS: usize = 16;

#[cfg(test)]
mod tests;
