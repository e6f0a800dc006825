//! What becomes of the offers that one IRC session carries.

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use wiretale_protocol::{Address, Context, Direction, Endpoint, Expectation, Moment, Note, Observer, Protocol};

use crate::address::{is_private, literal};
use crate::{Announced, Dcc, DccChat, Kind, Message, Offer, OfferId, Place, Provenance};

/// The offers of one IRC session, both nicks' alike: passive ones wait here for their answer, active ones for a
/// `RESUME`. Every offer that leads to a connection is announced to the engine.
///
/// Holds at most [`Negotiation::MOST`] offers, each for [`Negotiation::LIFETIME`] of packet time.
#[derive(Debug, Default)]
pub struct Negotiation {
    // Oldest first.
    open: Vec<Announced>,
    made: u32,
    dropped: u64,
    relayed: bool,
}

/// What a message did to an offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step<'a> {
    /// The offer as it now stands.
    pub announced: &'a Announced,
    /// What was done.
    pub change: Change,
}

/// A change of an offer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// It was made.
    Offered,
    /// Passive, it was answered: the address to connect to is known.
    Answered,
    /// The receiver asks for the transfer to start elsewhere.
    ResumeAsked,
    /// The sender agrees to that.
    Resumed,
    /// The receiver does not want it.
    Refused,
}

impl Negotiation {
    /// The most offers held at a time.
    pub const MOST: usize = 256;

    /// How long an offer is held.
    pub const LIFETIME: Duration = Duration::from_secs(600);

