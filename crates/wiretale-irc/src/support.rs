//! What the server supports: the tokens of numeric 005 that change how its lines are read.

use smallvec::SmallVec;

use crate::{Casemapping, Dialect, ModeKind};

/// CASEMAPPING, PREFIX, CHANMODES, CHANTYPES and STATUSMSG as 005 told them, with RFC 1459's until then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Support {
    casemapping: Casemapping,
    // Letters and the symbols they show as, the highest rank first; equally long.
    ranks: (Letters, Letters),
    // The four groups of CHANMODES: lists, always with argument, with argument when set, flags.
    modes: [Letters; 4],
    channel_types: Letters,
    status_prefixes: Letters,
}

impl Support {
    /// The casemapping.
    #[must_use]
    pub const fn casemapping(&self) -> Casemapping {
        self.casemapping
    }

    /// With which bytes a channel's name may begin.
    pub(crate) fn channel_types(&self) -> &[u8] {
        &self.channel_types
    }

    /// Is this the name of a channel?
    #[must_use]
    #[inline]
    pub fn is_channel(&self, name: &[u8]) -> bool {
        name.first().is_some_and(|first| self.channel_types.contains(first))
    }

    /// A target without the rank it is meant for: `@#channel` is `#channel`.
    #[must_use]
    pub fn without_status<'a>(&self, target: &'a [u8]) -> &'a [u8] {
        match target.split_first() {
            Some((first, rest)) if self.status_prefixes.contains(first) && self.is_channel(rest) => rest,
            _ => target,
        }
    }

    /// What a channel's mode letter does.
    #[must_use]
    pub fn kind(&self, letter: u8) -> ModeKind {
        if self.ranks.0.contains(&letter) {
            return ModeKind::Rank;
        }
        let kinds = [ModeKind::List, ModeKind::Always, ModeKind::WhenSet, ModeKind::Flag];
        let group = self.modes.iter().position(|group| group.contains(&letter));
        group.and_then(|group| kinds.get(group).copied()).unwrap_or(ModeKind::Flag)
    }

    /// The symbol a rank's letter shows as.
    #[must_use]
    pub fn symbol(&self, letter: u8) -> Option<u8> {
        let at = self.ranks.0.iter().position(|&known| known == letter)?;
        self.ranks.1.get(at).copied()
    }

    /// The letter of a rank's symbol.
    #[must_use]
    pub fn letter(&self, symbol: u8) -> Option<u8> {
        let at = self.ranks.1.iter().position(|&known| known == symbol)?;
        self.ranks.0.get(at).copied()
    }

    /// The symbols of ranks, the highest first.
    #[must_use]
    pub fn symbols(&self) -> &[u8] {
        &self.ranks.1
    }

    /// One token of 005: `NAME`, `NAME=value` or `-NAME`.
    pub(crate) fn token(&mut self, token: &[u8]) {
        let (name, value) = split_token(token);
        let Some(value) = value else { return self.plain_token(name) };
        match name {
            b"CASEMAPPING" => self.casemapping = Casemapping::named(value).unwrap_or(self.casemapping),
            b"PREFIX" => self.prefix(value),
            b"CHANMODES" => self.chanmodes(value),
            b"CHANTYPES" => self.channel_types = kept(value),
            b"STATUSMSG" => self.status_prefixes = kept(value),
            b"EXCEPTS" => self.list_mode(value.first().copied().unwrap_or(b'e')),
            b"INVEX" => self.list_mode(value.first().copied().unwrap_or(b'I')),
            _ => {}
        }
    }

    /// Servers of this dialect talk here. TS6 never tells which modes have parameters, UnrealIRCd not at once.
    pub(crate) fn note_dialect(&mut self, dialect: Dialect) {
        if self.modes != Self::default().modes {
            return;
        }
        match dialect {
            Dialect::Ts6 => self.chanmodes(b"beI,k,lfj"),
            Dialect::Unreal => self.chanmodes(b"beI,kfL,lFH"),
            _ => {}
        }
    }

    /// The `CHANMODES` and `PREFIX` of an InspIRCd `CAPAB CHANMODES` token: `list:ban=b`, `prefix:30000:op=@o`.
    pub(crate) fn inspircd_mode(&mut self, token: &[u8]) {
        let (kind, Some(value)) = split_token(token) else { return };
        let group = match kind.split(|&byte| byte == b':').next().unwrap_or_default() {
            b"list" => 0,
            b"param" => 1,
            b"param-set" => 2,
            b"simple" => 3,
            b"prefix" => return self.inspircd_rank(value),
            _ => return,
        };
        if let (Some(group), Some(&letter)) = (self.modes.get_mut(group), value.first()) {
            push(group, letter);
        }
    }

    fn inspircd_rank(&mut self, value: &[u8]) {
        let (symbol, letter) = match *value {
            [symbol, letter] => (symbol, letter),
            [letter] => (0, letter),
            _ => return,
        };
        if !self.ranks.0.contains(&letter) {
            push(&mut self.ranks.0, letter);
            push(&mut self.ranks.1, symbol);
        }
    }

    fn plain_token(&mut self, name: &[u8]) {
        match name {
            b"EXCEPTS" => self.list_mode(b'e'),
            b"INVEX" => self.list_mode(b'I'),
            b"-PREFIX" => self.ranks = Self::default().ranks,
            b"-CHANMODES" => self.modes = Self::default().modes,
            b"-CASEMAPPING" => self.casemapping = Casemapping::default(),
            b"-CHANTYPES" => self.channel_types = Self::default().channel_types,
            _ => {}
        }
    }

    // `(ov)@+`
    fn prefix(&mut self, value: &[u8]) {
        let Some(inner) = value.strip_prefix(b"(") else {
            if value.is_empty() {
                self.ranks = (Letters::new(), Letters::new());
            }
            return;
        };
        let Some(close) = inner.iter().position(|&byte| byte == b')') else { return };
        let letters = inner.get(..close).unwrap_or_default();
        let symbols = inner.get(close + 1..).unwrap_or_default();
        if letters.len() == symbols.len() && letters.len() <= MOST_RANKS {
            self.ranks = (kept(letters), kept(symbols));
        }
    }

    // `beI,k,l,imnpst`
    fn chanmodes(&mut self, value: &[u8]) {
        for (group, letters) in self.modes.iter_mut().zip(value.split(|&byte| byte == b',')) {
            *group = kept(letters);
        }
    }

    fn list_mode(&mut self, letter: u8) {
        if self.kind(letter) == ModeKind::Flag {
            let [lists, ..] = &mut self.modes;
            push(lists, letter);
        }
    }
}

