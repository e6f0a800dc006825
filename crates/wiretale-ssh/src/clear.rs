//! The packets of the clear part, one at a time.

use alloc::format;

use wiretale_protocol::{Context, Direction, Observe};

use crate::decoder::{Decoder, Phase};
use crate::frames::Frames;
use crate::method::{Message, Method, key_type};
use crate::sealed::{News, Seal};
use crate::{Algorithms, Event, HostKey, KexInit, NameList, Ssh, ssh1};

impl Decoder {
    /// An identification string came; with the other side's it says what is spoken.
    pub(crate) fn identified<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
        let (Some(client), Some(server)) = (self.client.speaks, self.server.speaks) else {
            return;
        };
        self.agreed = client.agree(server);
        match self.agreed {
            Some(version) => cx.emit::<Ssh>(Event::Agreed(version)),
            None if client == crate::Speaks::Unknown || server == crate::Speaks::Unknown => {
                cx.weird("SSH_cannot_determine_version", &[]);
            }
            None => cx.weird("SSH_version_mismatch", &[]),
        }
        if self.agreed == Some(1) {
            self.sealed.one();
        }
    }

    /// One SSH2 packet, its length field included.
    pub(crate) fn packet<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, frame: &[u8]) {
        let Some((number, body)) = payload(frame) else {
            return self.lose(cx, "SSH_bad_packet");
        };
        match number {
            KexInit::NUMBER => self.kexinit(cx, body),
            NEWKEYS => self.keys(cx),
            30..=49 => self.exchange(cx, number, body),
            // DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG and the rest of the transport layer.
            1..=29 => {}
            _ => self.lose(cx, "SSH_unexpected_packet"),
        }
    }

    /// One SSH1 packet, its length field included.
    pub(crate) fn packet_one<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, frame: &[u8]) {
        let direction = cx.moment().direction;
        match (ssh1::packet(frame), direction) {
            (Some((ssh1::PUBLIC_KEY, data)), Direction::Server) => {
                if let Some(key) = ssh1::public_key(data) {
                    cx.emit::<Ssh>(Event::HostKey(HostKey::of(b"", &[key.modulus, key.exponent])));
                }
                // What the server says next is encrypted with the session key the client chooses.
                self.server.phase = Phase::Sealed;
            }
            (Some((ssh1::SESSION_KEY, _)), Direction::Client) => self.keys(cx),
            (Some(_), _) => {}
            (None, _) => self.lose(cx, "SSH_bad_packet"),
        }
    }

    /// From here on this direction is encrypted.
    pub(crate) fn keys<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
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

    pub(crate) fn too_long<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, length: u32) {
        // A server that gives up may say so in plain words.
        if length.to_be_bytes().iter().all(u8::is_ascii_alphabetic) {
            return self.said_in_words(cx);
        }
        cx.weird("SSH_max_packet_length_exceeded", format!("{length} > {}", Frames::LIMIT).as_bytes());
        let direction = cx.moment().direction;
        self.half(direction).phase = Phase::Lost;
    }

    /// Words stand where packets belong.
    pub(crate) fn said_in_words<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
        self.wordy = cx.moment().direction == Direction::Client && !self.has_offers();
        self.lose(cx, "SSH_text_instead_of_packets");
    }

    /// Did a side say what it can?
    pub(crate) const fn has_offers(&self) -> bool {
        self.server.offered || self.client.offered
    }

    /// A turn may be over; says what that brought to light.
    pub(crate) fn boundary<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, speaker: Option<Direction>) {
        let news = self.sealed.boundary(speaker);
        self.tell(cx, &news);
    }

    pub(crate) fn tell<O: Observe<Ssh>>(&self, cx: &mut Context<'_, O>, news: &News) {
        for _ in 0..news.refused {
            cx.emit::<Ssh>(Event::Attempt { accepted: false });
        }
        if let Some(login) = news.inside {
            cx.emit::<Ssh>(Event::Attempt { accepted: true });
            cx.emit::<Ssh>(Event::LoggedIn { attempts: login.attempts, none: login.none });
        }
    }

    fn lose<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, weird: &'static str) {
        cx.weird(weird, &[]);
        let direction = cx.moment().direction;
        self.half(direction).phase = Phase::Lost;
    }

    fn kexinit<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, body: &[u8]) {
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

    fn exchange<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, number: u8, body: &[u8]) {
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
}

// The message number of a binary packet and what follows it, without padding.
fn payload(frame: &[u8]) -> Option<(u8, &[u8])> {
    let (&padding, rest) = frame.get(4..)?.split_first()?;
    let payload = rest.get(..rest.len().checked_sub(usize::from(padding))?)?;
    payload.split_first().map(|(&number, body)| (number, body))
}

const NEWKEYS: u8 = 21;
