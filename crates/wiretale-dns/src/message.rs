//! One message.

use crate::netbios::NBSTAT;
use crate::{Data, Name, Record};

/// A DNS message, its header read.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    netbios: bool,
    /// The number that ties a reply to its query.
    pub id: u16,
    /// What the header says of the rest.
    pub flags: Flags,
    /// How many questions and records each section is said to have.
    pub counts: [u16; 4],
}

/// The header's second word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Flags(pub u16);

impl Flags {
    /// QR: a reply, not a query.
    #[must_use]
    pub const fn is_reply(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// The kind of query; 0 is a plain one.
    #[must_use]
    pub const fn opcode(self) -> u16 {
        self.0 >> 11 & 15
    }

    /// AA: the answer is authoritative.
    #[must_use]
    pub const fn authoritative(self) -> bool {
        self.0 & 0x0400 != 0
    }

    /// TC: the message was cut to fit.
    #[must_use]
    pub const fn truncated(self) -> bool {
        self.0 & 0x0200 != 0
    }

    /// RD: recursion is desired.
    #[must_use]
    pub const fn recursion_desired(self) -> bool {
        self.0 & 0x0100 != 0
    }

    /// RA: recursion is to be had.
    #[must_use]
    pub const fn recursion_available(self) -> bool {
        self.0 & 0x0080 != 0
    }

    /// Z: the three bits between RA and the code, two of which DNSSEC has taken.
    #[must_use]
    pub const fn z(self) -> u16 {
        self.0 >> 4 & 7
    }

    /// RCODE: how the query was answered; 0 is well.
    #[must_use]
    pub const fn rcode(self) -> u16 {
        self.0 & 15
    }
}

/// A question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question<'a> {
    /// About which name.
    pub name: Name<'a>,
    /// The type of record asked for.
    pub kind: u16,
    /// The class; in multicast DNS its top bit asks for a unicast answer.
    pub class: u16,
}

/// Where in a message a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Section {
    /// It answers the question.
    Answer,
    /// It tells who has authority.
    Authority,
    /// It may help.
    Additional,
}

/// Why a message, from some place on, could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unreadable {
    /// It has no whole header.
    Header,
    /// It ends inside a question or a record.
    Short,
    /// A name points forward or at itself.
    ForwardPointer,
    /// A label's length is none.
    LongLabel,
    /// A name is longer than 255 bytes.
    LongName,
}

impl Unreadable {
    /// The name of the weird it makes, which is Zeek's.
    #[must_use]
    pub const fn weird(self) -> &'static str {
        match self {
            Self::Header => "DNS_truncated_len_lt_hdr_len",
            Self::Short => "DNS_truncated_ans_too_short",
            Self::ForwardPointer => "DNS_label_forward_compress_offset",
            Self::LongLabel => "DNS_label_too_long",
            Self::LongName => "DNS_NAME_too_long",
        }
    }
}

impl<'a> Message<'a> {
    /// The message in `bytes`, which is a whole datagram or a TCP message without its length.
    ///
    /// # Errors
    /// If there are fewer than the header's twelve bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let (header, _) = bytes.split_first_chunk::<12>().ok_or(Unreadable::Header)?;
        let [id0, id1, f0, f1, qd0, qd1, an0, an1, ns0, ns1, ar0, ar1] = *header;
        let counts = [[qd0, qd1], [an0, an1], [ns0, ns1], [ar0, ar1]].map(u16::from_be_bytes);
        Ok(Self {
            bytes,
            netbios: false,
            id: u16::from_be_bytes([id0, id1]),
            flags: Flags(u16::from_be_bytes([f0, f1])),
            counts,
        })
    }

    /// The same as a message about NetBIOS names, in which a record's type may mean another thing.
    #[must_use]
    pub const fn of_netbios(self, netbios: bool) -> Self {
        Self { netbios, ..self }
    }

    /// Its questions; an error where one cannot be read, and nothing after it.
    #[must_use]
    pub const fn questions(&self) -> Questions<'a> {
        Questions { message: self.bytes, at: 12, left: self.counts[0] }
    }

    /// Its records, section by section; an error where one cannot be read, and nothing after it. Nothing at all where
    /// a question cannot be read.
    #[must_use]
    pub fn records(&self) -> Records<'a> {
        let mut questions = self.questions();
        let [_, answers, authorities, additionals] = self.counts;
        let left = [answers, authorities, additionals];
        let whole = questions.by_ref().all(|question| question.is_ok());
        let left = if whole { left } else { [0; 3] };
        Records { message: self.bytes, netbios: self.netbios, at: questions.at, left }
    }
}

/// The questions of a message.
#[derive(Clone, Debug)]
pub struct Questions<'a> {
    message: &'a [u8],
    at: usize,
    left: u16,
}

impl<'a> Iterator for Questions<'a> {
    type Item = Result<Question<'a>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let question = self.question();
        if question.is_err() {
            self.left = 0;
        }
        Some(question)
    }
}

impl<'a> Questions<'a> {
    fn question(&mut self) -> Result<Question<'a>, Unreadable> {
        let (name, at) = Name::parse(self.message, self.at)?;
        let fixed = self.message.get(at..).and_then(<[u8]>::first_chunk::<4>).ok_or(Unreadable::Short)?;
        let [k0, k1, c0, c1] = *fixed;
        self.at = at + fixed.len();
        Ok(Question { name, kind: u16::from_be_bytes([k0, k1]), class: u16::from_be_bytes([c0, c1]) })
    }
}

/// The records of a message.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    message: &'a [u8],
    netbios: bool,
    at: usize,
    left: [u16; 3],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(Section, Record<'a>), Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let (section, left) = SECTIONS.into_iter().zip(&mut self.left).find(|(_, left)| **left != 0)?;
        *left -= 1;
        let record = self.record();
        if record.is_err() {
            self.left = [0; 3];
        }
        Some(record.map(|record| (section, record)))
    }
}

impl<'a> Records<'a> {
    /// Where the next record would begin: after the last one, the message's end.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    fn record(&mut self) -> Result<Record<'a>, Unreadable> {
        let (name, at) = Name::parse(self.message, self.at)?;
        let fixed = self.message.get(at..).and_then(<[u8]>::first_chunk::<10>).ok_or(Unreadable::Short)?;
        let [k0, k1, c0, c1, t0, t1, t2, t3, l0, l1] = *fixed;
        let at = at + fixed.len();
        let end = at + usize::from(u16::from_be_bytes([l0, l1]));
        if end > self.message.len() {
            return Err(Unreadable::Short);
        }
        self.at = end;
        let kind = u16::from_be_bytes([k0, k1]);
        let class = u16::from_be_bytes([c0, c1]);
        let ttl = u32::from_be_bytes([t0, t1, t2, t3]);
        let known = Some(kind).filter(|&kind| !(self.netbios && kind == NBSTAT));
        Ok(Record { name, kind, class, ttl, data: Data::parse(self.message, at, end, known) })
    }
}

const SECTIONS: [Section; 3] = [Section::Answer, Section::Authority, Section::Additional];
