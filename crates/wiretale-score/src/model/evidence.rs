//! One piece of evidence against, or for, a host.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The version of [`Evidence`]'s shape.
pub const EVIDENCE_VERSION: u16 = 1;

/// Something a detector saw of a home host. An owned row: it can be stored, sent on and replayed, and
/// `case = fold(evidence)` gives the same case again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// [`EVIDENCE_VERSION`] when it was written.
    pub v: u16,
    /// When: nanoseconds since 1970, of the packet that made it known.
    pub time_ns: i64,
    /// Against whom.
    pub host: IpAddr,
    /// Which row of the weights table it is: `"D03.prompt"`.
    pub row: String,
    /// What makes another sighting a repeat of this one: a port, a file, a nick.
    pub key: String,
    /// The other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<IpAddr>,
    /// The port it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How much of the row's weight it deserves, for detectors that measure degrees. Usually 1.
    pub strength: f64,
    /// How well it was seen, 0 to 1: the parser's confidence, less for lost packets and one-sided flows.
    pub quality: f64,
    /// What ties it to other evidence beside the peer: a file, a host key, a greeting, a country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ties: Vec<String>,
    /// One sentence for a person; wire text in it is escaped.
    pub text: String,
    /// The flows it stands on.
    pub uids: Vec<String>,
    /// The frames it stands on, counted from 1.
    pub frames: Vec<u64>,
}

impl Evidence {
    /// The detector's name: `"D03"` of `"D03.prompt"`.
    #[must_use]
    pub fn detector(&self) -> &str {
        self.row.split('.').next().unwrap_or(&self.row)
    }
}

/// How far an intrusion has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Stage {
    /// Approach: scans, guessing.
    S1,
    /// Access and foothold.
    S2,
    /// Tools are brought in.
    S3,
    /// Control from outside.
    S4,
    /// Action against others.
    S5,
    /// Data goes out.
    S6,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::S1, Self::S2, Self::S3, Self::S4, Self::S5, Self::S6];

    /// `"S1"` to `"S6"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
            Self::S5 => "S5",
            Self::S6 => "S6",
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::S1 => "approach",
            Self::S2 => "access",
            Self::S3 => "tools brought in",
            Self::S4 => "control from outside",
            Self::S5 => "action against others",
            Self::S6 => "data going out",
        }
    }
}
