//! The engine against packets written by hand.

mod behind;
mod bounds;
mod expecting;
mod middle;
mod probing;
mod refusals;
mod script;
mod states;
mod steady;
mod turns;
