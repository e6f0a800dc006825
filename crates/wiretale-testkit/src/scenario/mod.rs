//! Scenarios of which the truth is known: intrusions, bots, and everyday life.
//!
//! A [`Family`] writes a capture for a [`Weather`] and a seed: host names, addresses, times and words differ from seed
//! to seed, what happens does not. [`Scenario::through`] then looks at it as a worse capture would: begun late, one
//! direction only, frames twice or out of order. Addresses in `10.20.0.0/16` are home. The dialects of bots are those
//! that public rule sets and the literature name; what is written are the bytes of a capture, which do nothing.
//!
//! ```
//! use wiretale_testkit::{Weather, scenario};
//!
//! let family = scenario::malicious().iter().find(|family| family.name == "incident").unwrap();
//! let scenario = family.scenario(Weather::default(), 1);
//! assert_eq!(scenario.compromised.len(), 1);
//! assert!(scenario.truth.len() >= 8 && scenario.frames.is_sorted_by_key(|(at, _)| *at));
//! ```

mod bots;
mod enthusiast;
mod everyday;
mod friends;
mod ftp;
mod intrusion;
mod irc;
mod magic;
mod misuse;
mod office;
mod ssh;
mod story;
mod switches;

use wiretale_packet::{Address, Timestamp};

use crate::wire::{IpVersion, Weather};
use story::Story;
pub use switches::{Side, Switches};

/// A kind of scenario.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name: `"incident"`.
    pub name: &'static str,
    write: fn(&mut Story),
}

/// A capture and what is true of it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The family's name.
    pub family: &'static str,
    /// What seed it came from.
    pub seed: u64,
    /// The frames, in the order of their times.
    pub frames: Vec<(Timestamp, Vec<u8>)>,
    /// Home hosts that were compromised, in order; none in a benign scenario.
    pub compromised: Vec<Address>,
    /// All home hosts that took part.
    pub hosts: Vec<Address>,
    /// What happened, in order of time.
    pub truth: Vec<Truth>,
}

/// Something that happened, and that a case should tell.
#[derive(Clone, Debug)]
pub struct Truth {
    /// When it began.
    pub at: Timestamp,
    /// To which home host.
    pub host: Address,
    /// With whom.
    pub peer: Option<Address>,
    /// The stage of an intrusion that it belongs to, 1 to 6.
    pub stage: u8,
    /// Detectors any of which would tell of it.
    pub told_by: &'static [&'static str],
    /// In words.
    pub what: &'static str,
}

impl Family {
    /// A scenario of this family.
    #[must_use]
    pub fn scenario(&self, weather: Weather, seed: u64) -> Scenario {
        self.over(IpVersion::V4, weather, seed)
    }

    /// The same, over one of the two Internet protocols.
    #[must_use]
    pub fn over(&self, version: IpVersion, weather: Weather, seed: u64) -> Scenario {
        let mut story = Story::new(weather, version, seed);
        (self.write)(&mut story);
        story.told(self.name, seed)
    }
}

impl Scenario {
    /// Nobody was compromised.
    #[must_use]
    pub fn is_benign(&self) -> bool {
        self.compromised.is_empty()
    }

    /// From the first frame to the last, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        match (self.frames.first(), self.frames.last()) {
            (Some((first, _)), Some((last, _))) => last.since(*first).as_secs_f64(),
            _ => 0.0,
        }
    }
}

/// Families in which somebody is compromised.
#[must_use]
pub const fn malicious() -> &'static [Family] {
    MALICIOUS
}

/// Families in which nobody is.
#[must_use]
pub const fn benign() -> &'static [Family] {
    BENIGN
}

const MALICIOUS: &[Family] = &[
    Family { name: "incident", write: intrusion::incident },
    Family { name: "guessed", write: intrusion::guessed },
    Family { name: "freenode", write: magic::freenode },
    Family { name: "knock", write: magic::knock },
    Family { name: "gtbot", write: bots::gtbot },
    Family { name: "rbot", write: bots::rbot },
    Family { name: "agobot", write: bots::agobot },
    Family { name: "spybot", write: bots::spybot },
    Family { name: "pbot", write: bots::pbot },
    Family { name: "kaiten", write: bots::kaiten },
    Family { name: "ngrbot", write: bots::ngrbot },
    Family { name: "crowd", write: bots::crowd },
    Family { name: "xdcc", write: misuse::xdcc },
    Family { name: "bouncer", write: misuse::bouncer },
];

const BENIGN: &[Family] = &[
    Family { name: "chat", write: friends::chat },
    Family { name: "dcc-friends", write: friends::dcc },
    Family { name: "znc", write: friends::znc },
    Family { name: "eggdrop", write: friends::eggdrop },
    Family { name: "help-channel", write: friends::help_channel },
    Family { name: "odd-nick", write: friends::odd_nick },
    Family { name: "game", write: friends::game },
    Family { name: "home-server", write: enthusiast::home_server },
    Family { name: "bot-keeper", write: enthusiast::bot_keeper },
    Family { name: "packages", write: office::packages },
    Family { name: "admin-ssh", write: office::admin },
    Family { name: "failed-guessing", write: office::failed_guessing },
    Family { name: "backup", write: office::backup },
    Family { name: "web", write: office::web },
];

#[cfg(test)]
mod tests;
