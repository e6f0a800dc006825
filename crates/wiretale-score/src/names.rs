//! Who is called what, as the DNS answers in the capture have it.

use wiretale_dns::{Answer, Data, Event, Reply};
use wiretale_protocol::{Address, Moment, Timestamp};

use crate::bounded::Bounded;

/// Names of addresses, from answers to questions for names and for addresses. Bounded.
#[derive(Debug)]
pub struct Names {
    forward: wiretale_dns::Names,
    // What reverse look-ups told: a name, or that there is none.
    reverse: Bounded<Address, Option<Box<[u8]>>>,
    // Who asks.
    clients: Bounded<Address, Asker>,
}

/// What one client asked, and what came back of it.
#[derive(Clone, Copy, Default, Debug)]
struct Asker {
    asked: u32,
    answered: u32,
}

impl Default for Names {
    fn default() -> Self {
        let (reverse, clients) = (Bounded::new(MOST), Bounded::new(MOST));
        Self { forward: wiretale_dns::Names::new(MOST), reverse, clients }
    }
}

impl Names {
    pub(crate) fn memory(&self) -> usize {
        self.forward.len() * 128 + self.reverse.memory(64) + self.clients.memory(0)
    }

    /// The name whose resolution gave this address, or that a reverse look-up told.
    #[must_use]
    pub fn of(&self, address: Address) -> Option<&[u8]> {
        let reverse = || self.reverse.get(&address)?.as_deref();
        self.forward.of(address).map(|(name, _)| name).or_else(reverse)
    }

    /// Somebody asked for this address's name, and there is none.
    #[must_use]
    pub fn has_none(&self, address: Address) -> bool {
        self.of(address).is_none() && matches!(self.reverse.get(&address), Some(None))
    }

    /// How much a missing name says of what this client did, from 0 to 1: the share of its questions whose whole answer was
    /// read. Of one that was never seen to get any, as where it asks elsewhere or in secret, it says nothing.
    #[must_use]
    pub fn answered(&self, client: Address) -> f64 {
        let Asker { asked, answered } = self.clients.get(&client).copied().unwrap_or_default();
        f64::from(answered) / f64::from(asked.max(answered).max(1))
    }

    /// One more thing that DNS said. Replies that nobody was seen to ask for are a client's where the capture has
    /// `replies_alone`: else anybody may have sent them.
    pub fn hear(&mut self, moment: &Moment<'_>, event: &Event<'_>, replies_alone: bool) {
        let client = moment.flow.client.address;
        match event {
            Event::Answer(answer) => self.answer(moment.at, answer),
            Event::Reply(reply) => {
                if reply.asked.is_some() || replies_alone {
                    let asker = self.clients.entry(client);
                    asker.asked = asker.asked.saturating_add(u32::from(reply.asked.is_none()));
                    asker.answered = asker.answered.saturating_add(u32::from(!reply.unreadable));
                }
                self.reply(reply);
            }
            Event::Query(_) => {
                let asker = self.clients.entry(client);
                asker.asked = asker.asked.saturating_add(1);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn learn(&mut self, address: Address, name: &[u8]) {
        *self.reverse.entry(address) = Some(name.into());
    }

    #[cfg(test)]
    pub(crate) fn learn_none(&mut self, address: Address) {
        *self.reverse.entry(address) = None;
    }

    #[cfg(test)]
    pub(crate) fn asked(&mut self, client: Address, asked: u32, answered: u32) {
        *self.clients.entry(client) = Asker { asked, answered };
    }

    fn answer(&mut self, at: Timestamp, answer: &Answer<'_>) {
        self.forward.answer(at, answer, None);
        if let (PTR, Data::Name(name)) = (answer.record.kind, answer.record.data)
            && let Some(address) = reversed(&answer.record.name.to_text())
        {
            *self.reverse.entry(address) = Some(name.to_text().into());
        }
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        let Some(question) = reply.question.filter(|question| question.kind == PTR && reply.answers == 0) else {
            return;
        };
        if let Some(address) = reversed(&question.name.to_text()) {
            self.reverse.entry(address);
        }
    }
}

// The address in `7.3.20.10.in-addr.arpa` (RFC 1035 section 3.5) or in 32 nibbles before `ip6.arpa` (RFC 3596).
fn reversed(name: &[u8]) -> Option<Address> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    if let Some(parts) = name.strip_suffix(".in-addr.arpa") {
        let bytes: Vec<u8> = parts.rsplit('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        return Some(Address::v4(bytes.try_into().ok()?));
    }
    let nibbles = name.strip_suffix(".ip6.arpa")?.rsplit('.');
    let nibbles: Vec<u8> = nibbles.map(|nibble| u8::from_str_radix(nibble, 16).ok()).collect::<Option<_>>()?;
    let bytes: Vec<u8> = nibbles.chunks_exact(2).map(|pair| (pair[0] << 4) | (pair[1] & 0x0f)).collect();
    Some(Address::v6(bytes.try_into().ok()?))
}

const PTR: u16 = 12;
const MOST: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use wiretale_protocol::{Direction, Endpoint, Flow, FlowId, Transport};

    #[test]
    fn a_reply_that_nobody_was_seen_to_ask_for_is_the_client_s_where_none_is() {
        let asks = |replies_alone: bool| {
            let (host, server) = (Address::v4([10, 0, 0, 7]), Address::v4([192, 0, 2, 53]));
            let [client, server] = [host, server].map(|address| Endpoint::new(address, 53));
            let (opened, midstream, tunneled) = (Timestamp::default(), false, false);
            let flow = Flow { id: FlowId(1), client, server, transport: Transport::Udp, opened, midstream, tunneled };
            let moment = Moment { at: opened, frame: 1, direction: Direction::Server, flow: &flow };
            let (flags, question) = (wiretale_dns::Flags(0x8180), None);
            let reply = Reply { id: 1, flags, question, answers: 0, asked: None, unreadable: false };
            let mut names = Names::default();
            names.hear(&moment, &Event::Reply(reply), replies_alone);
            names.answered(host)
        };
        assert_eq!((asks(false), asks(true)), (0.0, 1.0));
    }

    #[test]
    fn reverse_names_are_read() {
        assert_eq!(reversed(b"7.3.20.10.in-addr.arpa"), Some(Address::v4([10, 20, 3, 7])));
        let v6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        assert_eq!(reversed(v6.as_bytes()).map(|address| address.to_string()).as_deref(), Some("2001:db8::1"));
        assert_eq!(reversed(b"www.example.edu"), None);
        assert_eq!(reversed(b"999.3.20.10.in-addr.arpa"), None);
    }
}
