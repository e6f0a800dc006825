//! What a detector is, what it hears and what it may say.

mod findings;
mod hears;
mod scene;

use std::net::IpAddr;

use wiretale_protocol::{Exposure, Passed, Summary, Timestamp, Weird};

use crate::SeenFile;
use crate::model::Evidence;

pub use findings::Findings;
pub use hears::{Ends, Hears};
pub use scene::Scene;

pub(crate) use scene::name_key;

/// One behaviour to be found: a fold over what happens, with a memory of its own.
///
/// It holds a bounded state, reads no clock, and says each thing with the flows and frames it stands on.
pub trait Detector: Send {
    /// Its name in the weights table: `"D03"`.
    fn name(&self) -> &'static str;

    /// The kinds of facts it wakes for.
    fn hears(&self) -> Hears;

    /// In which flows it wakes.
    fn ends(&self) -> Ends {
        Ends::ANY
    }

    /// Bytes on the heap that its memory takes, as far as they can be counted at the cost of a few additions.
    fn memory(&self) -> usize {
        0
    }

    /// One more fact about a flow. What stands in its bytes is told once each end of it that is home took part, with more
    /// than a reset: what a stranger sends a host unasked is his own word and not the host's.
    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings);
}

/// Something that happened in a flow.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// It began.
    Opened,
    /// One of the packets that open the flow passed: those at the time of its first one, those with SYN, and the client's
    /// as long as nothing of the server was seen; as far as they are among the first
    /// [`Facts::FIRST`](crate::Facts::FIRST).
    Passed(&'a Passed),
    /// It was found to be of this service.
    Recognized(&'static str),
    /// Its server itself speaks as this service does.
    Served(&'static str),
    /// Something in it was not as it should be.
    Weird(&'a Weird<'a>),
    /// A secret crossed in clear.
    Exposed(&'a Exposure<'a>),
    /// IRC.
    Irc(&'a wiretale_irc::Event<'a>),
    /// A DCC transfer.
    Dcc(&'a wiretale_dcc::Event<'a>),
    /// A DCC chat.
    Chat(&'a wiretale_dcc::Event<'a>),
    /// FTP's control connection.
    Ftp(&'a wiretale_ftp::Event<'a>),
    /// FTP's data connection.
    FtpData(&'a wiretale_ftp::DataEvent<'a>),
    /// SSH.
    Ssh(&'a wiretale_ssh::Event<'a>),
    /// DNS.
    Dns(&'a wiretale_dns::Event<'a>),
    /// Plain text that no protocol claims.
    Text(&'a wiretale_terminal::Event<'a>),
    /// A file that crossed, whole or in part, over DCC or FTP.
    File(&'a SeenFile<'a>),
    /// It is over.
    Closed(&'a Summary<'a>),
}

impl Evidence {
    // Bytes on the heap that it takes, beside itself.
    fn weight(&self) -> usize {
        let texts = |texts: &[String]| texts.iter().map(|text| size_of::<String>() + text.len()).sum::<usize>();
        let own = self.row.len() + self.key.len() + self.text.len() + size_of_val(&*self.frames);
        own + texts(&self.ties) + texts(&self.uids)
    }

    /// With this share of its row's weight.
    #[must_use]
    pub const fn strength(mut self, strength: f64) -> Self {
        self.strength = strength;
        self
    }

    /// Seen this well, 0 to 1.
    #[must_use]
    pub const fn quality(mut self, quality: f64) -> Self {
        self.quality = quality;
        self
    }

    /// Tied to other evidence by this: `"file:sha256…"`, `"key:SHA256:…"`, `"greeting:…"`.
    #[must_use]
    pub fn tie(mut self, tie: impl Into<String>) -> Self {
        self.ties.push(tie.into());
        self
    }

    /// About this peer rather than the flow's other end.
    #[must_use]
    pub const fn peer(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }

    /// Standing on this frame too.
    #[must_use]
    pub fn frame(mut self, frame: u64) -> Self {
        self.frames.push(frame);
        self
    }

    /// From this moment rather than now.
    #[must_use]
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.time_ns = at.nanos();
        self
    }
}
