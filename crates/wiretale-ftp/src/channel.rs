//! Data connections to come.

use alloc::vec::Vec;

use wiretale_packet::{Address, Endpoint};
use wiretale_protocol::{Context, Expectation, Flow, Note, Observe, Protocol};

use crate::announced::Announced;
use crate::{Channel, Event, Ftp, FtpData, Transfer, Verb};

/// The data connections of a control connection.
#[derive(Default)]
pub(crate) struct Channels {
    // Announced last and not used yet; an active one may be used again (RFC 959 section 3.2).
    current: Option<Channel>,
    /// What they carry may be encrypted.
    pub(crate) secured: bool,
    announced: u32,
}

/// What a data connection carries.
pub(crate) struct Subject<'a> {
    pub(crate) verb: Verb,
    pub(crate) name: &'a [u8],
    pub(crate) path: &'a [u8],
    pub(crate) user: Option<&'a [u8]>,
    pub(crate) start: u64,
    pub(crate) size: Option<u64>,
}

impl Channels {
    /// A data connection was announced: it is expected, whatever it will carry.
    pub(crate) fn announce<O: Observe<Ftp>>(
        &mut self,
        cx: &mut Context<'_, O>,
        passive: bool,
        advertised: Endpoint,
    ) -> Channel {
        let channel = judge(cx.moment().flow, passive, advertised);
        self.current = Some(channel);
        self.announced = self.announced.saturating_add(1);
        cx.emit::<Ftp>(Event::DataChannel(channel));
        self.expect(cx, channel, None);
        channel
    }

    /// The data connection for the next transfer.
    pub(crate) fn take(&mut self) -> Option<Channel> {
        let channel = self.current?;
        if channel.passive {
            self.current = None;
        }
        Some(channel)
    }

    /// The transfer came to nothing: another may use its data connection.
    pub(crate) fn give_back(&mut self, channel: Channel) {
        self.current.get_or_insert(channel);
    }

    /// Now it is known what `channel` carries. The command comes after the announcement, so it is announced again.
    pub(crate) fn assign<O: Observe<Ftp>>(&self, cx: &mut Context<'_, O>, channel: Channel, subject: &Subject<'_>) {
        let Subject { verb, name, path, start, .. } = *subject;
        self.expect(cx, channel, Some(subject));
        cx.emit::<Ftp>(Event::Transfer(Transfer { verb, name, path, start, channel }));
    }

    /// Expects `channel` at the announced address and, where that is another's, at the speaker's own too.
    fn expect<O: Observe<Ftp>>(&self, cx: &mut Context<'_, O>, channel: Channel, subject: Option<&Subject<'_>>) {
        if self.announced > MAX_ANNOUNCED {
            if self.announced == MAX_ANNOUNCED + 1 && subject.is_none() {
                cx.weird("FTP_too_many_expected_data_channels", &[]);
            }
            return;
        }
        let speaker = speaker(cx.moment().flow, channel.passive);
        self.expect_at(cx, channel, channel.advertised, subject);
        if speaker != channel.advertised.address {
            self.expect_at(cx, channel, Endpoint::new(speaker, channel.advertised.port), subject);
        }
    }

    fn expect_at<O: Observe<Ftp>>(
        &self,
        cx: &mut Context<'_, O>,
        channel: Channel,
        server: Endpoint,
        subject: Option<&Subject<'_>>,
    ) {
        let moment = cx.moment();
        let (parent, announced) = (moment.flow.id, moment.at);
        let note = Note::new(Announced {
            command: subject.map(|subject| subject.verb),
            name: subject.map_or(Vec::new(), |subject| subject.name.to_vec()),
            path: subject.map_or(Vec::new(), |subject| subject.path.to_vec()),
            user: subject.and_then(|subject| subject.user).map(<[u8]>::to_vec),
            start: subject.map_or(0, |subject| subject.start),
            size: subject.and_then(|subject| subject.size),
            channel,
            parent,
            server: moment.flow.server,
            secured: self.secured,
        });
        let client = Some(channel.connector);
        cx.expect(Expectation { tag: FtpData::TAG, server, client, note, parent, announced });
    }
}

fn judge(flow: &Flow, passive: bool, advertised: Endpoint) -> Channel {
    let speaker = speaker(flow, passive);
    let foreign = speaker != advertised.address;
    let nat = foreign && (is_private(advertised.address) != is_private(speaker) || is_void(advertised.address));
    let connector = if passive { flow.client.address } else { flow.server.address };
    Channel { passive, connector, advertised, nat, bounce: foreign && !nat }
}

// Who announces: the server answers PASV, the client says PORT.
const fn speaker(flow: &Flow, passive: bool) -> Address {
    if passive { flow.server.address } else { flow.client.address }
}

fn is_private(address: Address) -> bool {
    match address.to_ip() {
        core::net::IpAddr::V4(v4) => {
            v4.is_private() || v4.is_link_local() || v4.is_loopback() || is_shared(v4.octets())
        }
        core::net::IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback(),
    }
}

// 100.64.0.0/10 (RFC 6598).
const fn is_shared([a, b, ..]: [u8; 4]) -> bool {
    a == 100 && b & 0xc0 == 64
}

fn is_void(address: Address) -> bool {
    address.to_ip().is_unspecified()
}

// Per control connection. One session announced 687 in practice; the table itself is the engine's to bound.
const MAX_ANNOUNCED: u32 = 100_000;
