//! A flow and everything that belongs to it.

use std::mem::offset_of;
use std::time::Duration;

use smallvec::SmallVec;
use wiretale_protocol::{
    Direction, Flow, Observer, Packets, Services, Side, State, Summary, Timestamp, Transport, Weirds,
};
use wiretale_reassembly::{Connection, Host, Policy};

use crate::account::Account;
use crate::datagrams::Datagrams;
use crate::history::History;
use crate::near::Far;
use crate::reading::Reading;
use crate::settings::{Network, Timeouts, longest};

/// A flow, its account, its reader and what the observer keeps of it.
// In the order written: what each packet needs comes first, so that few lines of the cache have it. What only some flows
// have lies elsewhere: allocators hand out blocks of a few sizes, and what is longer than 320 bytes takes 384 or 448.
#[repr(C)]
pub(crate) struct Record<S, F> {
    pub(crate) last: Timestamp,
    pub(crate) last_frame: u64,
    pub(crate) reading: Reading<S>,
    /// Packets of which the observer is still to hear.
    pub(crate) untold: Packets,
    /// Bytes its decoder holds, as counted in the statistics.
    pub(crate) decoder_bytes: u32,
    /// Directions whose sender was credited with a right checksum.
    pub(crate) credited: Sides,
    /// It may be silent for long.
    pub(crate) patient: bool,
    /// How often it was asked again whose it is.
    pub(crate) anew: u8,
    pub(crate) protocol: u8,
    pub(crate) ordinal: u32,
    pub(crate) state: F,
    pub(crate) flow: Flow,
    /// Most are elsewhere, which is told where it begins.
    pub(crate) carrier: Carrier,
    pub(crate) history: History,
    pub(crate) services: SmallVec<[&'static str; 1]>,
    pub(crate) weirds: Weirds,
    pub(crate) first_frame: u64,
}

/// The record of a flow that these services read and this observer hears of.
pub(crate) type Flows<P, O> = Record<<P as Services<O>>::Session, <O as Observer>::Flow>;

/// Its number among the protocols of IP.
pub(crate) const TCP: u8 = 6;

/// None of a flow's sides, one or both.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Sides(u8);

impl Sides {
    #[inline]
    pub(crate) fn has(self, side: Direction) -> bool {
        self.0 & 1 << side.index() != 0
    }

    #[inline]
    pub(crate) fn add(&mut self, side: Direction) {
        self.0 |= 1 << side.index();
    }
}

/// What carries a flow.
// Which one it is, and where it is, is told by its first bytes.
#[repr(u8)]
pub(crate) enum Carrier {
    Tcp(Box<Far<Tcp>>),
    Datagrams(Box<Datagrams>),
    /// Nothing any more.
    Over,
}

/// A TCP connection: what the wire showed and what the hosts took.
// In the order written: what only an end needs comes last.
#[repr(C)]
pub(crate) struct Tcp {
    pub(crate) connection: Connection,
    pub(crate) account: Account,
}

impl Tcp {
    /// A connection of which nothing was seen.
    pub(crate) fn new(flow: &Flow, hosts: &[(Network, Host)]) -> Self {
        let host = |address| longest(hosts, address).unwrap_or_default();
        Self::between(Policy { client: host(flow.client.address), server: host(flow.server.address) })
    }

    /// The same between hosts that take segments so.
    pub(crate) fn between(hosts: Policy) -> Self {
        Self { connection: Connection::new(hosts), account: Account::default() }
    }
}

impl Far<Tcp> {
    /// Asks ahead for what each packet needs.
    #[inline]
    pub(crate) fn draw_near(&self) {
        self.ask_for(offset_of!(Tcp, account) + Account::NEEDED);
    }
}

impl<S, F> Far<Record<S, F>> {
    /// Asks ahead for what each packet needs.
    #[inline]
    pub(crate) fn draw_near(&self) {
        self.ask_for(offset_of!(Record<S, F>, carrier) + size_of::<usize>());
    }
}

impl<S, F> Record<S, F> {
    /// When it is over, if nothing more comes.
    #[inline]
    pub(crate) fn deadline(&self, times: &Timeouts) -> Timestamp {
        match &self.carrier {
            Carrier::Tcp(tcp) => tcp.account.deadline(self.last, self.flow.opened, times, self.patient),
            Carrier::Datagrams(_) if self.flow.transport == Transport::Udp => {
                let idle = self.last + times.udp;
                let brief = times.brief_ports.contains(&self.flow.server.port);
                if brief { idle.min(self.brief_deadline(times.udp_brief)) } else { idle }
            }
            Carrier::Datagrams(_) | Carrier::Over => self.last + times.icmp,
        }
    }

