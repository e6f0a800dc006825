//! The commands.

mod table;

use table::{LETTERS, LONGEST, Row, TABLE, letter};

/// A command of the control connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Verb {
    /// What a server says unasked: its greeting. Zeek writes `<init>`.
    Init,
    /// `ABOR`: give up the transfer (RFC 959).
    Abor,
    /// `ACCT`: account (RFC 959). A secret.
    Acct,
    /// `ADAT`: security data (RFC 2228).
    Adat,
    /// `ALLO`: allocate room (RFC 959).
    Allo,
    /// `APPE`: append to a file (RFC 959).
    Appe,
    /// `AUTH`: security mechanism (RFC 2228, RFC 4217).
    Auth,
    /// `AVBL`: room left (draft-peterson-streamlined-ftp).
    Avbl,
    /// `CCC`: clear the command channel (RFC 2228).
    Ccc,
    /// `CDUP`, `XCUP`: to the directory above (RFC 959, RFC 775).
    Cdup,
    /// `CLNT`: the client's name and version (in use, no RFC).
    Clnt,
    /// `CONF`: confidential command (RFC 2228).
    Conf,
    /// `CWD`, `XCWD`: to another directory (RFC 959, RFC 775).
    Cwd,
    /// `DELE`: delete a file (RFC 959).
    Dele,
    /// `ENC`: private command (RFC 2228).
    Enc,
    /// `EPRT`: active data connection, any network (RFC 2428).
    Eprt,
    /// `EPSV`: passive data connection, any network (RFC 2428).
    Epsv,
    /// `FEAT`: features (RFC 2389).
    Feat,
    /// `HASH`, `XCRC`, `XMD5`, `XSHA`, `XSHA1`, `XSHA256`, `XSHA512`: a file's hash (draft-bryan-ftp-hash; in use).
    Hash,
    /// `HELP` (RFC 959).
    Help,
    /// `HOST`: which of several hosts (RFC 7151).
    Host,
    /// `LANG`: language (RFC 2640).
    Lang,
    /// `LIST`: directory as a person reads it (RFC 959).
    List,
    /// `LPRT`: active data connection, long address (RFC 1639).
    Lprt,
    /// `LPSV`: passive data connection, long address (RFC 1639).
    Lpsv,
    /// `MDTM`: time of last change (RFC 3659).
    Mdtm,
    /// `MFMT`, `MFCT`, `MFF`: set a file's facts (draft-somers-ftp-mfxx).
    Mfmt,
    /// `MIC`: integrity-protected command (RFC 2228).
    Mic,
    /// `MKD`, `XMKD`: make a directory (RFC 959, RFC 775).
    Mkd,
    /// `MLSD`: directory as a program reads it (RFC 3659).
    Mlsd,
    /// `MLST`: one file's facts (RFC 3659).
    Mlst,
    /// `MODE`: transfer mode (RFC 959).
    Mode,
    /// `NLST`: names only (RFC 959).
    Nlst,
    /// `NOOP` (RFC 959).
    Noop,
    /// `OPTS`: options of a command (RFC 2389).
    Opts,
    /// `PASS`: password (RFC 959). A secret.
    Pass,
    /// `PASV`: passive data connection (RFC 959).
    Pasv,
    /// `PBSZ`: protection buffer (RFC 2228).
    Pbsz,
    /// `PORT`: active data connection (RFC 959).
    Port,
    /// `PROT`: protection of data connections (RFC 2228).
    Prot,
    /// `PWD`, `XPWD`: which directory (RFC 959, RFC 775).
    Pwd,
    /// `QUIT` (RFC 959).
    Quit,
    /// `REIN`: begin anew (RFC 959).
    Rein,
    /// `REST`: where in the file the next transfer starts (RFC 959, RFC 3659).
    Rest,
    /// `RETR`: fetch a file (RFC 959).
    Retr,
    /// `RMD`, `XRMD`: remove a directory (RFC 959, RFC 775).
    Rmd,
    /// `RNFR`: rename from (RFC 959).
    Rnfr,
    /// `RNTO`: rename to (RFC 959).
    Rnto,
    /// `SITE`: what one server alone knows (RFC 959).
    Site,
    /// `SIZE`: a file's size (RFC 3659).
    Size,
    /// `SMNT`: mount (RFC 959).
    Smnt,
    /// `STAT`: status (RFC 959).
    Stat,
    /// `STOR`: store a file (RFC 959).
    Stor,
    /// `STOU`: store under a new name (RFC 959).
    Stou,
    /// `STRU`: file structure (RFC 959).
    Stru,
    /// `SYST`: the server's system (RFC 959).
    Syst,
    /// `TYPE`: data type (RFC 959).
    Type,
    /// `USER`: user name (RFC 959).
    User,
    /// Any other.
    Other,
}

