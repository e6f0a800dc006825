//! What events say in a word: why, how bad, of what kind.

use crate::Wire;

/// How bad a standard reply is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Severity {
    /// `FAIL`: it did not work.
    Fail,
    /// `WARN`: it worked, but there is something to know.
    Warn,
    /// `NOTE`: for information.
    Note,
}

/// Why a server does not take a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// Banned (465, 466, K-lined).
    Banned,
    /// Too many connections, or too fast.
    Throttled,
    /// The server is full.
    Full,
    /// The nick is taken (433, 436).
    NickInUse,
    /// The nick is not allowed (431, 432).
    BadNick,
    /// The nick or the channel may not be had now (437, 438).
    Unavailable,
    /// The password was wrong or missing (464).
    Password,
    /// The host is not let in (463).
    Host,
    /// Something else.
    Other,
}

/// One letter of a `MODE`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ModeChange<'a> {
    /// Set, or taken.
    pub adding: bool,
    /// The letter.
    pub letter: u8,
    /// What the letter means here.
    pub kind: ModeKind,
    /// Its argument; a key is `<hidden>`.
    pub argument: Wire<'a>,
}

/// What a mode letter does, as PREFIX and CHANMODES of 005 tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ModeKind {
    /// Gives or takes a rank: operator, voice.
    Rank,
    /// Adds to or takes from a list: ban, exception.
    List,
    /// Has an argument both ways: the key.
    Always,
    /// Has an argument when set: the limit.
    WhenSet,
    /// Has none.
    Flag,
    /// A user's mode.
    User,
}

/// What servers speak among themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Dialect {
    /// RFC 2813, ngIRCd, IRCnet.
    Rfc2813,
    /// TS6: Solanum, ircd-seven, hybrid.
    Ts6,
    /// InspIRCd.
    Inspircd,
    /// UnrealIRCd.
    Unreal,
    /// Something older or else.
    Other,
}
