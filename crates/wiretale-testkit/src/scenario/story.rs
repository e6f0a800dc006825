//! What a scenario is written with: hosts, names, connections, and the truth.

use std::collections::BTreeSet;
use std::time::Duration;

use wiretale_packet::{Address, Endpoint, Timestamp};

use super::{Scenario, Truth};
use crate::random::Random;
use crate::talk::Talk;
use crate::wire::{IpVersion, Weather, Wire};

/// A capture in the making. Times are seconds since it began.
pub(super) struct Story {
    pub(super) wire: Wire,
    pub(super) random: Random,
    port: u16,
    hosts: BTreeSet<Address>,
    compromised: BTreeSet<Address>,
    truth: Vec<Truth>,
}

impl Story {
    pub(super) fn new(weather: Weather, version: IpVersion, seed: u64) -> Self {
        let (hosts, compromised) = (BTreeSet::new(), BTreeSet::new());
        let mut random = Random::new(seed ^ 0x77_69_72_65);
        let port = random.between(33_000, 50_000) as u16;
        let wire = Wire::new(weather, seed).over(version);
        Self { wire, random, port, hosts, compromised, truth: Vec::new() }
    }

    /// What was written, with everyday life beside it.
    pub(super) fn told(mut self, family: &'static str, seed: u64) -> Scenario {
        super::everyday::beside(&mut self);
        let version = self.wire.version;
        self.truth.sort_by_key(|truth| truth.at);
        for truth in &mut self.truth {
            (truth.host, truth.peer) = (version.address(truth.host), truth.peer.map(|peer| version.address(peer)));
        }
        let [compromised, hosts] =
            [self.compromised, self.hosts].map(|hosts| hosts.into_iter().map(|host| version.address(host)).collect());
        Scenario { family, seed, frames: self.wire.into_frames(), compromised, hosts, truth: self.truth }
    }

    /// A connection that begins now or a little later, from a port of the client's own.
    pub(super) fn tcp(&mut self, at: f64, client: Address, server: Endpoint) -> Talk<'_> {
        let client = Endpoint::new(client, self.free_port());
        self.seen(client.address, server.address);
        self.wire.tcp(time(at), client, server)
    }

    /// An attempt that is refused, or not answered at all.
    pub(super) fn attempt(&mut self, at: f64, client: Address, server: Endpoint, refused: bool) {
        let client = Endpoint::new(client, self.free_port());
        self.seen(client.address, server.address);
        self.wire.attempt(time(at), client, server, refused);
    }

    /// A home host asks the resolver for a name. Returns when it has its answer.
    pub(super) fn lookup(&mut self, at: f64, client: Address, name: &str, answer: Option<Address>) -> f64 {
        let client = Endpoint::new(client, self.free_port());
        let id = self.random.next_u64() as u16;
        let (question, reply) = dns(id, name, answer, self.wire.version);
        self.wire.udp(time(at), client, RESOLVER, &question);
        self.wire.udp(time(at + 0.012), RESOLVER, client, &reply);
        at + 0.013
    }

    /// Something that a case should tell; `host` is compromised.
    pub(super) fn truth(
        &mut self,
        at: f64,
        ends: (Address, Option<Address>),
        stage: u8,
        told_by: &'static [&'static str],
        what: &'static str,
    ) {
        self.compromised.insert(ends.0);
        self.truth.push(Truth { at: time(at), host: ends.0, peer: ends.1, stage, told_by, what });
    }

    /// A stream of chance apart from the others, so that one conversation's length does not change the next one.
    pub(super) fn fork(&mut self) -> Random {
        Random::new(self.random.next_u64())
    }

    /// A home host, different ones for different numbers below 200.
    pub(super) fn home(&mut self, number: u8) -> Address {
        Address::v4([10, 20, 3, 7 + number])
    }

    /// One of these, by chance.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.between(0, from.len() as u64) as usize]
    }

    pub(super) fn free_port(&mut self) -> u16 {
        self.port = if self.port >= 60_000 { 33_001 } else { self.port + 1 };
        self.port
    }

    fn seen(&mut self, client: Address, server: Address) {
        self.hosts.extend([client, server].into_iter().filter(|host| is_home(*host)));
    }
}

/// A time of the scenario as a capture has it.
pub(super) fn time(at: f64) -> Timestamp {
    Timestamp::from_parts(START, 0) + Duration::from_secs_f64(at)
}

/// Seconds since the scenario began.
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.since(Timestamp::from_parts(START, 0)).as_secs_f64()
}

/// So many seconds.
pub(super) fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

pub(super) fn is_home(address: Address) -> bool {
    address.as_v4().is_some_and(|octets| octets[..2] == [10, 20])
}

/// An address outside.
pub(super) const fn abroad(net: [u8; 3], last: u8) -> Address {
    Address::v4([net[0], net[1], net[2], last])
}

/// A pause as people leave it between lines or keys: mostly short, sometimes long.
pub(super) fn pause(random: &mut Random, median: f64) -> f64 {
    let unit = |random: &mut Random| (random.between(1, 1_000_000) as f64) / 1e6;
    // Sum of uniform numbers for a normal one, and its exponential: a log-normal pause.
    let normal: f64 = (0..12).map(|_| unit(random)).sum::<f64>() - 6.0;
    median * (0.45 * normal).exp()
}

// A question for an address (an A record, or AAAA) and its answer; none: there is no such name.
fn dns(id: u16, name: &str, answer: Option<Address>, version: IpVersion) -> (Vec<u8>, Vec<u8>) {
    let kind = if version == IpVersion::V4 { 1 } else { 28 };
    let mut question = vec![0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(label.len() as u8);
        question.extend(label.as_bytes());
    }
    question.extend([0, 0, kind, 0, 1]);
    let ask = [&id.to_be_bytes()[..], &[1, 0], &question].concat();
    let Some(address) = answer.map(|host| version.address(host)) else {
        return (ask, [&id.to_be_bytes()[..], &[0x81, 0x83], &question].concat());
    };
    let mut reply = [&id.to_be_bytes()[..], &[0x81, 0x80], &question].concat();
    reply[7] = 1;
    let octets = address.octets();
    let octets = if version == IpVersion::V4 { &octets[12..] } else { &octets[..] };
    reply.extend([0xc0, 0x0c, 0, kind, 0, 1, 0, 0, 1, 44, 0, octets.len() as u8]);
    reply.extend(octets);
    (ask, reply)
}

const START: i64 = 1_795_000_000;
const RESOLVER: Endpoint = Endpoint::new(Address::v4([10, 20, 0, 2]), 53);

/// Networks outside.
pub(super) const SERVERS: [u8; 3] = [203, 0, 113];
pub(super) const STRANGERS: [u8; 3] = [198, 51, 100];
