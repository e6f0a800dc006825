//! Replies of several lines, put together.

use core::fmt;

use crate::{Params, Wire};

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
