//! Bytes at a place.

/// Bytes at a place, and what they speak for.
pub(super) struct Magic {
    at: usize,
    bytes: &'static [u8],
    pub(super) strength: i16,
    pub(super) mime: &'static str,
}

impl Magic {
    pub(super) fn fits(&self, head: &[u8]) -> bool {
        head.get(self.at..).is_some_and(|rest| rest.starts_with(self.bytes))
    }
}

const fn magic(at: usize, bytes: &'static [u8], strength: i16, mime: &'static str) -> Magic {
    Magic { at, bytes, strength, mime }
}

/// All of them, archives first.
pub(super) const MAGICS: &[Magic] = &[
    magic(0, b"PK\x03\x04", 10, "application/zip"),
    magic(0, b"PK\x07\x08PK\x03\x04", 10, "application/zip"),
    magic(0, b"PK\x03\x04\x14\x00\x06\x00", 50, "application/vnd.openxmlformats-officedocument"),
    magic(0, b"Rar!", 70, "application/x-rar"),
    magic(0, b"\x1f\x8b", 100, "application/x-gzip"),
    magic(0, b"MSCF\0\0\0\0", 110, "application/vnd.ms-cab-compressed"),
    magic(0, b"xar!", 100, "application/x-xar"),
    magic(0, b"\xed\xab\xee\xdb", 70, "application/x-rpm"),
    magic(0, b"drpm", 70, "application/x-rpm"),
    magic(0, b"!<arch>\ndebian", 171, "application/x-debian-package"),
    magic(0, b"!<arch>", 70, "application/x-archive"),
    magic(0, b"SIT!", 70, "application/x-stuffit"),
    magic(0, b"StuffIt", 70, "application/x-stuffit"),
    magic(20, b"\xdc\xa7\xc4\xfd", 70, "application/x-zoo"),
    magic(0, b"\x02\x21\x4c\x18", 70, "application/x-lz4"),
    magic(0, b"\x04\x22\x4d\x18", 70, "application/x-lz4"),
    magic(0, b"LZIP", 70, "application/x-lzip"),
    magic(0, b"7z\xbc\xaf\x27\x1c", 50, "application/x-7z-compressed"),
    magic(0, b"\xfd7zXZ\0", 90, "application/x-xz"),
    magic(0, b"\x28\xb5\x2f\xfd", 70, "application/zstd"),
    magic(0, b"BZh", 60, "application/x-bzip2"),
    magic(0, b"\x1f\x9d", 50, "application/x-compress"),
    magic(0, b"\x5d\0\0", 71, "application/x-lzma"),
    magic(7, b"**ACE**", 100, "application/x-ace"),
    magic(0, b"\x60\xea", 50, "application/x-arj"),
    magic(2, b"-lh", 80, "application/x-lzh"),
    magic(0, b"WARC/", 50, "application/warc"),
    // Programs.
    magic(0, b"MZ", 51, "application/x-dosexec"),
    magic(0, b"\xce\xfa\xed\xfe", 100, "application/x-mach-o-executable"),
    magic(0, b"\xcf\xfa\xed\xfe", 100, "application/x-mach-o-executable"),
    magic(0, b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 49, "application/x-ms-shortcut"),
    magic(0, b"FWS", 60, "application/x-shockwave-flash"),
    magic(0, b"CWS", 60, "application/x-shockwave-flash"),
    magic(0, b"ZWS", 60, "application/x-shockwave-flash"),
    // Pictures.
    magic(0, b"\x89PNG", 110, "image/png"),
    magic(0, b"\xff\xd8", 52, "image/jpeg"),
    magic(0, b"GIF8", 70, "image/gif"),
    magic(0, b"II\x2a\0", 70, "image/tiff"),
    magic(0, b"MM\0\x2a", 70, "image/tiff"),
    magic(0, b"\0\0\x01\0", 70, "image/x-icon"),
    magic(0, b"\0\0\x02\0", 70, "image/x-cursor"),
    magic(0, b"8BPS", 70, "image/vnd.adobe.photoshop"),
    magic(0, b"gimp xcf", 110, "image/x-xcf"),
    magic(0, b"AT&TFORM", 70, "image/vnd.djvu"),
    // Sound and moving pictures.
    magic(4, b"ftypm4a", 70, "audio/m4a"),
    magic(4, b"ftypisom", 70, "video/mp4"),
    magic(4, b"ftypmp41", 70, "video/mp4"),
    magic(4, b"ftypmp42", 70, "video/mp4"),
    magic(4, b"ftyp3g", 60, "video/3gpp"),
    magic(4, b"ftypavc1", 60, "video/3gpp"),
    magic(4, b"mdat", 70, "video/quicktime"),
    magic(4, b"moov", 70, "video/quicktime"),
    magic(0, b"FLV", 60, "video/x-flv"),
    magic(0, b"\0\0\x01\xba", 50, "video/mpeg"),
    magic(0, b"\0\0\x01\xb3", 71, "video/mpv"),
    magic(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 70, "video/x-ms-asf"),
    magic(0, b"ID3", 70, "audio/mpeg"),
    magic(0, b"OggS", 70, "application/ogg"),
    // Documents and the rest.
    magic(0, b"%PDF-", 110, "application/pdf"),
    magic(0, b"%!", 100, "application/postscript"),
    magic(0, b"{\\rtf", 110, "text/rtf"),
    magic(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 50, "application/msword"),
    magic(0, b"\x78\x9f\x3e\x22", 100, "application/vnd.ms-tnef"),
    magic(4, b"Standard Jet DB\0", 180, "application/x-msaccess"),
    magic(4, b"Standard ACE DB\0", 180, "application/x-msaccess"),
    magic(0, b"\xa1\xb2\xc3\xd4", 70, "application/vnd.tcpdump.pcap"),
    magic(0, b"\xd4\xc3\xb2\xa1", 70, "application/vnd.tcpdump.pcap"),
    magic(0, b"\x0a\x0d\x0d\x0a", 100, "application/vnd.tcpdump.pcap"),
    magic(0, b"-----BEGIN CERTIFICATE-----", 1, "application/x-pem"),
    magic(0, b"-----BEGIN PGP ", 40, "application/pgp"),
    magic(0, b"SQLite format 3\0", 100, "application/x-sqlite3"),
    magic(0, b"wOFF", 70, "application/font-woff"),
    magic(0, b"wOF2", 70, "application/font-woff2"),
];
