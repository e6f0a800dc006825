//! What a file is, for scoring: by its first bytes and its name.

use wiretale_files::mime;

use crate::SeenFile;
use crate::text::entropy;

/// How dangerous a kind of file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Executable,
    Archive,
    /// Of no known form and as even as noise: packed or encrypted.
    Packed,
    Media,
    Other,
}

impl SeenFile<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match mime(self.head) {
            Some(mime) if EXECUTABLE.iter().any(|part| mime.contains(part)) => Kind::Executable,
            Some(mime) if ARCHIVE.iter().any(|part| mime.contains(part)) => Kind::Archive,
            Some(mime) if MEDIA.iter().any(|part| mime.starts_with(part)) => Kind::Media,
            Some(_) => Kind::Other,
            None if self.head.starts_with(b"#!") || self.head.starts_with(b"\x7fELF") => Kind::Executable,
            None if self.head.len() >= 256 && entropy(self.head) >= EVEN => Kind::Packed,
            None => Kind::Other,
        }
    }

    /// Its name without the path; empty where the wire had none.
    pub(crate) fn base_name(&self) -> &[u8] {
        let name = self.name.unwrap_or_default();
        name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name)
    }

    /// It pretends: a picture's extension before a program's, or a program under a harmless name.
    pub(crate) fn pretends(&self) -> bool {
        let name = self.base_name().to_ascii_lowercase();
        let mut ends = name.rsplit(|byte| *byte == b'.');
        let (last, before) = (ends.next().unwrap_or_default(), ends.next().unwrap_or_default());
        let double = PROGRAMS.contains(&last) && HARMLESS.contains(&before);
        double || self.kind() == Kind::Executable && HARMLESS.contains(&last)
    }

    /// Its name is that of an intruder's tool: which one.
    pub(crate) fn hot_name(&self) -> Option<&'static str> {
        let name = self.base_name().to_ascii_lowercase();
        if name.starts_with(b"..") {
            return Some(HIDES);
        }
        let mut parts = name.split(|byte| !byte.is_ascii_alphanumeric()).map(|part| part.trim_ascii());
        parts.find_map(|part| {
            let bare = &part[..part.len() - part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count()];
            let is = |tool: &&&str| tool.as_bytes() == part || tool.as_bytes() == bare;
            let begins = |tool: &&&str| part.starts_with(tool.as_bytes());
            TOOLS.iter().find(is).or_else(|| STEMS.iter().find(begins)).copied()
        })
    }
}

/// What [`SeenFile::hot_name`] calls a name that a listing leaves out.
pub(crate) const HIDES: &str = "..";
const EVEN: f64 = 7.1;
const EXECUTABLE: &[&str] = &[
    "executable",
    "dosexec",
    "sharedlib",
    "x-shellscript",
    "x-perl",
    "x-python",
    "x-php",
    "x-ruby",
    "java-applet",
    "shortcut",
];
const ARCHIVE: &[&str] = &[
    "zip",
    "x-rar",
    "x-bzip2",
    "x-xz",
    "x-7z",
    "x-lz",
    "zstd",
    "x-arj",
    "x-ace",
    "x-zoo",
    "compress",
    "cab-compressed",
    "x-archive",
];
const MEDIA: &[&str] = &["image/", "audio/", "video/"];
const HARMLESS: &[&[u8]] =
    &[b"jpg", b"jpeg", b"gif", b"png", b"txt", b"doc", b"pdf", b"mp3", b"avi", b"htm", b"html", b"bmp"];
const PROGRAMS: &[&[u8]] = &[b"exe", b"scr", b"pif", b"com", b"bat", b"vbs", b"js", b"pl", b"sh", b"php", b"lnk"];
// Whole words of a name.
const TOOLS: &[&str] = &[
    "bnc",
    "psybnc",
    "psy",
    "ezbounce",
    "eggdrop",
    "eggsun",
    "emech",
    "energymech",
    "stacheldraht",
    "tfn",
    "tfn2k",
    "shaft",
    "kaiten",
    "tsunami",
    "muhstik",
    "rootkit",
    "shv",
    "shv4",
    "shv5",
    "lrk",
    "t0rn",
    "adore",
    "adorebsd",
    "suckit",
    "wipe",
    "zap",
    "synscan",
    "pscan",
    "pscan2",
    "ssh2scan",
    "xmrig",
    "datapipe",
    "invader",
    "rootii",
    "maxty",
    "neet",
    "snoop",
    "masscan",
];
// Beginnings of words of a name.
const STEMS: &[&str] = &["psybnc", "eggdrop", "sniff", "rootkit", "backdoor", "exploit", "synscan", "xmrig"];

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::Direction;

    fn file<'a>(name: &'a str, head: &'a [u8]) -> SeenFile<'a> {
        SeenFile {
            carrier: "ftp",
            name: Some(name.as_bytes()),
            head,
            bytes: head.len() as u64,
            missed: 0,
            sender: Direction::Server,
            unannounced: false,
        }
    }

    #[test]
    fn tools_are_known_by_name() {
        for name in
            ["psy.tgz", "/pub/psyBNC2.3.1.tar.gz", "eggdrop1.6.tar.gz", "synscan", "...x", "lrk4.tgz", "sniffit.0.3.7"]
        {
            assert!(file(name, b"").hot_name().is_some(), "{name}");
        }
        for name in [
            "tool-1.0.tar.gz",
            "netinst.iso",
            "holiday.zip",
            "README",
            "track01.mp3",
            "psychology.pdf",
            "eggplant.jpg",
            "zapatos.txt",
        ] {
            assert_eq!(file(name, b"").hot_name(), None, "{name}");
        }
    }

    #[test]
    fn programs_are_known_by_their_first_bytes() {
        assert_eq!(file("x", b"#!/bin/sh\nrm -rf x\n").kind(), Kind::Executable);
        assert_eq!(file("x", b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0").kind(), Kind::Executable);
        assert_eq!(file("x", b"\x1f\x8b\x08\0\0\0\0\0").kind(), Kind::Archive);
        assert_eq!(file("x", b"hello there\n").kind(), Kind::Other);
        assert!(file("photo.jpg.exe", b"MZ").pretends() && !file("photo.jpg", b"\xff\xd8\xff").pretends());
    }
}
