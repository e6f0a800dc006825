//! The arguments of `MODE`, told apart by what each letter wants.

use crate::{ModeChange, ModeKind, ParamsIter, Support, Wire};

/// Walks over the changes of a `MODE`: letters in the first word, arguments behind.
#[derive(Clone, Debug)]
pub(crate) struct Modes<'a, 's> {
    letters: core::slice::Iter<'a, u8>,
    arguments: ParamsIter<'a>,
    adding: bool,
    grouped: bool,
    // `None` for the modes of a user, which have no arguments.
    support: Option<&'s Support>,
}

impl<'a, 's> Modes<'a, 's> {
    /// The modes of a channel: `arguments` begins with the letters.
    pub(crate) fn channel(mut arguments: ParamsIter<'a>, support: &'s Support) -> Self {
        let letters = arguments.next().unwrap_or_default().iter();
        Self { letters, arguments, adding: true, grouped: false, support: Some(support) }
    }

    /// The modes of a user.
    pub(crate) fn user(mut arguments: ParamsIter<'a>) -> Self {
        let letters = arguments.next().unwrap_or_default().iter();
        Self { letters, arguments, adding: true, grouped: false, support: None }
    }

    /// The same, where letters may follow behind arguments once more (RFC 2812 section 3.2.3): `+o bob +k key`.
    pub(crate) const fn grouped(mut self) -> Self {
        self.grouped = true;
        self
    }

    fn letter(&mut self) -> Option<u8> {
        if self.letters.as_slice().is_empty() && self.grouped {
            self.letters = self.arguments.find(|word| matches!(word.first(), Some(b'+' | b'-')))?.iter();
        }
        self.letters.next().copied()
    }
}

impl<'a> Iterator for Modes<'a, '_> {
    type Item = ModeChange<'a>;

    fn next(&mut self) -> Option<ModeChange<'a>> {
        loop {
            match self.letter()? {
                b'+' => self.adding = true,
                b'-' => self.adding = false,
                letter => {
                    let kind = self.support.map_or(ModeKind::User, |support| support.kind(letter));
                    let wants = match kind {
                        ModeKind::Rank | ModeKind::List | ModeKind::Always => true,
                        ModeKind::WhenSet => self.adding,
                        ModeKind::Flag | ModeKind::User => false,
                    };
                    let argument = Wire(if wants { self.arguments.next().unwrap_or_default() } else { &[] });
                    return Some(ModeChange { adding: self.adding, letter, kind, argument });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::parse;

    #[test]
    fn arguments_go_to_the_letters_that_want_them() {
        let message = parse(b"MODE #c +ovk-bl+i-k ann ben key *!*@x +l").unwrap();
        let mut words = message.params.iter();
        words.next();
        let support = Support::default();
        let seen: Vec<_> = Modes::channel(words, &support)
            .map(|change| (change.adding, change.letter, change.argument.to_vec()))
            .collect();
        assert_eq!(
            seen,
            [
                (true, b'o', b"ann".to_vec()),
                (true, b'v', b"ben".to_vec()),
                (true, b'k', b"key".to_vec()),
                (false, b'b', b"*!*@x".to_vec()),
                (false, b'l', b"".to_vec()),
                (true, b'i', b"".to_vec()),
                (false, b'k', b"+l".to_vec()),
            ]
        );
    }

    #[test]
    fn letters_may_follow_behind_arguments() {
        let message = parse(b"MODE #c +o bob extra +k -l key -v+i ben").unwrap();
        let mut words = message.params.iter();
        words.next();
        let support = Support::default();
        let changes = Modes::channel(words, &support).grouped();
        let seen: Vec<_> = changes.map(|change| (change.adding, change.letter, change.argument.to_vec())).collect();
        let wanted: [(bool, u8, &[u8]); 4] =
            [(true, b'o', b"bob"), (true, b'k', b"-l"), (false, b'v', b"ben"), (true, b'i', b"")];
        assert!(seen.iter().map(|(adding, letter, argument)| (*adding, *letter, &**argument)).eq(wanted), "{seen:?}");
        assert_eq!(Modes::channel(words, &support).count(), 1);
    }
}
