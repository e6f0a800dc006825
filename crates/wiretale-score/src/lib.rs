//! Evidence per host, scored in decibans and explained.
//!
//! A [`Scorer`] observes flows and lets a catalogue of [`Detector`]s turn what happens into [`Evidence`]: owned,
//! versioned rows. [`cases`] folds evidence into one [`Case`] per home host: log-odds, with what every piece adds, what
//! ties stages together, and what would be left without the strongest.
//!
//! It refuses to act, to know a host's guilt (it tells odds), and to keep secrets: they count on an axis of their own.
//!
//! ```
//! use wiretale_score::{Level, Weights, cases};
//!
//! let weights = Weights::built_in();
//! let none = cases([], &weights);
//! assert!(none.is_empty());
//! assert_eq!(Level::of(7.5, &weights.model.levels), Level::High);
//! ```
#![forbid(unsafe_code)]

mod bounded;
mod carried;
mod crossing;
mod detector;
mod detectors;
mod dialect;
mod facts;
mod heard;
mod home;
mod inventory;
mod leaps;
mod model;
mod names;
mod numbers;
mod pairs;
mod scorer;
mod session;
mod tap;
#[cfg(test)]
mod testing;
mod text;
mod weighed;

pub use detector::{Detector, Ends, Fact, Findings, Hears, Scene};
pub use detectors::standard;
pub use facts::{Facts, SeenFile};
pub use home::Home;
pub use inventory::{Inventory, InventoryError, KnownHost};
pub use model::{
    Case, Contribution, EVIDENCE_VERSION, Evidence, Folder, Gate, Level, Link, Model, Row, Stage, Weights,
    WeightsError, cases, cases_on,
};
pub use names::Names;
pub use scorer::{Scored, Scorer};
pub use session::{IrcSession, Nick};
pub use text::{grouped, one_or, plural, size};
