//! Lines of a directory.

use core::fmt;

use wiretale_protocol::Escaped;

use crate::{Verb, reply};

/// One line of a directory, read as far as it can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is, where the line tells.
    pub kind: Option<Kind>,
    /// Its size, where the line tells.
    pub size: Option<u64>,
    /// When it last changed, as the line has it.
    pub modified: &'a [u8],
    /// Its name; the whole line where that could not be read.
    pub name: &'a [u8],
    /// The line.
    pub line: &'a [u8],
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A link.
    Link,
    /// Something else: a device, a pipe.
    Special,
}

impl<'a> Entry<'a> {
    /// Reads a line of the answer to `verb`: facts (`MLSD`), a name (`NLST`), or else Unix's or DOS's listing.
    #[must_use]
    pub fn parse(verb: Option<Verb>, line: &'a [u8]) -> Self {
        let read = match verb {
            Some(Verb::Nlst) => Some(Self { name: line, ..Self::unread(line) }),
            Some(Verb::Mlsd) => facts(line),
            _ => unix(line).or_else(|| dos(line)).or_else(|| facts(line)),
        };
        read.unwrap_or_else(|| Self::unread(line))
    }

    const fn unread(line: &'a [u8]) -> Self {
        Self { kind: None, size: None, modified: &[], name: line, line }
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {} {}", self.kind, self.size, Escaped(self.modified), Escaped(self.name))
    }
}

// `-rw-r--r--   1 ftp ftp   301947 May  5 10:00 psy.tgz`, as ls -l writes it. Some servers leave out the group.
fn unix(line: &[u8]) -> Option<Entry<'_>> {
    let kind = match line.first()? {
        b'-' => Kind::File,
        b'd' => Kind::Directory,
        b'l' => Kind::Link,
        b'b' | b'c' | b'p' | b's' => Kind::Special,
        _ => return None,
    };
    let (mode, rest) = word(line)?;
    if mode.len() < 10 || !mode.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    // The size stands right before a month's name or a year.
    let mut rest = rest;
    for _ in 0..6 {
        let (field, after) = word(rest)?;
        if let (Some(size), Some((date, name))) = (reply::number(field), date(after)) {
            let name = if kind == Kind::Link { before(name, b" -> ") } else { name };
            return Some(Entry { kind: Some(kind), size: Some(size), modified: date, name, line });
        }
        rest = after;
    }
    None
}

// `May  5 10:00 name`, `May  5  2001 name`, `2001-05-05 10:00 name`.
fn date(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = word(input)?;
    let month = first.len() == 3 && MONTHS.windows(3).step_by(3).any(|month| month.eq_ignore_ascii_case(first));
    let iso = first.len() == 10 && first.get(4) == Some(&b'-');
    if !month && !iso {
        return None;
    }
    let (_, mut rest) = word(rest)?;
    if month {
        rest = word(rest)?.1;
    }
    // One blank, then the name, which may begin with blanks itself.
    let name = rest.get(1..).filter(|name| !name.is_empty())?;
    let date = input.get(..input.len() - rest.len())?.trim_ascii();
    Some((date, name))
}

// `05-05-01  10:00AM       <DIR>          pub`, as IIS writes it.
fn dos(line: &[u8]) -> Option<Entry<'_>> {
    let (day, rest) = word(line)?;
    let digits = day.iter().filter(|b| b.is_ascii_digit()).count();
    if !(6..=8).contains(&digits) || day.len() != digits + 2 {
        return None;
    }
    let (_, rest) = word(rest)?;
    let modified = line.get(..line.len() - rest.len())?;
    let (what, rest) = word(rest)?;
    let name = rest.trim_ascii_start();
    let (kind, size) = match what {
        b"<DIR>" => (Kind::Directory, None),
        b"<JUNCTION>" | b"<SYMLINK>" | b"<SYMLINKD>" => (Kind::Link, None),
        digits => (Kind::File, Some(reply::number(digits)?)),
    };
    Some(Entry { kind: Some(kind), size, modified, name, line })
}

