//! What the page's drawings are drawn on.

/// How wide they are.
pub(super) const WIDTH: f64 = 1040.0;
/// Where the names before the drawing end.
pub(super) const LEFT: f64 = 190.0;
/// Where the drawing ends.
pub(super) const RIGHT: f64 = 1020.0;

/// A tenth of a unit is finer than any screen, and keeps the page small.
pub(super) fn rounded(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}
