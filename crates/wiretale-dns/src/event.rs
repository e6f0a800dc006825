//! What a flow of messages has to say.

use core::time::Duration;

use wiretale_protocol::Timestamp;

use crate::{Flags, Question, Record, Section};

/// What DNS has to say. The answers of a message come before its [`Event::Reply`], which closes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// A question was asked.
    Query(Query<'a>),
    /// A record of a reply.
    Answer(Answer<'a>),
    /// A reply, whole or as far as it could be read.
    Reply(Reply<'a>),
}

/// A question that was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Query<'a> {
    /// Which question of the flow it is, counted from 0.
    pub number: u64,
    /// The number that the reply will bear.
    pub id: u16,
    /// The header's flags.
    pub flags: Flags,
    /// About what.
    pub question: Question<'a>,
}

/// A record of a reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer<'a> {
    /// The reply's number.
    pub id: u16,
    /// Where it stood.
    pub section: Section,
    /// The record.
    pub record: Record<'a>,
}

/// A reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply<'a> {
    /// Its query's number.
    pub id: u16,
    /// The header's flags, the reply code among them.
    pub flags: Flags,
    /// The question it repeats, if it does.
    pub question: Option<Question<'a>>,
    /// How many answers it says it has; fewer may have been readable.
    pub answers: u16,
    /// Which question it answers; `None` where that was not seen. Of the open ones with its number the one that it
    /// repeats, or else the oldest.
    pub asked: Option<Asked>,
    /// It ended before the last record it announced, or held one that could not be read.
    pub unreadable: bool,
}

/// A question that a reply came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Its [`Query::number`].
    pub number: u64,
    /// When it was seen.
    pub at: Timestamp,
    /// How long the reply took.
    pub took: Duration,
}
