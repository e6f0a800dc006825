//! Which program a greeting names.

/// A server's program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Software<'a> {
    /// Its name as the greeting has it: `vsFTPd`.
    pub name: &'a [u8],
    /// Its version, which begins with a digit: `1.3.5e`. Empty where none is told.
    pub version: &'a [u8],
}

/// The program that a greeting names: one whose name is known, or one that stands in brackets with its version, as in
/// `(Version wu-2.6.2(1) Mon Dec 3)`. Greetings tell whose host this is, its address, how many are logged in; none of that
/// is taken for a program.
#[must_use]
pub fn software(greeting: &[u8]) -> Option<Software<'_>> {
    let starts = || (0..greeting.len()).filter_map(|at| greeting.split_at_checked(at));
    let known = starts().filter(|(before, _)| is_start(before)).find_map(|(_, rest)| known(rest));
    known.or_else(|| starts().filter(|(before, _)| before.ends_with(b"(")).find_map(|(_, rest)| bracketed(rest)))
}

/// A known name at the beginning, and the number behind it.
fn known(text: &[u8]) -> Option<Software<'_>> {
    let begins = |name: &[u8]| text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    let product = PRODUCTS.iter().find(|product| begins(product.as_bytes()))?;
    let (name, behind) = text.split_at_checked(product.len())?;
    let behind = match behind {
        [b' ', behind @ ..] => behind,
        [b'-' | b'_' | b'/', digit, ..] if digit.is_ascii_digit() => behind.get(1..)?,
        [] | [b'.' | b',' | b'!' | b')' | b']'] | [b'.' | b',' | b'!' | b')' | b']', b' ', ..] => &[],
        _ => return None,
    };
    let mut words = behind.split(|byte| *byte == b' ').map(|word| word.strip_prefix(b"(").unwrap_or(word));
    let word = words.find(|word| !FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word)));
    let word = word.map(|word| word.strip_prefix(b"v").or_else(|| word.strip_prefix(b"V")).unwrap_or(word));
    let version = word.filter(|word| word.first().is_some_and(u8::is_ascii_digit)).map(closed).unwrap_or_default();
    Some(Software { name, version })
}

/// `Name 1.2)`, `name-1.2)` or `Version name-1.2`.
fn bracketed(text: &[u8]) -> Option<Software<'_>> {
    let (text, said) = match text.strip_prefix(b"Version ") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte)).unwrap_or(text.len());
    // The name goes to the separator before the first digit.
    let name = match (text.get(end), text.get(..end)?) {
        (Some(b' ' | b'/'), name) if text.get(end + 1).is_some_and(u8::is_ascii_digit) => name,
        (Some(b'.'), token) => token.get(..token.iter().rposition(|byte| b"-_".contains(byte))?)?,
        _ => return None,
    };
    let token = text.get(name.len() + 1..)?.split(|byte| *byte == b' ').next()?;
    let version = closed(token);
    let whole = said || token.strip_prefix(version).is_some_and(|rest| rest.starts_with(b")"));
    let numbered = version.iter().position(|byte| *byte == b'.').is_some_and(|dot| {
        let (major, rest) = version.split_at(dot);
        major.iter().all(u8::is_ascii_digit) && rest.get(1).is_some_and(u8::is_ascii_digit)
    });
    let named = name.first().is_some_and(u8::is_ascii_alphabetic);
    (whole && numbered && named && !is_address(version)).then_some(Software { name, version })
}

/// A word without what closes a sentence or a bracket that was opened before it.
fn closed(word: &[u8]) -> &[u8] {
    let mut open = 0u32;
    let end = word.iter().position(|byte| match byte {
        b'(' => {
            open += 1;
            false
        }
        b')' if open > 0 => {
            open -= 1;
            false
        }
        b')' | b',' | b';' | b']' => true,
        _ => false,
    });
    let word = word.get(..end.unwrap_or(word.len())).unwrap_or(word);
    let last = word.iter().rposition(|byte| !b".!:".contains(byte));
    last.and_then(|last| word.get(..=last)).unwrap_or_default()
}

fn is_start(before: &[u8]) -> bool {
    before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b".-_@".contains(byte))
}

