//! What first bytes say a file is.
//!
//! The names and their precedence are Zeek's (its `file-mime` signatures), so that both tools' logs can be compared;
//! the crates that know magic numbers use other names and other precedence. Signatures that Zeek looks for anywhere in
//! the first bytes are looked for at their beginning.

mod table;
mod text;

use table::MAGICS;

/// The MIME type that `head`, a file's first bytes, speaks for; `None` where nothing fits.
#[must_use]
pub fn mime(head: &[u8]) -> Option<&'static str> {
    let simple = MAGICS.iter().filter(|magic| magic.fits(head)).map(|magic| (magic.strength, magic.mime));
    let found = simple.chain(structured(head)).chain(text::kinds(head)).max_by_key(|&(strength, _)| strength);
    found.map(|(_, mime)| mime)
}

// What takes more than bytes at a place.
fn structured(head: &[u8]) -> impl Iterator<Item = (i16, &'static str)> {
    [elf(head), tar(head), office(head), mach_or_java(head), mpeg_audio(head), ocsp(head), matroska(head), riff(head)]
        .into_iter()
        .flatten()
}

fn elf(head: &[u8]) -> Option<(i16, &'static str)> {
    let big_endian = match head.get(..6)? {
        [0x7f, b'E', b'L', b'F', 1 | 2, order @ (1 | 2)] => *order == 2,
        _ => return None,
    };
    let kind = <[u8; 2]>::try_from(head.get(16..18)?).ok()?;
    match if big_endian { u16::from_be_bytes(kind) } else { u16::from_le_bytes(kind) } {
        1 => Some((50, "application/x-object")),
        2 => Some((50, "application/x-executable")),
        3 => Some((50, "application/x-sharedlib")),
        4 => Some((50, "application/x-coredump")),
        _ => None,
    }
}

fn tar(head: &[u8]) -> Option<(i16, &'static str)> {
    let name = head.get(..100)?.iter().all(|&byte| byte == 0 || (0x20..0x7f).contains(&byte));
    let digits = |field: &[u8]| field.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
    let field = |at: usize, len: usize| {
        head.get(at..at + len)
            .is_some_and(|field| field.split_last().is_some_and(|(last, digits_of)| *last == 0 && digits(digits_of)))
    };
    let numbers = field(100, 8) && field(108, 8) && field(116, 8) && field(124, 12) && field(136, 12);
    (name && numbers).then_some((100, "application/x-tar"))
}

fn office(head: &[u8]) -> Option<(i16, &'static str)> {
    head.strip_prefix(b"PK\x03\x04")?;
    let first = head.get(30..)?;
    let inside = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.") {
        let kind = first.get(43..)?;
        let known = OPEN_DOCUMENTS.iter().find(|(word, _)| kind.starts_with(word));
        return known.map(|&(_, mime)| (120, mime));
    }
    if first.starts_with(b"META-INF/") {
        return Some((100, "application/java-archive"));
    }
    if !(first.starts_with(b"[Content_Types].xml") || first.starts_with(b"_rels/.rels")) {
        return None;
    }
    if inside(b"word/") {
        Some((80, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))
    } else if inside(b"xl/") {
        Some((80, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
    } else if inside(b"ppt/") {
        Some((80, "application/vnd.openxmlformats-officedocument.presentationml.presentation"))
    } else {
        Some((50, "application/vnd.openxmlformats-officedocument"))
    }
}

// The same four bytes begin a universal Mach-O file, with a small count behind them, and a Java class, with its version.
fn mach_or_java(head: &[u8]) -> Option<(i16, &'static str)> {
    match head.get(..8)? {
        [0xca, 0xfe, 0xba, 0xbe, _, _, 0, 1..=0x14] => Some((100, "application/x-mach-o-executable")),
        [0xca, 0xfe, 0xba, 0xbe, _, _, _, 0x2d..=0xff] => Some((71, "application/x-java-applet")),
        _ => None,
    }
}

fn mpeg_audio(head: &[u8]) -> Option<(i16, &'static str)> {
    matches!(head, [0xff, 0xe2 | 0xe3 | 0xf2 | 0xf3 | 0xf6 | 0xf7 | 0xfa..=0xfd, ..]).then_some((20, "audio/mpeg"))
}

fn ocsp(head: &[u8]) -> Option<(i16, &'static str)> {
    let holds = |oid: &[u8]| (11..=19).any(|at| head.get(at..).is_some_and(|rest| rest.starts_with(oid)));
    if holds(b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01") {
        Some((71, "application/ocsp-response"))
    } else if holds(b"\x06\x05\x2b\x0e\x03\x02\x1a") {
        Some((71, "application/ocsp-request"))
    } else {
        None
    }
}

fn riff(head: &[u8]) -> Option<(i16, &'static str)> {
    match head.strip_prefix(b"RIFF")?.get(4..8)? {
        b"WEBP" => Some((70, "image/webp")),
        b"WAVE" => Some((70, "audio/x-wav")),
        b"AVI " => Some((70, "video/x-msvideo")),
        _ => None,
    }
}

fn matroska(head: &[u8]) -> Option<(i16, &'static str)> {
    let body = head.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let holds = |word: &[u8]| body.windows(word.len()).take(256).any(|window| window == word);
    if holds(b"matroska") { Some((110, "video/x-matroska")) } else { holds(b"webm").then_some((70, "video/webm")) }
}

const OPEN_DOCUMENTS: &[(&[u8], &str)] = &[
    (b"text-template", "application/vnd.oasis.opendocument.text-template"),
    (b"text", "application/vnd.oasis.opendocument.text"),
    (b"spreadsheet-template", "application/vnd.oasis.opendocument.spreadsheet-template"),
    (b"spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"presentation-template", "application/vnd.oasis.opendocument.presentation-template"),
    (b"presentation", "application/vnd.oasis.opendocument.presentation"),
    (b"graphics", "application/vnd.oasis.opendocument.graphics"),
    (b"chart", "application/vnd.oasis.opendocument.chart"),
    (b"formula", "application/vnd.oasis.opendocument.formula"),
    (b"database", "application/vnd.oasis.opendocument.database"),
    (b"image", "application/vnd.oasis.opendocument.image"),
];

#[cfg(test)]
mod tests;
