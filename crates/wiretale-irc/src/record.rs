//! Replies of several lines, put together.

use core::fmt;

use wiretale_protocol::scan;

use crate::wire::number;
use crate::{Listed, Params, Source, Whox, Wire, whox};

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

/// Lines put together, walked as numeric and parameters.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows<'a>(pub(crate) &'a [u8]);

impl<'a> Rows<'a> {
    /// Walks over them.
    pub fn iter(&self) -> impl Iterator<Item = (u16, Params<'a>)> + use<'a> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let (head, rest) = left.split_first_chunk::<4>()?;
            let [a, b, c, d] = *head;
            let (row, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([c, d])))?;
            left = rest;
            Some((u16::from_be_bytes([a, b]), Params::new(row)))
        })
    }
}

/// What a WHOIS tells of somebody.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Whois<'a> {
    /// The nick.
    pub nick: Wire<'a>,
    /// The user name.
    pub user: Wire<'a>,
    /// The host, as shown.
    pub host: Wire<'a>,
    /// The real name.
    pub real_name: Wire<'a>,
    /// The server.
    pub server: Wire<'a>,
    /// What the server says of itself.
    pub server_info: Wire<'a>,
    /// The account; empty for none.
    pub account: Wire<'a>,
    /// The address and host behind what is shown, as the server words it.
    pub actual: Wire<'a>,
    /// Seconds idle.
    pub idle: Option<u64>,
    /// Signed on at, in Unix time.
    pub signed_on: Option<u64>,
    /// Away, with these words.
    pub away: Option<Wire<'a>>,
    /// Is an operator.
    pub oper: bool,
    /// Is connected by TLS.
    pub secure: bool,
    /// There is nobody of this nick.
    pub unknown: bool,
    // The rows, for the channels.
    rows: Rows<'a>,
}

impl<'a> Whois<'a> {
    /// The channels, with the symbols of ranks in front.
    pub fn channels(&self) -> impl Iterator<Item = Wire<'a>> + use<'a> {
        let rows = self.rows.iter().filter(|(numeric, _)| *numeric == 319);
        rows.flat_map(|(_, params)| words(params.get(2).unwrap_or_default()))
    }
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
        if !matches!(self.kind, RecordKind::Whois | RecordKind::Whowas) {
            return None;
        }
        let mut whois = Whois { nick: self.subject, rows: self.rows, ..Whois::default() };
        for (numeric, params) in self.rows.iter() {
            whois.take(numeric, &params);
        }
        Some(whois)
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
        rows.flat_map(|(_, params)| words(params.last().unwrap_or_default()))
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

impl<'a> Whois<'a> {
    fn take(&mut self, numeric: u16, params: &Params<'a>) {
        let word = |n: usize| Wire(params.get(n).unwrap_or_default());
        match numeric {
            311 | 314 => {
                (self.nick, self.user, self.host, self.real_name) = (word(1), word(2), word(3), word(5));
            }
            312 => (self.server, self.server_info) = (word(2), word(3)),
            313 => self.oper = true,
            317 => (self.idle, self.signed_on) = (number(&word(2)), number(&word(3))),
            301 => self.away = Some(word(2)),
            330 => self.account = word(2),
            338 | 378 => {
                self.actual = if params.count() > 3 { word(2) } else { Wire(params.last().unwrap_or_default()) }
            }
            275 | 671 => self.secure = true,
            401 | 402 | 406 => self.unknown = true,
            _ => {}
        }
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

fn words(text: &[u8]) -> impl Iterator<Item = Wire<'_>> {
    scan::words(text).map(Wire)
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record {:?} {} asked {:?} rows {:?}", self.kind, self.subject, self.question, self.rows)?;
        if self.dropped > 0 { write!(f, " dropped {}", self.dropped) } else { Ok(()) }
    }
}
