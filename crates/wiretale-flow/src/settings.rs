//! What an analyzer is told before it begins.

use std::time::Duration;

use wiretale_packet::{Address, Checks};
use wiretale_protocol::SecretKey;
use wiretale_reassembly::{FragmentLimits, FragmentPolicy, Host};

use crate::Ports;

/// How an analyzer behaves.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its bounds.
    pub limits: Limits,
    /// Its patience.
    pub timeouts: Timeouts,
    /// What it makes of checksums.
    pub checksums: Checksums,
    /// How the hosts of these networks behave as receivers; the longest prefix wins.
    pub hosts: Vec<(Network, Host)>,
    /// How the hosts of these networks put fragments together; the longest prefix wins.
    pub fragment_hosts: Vec<(Network, FragmentPolicy)>,
    /// Ports that speak for their side being the server, where the beginning of a flow was not seen. Where none does, a port
    /// below 32768 is the server's if the other is not below it.
    pub server_ports: Ports,
    /// The key of the tags of secrets. Draw it at random for every run.
    pub secrets: SecretKey,
    /// Seeds the flow table against chosen keys. Draw it at random; no output depends on it.
    pub seed: u64,
}

impl Settings {
    /// Whether packets are to be taken out of their frames with their checksums verified.
    #[must_use]
    pub const fn checks(&self) -> Checks {
        match self.checksums {
            Checksums::Ignore => Checks::Ignore,
            Checksums::Auto | Checksums::Verify => Checks::Verify,
        }
    }
}

/// What is made of TCP, UDP, ICMP and IPv4 checksums.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Checksums {
    /// Verify them, but recognise a sender that leaves all of them to its network card, accept its packets and say so
    /// once.
    #[default]
    Auto,
    /// Verify them; a packet with a wrong one counts for nothing but the letter C.
    Verify,
    /// Take them for right.
    Ignore,
}

/// A network, by its first address and the length of its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    base: [u8; 16],
    /// Bits of the sixteen bytes, 96 more than those of an IPv4 prefix.
    bits: u8,
}

impl Network {
    /// The network of `address` with a prefix of `bits`, counted in its own family; more than there are counts as all.
    #[must_use]
    pub fn new(address: Address, bits: u8) -> Self {
        let (shift, most) = if address.is_v4() { (96, 32) } else { (0, 128) };
        Self { base: address.octets(), bits: bits.min(most) + shift }
    }

    /// Is the address in it?
    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
        (u128::from_be_bytes(self.base) ^ u128::from_be_bytes(address.octets())) & mask == 0
    }
}

/// The entry of the longest network that holds the address.
pub(crate) fn longest<T: Copy>(table: &[(Network, T)], address: Address) -> Option<T> {
    let fitting = table.iter().filter(|(network, _)| network.contains(address));
    fitting.max_by_key(|(network, _)| network.bits).map(|(_, entry)| *entry)
}

/// Bounds. Each has a counter in [`Stats`](crate::Stats) and degrades by giving up the least worth, never by stopping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Flows at a time. Past it a flow with one SYN goes first, then the one that is idle longest.
    pub flows: usize,
    /// Bytes of memory that flows, waiting payload, decoders and what the observer keeps may take, as far as they can be
    /// counted; past it flows go as above.
    pub memory: usize,
    /// Announced flows at a time; past it the oldest goes.
    pub expectations: usize,
    /// Bytes of each direction that are kept while a flow is not recognised. Of a side that says more before the other
    /// speaks what came last is kept.
    pub probe_bytes: usize,
    /// Bytes that are kept beside these of a client's head for somebody on the way: of a request to a proxy, of one to
    /// speak something else than HTTP.
    pub probe_head: usize,
    /// Pieces that are kept while a flow is not recognised; those of one side that follow on each other become one first.
    pub probe_pieces: usize,
    /// Weirds of one kind that are reported of one flow; the rest is counted.
    pub weirds: u32,
    /// Senders whose checksums are watched, one for each of their receivers.
    pub senders: usize,
    /// Bounds of each TCP connection.
    pub reassembly: wiretale_reassembly::Limits,
    /// Bounds of the table of fragments.
    pub fragments: FragmentLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: 4_000_000,
            memory: 256 << 20,
            expectations: 5_000,
            probe_bytes: 2048,
            probe_head: 8192,
            probe_pieces: 100,
            weirds: 5,
            // As many as a hash table of 2^18 places takes: one more would double it.
            senders: 229_376,
            reassembly: wiretale_reassembly::Limits::default(),
            fragments: FragmentLimits::default(),
        }
    }
}

/// How long a flow may be silent before it is over, in packet time. The defaults are Zeek's, but that IRC, whose clients
/// sit silent for hours, is as patient as SSH and FTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeouts {
    /// A TCP connection of which only a SYN was seen, counted from there, however often it is sent again.
    pub tcp_attempt: Duration,
    /// A TCP connection whose handshake is not over.
    pub tcp_opening: Duration,
    /// A TCP connection.
    pub tcp: Duration,
    /// A TCP connection of [`Timeouts::patient_ports`] or [`Timeouts::patient_services`].
    pub tcp_patient: Duration,
    /// A TCP connection that was broken off.
    pub tcp_close: Duration,
    /// A UDP flow.
    pub udp: Duration,
    /// A UDP flow of [`Timeouts::brief_ports`], which are looked at that often.
    pub udp_brief: Duration,
    /// An ICMP flow, and one of any other protocol.
    pub icmp: Duration,
    /// An announced flow that does not come.
    pub expectation: Duration,
    /// Server ports of connections that may be silent for long.
    pub patient_ports: Vec<u16>,
    /// UDP server ports of single questions and answers.
    pub brief_ports: Vec<u16>,
    /// Services that may be silent for long, by the names their decoders confirm.
    pub patient_services: Vec<&'static str>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            tcp_attempt: Duration::from_secs(5),
            tcp_opening: Duration::from_secs(60),
            tcp: Duration::from_secs(300),
            tcp_patient: Duration::from_secs(3600),
            tcp_close: Duration::from_secs(6),
            udp: Duration::from_secs(60),
            udp_brief: Duration::from_secs(10),
            icmp: Duration::from_secs(60),
            expectation: Duration::from_secs(300),
            patient_ports: vec![21, 22, 23, 513],
            brief_ports: vec![53, 137, 5353, 5355],
            patient_services: vec!["ssh", "ftp", "irc"],
        }
    }
}
