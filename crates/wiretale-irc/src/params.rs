//! The parameters of a line.

use core::fmt;

use wiretale_protocol::scan;

use crate::Wire;

/// The parameters of a line, split while they are walked. At most [`Params::MAX`]; the last takes what is left.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a> {
    rest: &'a [u8],
    // Where the first one ends: it is asked for again and again.
    first: usize,
}

/// Walks over [`Params`].
#[derive(Clone, Copy, Debug)]
pub struct ParamsIter<'a> {
    rest: &'a [u8],
    seen: usize,
}

impl<'a> Params<'a> {
    /// RFC 1459 section 2.3 allows fifteen.
    pub const MAX: usize = 15;

    /// The parameters in `rest`, which is what follows the command.
    #[must_use]
    #[inline]
    pub fn new(rest: &'a [u8]) -> Self {
        let mut iter = ParamsIter { rest, seen: 0 };
        iter.step();
        Self { rest, first: rest.len() - iter.rest.len() }
    }

    /// The same, where it is known that the first one takes so many bytes.
    #[inline]
    pub(crate) const fn with_first(rest: &'a [u8], first: usize) -> Self {
        Self { rest, first }
    }

    /// The first one and all that follows it, as they stand on the line.
    #[inline]
    pub(crate) fn split_first(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.rest.split_at_checked(self.first)
    }

    /// Walks over them.
    #[must_use]
    #[inline]
    pub const fn iter(&self) -> ParamsIter<'a> {
        ParamsIter { rest: self.rest, seen: 0 }
    }

    /// The `n`th, counted from 0.
    #[must_use]
    #[inline]
    pub fn get(&self, n: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.split_first()?;
        match n.checked_sub(1) {
            None => {
                let first = skip_spaces(first);
                if first.is_empty() { None } else { Some(first.strip_prefix(b":").unwrap_or(first)) }
            }
            Some(n) => ParamsIter { rest, seen: 1 }.nth(n),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&'a [u8]> {
        self.iter().last()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Did the last one stand behind a colon?
    #[must_use]
    pub fn has_trailing(&self) -> bool {
        let mut iter = self.iter();
        loop {
            let colon = skip_spaces(iter.rest).first() == Some(&b':');
            match iter.step() {
                Some((_, true)) => return colon,
                Some(_) => {}
                None => return false,
            }
        }
    }

    /// All of them as they stood on the line, spaces and colon included.
    #[must_use]
    pub const fn as_wire(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> ParamsIter<'a> {
    /// What was not walked over yet, without leading spaces and the colon: the words of a free-text command.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        let rest = skip_spaces(self.rest);
        rest.strip_prefix(b":").unwrap_or(rest)
    }

    /// The same, `n` parameters on.
    #[must_use]
    pub fn skipped(mut self, n: usize) -> Self {
        for _ in 0..n {
            self.next();
        }
        self
    }

    // The next parameter, and whether it is the trailing one.
    #[inline]
    fn step(&mut self) -> Option<(&'a [u8], bool)> {
        let rest = skip_spaces(self.rest);
        let (&first, after) = rest.split_first()?;
        if first == b':' || self.seen + 1 == Params::MAX {
            self.rest = &[];
            return Some((if first == b':' { after } else { rest }, true));
        }
        self.seen += 1;
        let (param, rest) = rest.split_at_checked(scan::first(rest, *b" ").unwrap_or(rest.len()))?;
        self.rest = rest;
        Some((param, false))
    }
}

impl<'a> Iterator for ParamsIter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.step().map(|(param, _)| param)
    }
}

impl<'a> IntoIterator for Params<'a> {
    type Item = &'a [u8];
    type IntoIter = ParamsIter<'a>;

    fn into_iter(self) -> ParamsIter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Wire)).finish()
    }
}

#[inline]
fn skip_spaces(mut bytes: &[u8]) -> &[u8] {
    while let Some((b' ', rest)) = bytes.split_first() {
        bytes = rest;
    }
    bytes
}
