//! WHOIS and WHOWAS: what a server tells of somebody.

use wiretale_protocol::scan;

use crate::wire::number;
use crate::{Params, Rows, Wire};

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
    /// What these rows tell of a nick.
    pub(crate) fn of(nick: Wire<'a>, rows: Rows<'a>) -> Self {
        let mut whois = Self { nick, rows, ..Self::default() };
        for (numeric, params) in rows.iter() {
            whois.take(numeric, &params);
        }
        whois
    }

    /// The channels, with the symbols of ranks in front.
    pub fn channels(&self) -> impl Iterator<Item = Wire<'a>> + use<'a> {
        let rows = self.rows.iter().filter(|(numeric, _)| *numeric == 319);
        rows.flat_map(|(_, params)| scan::words(params.get(2).unwrap_or_default()).map(Wire))
    }

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
