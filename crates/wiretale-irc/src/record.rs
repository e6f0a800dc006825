//! Replies of several lines, put together.

use core::fmt;

use wiretale_protocol::scan;

use crate::wire::number;
use crate::{Listed, Params, Rows, Source, Whois, Whox, Wire, whox};

/// The lines of one answer: WHOIS, WHO, NAMES, LIST, LINKS, MOTD and others that end with a numeric of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// To what it is the answer.
    pub kind: RecordKind,
    /// About what: the nick, channel or mask that its last line names.
    pub subject: Wire<'a>,
    /// The question was seen; these are its parameters.
    pub question: Option<Wire<'a>>,
    /// Its lines, in order.
    pub rows: Rows<'a>,
    /// So many lines found no room.
    pub dropped: u32,
}

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum RecordKind {
    /// WHOIS: 311–320, 330, 338, 378, 671, … 318.
    Whois,
    /// WHOWAS: 314 … 369.
    Whowas,
    /// WHO and WHOX: 352, 354 … 315.
    Who,
    /// NAMES: 353 … 366.
    Names,
    /// LIST: 321, 322 … 323.
    List,
    /// LINKS: 364 … 365.
    Links,
    /// The message of the day: 375, 372 … 376.
    Motd,
    /// INFO: 371 … 374.
    Info,
    /// STATS: 211–218, 240–249 … 219.
    Stats,
    /// Bans: 367 … 368.
    Bans,
    /// Ban exceptions: 348 … 349.
    Exceptions,
    /// Invite exceptions: 346 … 347.
    Invites,
    /// Masks that may not speak: 728 … 729.
    Quiets,
    /// MONITOR L: 732 … 733.
    Monitor,
    /// MAP: 006, 015 … 007, 017.
    Map,
    /// HELP: 704, 705 … 706.
    Help,
}

/// A row of WHO or WHOX.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhoRow<'a> {
    /// 352.
    Plain {
        /// A channel of theirs, or `*`.
        channel: Wire<'a>,
        /// Who.
        who: Source<'a>,
        /// The server.
        server: Wire<'a>,
        /// Here or gone, operator, ranks: `H*@`.
        flags: Wire<'a>,
        /// Servers between.
        hops: Option<u64>,
        /// The real name.
        real_name: Wire<'a>,
    },
    /// 354: the fields that the question asked for.
    Extended(Whox<'a>),
}

/// A row of LIST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListRow<'a> {
    /// The channel.
    pub channel: Wire<'a>,
    /// How many are in it.
    pub members: Option<u64>,
    /// Its topic.
    pub topic: Wire<'a>,
}

/// A row of LINKS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkRow<'a> {
    /// A server.
    pub server: Wire<'a>,
    /// The server it hangs on.
    pub uplink: Wire<'a>,
    /// Servers between.
    pub hops: Option<u64>,
    /// What it says of itself.
    pub info: Wire<'a>,
}

impl<'a> Record<'a> {
    /// The answer to a WHOIS, put together; `None` for other records.
    #[must_use]
    pub fn whois(&self) -> Option<Whois<'a>> {
        let tells = matches!(self.kind, RecordKind::Whois | RecordKind::Whowas);
        tells.then(|| Whois::of(self.subject, self.rows))
    }

    /// The rows of a WHO.
    pub fn who(&self) -> impl Iterator<Item = WhoRow<'a>> + use<'a> {
        let asked = self.question.and_then(|question| whox::letters(question.0));
        self.rows.iter().filter_map(move |(numeric, params)| match numeric {
            352 => Some(who_row(&params)),
            354 => Some(WhoRow::Extended(Whox::read(params, asked))),
            _ => None,
        })
    }

    /// The names of a NAMES, with the symbols of ranks in front.
    pub fn names(&self) -> impl Iterator<Item = Wire<'a>> + use<'a> {
        let rows = self.rows.iter().filter(|(numeric, _)| *numeric == 353);
        rows.flat_map(|(_, params)| scan::words(params.last().unwrap_or_default()).map(Wire))
    }

    /// The rows of a LIST.
    pub fn list(&self) -> impl Iterator<Item = ListRow<'a>> + use<'a> {
        self.rows.iter().filter(|(numeric, _)| *numeric == 322).map(|(_, params)| ListRow {
            channel: Wire(params.get(1).unwrap_or_default()),
            members: params.get(2).and_then(number),
            topic: Wire(params.get(3).unwrap_or_default()),
        })
    }

    /// The rows of a LINKS.
    pub fn links(&self) -> impl Iterator<Item = LinkRow<'a>> + use<'a> {
        self.rows.iter().filter(|(numeric, _)| *numeric == 364).map(|(_, params)| {
            let (hops, info) = hops_and(params.get(3).unwrap_or_default());
            let word = |n| Wire(params.get(n).unwrap_or_default());
            LinkRow { server: word(1), uplink: word(2), hops, info }
        })
    }

    /// The entries of a list of masks: bans, exceptions, invite exceptions, quiets.
    pub fn masks(&self) -> impl Iterator<Item = Listed<'a>> + use<'a> {
        self.rows.iter().filter_map(|(numeric, params)| listed(numeric, &params))
    }

    /// The lines of text in it: MOTD, INFO, HELP, STATS.
    pub fn lines(&self) -> impl Iterator<Item = Wire<'a>> + use<'a> {
        self.rows.iter().map(|(_, params)| Wire(params.last().unwrap_or_default()))
    }
}

/// An entry of a list of masks, and whether this numeric is one.
pub(crate) fn listed<'a>(numeric: u16, params: &Params<'a>) -> Option<Listed<'a>> {
    let word = |n: usize| Wire(params.get(n).unwrap_or_default());
    let (letter, at) = match numeric {
        367 => (b'b', 2),
        348 => (b'e', 2),
        346 => (b'I', 2),
        728 => (word(2).first().copied().unwrap_or(b'q'), 3),
        _ => return None,
    };
    Some(Listed { letter, mask: word(at), setter: word(at + 1), time: number(&word(at + 2)) })
}

fn who_row<'a>(params: &Params<'a>) -> WhoRow<'a> {
    let word = |n: usize| Wire(params.get(n).unwrap_or_default());
    let (hops, real_name) = hops_and(params.get(7).unwrap_or_default());
    WhoRow::Plain {
        channel: word(1),
        who: Source { name: word(5), user: word(2), host: word(3) },
        server: word(4),
        flags: word(6),
        hops,
        real_name,
    }
}

// `3 Some real name`
fn hops_and(text: &[u8]) -> (Option<u64>, Wire<'_>) {
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    let (hops, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (number(hops), Wire(rest.get(1..).unwrap_or_default()))
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record {:?} {} asked {:?} rows {:?}", self.kind, self.subject, self.question, self.rows)?;
        if self.dropped > 0 { write!(f, " dropped {}", self.dropped) } else { Ok(()) }
    }
}