// `type=file;size=301947;modify=20010505100000; psy.tgz` (RFC 3659 section 7.2).
fn facts(line: &[u8]) -> Option<Entry<'_>> {
    let space = line.iter().position(|&b| b == b' ')?;
    let (facts, name) = (line.get(..space)?, line.get(space + 1..)?);
    let mut entry = Entry { name, ..Entry::unread(line) };
    if !facts.is_empty() && !facts.ends_with(b";") {
        return None;
    }
    for fact in facts.split(|&b| b == b';').filter(|fact| !fact.is_empty()) {
        let equals = fact.iter().position(|&b| b == b'=')?;
        let (key, value) = (fact.get(..equals)?, fact.get(equals + 1..)?);
        if key.eq_ignore_ascii_case(b"type") {
            entry.kind = Some(kind(value));
        } else if key.eq_ignore_ascii_case(b"size") {
            entry.size = reply::number(value);
        } else if key.eq_ignore_ascii_case(b"modify") {
            entry.modified = value;
        }
    }
    Some(entry)
}

fn kind(value: &[u8]) -> Kind {
    let is = |name: &[u8]| {
        value.len() >= name.len() && value.get(..name.len()).is_some_and(|v| v.eq_ignore_ascii_case(name))
    };
    if is(b"file") {
        Kind::File
    } else if is(b"dir") || is(b"cdir") || is(b"pdir") {
        Kind::Directory
    } else if is(b"OS.unix=slink") || is(b"OS.unix=symlink") {
        Kind::Link
    } else {
        Kind::Special
    }
}

// The next word, and all that follows it.
fn word(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = input.iter().position(|&b| b != b' ')?;
    let rest = input.get(start..)?;
    let end = rest.iter().position(|&b| b == b' ').unwrap_or(rest.len());
    rest.split_at_checked(end)
}

fn before<'a>(text: &'a [u8], mark: &[u8]) -> &'a [u8] {
    memchr::memmem::find(text, mark).and_then(|at| text.get(..at)).unwrap_or(text)
}

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    fn read(verb: Verb, line: &str) -> (Option<Kind>, Option<u64>, String, String) {
        let entry = Entry::parse(Some(verb), line.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (entry.kind, entry.size, text(entry.modified), text(entry.name))
    }

    #[test]
    fn listings_of_unix_and_dos() {
        let file = (Some(Kind::File), Some(301_947), "May  5 10:00".into(), "a b.tgz".into());
        assert_eq!(read(Verb::List, "-rw-r--r--    1 0        0          301947 May  5 10:00 a b.tgz"), file);
        assert_eq!(read(Verb::List, "-rw-r--r-- 1 ftp 301947 May  5 10:00 a b.tgz"), file);
        let link = (Some(Kind::Link), Some(3), "Jan 01  2001".into(), "x".into());
        assert_eq!(read(Verb::List, "lrwxrwxrwx 1 a b 3 Jan 01  2001 x -> y"), link);
        let dir = (Some(Kind::Directory), None, "05-05-01  10:00AM".into(), "pub".into());
        assert_eq!(read(Verb::List, "05-05-01  10:00AM       <DIR>          pub"), dir);
        let whole = (None, None, String::new(), "total 12".into());
        assert_eq!(read(Verb::List, "total 12"), whole);
    }

    #[test]
    fn listings_for_programs() {
        let file = (Some(Kind::File), Some(25), "20010505100000".into(), "psy.tgz".into());
        assert_eq!(read(Verb::Mlsd, "Type=file;Size=25;Modify=20010505100000;Perm=r; psy.tgz"), file);
        let name = (None, None, String::new(), "psy 1.tgz".into());
        assert_eq!(read(Verb::Nlst, "psy 1.tgz"), name);
    }

    proptest! {
        #[test]
        fn no_line_makes_them_panic(line in "[-dl0-9 A-z:;=<>]{0,60}") {
            for verb in [Verb::List, Verb::Mlsd, Verb::Nlst] {
                prop_assert!(Entry::parse(Some(verb), line.as_bytes()).name.len() <= line.len());
            }
        }
    }
}
