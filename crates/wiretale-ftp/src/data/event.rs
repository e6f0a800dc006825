//! What a data connection has to say.

use core::fmt;

use wiretale_packet::{Direction, Endpoint};
use wiretale_protocol::{Content, Escaped, FlowId};

use crate::{Channel, Entry, Verb};

/// One step of a data connection.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum DataEvent<'a> {
    /// It carries its first bytes, or ends without any.
    Opened(Opened<'a>),
    /// What it carries, a directory's listing included.
    Content(Content<'a>),
    /// A line of a directory it carries.
    Listing(Entry<'a>),
    /// It is over.
    Finished {
        /// How many bytes the carrying direction had, lost ones included.
        bytes: u64,
    },
}

/// What is known of a data connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    /// For which command; `None` where that was not seen in time ([`crate::Event::Transfer`] tells it later).
    pub command: Option<Verb>,
    /// The command's argument; empty where it has none.
    pub name: &'a [u8],
    /// The argument normalised against the working directory.
    pub path: &'a [u8],
    /// Who is logged in at the control connection.
    pub user: Option<&'a [u8]>,
    /// Which of this connection's ends sends, where the command tells.
    pub sender: Option<Direction>,
    /// Where in the file it starts.
    pub start: u64,
    /// The file's size, where the server said it.
    pub size: Option<u64>,
    /// How it was announced.
    pub channel: Channel,
    /// The control connection's flow.
    pub parent: FlowId,
    /// Its server's control port and address.
    pub server: Endpoint,
    /// It is TLS: what it carries is not to be had.
    pub protected: bool,
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, sender, start, size, channel, parent, server, protected, .. } = self;
        write!(f, "Opened {command:?} {} as {}", Escaped(self.name), Escaped(self.path))?;
        write!(f, " user {:?} sender {sender:?} start {start} size {size:?}", self.user.map(Escaped))?;
        write!(f, " {channel:?} parent {parent:?} server {server} protected {protected}")
    }
}
