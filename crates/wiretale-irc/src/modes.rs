//! The arguments of `MODE`, told apart by what each letter wants.

use crate::{ModeChange, ModeKind, ParamsIter, Support, Wire};

/// Walks over the changes of a `MODE`: letters in the first word, arguments behind.
#[derive(Clone, Debug)]
pub(crate) struct Modes<'a, 's> {
    letters: core::slice::Iter<'a, u8>,
    arguments: ParamsIter<'a>,
    adding: bool,
    // `None` for the modes of a user, which have no arguments.
    support: Option<&'s Support>,
}

impl<'a, 's> Modes<'a, 's> {
    /// The modes of a channel: `arguments` begins with the letters.
    pub(crate) fn channel(mut arguments: ParamsIter<'a>, support: &'s Support) -> Self {
        Self { letters: arguments.next().unwrap_or_default().iter(), arguments, adding: true, support: Some(support) }
    }

    /// The modes of a user.
    pub(crate) fn user(mut arguments: ParamsIter<'a>) -> Self {
        Self { letters: arguments.next().unwrap_or_default().iter(), arguments, adding: true, support: None }
    }
}

impl<'a> Iterator for Modes<'a, '_> {
    type Item = ModeChange<'a>;

    fn next(&mut self) -> Option<ModeChange<'a>> {
        loop {
            match *self.letters.next()? {
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
}
