//! What one DCC message says.

use core::fmt;

use wiretale_protocol::{Address, Escaped};

/// A DCC message. Its texts are slices of what was parsed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message<'a> {
    /// `SEND`, `CHAT` and their kin: I have this for you.
    Offer(Offer<'a>),
    /// `RESUME name port position [token]`: I have its first bytes, go on from there.
    Resume(Place<'a>),
    /// `ACCEPT name port position [token]`: I shall.
    Accept(Place<'a>),
    /// `REJECT SEND name`, `REJECT CHAT chat`: I do not want it.
    Reject {
        /// What was offered, where that is said.
        kind: Option<Kind>,
        /// Its name; may be empty.
        name: &'a [u8],
    },
    /// A verb that leads to no connection we know how to follow.
    Other {
        /// As it was written.
        verb: &'a [u8],
        /// What follows it.
        rest: &'a [u8],
    },
}

/// An offer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Of what.
    pub kind: Kind,
    /// The file's name without its quotes; of a chat, the protocol word (`chat`).
    pub name: &'a [u8],
    /// Where to connect to, in the offerer's own words. Means nothing where the port is 0.
    pub address: Address,
    /// 0 in a passive (reverse) offer: the other side is to listen.
    pub port: u16,
    /// The file's size in bytes, where a readable one is given.
    pub size: Option<u64>,
    /// Ties a passive offer to its answer. Empty where there is none.
    pub token: &'a [u8],
    /// The connection is to be TLS (`SSEND`, `SCHAT`).
    pub tls: bool,
    /// The sender will not wait for acknowledgements (`TSEND`, `XSEND`, a trailing `T`).
    pub turbo: bool,
}

impl fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, address, port, size, token, tls, turbo } = self;
        write!(f, "{kind:?} {:?} from {address} port {port} size {size:?}", Escaped(name))?;
        write!(f, " token {:?} tls {tls} turbo {turbo}", Escaped(token))
    }
}

/// Where a transfer is to start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// The file's name. Some clients write any name here; the port or the token tells which offer is meant.
    pub name: &'a [u8],
    /// The port of the offer; 0 if it was passive.
    pub port: u16,
    /// The position in the file, in bytes.
    pub position: u64,
    /// The token of a passive offer, else empty.
    pub token: &'a [u8],
}

/// What is offered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A file, with acknowledgements flowing back.
    Send,
    /// A file by `XMIT`, without acknowledgements.
    Xmit,
    /// A chat.
    Chat,
}

/// Why a message could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Malformed {
    /// Words are missing.
    Format,
    /// The address is none.
    Host,
    /// The port is none.
    Port,
}

impl Malformed {
    /// The name of the weird it makes, which is Zeek's.
    #[must_use]
    pub const fn weird(self) -> &'static str {
        match self {
            Self::Format => "irc_invalid_dcc_message_format",
            Self::Host => "irc_invalid_dcc_host",
            Self::Port => "irc_invalid_dcc_port",
        }
    }
}
