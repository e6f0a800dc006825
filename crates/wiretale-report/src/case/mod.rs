//! A case as people and programs read it: pages, letters, lists and rules.
//!
//! A [`Dossier`] holds the cases and what stands beside them. From it come [`cases_json`], [`evidence_lines`],
//! [`timeline_csv`], [`notices`], the [`Terminal`] text, the page ([`page`]), the owner's [`letter`](letters), the
//! [`exposure`](exposure_list) texts, a [`stix`] bundle, [`ecs`] lines and [`nftables`] rules, which are printed and
//! never applied.
//!
//! Text from the wire is escaped, encoded or left out, as each form needs it.

mod against;
mod chronicle;
mod csv;
mod document;
mod dossier;
mod ecs;
mod explain;
mod exposure;
mod finding;
mod geo;
mod json;
mod letter;
mod moment;
mod nftables;
mod notice;
mod page;
mod shown;
mod sightings;
mod stix;
mod terminal;
mod unseen;

pub use chronicle::{
    Chronicle, Chronicled, Crossed, Exposed, Exposures, IrcProfile, IrcProfiles, IrcSession, Listener, Listeners, Peer,
    Secret, Sum, Talk, Talks,
};
pub use csv::timeline_csv;
pub use document::{Document, Style};
pub use dossier::{Dossier, MovedFile};
pub use ecs::ecs;
pub use exposure::exposure_list;
pub use finding::Finding;
pub use geo::{Geo, GeoError};
pub use json::{EvidenceError, cases_json, evidence_lines, read_evidence};
pub use letter::{is_blank, letters};
pub(crate) use moment::utc;
pub use nftables::{Refused, Rules, nftables};
pub use notice::notices;
pub use page::page;
pub use stix::stix;
pub use terminal::Terminal;
pub(crate) use unseen::{is_one_sided, is_stray};
