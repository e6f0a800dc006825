//! Events with borrowed text of another lifetime.

use wiretale_protocol::Lend;

use crate::{Algorithms, Both, Choice, Event, HostKey, Ident, KexInit, NameList, Text};

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl Lend<'b>) -> Event<'b> {
        match *self {
            Self::PreBanner(text) => Event::PreBanner(Text(lender.lend(text.0))),
            Self::Version(Ident { line, protocol, software }) => Event::Version(Ident {
                line: lender.lend(line),
                protocol: lender.lend(protocol),
                software: lender.lend(software),
            }),
            Self::Agreed(version) => Event::Agreed(version),
            Self::Offer(offer) => Event::Offer(offer.relend(lender)),
            Self::Negotiated(algorithms) => Event::Negotiated(algorithms.relend(lender)),
            Self::KexInitiated => Event::KexInitiated,
            Self::Group(bits) => Event::Group(bits),
            Self::HostKey(HostKey { algorithm, len, sha256, md5 }) => {
                Event::HostKey(HostKey { algorithm: Text(lender.lend(algorithm.0)), len, sha256, md5 })
            }
            Self::NewKeys => Event::NewKeys,
            Self::Rekey => Event::Rekey,
            Self::Attempt { accepted } => Event::Attempt { accepted },
            Self::LoggedIn { attempts, none } => Event::LoggedIn { attempts, none },
            Self::Session(session) => Event::Session(session),
        }
    }
}

impl KexInit<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> KexInit<'b> {
        let Self { cookie, kex, host_key, cipher, mac, compression, language, guess_follows } = self;
        KexInit {
            cookie,
            kex: kex.relend(lender),
            host_key: host_key.relend(lender),
            cipher: both(cipher, |names| names.relend(lender)),
            mac: both(mac, |names| names.relend(lender)),
            compression: both(compression, |names| names.relend(lender)),
            language: both(language, |names| names.relend(lender)),
            guess_follows,
        }
    }
}

impl Algorithms<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Algorithms<'b> {
        let Self { kex, host_key, cipher, mac, compression, strict } = self;
        Algorithms {
            kex: kex.relend(lender),
            host_key: host_key.relend(lender),
            cipher: both(cipher, |choice| choice.relend(lender)),
            mac: both(mac, |choice| choice.relend(lender)),
            compression: both(compression, |choice| choice.relend(lender)),
            strict,
        }
    }
}

impl NameList<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> NameList<'b> {
        NameList(lender.lend(self.0))
    }
}

impl Choice<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Choice<'b> {
        Choice(lender.lend_some(self.0))
    }
}

fn both<T, U>(both: Both<T>, mut relend: impl FnMut(T) -> U) -> Both<U> {
    Both { to_server: relend(both.to_server), to_client: relend(both.to_client) }
}
