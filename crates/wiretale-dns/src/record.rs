//! Resource records.

use wiretale_protocol::{Address, Escaped};

use crate::Name;

/// A resource record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// Of which name it tells.
    pub name: Name<'a>,
    /// Its type.
    pub kind: u16,
    /// Its class; of an `OPT` record, the size of datagrams that are welcome.
    pub class: u16,
    /// For how many seconds it holds.
    pub ttl: u32,
    /// What it tells.
    pub data: Data<'a>,
}

/// What a record tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Data<'a> {
    /// `A`, `AAAA`, and an `A6` that is whole.
    Address(Address),
    /// `CNAME`, `NS`, `PTR`, `DNAME`: a name.
    Name(Name<'a>),
    /// `MX`.
    Exchange {
        /// The lower, the better.
        preference: u16,
        /// The mail exchanger.
        name: Name<'a>,
    },
    /// `SRV`.
    Service {
        /// The lower, the better.
        priority: u16,
        /// The share among equals.
        weight: u16,
        /// The port.
        port: u16,
        /// The host.
        target: Name<'a>,
    },
    /// `SOA`: the first server of the zone, and its keeper's mail address as a name.
    Authority {
        /// The first server.
        primary: Name<'a>,
        /// The keeper.
        mailbox: Name<'a>,
    },
    /// `TXT` and `SPF`: strings, each behind its length.
    Text(&'a [u8]),
    /// `NAPTR`: how to make a name out of another.
    Rewrite {
        /// The lower, the earlier.
        order: u16,
        /// The lower, the better among equals.
        preference: u16,
        /// Flags, services and the expression, each behind its length.
        strings: &'a [u8],
        /// What to put in place.
        replacement: Name<'a>,
    },
    /// `RRSIG`: a signature.
    Signature {
        /// Of records of which type.
        covered: u16,
        /// Whose it is.
        signer: Name<'a>,
    },
    /// `DNSKEY`: a key.
    Key {
        /// The number of its algorithm.
        algorithm: u8,
    },
    /// `DS`: the digest of a key of the zone below.
    Delegation {
        /// The number of the key's algorithm.
        algorithm: u8,
        /// The number of the digest's.
        digest: u8,
    },
    /// `NSEC`: the next name of the zone.
    Next(Name<'a>),
    /// `SSHFP`: the fingerprint of a host key.
    Fingerprint(&'a [u8]),
    /// `LOC`: the size of a place and how precise it is, as RFC 1876 packs them.
    Place {
        /// Its diameter.
        size: u8,
        /// How far off it may be along the ground.
        horizontal: u8,
        /// How far off it may be in height.
        vertical: u8,
    },
    /// Anything else, or one of the above that does not hold what its type says.
    Other(&'a [u8]),
}

impl<'a> Data<'a> {
    /// The strings of a [`Data::Text`] or a [`Data::Rewrite`]; nothing of any other.
    pub fn strings(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = if let Self::Text(strings) | Self::Rewrite { strings, .. } = *self { strings } else { &[] };
        core::iter::from_fn(move || {
            let (&length, behind) = rest.split_first()?;
            let (string, behind) = behind.split_at_checked(usize::from(length)).unwrap_or((behind, &[]));
            rest = behind;
            Some(string)
        })
    }

    /// The data between two places of a message; of a type of which nothing is known, `None`.
    pub(crate) fn parse(message: &'a [u8], at: usize, end: usize, kind: Option<u16>) -> Self {
        let data = message.get(at..end).unwrap_or_default();
        kind.and_then(|kind| Self::of_kind(message, at, end, kind)).unwrap_or(Self::Other(data))
    }

    fn of_kind(message: &'a [u8], at: usize, end: usize, kind: u16) -> Option<Self> {
        let data = message.get(at..end)?;
        // What a name spells beyond the record's end belongs to another: bound it.
        let bounded = message.get(..end)?;
        let name = |skip: usize| Some(Name::parse(bounded, at + skip).ok()?.0);
        let word = |skip: usize| data.get(skip..)?.first_chunk::<2>().map(|word| u16::from_be_bytes(*word));
        match kind {
            1 => <[u8; 4]>::try_from(data).ok().map(|octets| Self::Address(Address::v4(octets))),
            28 => <[u8; 16]>::try_from(data).ok().map(|octets| Self::Address(Address::v6(octets))),
            38 => {
                let octets = data.strip_prefix(&[0])?;
                <[u8; 16]>::try_from(octets).ok().map(|octets| Self::Address(Address::v6(octets)))
            }
            2 | 5 | 12 | 39 => name(0).map(Self::Name),
            6 => {
                let (primary, behind) = Name::parse(bounded, at).ok()?;
                let (mailbox, _) = Name::parse(bounded, behind).ok()?;
                Some(Self::Authority { primary, mailbox })
            }
            15 => Some(Self::Exchange { preference: word(0)?, name: name(2)? }),
            16 | 99 => Some(Self::Text(data)),
            29 => match *data {
                [_, size, horizontal, vertical, ..] if data.len() >= 16 => {
                    Some(Self::Place { size, horizontal, vertical })
                }
                _ => None,
            },
            33 => Some(Self::Service { priority: word(0)?, weight: word(2)?, port: word(4)?, target: name(6)? }),
            35 => {
                let behind = (0..3).try_fold(4, |at, _| Some(at + 1 + usize::from(*data.get(at)?)))?;
                let (strings, replacement) = (data.get(4..behind)?, name(behind)?);
                Some(Self::Rewrite { order: word(0)?, preference: word(2)?, strings, replacement })
            }
            43 => data.get(2..4)?.first_chunk().map(|&[algorithm, digest]| Self::Delegation { algorithm, digest }),
            44 => data.get(2..).map(Self::Fingerprint),
            46 => Some(Self::Signature { covered: word(0)?, signer: name(18)? }),
            47 => name(0).map(Self::Next),
            48 => data.get(3).map(|&algorithm| Self::Key { algorithm }),
            _ => None,
        }
    }
}

impl core::fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Name(name) => write!(f, "{name}"),
            Self::Exchange { preference, name } => write!(f, "{preference} {name}"),
            Self::Service { priority, weight, port, target } => write!(f, "{priority} {weight} {port} {target}"),
            Self::Authority { primary, mailbox } => write!(f, "{primary} {mailbox}"),
            Self::Rewrite { order, preference, replacement, .. } => {
                write!(f, "{order} {preference}")?;
                self.strings().try_for_each(|string| write!(f, " {:?}", Escaped(string)))?;
                write!(f, " {replacement}")
            }
            Self::Signature { covered, signer } => write!(f, "{covered} {signer}"),
            Self::Key { algorithm } => write!(f, "{algorithm}"),
            Self::Delegation { algorithm, digest } => write!(f, "{algorithm} {digest}"),
            Self::Next(name) => write!(f, "{name}"),
            Self::Place { size, horizontal, vertical } => write!(f, "{size} {horizontal} {vertical}"),
            Self::Text(bytes) | Self::Fingerprint(bytes) | Self::Other(bytes) => write!(f, "{:?}", Escaped(bytes)),
        }
    }
}
