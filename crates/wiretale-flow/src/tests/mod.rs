//! The engine against packets written by hand.

mod bounds;
mod expecting;
mod probing;
mod script;
mod states;
mod steady;