    /// A flow of questions and answers is looked at every `period` from its beginning, and over when it was silent for
    /// all but the last second of one.
    fn brief_deadline(&self, period: Duration) -> Timestamp {
        let quiet = self.last.since(self.flow.opened).saturating_add(period.saturating_sub(Duration::from_secs(1)));
        let looks = quiet.as_nanos().div_ceil(period.as_nanos().max(1)).max(1);
        self.flow.opened + period.saturating_mul(u32::try_from(looks).unwrap_or(u32::MAX))
    }

    /// Counts what can only be counted now that it is over.
    pub(crate) fn settle(&mut self) {
        if let Carrier::Tcp(tcp) = &mut self.carrier {
            tcp.account.settle_holes(&mut self.history);
        }
    }

    /// Takes back a SYN of `from` that is another connection's: how long it was from its IP header on, or `least` where
    /// that was not remembered.
    pub(crate) fn take_back(&mut self, from: Direction, least: u32) -> u32 {
        match &mut self.carrier {
            Carrier::Tcp(tcp) => tcp.account.take_back(from, least),
            Carrier::Datagrams(_) | Carrier::Over => least,
        }
    }

    /// Bytes of memory in what waits for others.
    pub(crate) fn held_memory(&self) -> usize {
        match &self.carrier {
            Carrier::Tcp(tcp) => tcp.connection.held_memory(),
            Carrier::Datagrams(_) | Carrier::Over => 0,
        }
    }

    /// Bytes of it that wait for others.
    pub(crate) fn held_bytes(&self) -> usize {
        match &self.carrier {
            Carrier::Tcp(tcp) => tcp.connection.held_bytes(),
            Carrier::Datagrams(_) | Carrier::Over => 0,
        }
    }

    pub(crate) fn summary(&self) -> Summary<'_> {
        let duration = self.last.since(self.flow.opened);
        let timed = !duration.is_zero();
        let history = self.history.as_bytes();
        let (client, server, state, missed) = match &self.carrier {
            Carrier::Tcp(tcp) => {
                let account = &tcp.account;
                let state = account.state(history);
                (account.side(Direction::Client, timed), account.side(Direction::Server, timed), state, account.missed)
            }
            Carrier::Datagrams(both) => {
                let state: State = both.state(self.flow.transport);
                (both.side(Direction::Client, timed), both.side(Direction::Server, timed), state, 0)
            }
            Carrier::Over => (Side::default(), Side::default(), State::Oth, 0),
        };
        Summary {
            started: self.flow.opened,
            duration: timed.then_some(duration),
            client,
            server,
            state,
            history,
            missed,
            services: &self.services,
            ip_protocol: self.protocol,
            first_frame: self.first_frame,
            last_frame: self.last_frame,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_of_which_observers_keep_136_bytes_takes_a_block_of_320() {
        assert!(size_of::<Record<(), [u64; 17]>>() <= 320, "{}", size_of::<Record<(), [u64; 17]>>());
    }

    #[test]
    fn a_connection_takes_a_block_of_448() {
        assert!(size_of::<Tcp>() <= 448, "{}", size_of::<Tcp>());
    }

    #[test]
    fn a_side_is_one_of_two() {
        let mut sides = Sides::default();
        sides.add(Direction::Server);
        assert_eq!(Direction::BOTH.map(|side| sides.has(side)), [false, true]);
    }
}
