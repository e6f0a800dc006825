//! What a control connection has to say.

mod printed;

use alloc::vec::Vec;
use core::fmt;

use wiretale_packet::{Address, Endpoint, Timestamp};

use crate::{Mechanism, Verb};

/// One step of a control connection.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The client sent a command.
    Command(Command<'a>),
    /// The server sent a line of a reply.
    Reply(Reply<'a>),
    /// A command and what became of it. Said as soon as the last reply is there, or when it is plain that none will come.
    Exchange(Exchange<'a>),
    /// A login ended.
    Login(Login<'a>),
    /// The server's greeting (the text of its first line).
    Greeting {
        /// Its text.
        text: &'a [u8],
    },
    /// What the server says its system is (215).
    System {
        /// As it says it.
        text: &'a [u8],
    },
    /// What the client says it is (`CLNT`).
    Client {
        /// As it says it.
        text: &'a [u8],
    },
    /// A data connection was announced.
    DataChannel(Channel),
    /// A command moves something over the data connection announced last. Said when the command is seen, which may be
    /// before or after that connection opens.
    Transfer(Transfer<'a>),
    /// The working directory, as far as it is known, is now this.
    Directory {
        /// Normalised; begins with `/` where the root is known, else with `.`.
        path: &'a [u8],
    },
    /// Both sides go over to TLS (`AUTH TLS` and 234).
    AuthTls,
    /// Both sides go over to another security mechanism (`AUTH GSSAPI` and 334).
    AuthOther {
        /// Which, as the client named it.
        mechanism: &'a [u8],
    },
    /// A token of the exchange that `AUTH` began (RFC 2228): the client's `ADAT`, or in a reply of the server's.
    SecurityData {
        /// What kind of token.
        mechanism: Mechanism,
        /// Its length in bytes.
        bytes: usize,
        /// With it the exchange is over (235).
        done: bool,
    },
    /// The connection is in clear again (`CCC`).
    Clear,
    /// The server said what no server says. Zeek gives up here and takes back that this is FTP.
    Violation {
        /// Zeek's reason.
        reason: &'static str,
    },
    /// Both directions ended.
    Ended,
}

/// A command. The argument of `PASS`, `ACCT` and the like reads `<hidden>`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Which.
    pub verb: Verb,
    /// Its name as sent.
    pub name: &'a [u8],
    /// All that follows the name and the blanks after it.
    pub argument: &'a [u8],
}

/// One line of a reply.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The reply's code, 100 to 999; that of the first line for the lines after it.
    pub code: u16,
    /// The line without the code and its separator, where it has them.
    pub text: &'a [u8],
    /// More lines of this reply follow.
    pub continued: bool,
    /// It is the first line.
    pub first: bool,
}

/// A reply, as its last line has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Its code.
    pub code: u16,
    /// The text of its last line, at most 4096 bytes.
    pub text: &'a [u8],
}

/// A command and its last reply: a row of Zeek's `ftp.log`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Exchange<'a> {
    /// The command; its name is in upper case, `<init>` for the greeting.
    pub command: Command<'a>,
    /// When it was sent.
    pub asked: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// Who was logged in, or about to be.
    pub user: Option<&'a [u8]>,
    /// `<hidden>`, or what a guest gave for a password.
    pub password: Option<&'a [u8]>,
    /// What its argument names, normalised against the working directory, where it names a path.
    pub path: Option<&'a [u8]>,
    /// Its reply; `None` where none came.
    pub reply: Option<Answer<'a>>,
    /// The last good reply of the connection: `reply`, or where that is `None` the one before. Zeek shows it in either
    /// case.
    pub standing: Option<Answer<'a>>,
    /// The last number in the text of 150 to `RETR` or 213 to `SIZE`, 0 where there is none: Zeek's `file_size`, which a
    /// "48.8 kbytes" leads astray.
    pub size: Option<u64>,
    /// The file's size where the server said it so that it can be believed.
    pub announced: Option<u64>,
    /// The data connection that this command announced.
    pub channel: Option<Channel>,
    /// The data connection over which this command moved something.
    pub carrier: Option<Channel>,
    /// The server's address, for the URL.
    pub server: Address,
}

/// How a login ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    /// The user's name.
    pub user: &'a [u8],
    /// Whether he was let in, if that is known.
    pub ok: Option<bool>,
    /// A guest: `anonymous`, `ftp`, `ftpuser`, `guest`.
    pub anonymous: bool,
}

/// A data connection as it was announced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    /// The client opens it (`PASV`, `EPSV`, `LPSV`), not the server (`PORT`, `EPRT`, `LPRT`).
    pub passive: bool,
    /// Who will connect: Zeek's `data_channel.orig_h`.
    pub connector: Address,
    /// To where, as announced: Zeek's `data_channel.resp_h` and `resp_p`.
    pub advertised: Endpoint,
    /// The announced address is not the speaker's, and one of the two is private: address translation.
    pub nat: bool,
    /// The announced address is a third party's: a transfer between two servers (FXP), or a bounce.
    pub bounce: bool,
}

/// What moves over a data connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Transfer<'a> {
    /// `RETR`, `STOR`, `LIST` …
    pub verb: Verb,
    /// Its argument.
    pub name: &'a [u8],
    /// The argument normalised against the working directory.
    pub path: &'a [u8],
    /// Where in the file it starts (`REST`).
    pub start: u64,
    /// Over which data connection.
    pub channel: Channel,
}

impl<'a> Reply<'a> {
    /// The file that the server says it sends now, and its size, where it names both.
    #[must_use]
    pub fn sends(&self) -> Option<(&'a [u8], u64)> {
        let begins = self.first && matches!(self.code, 125 | 150);
        begins.then(|| crate::reply::file_in_words(self.text)).flatten()
    }
}

impl Exchange<'_> {
    /// Appends what Zeek's `arg` column shows: `ftp://server/path` for a path, else the argument, masked; at most 4096
    /// bytes.
    pub fn write_argument(&self, out: &mut Vec<u8>) {
        let from = out.len();
        if let Some(path) = self.path {
            out.extend_from_slice(b"ftp://");
            write_host(self.server, out);
            if path.first() != Some(&b'/') {
                out.push(b'/');
            }
            out.extend_from_slice(path);
        } else {
            out.extend_from_slice(self.command.argument);
        }
        out.truncate(from.saturating_add(crate::MAX_TEXT));
    }
}

struct Bytes<'a>(&'a mut Vec<u8>);

impl fmt::Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn write_host(address: Address, out: &mut Vec<u8>) {
    use fmt::Write as _;
    // Writing into a vector cannot fail.
    let _ = if address.is_v4() { write!(Bytes(out), "{address}") } else { write!(Bytes(out), "[{address}]") };
}
