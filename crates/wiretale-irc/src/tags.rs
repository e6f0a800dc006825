//! Message tags (IRCv3 `message-tags`).

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use memchr::memchr;

use crate::Wire;

/// The tags of a line, split while they are walked; values stay escaped until asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tags<'a>(&'a [u8]);

/// One tag.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MessageTag<'a> {
    /// Its key, with vendor and the `+` of client-only tags.
    pub key: Wire<'a>,
    /// Its value as it stood on the line.
    pub raw: Wire<'a>,
}

impl<'a> Tags<'a> {
    /// The tags in `wire`: what stands between `@` and the first space.
    #[must_use]
    #[inline]
    pub const fn new(wire: &'a [u8]) -> Self {
        Self(wire)
    }

    /// There are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as they stood on the line, without the `@`.
    #[must_use]
    pub const fn as_wire(&self) -> &'a [u8] {
        self.0
    }

    /// Walks over them.
    pub fn iter(&self) -> impl Iterator<Item = MessageTag<'a>> + use<'a> {
        self.0.split(|&byte| byte == b';').filter(|tag| !tag.is_empty()).map(|tag| {
            let (key, raw) = match memchr(b'=', tag).and_then(|at| tag.split_at_checked(at)) {
                Some((key, value)) => (key, value.get(1..).unwrap_or_default()),
                None => (tag, &[][..]),
            };
            MessageTag { key: Wire(key), raw: Wire(raw) }
        })
    }

    /// The raw value of the last tag with this key, as the specification wants it where a key comes twice.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.iter().filter(|tag| tag.key.0 == key).last().map(|tag| tag.raw.0)
    }
}

impl<'a> MessageTag<'a> {
    /// Its value, unescaped (IRCv3 `message-tags`, "Escaping values"). Borrowed where nothing was escaped.
    #[must_use]
    pub fn value(&self) -> Cow<'a, [u8]> {
        unescape(self.raw.0)
    }
}

impl fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Wire(self.0).fmt(f)
    }
}

fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\\', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut value = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => value.extend(bytes.next().map(|&byte| match byte {
                b':' => b';',
                b's' => b' ',
                b'r' => b'\r',
                b'n' => b'\n',
                other => other,
            })),
            other => value.push(other),
        }
    }
    Cow::Owned(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_unescaped_when_asked_for() {
        let tags = Tags::new(br"a=1;+vendor/b=x\:y\s\\\q\;c;;a=2");
        let values: Vec<_> = tags.iter().map(|tag| (tag.key.to_vec(), tag.value().into_owned())).collect();
        assert_eq!(
            values,
            [
                (b"a".to_vec(), b"1".to_vec()),
                (b"+vendor/b".to_vec(), br"x;y \q".to_vec()),
                (b"c".to_vec(), b"".to_vec()),
                (b"a".to_vec(), b"2".to_vec()),
            ]
        );
        assert_eq!(tags.get(b"a"), Some(&b"2"[..]));
        assert_eq!(tags.get(b"d"), None);
    }
}
