//! Paths, normalised.

use alloc::vec::Vec;

use memchr::memchr;

/// Where `name` leads from `directory`: without `//`, `/./`, `x/..` and a trailing `/`, at most 4096 bytes.
///
/// A directory whose place below the root is not known begins with `.`; one above it with `./..`.
pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let base = if is_absolute(name) { &[][..] } else { directory };
    let absolute = if base.is_empty() { name } else { base };
    let rooted = absolute.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut len = 0usize;
    for part in base.split(|&b| b == b'/').chain(name.split(|&b| b == b'/')) {
        match part {
            b"" => {}
            // A leading dot stands for the unknown.
            b"." if rooted || !parts.is_empty() => {}
            b".." if !is_unknown(parts.last().copied()) => len -= parts.pop().map_or(0, |gone| gone.len() + 1),
            _ => {
                let room = crate::MAX_TEXT.saturating_sub(len + 1);
                let kept = part.get(..room).unwrap_or(part);
                // Half of `..` would be something else.
                if kept.is_empty() || (part == b".." && kept != part) {
                    break;
                }
                parts.push(kept);
                len += kept.len() + 1;
            }
        }
    }
    if parts.is_empty() && !rooted {
        parts.push(b".");
    }
    let mut path = Vec::with_capacity(len + 1);
    if rooted {
        path.push(b'/');
    }
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(part);
    }
    path
}

/// The path in the text of 257: `"/home/""x"""` is `/home/"x"` (RFC 959 appendix II).
pub(crate) fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut rest = text.get(memchr(b'"', text)? + 1..)?;
    let mut path = Vec::new();
    loop {
        let end = memchr(b'"', rest)?;
        path.extend_from_slice(rest.get(..end)?);
        rest = rest.get(end + 1..)?;
        if rest.first() != Some(&b'"') || path.len() > crate::MAX_TEXT {
            return Some(path);
        }
        path.push(b'"');
        rest = rest.get(1..)?;
    }
}

// Nothing is known of what lies above it.
fn is_unknown(part: Option<&[u8]>) -> bool {
    matches!(part, Some(b"." | b".."))
}

// From the root, or from a drive's.
fn is_absolute(name: &[u8]) -> bool {
    matches!(name, [b'/', ..]) || matches!(name, [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_normalised() {
        for (directory, name, want) in [
            (".", "robots.txt", "./robots.txt"),
            (".", "", "."),
            ("/", "robots.txt", "/robots.txt"),
            ("/pub", "../a//b/./c/", "/a/b/c"),
            ("/pub", "/etc", "/etc"),
            ("/", "../../etc", "/etc"),
            (".", "pub/../x", "./x"),
            (".", "..", "./.."),
            ("./..", "../x", "./../../x"),
            ("./../x", "..", "./.."),
            ("a", "..", "."),
            ("/pub", "C:\\x", "C:\\x"),
            ("/pub", ".hidden", "/pub/.hidden"),
        ] {
            assert_eq!(join(directory.as_bytes(), name.as_bytes()), want.as_bytes(), "{directory} {name}");
        }
    }

    #[test]
    fn a_quoted_path_ends_at_a_lone_quote() {
        assert_eq!(quoted(b"\"/home/\"\"x\"\"\" is cwd"), Some(b"/home/\"x\"".to_vec()));
        assert_eq!(quoted(b"\"/open"), None);
    }

    proptest! {
        #[test]
        fn a_path_stays_bounded_and_normal(dir in "[./a]{0,20}", name in "[./a]{0,40}") {
            let once = join(dir.as_bytes(), name.as_bytes());
            prop_assert!(once.len() <= crate::MAX_TEXT);
            prop_assert_eq!(join(b"", &once), once);
        }
    }
}
