//! What a protocol is.

use core::fmt::Debug;

use wiretale_reassembly::Chunk;

use crate::{Context, Flow, Note, Observe};

/// A protocol: how to know it, and how to decode both directions of one flow of it.
///
/// Its events must not depend on where the stream was cut into chunks (the split law), and no bytes may make it panic,
/// fail, block or hold more than a stated bound.
pub trait Protocol: Sized {
    /// Its name in expectations and in logs, as Zeek's `service` column has it: `"irc"`, `"ftp-data"`.
    const TAG: &'static str;

    /// May flows of it be announced by others? Where not, nobody looks for announcements of a flow that is known to be
    /// of it.
    const ANNOUNCED: bool = true;

    /// Is it known by what one side says, too, where the other began with what is not its own? So that nobody hides
    /// behind a few bytes for somebody else.
    const BEHIND: bool = false;

    /// What it has to say: small, `Copy`, its text borrowed from the packet or from the decoder.
    type Event<'a>: Copy + Debug;

    /// The state of both directions of one flow. Bounded. The engine asks for its first lines of the cache ahead, so that
    /// what most chunks need had better stand there.
    type Decoder;

    /// Are these first bytes this protocol's?
    fn probe(opening: &Opening<'_>) -> Probe;

    /// May it begin so behind what a client and its server have settled in another protocol, as a request for an upgrade
    /// comes behind other requests? Asked of the first bytes of what the client says behind what its server said, a bounded
    /// number of times. Neither [`Probe::Yes`] nor [`Probe::No`] may change when more bytes come.
    fn resumes(client: &[u8]) -> Probe {
        let _ = client;
        Probe::No
    }

    /// How many of the client's first bytes are a head for somebody on the way, such as a proxy, or may be: beside what
    /// follows it, of which the probing limit is, much of a head is kept.
    fn head(opening: &Opening<'_>) -> usize {
        let _ = opening;
        0
    }

    /// A decoder for a flow whose first bytes said [`Probe::Yes`]; those bytes are fed to it next.
    fn start(opening: &Opening<'_>) -> Self::Decoder;

    /// A decoder for a flow that another flow announced; `None` where the note is not this protocol's.
    fn start_expected(note: Note) -> Option<Self::Decoder> {
        let _ = note;
        None
    }

    /// Both sides of an announced flow began with text: may it be this protocol's? Where not it is a dialogue, and the
    /// announcement waits on.
    fn may_be_text(opening: &Opening<'_>) -> bool {
        let _ = opening;
        true
    }

    /// One more chunk of the direction that `cx.moment().direction` names.
    fn feed<O: Observe<Self>>(decoder: &mut Self::Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand;

    /// What of this direction came before the chunk by which it demanded [`Demand::Anew`], and is to be read anew with it.
    fn before_anew(decoder: &Self::Decoder) -> &[u8] {
        let _ = decoder;
        &[]
    }

    /// How many bytes of the chunk by which it demanded [`Demand::Anew`] come before what is to be read anew.
    fn passed_before_anew(decoder: &Self::Decoder) -> usize {
        let _ = decoder;
        0
    }

    /// The name of the service this decoder found, where one decoder knows several.
    fn service(decoder: &Self::Decoder) -> &'static str {
        let _ = decoder;
        Self::TAG
    }

    /// Bytes on the heap that the decoder holds for what is not finished, such as a line without an end: what can be
    /// told at the cost of a few additions, for it is asked after every chunk.
    #[inline]
    fn memory(decoder: &Self::Decoder) -> usize {
        let _ = decoder;
        0
    }
}

/// The first bytes of a flow, as far as they are known.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// What the client sent first; empty while it has sent nothing.
    pub client: &'a [u8],
    /// What the server sent first.
    pub server: &'a [u8],
    /// Whose bytes these are. The port is a hint, never a reason.
    pub flow: &'a Flow,
    /// No more bytes will be shown: the probing limit is reached, or the flow ended.
    pub last: bool,
}

/// What a protocol says of a flow's first bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Probe {
    /// They are mine.
    Yes,
    /// They cannot be mine, whatever follows.
    No,
    /// More bytes, of either direction, would tell.
    Unsure,
    /// I take them if no other protocol does, now or with more bytes.
    Leftover,
}

/// What a decoder still wants of the direction it was just fed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Demand {
    /// Every byte, in order.
    Stream,
    /// Only the end: from now on the direction is counted, not delivered, and nothing is held for it.
    Lengths,
    /// Nothing more of either direction: leave this flow to the counters.
    Nothing,
    /// The same, until the client says something with which another protocol may begin: see [`Protocol::resumes`].
    Rest,
    /// It is not what it began as: whose it is may be asked again, of those that are known [behind](Protocol::BEHIND)
    /// what is not theirs, by this chunk and what follows.
    Anew,
}
