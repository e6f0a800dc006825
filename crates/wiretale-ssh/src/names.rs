//! Name-lists (RFC 4251 §5).

use core::fmt;

use wiretale_protocol::Escaped;

/// Names between commas, kept as they came and split on request.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct NameList<'a>(pub &'a [u8]);

impl<'a> NameList<'a> {
    /// Names that are looked at in one list; a longer list is read up to here.
    pub const LIMIT: usize = 100;

    /// Its first [`NameList::LIMIT`] names, in order.
    pub fn names(self) -> impl Iterator<Item = &'a [u8]> {
        self.all().take(Self::LIMIT)
    }

    /// How many names it has, without limit.
    #[must_use]
    pub fn count(self) -> usize {
        self.all().count()
    }

    /// Whether `name` is among its names.
    #[must_use]
    pub fn contains(self, name: &[u8]) -> bool {
        self.names().any(|own| own == name)
    }

    /// The first of its names that `theirs` has too: what RFC 4253 §7.1 agrees on when `self` is the client's.
    #[must_use]
    pub fn first_common(self, theirs: NameList<'_>) -> Option<&'a [u8]> {
        self.names().find(|name| theirs.contains(name))
    }

    fn all(self) -> impl Iterator<Item = &'a [u8]> {
        self.0.split(|&byte| byte == b',').filter(|name| !name.is_empty())
    }
}

impl fmt::Display for NameList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped(self.0), f)
    }
}

impl fmt::Debug for NameList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped(self.0), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_clients_first_choice_wins() {
        assert_eq!(NameList(b"a,b,c").first_common(NameList(b"c,b")), Some(&b"b"[..]));
        assert_eq!(NameList(b"a").first_common(NameList(b"")), None);
    }

    #[test]
    fn thousands_of_one_byte_names_are_counted_but_not_compared() {
        let long: Vec<u8> = b"x,".repeat(17_500);
        let (mine, theirs) = (NameList(&long), NameList(b"y"));
        assert_eq!(mine.count(), 17_500);
        assert_eq!(mine.names().count(), NameList::LIMIT);
        assert_eq!(mine.first_common(theirs), None);
    }
}