impl Default for Support {
    /// RFC 1459 and RFC 2811, with the ranks and lists that ircds have added since.
    fn default() -> Self {
        Self {
            casemapping: Casemapping::default(),
            ranks: (kept(b"qaohv"), kept(b"~&@%+")),
            modes: [kept(b"beI"), kept(b"k"), kept(b"l"), kept(b"imnprst")],
            channel_types: kept(b"#&+!"),
            status_prefixes: kept(b"@+%&~"),
        }
    }
}

/// A token of 005 as name and value.
pub(crate) fn split_token(token: &[u8]) -> (&[u8], Option<&[u8]>) {
    match token.iter().position(|&byte| byte == b'=').and_then(|at| token.split_at_checked(at)) {
        Some((name, value)) => (name, value.get(1..)),
        None => (token, None),
    }
}

fn kept(letters: &[u8]) -> Letters {
    Letters::from_slice(letters.get(..MOST_LETTERS).unwrap_or(letters))
}

fn push(letters: &mut Letters, letter: u8) {
    if letters.len() < MOST_LETTERS && (letter == 0 || !letters.contains(&letter)) {
        letters.push(letter);
    }
}

// Few servers have more of a kind: the letters lie in the session, where every line finds them at hand.
type Letters = SmallVec<[u8; 16]>;

// There are no more letters than these in any mode string.
const MOST_LETTERS: usize = 64;
// More kinds of ranks no server has.
const MOST_RANKS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_change_how_lines_are_read() {
        let mut support = Support::default();
        assert!(support.casemapping().equal(b"Nick[x]~", b"nick{X}^"));
        support.token(b"CASEMAPPING=ascii");
        assert!(!support.casemapping().equal(b"Nick[x]", b"nick{X}"));
        support.token(b"PREFIX=(Yov)!@+");
        assert_eq!((support.symbol(b'Y'), support.letter(b'+'), support.symbol(b'h')), (Some(b'!'), Some(b'v'), None));
        support.token(b"CHANMODES=b,k,lf,imn");
        assert_eq!(support.kind(b'f'), ModeKind::WhenSet);
        assert_eq!(support.kind(b'o'), ModeKind::Rank);
        assert_eq!(support.kind(b'e'), ModeKind::Flag);
        support.token(b"EXCEPTS");
        assert_eq!(support.kind(b'e'), ModeKind::List);
        support.token(b"CHANTYPES=#");
        assert!(support.is_channel(b"#a") && !support.is_channel(b"&a"));
        assert_eq!(support.without_status(b"@#a"), b"#a");
        support.token(b"-CHANTYPES");
        assert!(support.is_channel(b"&a"));
    }

    #[test]
    fn tokens_that_lie_change_nothing() {
        let mut support = Support::default();
        for token in [&b"PREFIX=(ov)@"[..], b"PREFIX=ov", b"PREFIX=(ov", b"CASEMAPPING=rot13", b"=", b"-"] {
            support.token(token);
        }
        assert_eq!(support, Support::default());
    }
}