impl Verb {
    /// The command with this name, in any case.
    #[must_use]
    pub fn parse(name: &[u8]) -> Self {
        let mut named = Self::rows_from(name).filter(|row| row.0.len() == name.len());
        named.next().map_or(Self::Other, |row| row.1)
    }

    /// Those whose names begin so.
    pub(crate) fn all_from(head: &[u8]) -> impl Iterator<Item = Self> {
        Self::rows_from(head).map(|row| row.1)
    }

    fn rows_from(head: &[u8]) -> impl Iterator<Item = &'static Row> {
        let known = head.first().is_none_or(|first| LETTERS & letter(*first) != 0);
        let rows = if known && head.len() <= LONGEST { TABLE } else { &[] };
        let first = head.first().map(u8::to_ascii_uppercase);
        let begins = move |name: &[u8]| {
            (first.is_none() || name.first().copied() == first)
                && name.get(..head.len()).is_some_and(|own| own.eq_ignore_ascii_case(head))
        };
        rows.iter().filter(move |row| begins(row.0.as_bytes()))
    }

    /// Its name in upper case; `<init>` for a greeting, empty for [`Verb::Other`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        TABLE.iter().find(|row| row.1 == self).map_or("", |row| row.0)
    }

    /// Does it move a file or a listing over a data connection?
    #[must_use]
    pub const fn transfers(self) -> bool {
        self.fetches() || self.stores()
    }

    /// Does it move bytes from the server?
    #[must_use]
    pub const fn fetches(self) -> bool {
        matches!(self, Self::Retr | Self::List | Self::Nlst | Self::Mlsd)
    }

    /// Does it move bytes to the server?
    #[must_use]
    pub const fn stores(self) -> bool {
        matches!(self, Self::Stor | Self::Stou | Self::Appe)
    }

    /// Does what comes over its data connection list a directory?
    #[must_use]
    pub const fn lists(self) -> bool {
        matches!(self, Self::List | Self::Nlst | Self::Mlsd)
    }

    /// Is its argument a path (Zeek's `file_cmds`, less `REST`)?
    #[must_use]
    pub const fn names_path(self) -> bool {
        matches!(
            self,
            Self::Appe
                | Self::Cwd
                | Self::Dele
                | Self::Mkd
                | Self::Retr
                | Self::Rmd
                | Self::Rnfr
                | Self::Rnto
                | Self::Stor
                | Self::Stou
                | Self::Size
                | Self::Mdtm
        )
    }

    /// Is this the code of an answer that tells this command from others? Failures (4yz, 5yz) tell nothing.
    pub(crate) fn answers(self, code: u16) -> bool {
        TABLE.iter().any(|row| row.1 == self && row.2.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        assert_eq!(Verb::parse(b"retr"), Verb::Retr);
        assert_eq!(Verb::parse(b"XpWd"), Verb::Pwd);
        assert_eq!(Verb::parse(b"XYZZY"), Verb::Other);
        assert_eq!(Verb::Pwd.as_str(), "PWD");
    }

    #[test]
    fn an_answer_tells_its_command() {
        assert!(Verb::Pasv.answers(227));
        assert!(!Verb::Syst.answers(227));
        assert!(Verb::Hash.answers(251));
    }
}