fn is_address(version: &[u8]) -> bool {
    version.split(|byte| *byte == b'.').count() == 4
        && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// Programs that say nothing else of themselves than their name, or say it anywhere in their greeting.
const PRODUCTS: &[&str] = &[
    "BlackMoon",
    "Bftpd",
    "Cerberus FTP",
    "Core FTP Server",
    "CrushFTP",
    "DrFTPD",
    "FileZilla Server",
    "Gene6",
    "glFTPd",
    "GNU inetutils",
    "Golden FTP Server",
    "GuildFTPd",
    "ioFTPD",
    "lukemftpd",
    "Microsoft FTP Service",
    "MikroTik",
    "NASFTPD Turbo station",
    "NcFTPd",
    "oftpd",
    "ProFTPD",
    "Pure-FTPd",
    "pyftpdlib",
    "RaidenFTPd",
    "Serv-U",
    "SlimFTPd",
    "StnyFtpd",
    "SurgeFTP",
    "Synology",
    "Titan FTP",
    "tnftpd",
    "TYPSoft",
    "vsFTPd",
    "War-FTPD",
    "Wing FTP",
    "WS_FTP",
    "Xlight",
    "zFTPServer",
];

/// What may stand between a name and its version.
const FILLERS: [&[u8]; 4] = [b"ftp", b"server", b"service", b"version"];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    fn read(greeting: &str) -> Option<(String, String)> {
        let text = |bytes| String::from_utf8_lossy(bytes).to_string();
        software(greeting.as_bytes()).map(|software| (text(software.name), text(software.version)))
    }

    #[test]
    fn programs_are_known_by_name_or_stand_in_brackets() {
        for (greeting, name, version) in [
            ("(vsFTPd 3.0.5)", "vsFTPd", "3.0.5"),
            ("ftp.example.org FTP server (Version wu-2.6.2(1) Mon Dec 3 15:26:19 MST 2001) ready.", "wu", "2.6.2(1)"),
            ("--------- Welcome to Pure-FTPd [privsep] [TLS] ----------", "Pure-FTPd", ""),
            ("Microsoft FTP Service", "Microsoft FTP Service", ""),
            ("host Microsoft FTP Service (Version 5.0).", "Microsoft FTP Service", "5.0"),
            ("ProFTPD 1.3.5e Server (Debian) [::ffff:192.0.2.1]", "ProFTPD", "1.3.5e"),
            ("ProFTPD Server (ProFTPD Default Installation) [192.0.2.1]", "ProFTPD", ""),
            ("NASFTPD Turbo station 1.3.5a Server (ProFTPD)", "NASFTPD Turbo station", "1.3.5a"),
            ("Serv-U FTP Server v15.1 ready...", "Serv-U", "15.1"),
            ("FileZilla Server version 0.9.41 beta", "FileZilla Server", "0.9.41"),
            ("router FTP server (MikroTik 6.48.2) ready", "MikroTik", "6.48.2"),
            ("files FTP server (some-ftpd 1.2) ready", "some-ftpd", "1.2"),
        ] {
            assert_eq!(read(greeting), Some((name.to_string(), version.to_string())), "{greeting}");
        }
    }

    #[test]
    fn what_else_a_greeting_tells_is_no_program() {
        for greeting in [
            "Welcome to 198.51.100.9 FTP service",
            "FTP server ready, 3 users, 24 hours",
            "FTP server (Version 6.4/OpenBSD/Linux-ftpd-0.17) ready.",
            "proftpd.example.org FTP server ready",
            "my-proftpd.example.org FTP server ready",
            "server (srv-10.0.0.1) ready (up 12.5 hours, max 20.0 users)",
            "load (average 0.5, 0.4)",
            "",
        ] {
            assert_eq!(read(greeting), None, "{greeting}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(greeting in "[ ()a-z0-9.,v-]{0,40}", name in 0..PRODUCTS.len(), rest in "[ ()0-9.v-]{0,9}") {
            let _ = software(greeting.as_bytes());
            let _ = software([greeting.as_bytes(), PRODUCTS[name].as_bytes(), rest.as_bytes()].concat().as_slice());
        }
    }
}
