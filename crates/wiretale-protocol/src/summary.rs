//! What is left of a flow when it is over.

use core::time::Duration;

use wiretale_packet::Timestamp;

/// A flow's account, as Zeek's `conn.log` keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// The time of its first packet.
    pub started: Timestamp,
    /// From its first packet to its last; `None` where only one was seen.
    pub duration: Option<Duration>,
    /// What the client sent.
    pub client: Side,
    /// What the server sent.
    pub server: Side,
    /// How it began and ended.
    pub state: State,
    /// Zeek's history letters, the client's in upper case.
    pub history: &'a [u8],
    /// Bytes that were on the wire but not seen.
    pub missed: u64,
    /// The services found in it, in the order found.
    pub services: &'a [&'static str],
    /// The IP protocol number.
    pub ip_protocol: u8,
    /// The frame of its first packet.
    pub first_frame: u64,
    /// The frame of its last packet.
    pub last_frame: u64,
}

/// One side's counters.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Side {
    /// Payload bytes, by sequence numbers in TCP; `None` where Zeek leaves it unset.
    pub bytes: Option<u64>,
    /// Packets.
    pub packets: u64,
    /// Bytes of IP packets, headers included.
    pub ip_bytes: u64,
}

/// How a connection began and ended, in Zeek's words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Attempt seen, no reply.
    S0,
    /// Established, not ended.
    S1,
    /// Established, closed by the client only.
    S2,
    /// Established, closed by the server only.
    S3,
    /// Established and ended.
    Sf,
    /// Attempt rejected.
    Rej,
    /// Established, reset by the client.
    Rsto,
    /// Established, reset by the server.
    Rstr,
    /// SYN, then RST by the client, no SYN-ACK.
    RstoS0,
    /// SYN-ACK, then RST by the server, no SYN.
    Rstrh,
    /// SYN, then FIN by the client, no SYN-ACK.
    Sh,
    /// SYN-ACK, then FIN by the server, no SYN.
    Shr,
    /// No SYN seen.
    Oth,
}

impl State {
    /// As Zeek writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::Sf => "SF",
            Self::Rej => "REJ",
            Self::Rsto => "RSTO",
            Self::Rstr => "RSTR",
            Self::RstoS0 => "RSTOS0",
            Self::Rstrh => "RSTRH",
            Self::Sh => "SH",
            Self::Shr => "SHR",
            Self::Oth => "OTH",
        }
    }
}
