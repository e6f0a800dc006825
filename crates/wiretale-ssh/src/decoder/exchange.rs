//! The key exchange: offers, what they come to, and NEWKEYS.

use alloc::format;

use wiretale_protocol::{Context, Direction, Observe};

use super::Decoder;
use super::half::Phase;
use crate::method::{Message, Method, key_type};
use crate::sealed::Seal;
use crate::{Algorithms, Event, HostKey, KexInit, NameList, Ssh};

impl Decoder {
    pub(super) fn kexinit<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, body: &[u8]) {
        let direction = cx.moment().direction;
        let Some(offer) = KexInit::parse(body) else {
            return self.lose(cx, "SSH_bad_kexinit");
        };
        if core::mem::replace(&mut self.half(direction).offered, true) {
            cx.emit::<Ssh>(Event::Rekey);
        }
        for (list, weird) in offer.lists() {
            let count = if list.0.len() > NameList::LIMIT { list.count() } else { 0 };
            if count > NameList::LIMIT {
                cx.weird(weird, format!("{count} > {}", NameList::LIMIT).as_bytes());
            }
        }
        cx.emit::<Ssh>(Event::Offer(offer));
        match self.offer.take() {
            Some((other, stored)) if other != direction => {
                if let Some(first) = KexInit::parse(&stored) {
                    self.negotiate(cx, (&first, other), (&offer, direction));
                }
            }
            _ => self.offer = Some((direction, body.to_vec())),
        }
    }

    // Whose choice counts is the SSH client's, who is known by the marks in its offer, or else by who connected.
    fn negotiate<O: Observe<Ssh>>(
        &mut self,
        cx: &mut Context<'_, O>,
        first: (&KexInit<'_>, Direction),
        second: (&KexInit<'_>, Direction),
    ) {
        let (to, from) = if first.1 == Direction::Client { (first.0, second.0) } else { (second.0, first.0) };
        self.reversed = from.marked_client() && !to.marked_client();
        let (client, server) = if self.reversed { (from, to) } else { (to, from) };
        let algorithms = Algorithms::negotiate(client, server);
        self.method = Method::of(algorithms.kex.name());
        if self.method == Method::Unknown
            && let Some(name) = algorithms.kex.0
        {
            cx.weird("ssh_unknown_kex_algorithm", name);
        }
        let zlib = |name: &[u8]| name == b"zlib";
        let compression = algorithms.compression;
        let compressed = zlib(compression.to_server.name()) || zlib(compression.to_client.name());
        self.sealed.agree(Seal::both(&algorithms), compressed);
        cx.emit::<Ssh>(Event::Negotiated(algorithms));
    }

    pub(super) fn exchange<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, number: u8, body: &[u8]) {
        match self.method.read(number, body) {
            Message::Init => {
                if !core::mem::replace(&mut self.initiated, true) {
                    self.reversed = cx.moment().direction == Direction::Server;
                    cx.emit::<Ssh>(Event::KexInitiated);
                }
            }
            Message::Group(prime) => {
                let start = prime.iter().take_while(|&&byte| byte == 0).count();
                let bytes = u32::try_from(prime.len() - start).unwrap_or(u32::MAX);
                let top = prime.get(start).map_or(0, |byte| byte.leading_zeros());
                cx.emit::<Ssh>(Event::Group(bytes.saturating_mul(8).saturating_sub(top)));
            }
            Message::HostKey(key) => {
                cx.emit::<Ssh>(Event::HostKey(HostKey::of(key_type(key).unwrap_or_default(), &[key])));
            }
            Message::Other => {}
        }
    }

    /// From here on this direction is encrypted.
    pub(super) fn keys<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
        let direction = cx.moment().direction;
        self.half(direction).phase = Phase::Sealed;
        cx.emit::<Ssh>(Event::NewKeys);
        let both = self.client.speaks.is_some() && self.server.speaks.is_some();
        if (both || self.is_server_alone(direction)) && !core::mem::replace(&mut self.served, true) {
            cx.serve("ssh");
        }
        // A server that named itself where nobody listened.
        if !both && direction == Direction::Server && self.client.speaks.is_some() {
            cx.confirm("ssh");
        }
        let (client, server) = if self.reversed { (&self.server, &self.client) } else { (&self.client, &self.server) };
        self.sealed.software(&client.software, &server.software);
    }

    // Does a server go through the key exchange with somebody of whom nothing was seen? It was spoken to as SSH is.
    fn is_server_alone(&self, speaker: Direction) -> bool {
        let exchanged = speaker == Direction::Server && self.server.speaks.is_some() && self.server.offered;
        exchanged && self.client.is_silent()
    }
}
