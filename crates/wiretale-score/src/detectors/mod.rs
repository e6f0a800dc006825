//! The catalogue: one small file for each behaviour.

mod d01_foreign_port;

use crate::Detector;

/// All detectors, in the order of the catalogue.
#[must_use]
pub fn standard() -> Vec<Box<dyn Detector>> {
    vec![Box::new(d01_foreign_port::ForeignPort)]
}
