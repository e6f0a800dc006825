//! From evidence to a case: log-odds per host, in decibans.

mod adds;
mod case;
mod evaluate;
mod evidence;
mod fold;
mod items;
mod share;
mod weights;

pub use case::{Case, Contribution, Gate, Level, Link};
pub use evidence::{EVIDENCE_VERSION, Evidence, Stage};
pub use fold::{Folder, cases, cases_on};
pub use weights::{Model, Row, Weights, WeightsError};
