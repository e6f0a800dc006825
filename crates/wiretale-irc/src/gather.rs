//! Replies of several lines, gathered until their last.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::{Casemapping, Record, RecordKind, Rows, Wire};

/// Open answers and the questions they belong to. Bounded.
#[derive(Default)]
pub(crate) struct Gathered {
    questions: VecDeque<(RecordKind, Box<[u8]>)>,
    open: Vec<Answer>,
    // Bytes of memory in them.
    held: usize,
    questions_dropped: u64,
}

struct Answer {
    kind: RecordKind,
    rows: Vec<u8>,
    dropped: u32,
}

/// What a row did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    Yes,
    No,
    /// No, and it is the first that found no room.
    FirstDropped,
}

impl Gathered {
    /// The client asked. False if there were too many questions open, for the first time.
    pub(crate) fn asked(&mut self, kind: RecordKind, params: &[u8]) -> bool {
        let full = self.questions.len() >= MOST_QUESTIONS;
        if full {
            self.questions.pop_front();
            self.questions_dropped += 1;
        }
        self.questions.push_back((kind, params.get(..LONGEST_QUESTION).unwrap_or(params).into()));
        !(full && self.questions_dropped == 1)
    }

    /// A line of an answer.
    pub(crate) fn row(&mut self, kind: RecordKind, numeric: u16, row: &[u8]) -> Kept {
        let at = self.open.iter().position(|answer| answer.kind == kind).unwrap_or_else(|| {
            let rows = Vec::with_capacity(USUAL_ANSWER);
            self.held += rows.capacity();
            self.open.reserve_exact(1);
            self.open.push(Answer { kind, rows, dropped: 0 });
            self.open.len() - 1
        });
        let Some(answer) = self.open.get_mut(at) else { return Kept::No };
        let Ok(len) = u16::try_from(row.len()) else { return Kept::No };
        if answer.rows.len() + row.len() + 4 > LONGEST_ANSWER {
            answer.dropped = answer.dropped.saturating_add(1);
            return if answer.dropped == 1 { Kept::FirstDropped } else { Kept::No };
        }
        let ([a, b], [c, d]) = (numeric.to_be_bytes(), len.to_be_bytes());
        let before = answer.rows.capacity();
        answer.rows.reserve(row.len() + 4);
        self.held += answer.rows.capacity() - before;
        answer.rows.extend_from_slice(&[a, b, c, d]);
        answer.rows.extend_from_slice(row);
        Kept::Yes
    }

    /// Is an answer of this kind open?
    pub(crate) fn is_open(&self, kind: RecordKind) -> bool {
        self.open.iter().any(|answer| answer.kind == kind)
    }

    /// Was a question of this kind asked about this?
    pub(crate) fn is_asked(&self, kind: RecordKind, subject: &[u8], casemapping: Casemapping) -> bool {
        self.questions.iter().any(|(asked, params)| *asked == kind && is_about(params, subject, casemapping))
    }

    /// The last line of an answer came: hands the whole to `with`.
    pub(crate) fn finish(
        &mut self,
        kind: RecordKind,
        subject: &[u8],
        casemapping: Casemapping,
        with: impl FnOnce(Record<'_>),
    ) {
        let subject = if NAMED.contains(&kind) { subject } else { &[] };
        let question = self.question(kind, subject, casemapping);
        let question = question.as_deref().map(Wire);
        let at = self.open.iter().position(|answer| answer.kind == kind);
        let answer = at.map(|at| self.open.swap_remove(at));
        if self.open.is_empty() {
            self.open = Vec::new();
        }
        self.held -= answer.as_ref().map_or(0, |answer| answer.rows.capacity());
        let (rows, dropped) = answer.as_ref().map_or((&[][..], 0), |answer| (&answer.rows[..], answer.dropped));
        with(Record { kind, subject: Wire(subject), question, rows: Rows(rows), dropped });
    }

    /// Bytes of memory in questions that are open, and in answers that are not whole.
    #[inline]
    pub(crate) fn held(&self) -> usize {
        let question = |(_, about): &(RecordKind, Box<[u8]>)| size_of::<(RecordKind, Box<[u8]>)>() + about.len();
        self.held + self.questions.iter().map(question).sum::<usize>()
    }

    /// Lines were lost: what is open would be a wrong whole.
    pub(crate) fn gap(&mut self) {
        self.open.clear();
        self.held = 0;
    }

    // The oldest question that this answers.
    fn question(&mut self, kind: RecordKind, subject: &[u8], casemapping: Casemapping) -> Option<Box<[u8]>> {
        let about_all = subject.is_empty() || subject == b"*" || !NAMED.contains(&kind);
        let at = self
            .questions
            .iter()
            .position(|(asked, params)| *asked == kind && (about_all || is_about(params, subject, casemapping)))?;
        let question = self.questions.remove(at);
        // Sessions are idle for long, and most ask when they begin.
        if self.questions.is_empty() {
            self.questions = VecDeque::new();
        }
        question.map(|(_, params)| params)
    }
}

fn is_about(params: &[u8], subject: &[u8], casemapping: Casemapping) -> bool {
    let mut names = params.split(|byte| matches!(byte, b' ' | b',' | b':'));
    names.any(|name| casemapping.equal(name, subject)) || casemapping.equal(params.trim_ascii(), subject)
}

// Kinds whose last line names what was asked for.
const NAMED: [RecordKind; 8] = [
    RecordKind::Whois,
    RecordKind::Whowas,
    RecordKind::Who,
    RecordKind::Names,
    RecordKind::Bans,
    RecordKind::Exceptions,
    RecordKind::Invites,
    RecordKind::Quiets,
];
const MOST_QUESTIONS: usize = 64;
const LONGEST_QUESTION: usize = 512;
const LONGEST_ANSWER: usize = 1 << 16;
// Most answers have a dozen lines or two.
const USUAL_ANSWER: usize = 1024;
