//! An ear that remembers all it was told without keeping it: inputs are many and mostly dull.

use std::fmt::{self, Debug, Write as _};

use wiretale::dcc::{self, Announced, Dcc, DccChat, LendOffers};
use wiretale::ftp::{Ftp, FtpData};
use wiretale::protocol::{Content, Direction, Exposure, Lend, Moment, Observe, Observer, Protocol, Weird};
use wiretale::{irc::Irc, ssh::Ssh, terminal::Terminal};

use crate::decoders;

/// The sum of what was said: equal for equal words. Contents count by their bytes, however they were cut, and wherever
/// something else was said between them.
#[derive(Default)]
pub(crate) struct Ear {
    lines: Sum,
    contents: Sum,
    /// Whose contents are coming.
    run: Option<Direction>,
}

/// What an event comes to.
pub(crate) trait Said: Protocol {
    /// Adds it, its bytes apart from the rest: a list of bytes is long in words.
    fn add(event: &Self::Event<'_>, sum: &mut Sum);

    /// The step of a file's contents that it is.
    fn step<'a>(event: &Self::Event<'a>) -> Option<Content<'a>> {
        let _ = event;
        None
    }
}

impl Ear {
    pub(crate) const fn sum(&self) -> (u64, u64) {
        (self.lines.0, self.contents.0)
    }

    fn said(&mut self, direction: Direction, what: impl Debug) {
        self.lines.word(direction.index() as u64);
        self.lines.debug(what);
    }

    fn content(&mut self, direction: Direction, bytes: &[u8]) {
        if self.run.replace(direction) != Some(direction) {
            self.lines.word(RUN + direction.index() as u64);
            self.contents.word(RUN);
        }
        bytes.iter().for_each(|&byte| self.contents.word(byte.into()));
    }
}

impl Observer for Ear {
    type Flow = ();

    fn weird(&mut self, (): &mut (), moment: &Moment<'_>, weird: &Weird<'_>) {
        let weird = weird.relend(&mut self.lines);
        self.said(moment.direction, weird);
    }

    fn exposed(&mut self, (): &mut (), moment: &Moment<'_>, exposure: &Exposure<'_>) {
        // When it crossed and in which frame depends on the cuts.
        let Exposure { kind, account, scope, outcome, .. } = exposure.relend(&mut self.lines);
        self.said(moment.direction, (kind, account, scope, outcome));
    }
}

impl<P: Said> Observe<P> for Ear {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &P::Event<'_>) {
        match P::step(event) {
            Some(Content::Data(bytes)) => return self.content(moment.direction, bytes),
            Some(_) => self.run = None,
            None => {}
        }
        self.lines.word(moment.direction.index() as u64);
        P::add(event, &mut self.lines);
    }
}

macro_rules! said {
    ($($protocol:ty $(: $content:path)?),*) => {
        $(impl Said for $protocol {
            fn add(event: &Self::Event<'_>, sum: &mut Sum) {
                let bones = event.relend(sum);
                sum.debug(bones);
            }

            $(fn step<'a>(event: &Self::Event<'a>) -> Option<Content<'a>> {
                if let $content(content) = event { Some(*content) } else { None }
            })?
        })*
    };
}

said!(Irc, Ftp, FtpData: wiretale::ftp::DataEvent::Content, Ssh, Terminal);

impl Said for Dcc {
    fn add(event: &Self::Event<'_>, sum: &mut Sum) {
        DccChat::add(event, sum);
    }

    fn step<'a>(event: &Self::Event<'a>) -> Option<Content<'a>> {
        if let dcc::Event::Content(content) = event { Some(*content) } else { None }
    }
}

// Short inputs make many of these, and words would cost more than all the rest.
impl Said for DccChat {
    fn add(event: &Self::Event<'_>, sum: &mut Sum) {
        let optional = |number: Option<u64>| number.map_or(1, |number| number << 1);
        match *event {
            dcc::Event::Opened { announced, sender } => {
                sum.word(announced.map_or(0, |announced| 1 + u64::from(announced.offer.number)));
                sum.word(sender.index() as u64);
            }
            dcc::Event::Content(content) => sum.debug(content),
            dcc::Event::Acknowledged(count) => sum.word(optional(Some(count))),
            dcc::Event::Chat { line, cut } => {
                sum.bytes(line);
                sum.word(cut.into());
            }
            dcc::Event::Finished { bytes, missed, size, start, acknowledged, outcome } => {
                for number in [bytes, missed, optional(size), start, optional(acknowledged)] {
                    sum.word(number);
                }
                sum.debug(outcome);
            }
        }
    }
}

/// A sum of words and numbers in their order.
#[derive(Default)]
pub(crate) struct Sum(u64);

impl Sum {
    fn debug(&mut self, what: impl Debug) {
        let _ = write!(self, "{what:?}");
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        let (words, rest) = rest.as_chunks::<4>();
        words.iter().for_each(|word| self.word(u32::from_le_bytes(*word).into()));
        if let [first, ..] = *rest {
            self.word(u64::from(first) | u64::from(rest[rest.len() / 2]) << 8 | u64::from(rest[rest.len() - 1]) << 16);
        }
    }
}

impl fmt::Write for Sum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

impl Lend<'static> for Sum {
    fn lend(&mut self, bytes: &[u8]) -> &'static [u8] {
        self.bytes(bytes);
        &[]
    }
}

impl LendOffers<'static> for Sum {
    fn lend_offer(&mut self, announced: &Announced) -> &'static Announced {
        self.debug(announced);
        &decoders::SEND
    }
}

// No byte, and no direction.
const RUN: u64 = 1 << 32;
