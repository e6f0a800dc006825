//! WHOX: a WHO whose answer has the fields that were asked for (354; ircu, IRCv3 `whox`).

use crate::wire::number;
use crate::{Params, Wire};

/// A row of WHOX, read by the question. What was not asked for is `None`; so is everything where the question was not
/// seen or the row does not fit it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Whox<'a> {
    /// `t`: the number by which the client knows its question.
    pub token: Option<Wire<'a>>,
    /// `c`: a channel of theirs, or `*`.
    pub channel: Option<Wire<'a>>,
    /// `u`: the user name.
    pub user: Option<Wire<'a>>,
    /// `i`: the address; 255.255.255.255 where it is not told.
    pub address: Option<Wire<'a>>,
    /// `h`: the host.
    pub host: Option<Wire<'a>>,
    /// `s`: the server.
    pub server: Option<Wire<'a>>,
    /// `n`: the nick.
    pub nick: Option<Wire<'a>>,
    /// `f`: here or gone, operator, ranks: `H*@`.
    pub flags: Option<Wire<'a>>,
    /// `d`: servers between.
    pub hops: Option<u64>,
    /// `l`: seconds idle.
    pub idle: Option<u64>,
    /// `a`: the account; empty for none.
    pub account: Option<Wire<'a>>,
    /// `o`: the level of an operator's rank, or `n/a`.
    pub op_level: Option<Wire<'a>>,
    /// `r`: the real name.
    pub real_name: Option<Wire<'a>>,
    /// The row as it stands, the asker's nick first.
    pub params: Params<'a>,
}

impl<'a> Whox<'a> {
    /// Reads a row; `asked` are the letters of the question.
    pub(crate) fn read(params: Params<'a>, asked: Option<&[u8]>) -> Self {
        let mut whox = Self { params, ..Self::default() };
        let letters = ORDER.iter().filter(|letter| asked.is_some_and(|asked| asked.contains(letter)));
        if letters.clone().count() + 1 == params.count() {
            for (&letter, field) in letters.zip(params.iter().skip(1)) {
                whox.take(letter, field);
            }
        }
        whox
    }

    fn take(&mut self, letter: u8, field: &'a [u8]) {
        let text = Some(Wire(field));
        match letter {
            b't' => self.token = text,
            b'c' => self.channel = text,
            b'u' => self.user = text,
            b'i' => self.address = text,
            b'h' => self.host = text,
            b's' => self.server = text,
            b'n' => self.nick = text,
            b'f' => self.flags = text,
            b'd' => self.hops = number(field),
            b'l' => self.idle = number(field),
            b'a' => self.account = if field == b"0" { Some(Wire(&[])) } else { text },
            b'o' => self.op_level = text,
            _ => self.real_name = text,
        }
    }
}

/// The letters of fields in the question `mask [flags]%letters[,token]`.
pub(crate) fn letters(question: &[u8]) -> Option<&[u8]> {
    let fields = Params::new(question).get(1)?;
    let at = memchr::memchr(b'%', fields)?;
    fields.get(at + 1..)?.split(|&byte| byte == b',').next()
}

// In which a server writes them, whatever the question's order.
const ORDER: &[u8] = b"tcuihsnfdlaor";