    /// No offers yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { open: Vec::new(), made: 0, dropped: 0, relayed: false }
    }

    /// Is the session a link between servers? The address it comes from is not the offerer's then.
    pub const fn set_relayed(&mut self, relayed: bool) {
        self.relayed = relayed;
    }

    /// Bytes of memory that open offers take, by and large.
    #[must_use]
    pub fn held(&self) -> usize {
        let names = self.open.iter().map(|open| open.from.len() + open.to.len() + open.name.len() + open.token.len());
        self.open.capacity() * size_of::<Announced>() + names.sum::<usize>()
    }

    /// Offers passed over because too many were open.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A DCC message went from one nick to another. `from` may be the whole mask (`nick!user@host`): a host that is an
    /// address then tells whose address is offered. Returns what it did to an offer; `None` where it did nothing new.
    pub fn message<O: Observer>(
        &mut self,
        cx: &mut Context<'_, O>,
        from: &[u8],
        to: &[u8],
        message: &Message<'_>,
    ) -> Option<Step<'_>> {
        let (change, at) = match message {
            Message::Offer(offer) => self.offer(cx, from, to, offer)?,
            Message::Resume(place) => (Change::ResumeAsked, self.resume(cx, to, nick(from), place)?),
            Message::Accept(place) => (Change::Resumed, self.resume(cx, nick(from), to, place)?),
            Message::Reject { kind, name } => (Change::Refused, self.refused(nick(from), to, *kind, name)?),
            Message::Other { .. } => return None,
        };
        self.open.get(at).map(|announced| Step { announced, change })
    }

    fn offer<O: Observer>(
        &mut self,
        cx: &mut Context<'_, O>,
        from: &[u8],
        to: &[u8],
        offer: &Offer<'_>,
    ) -> Option<(Change, usize)> {
        let now = cx.moment().at;
        self.open.retain(|open| now.since(open.offered) < Self::LIFETIME);
        if let Some(at) = self.answered(nick(from), to, offer) {
            self.locate(cx, at, from, offer);
            return Some((Change::Answered, at));
        }
        let made = self.announced(cx.moment(), nick(from), to, offer);
        let same = self.open.iter().position(|open| open.is_repeated(&made));
        if let Some(at) = same.filter(|&at| self.open.get(at).is_some_and(|open| open.may_echo(now))) {
            self.locate(cx, at, from, offer);
            return None;
        }
        if let Some(at) = same {
            self.open.remove(at);
        } else if self.open.len() >= Self::MOST {
            if self.dropped == 0 {
                cx.weird("irc_max_dcc_expected_transfers_exceeded", &[]);
            }
            self.dropped += 1;
            return None;
        }
        self.made = self.made.saturating_add(1);
        self.open.push(made);
        let at = self.open.len() - 1;
        self.locate(cx, at, from, offer);
        Some((Change::Offered, at))
    }

    // Fills in where the connection will be made to, notes whose address that is, and announces it.
    fn locate<O: Observer>(&mut self, cx: &mut Context<'_, O>, at: usize, from: &[u8], offer: &Offer<'_>) {
        let provenance = self.provenance(cx.moment(), from, offer);
        let Some(open) = self.open.get_mut(at) else { return };
        open.server = Endpoint::new(offer.address, offer.port);
        open.provenance = provenance;
        open.private = is_private(offer.address);
        if offer.port != 0 {
            if let Provenance::Foreign { .. } = provenance {
                cx.weird("irc_dcc_foreign_address", format!("{}", open.server).as_bytes());
            }
            if offer.port < 1024 {
                cx.weird("irc_dcc_privileged_port", format!("{}", open.server).as_bytes());
            }
        }
        announce(cx, open);
    }

    fn answered(&self, from: &[u8], to: &[u8], offer: &Offer<'_>) -> Option<usize> {
        if offer.port == 0 || offer.token.is_empty() {
            return None;
        }
        self.open.iter().rposition(|open| {
            open.reverse && open.kind == offer.kind && *open.token == *offer.token && open.is_between(to, from)
        })
    }

    fn resume<O: Observer>(
        &mut self,
        cx: &mut Context<'_, O>,
        sender: &[u8],
        receiver: &[u8],
        place: &Place<'_>,
    ) -> Option<usize> {
        let at = self.open.iter().rposition(|open| {
            let same = if place.port == 0 { *open.token == *place.token } else { open.server.port == place.port };
            same && open.kind != Kind::Chat && open.is_between(sender, receiver)
        })?;
        let open = self.open.get_mut(at)?;
        open.start = place.position;
        announce(cx, open);
        Some(at)
    }

    fn refused(&self, from: &[u8], to: &[u8], kind: Option<Kind>, name: &[u8]) -> Option<usize> {
        let mine = |open: &Announced| open.is_between(to, from) && kind.is_none_or(|kind| kind == open.kind);
        let named = |open: &Announced| name.is_empty() || open.kind == Kind::Chat || *open.name == *name;
        self.open.iter().rposition(|open| mine(open) && named(open))
    }

    fn announced(&self, moment: &Moment<'_>, from: &[u8], to: &[u8], offer: &Offer<'_>) -> Announced {
        // With a port and a token it is the answer to a passive offer that was not seen: its sender is the receiver.
        let answer = offer.port != 0 && !offer.token.is_empty();
        let (from, to) = if answer { (to, from) } else { (from, to) };
        Announced {
            offer: OfferId { session: moment.flow.id, number: self.made.saturating_add(1) },
            offered: moment.at,
            kind: offer.kind,
            from: Announced::kept(from),
            to: Announced::kept(to),
            name: Announced::kept(offer.name),
            size: offer.size,
            start: 0,
            modified: None,
            token: Announced::kept(offer.token),
            tls: offer.tls,
            turbo: offer.turbo,
            reverse: answer || offer.port == 0,
            server: Endpoint::new(offer.address, offer.port),
            provenance: Provenance::Unknown,
            private: false,
        }
    }

    fn provenance(&self, moment: &Moment<'_>, from: &[u8], offer: &Offer<'_>) -> Provenance {
        let Some(sender) = self.sender(moment, from) else { return Provenance::Unknown };
        if offer.port == 0 || sender.is_v4() != offer.address.is_v4() {
            Provenance::Unknown
        } else if sender == offer.address {
            Provenance::Own
        } else {
            Provenance::Foreign { sender }
        }
    }

    fn sender(&self, moment: &Moment<'_>, from: &[u8]) -> Option<Address> {
        if moment.direction == Direction::Client && !self.relayed {
            return Some(moment.flow.client.address);
        }
        literal(from.rsplit(|&byte| byte == b'@').next().filter(|host| host.len() < from.len())?)
    }
}

fn announce<O: Observer>(cx: &mut Context<'_, O>, open: &Announced) {
    if open.server.port == 0 || open.server.address == Address::UNSPECIFIED_V4 {
        return;
    }
    expect_at(cx, open, open.server);
    // Who names another address than his own may be behind an address translation: within, the connection comes to his own.
    if let Provenance::Foreign { sender } = open.provenance {
        expect_at(cx, open, Endpoint::new(sender, open.server.port));
    }
}

fn expect_at<O: Observer>(cx: &mut Context<'_, O>, open: &Announced, server: Endpoint) {
    let tag = if open.kind == Kind::Chat { DccChat::TAG } else { Dcc::TAG };
    let (parent, announced) = (cx.moment().flow.id, cx.moment().at);
    cx.expect(Expectation { tag, server, client: None, note: Note::new(open.clone()), parent, announced });
}

fn nick(mask: &[u8]) -> &[u8] {
    mask.split(|&byte| byte == b'!').next().unwrap_or(mask)
}
