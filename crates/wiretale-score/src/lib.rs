//! Evidence per host, scored in decibans and explained.
#![forbid(unsafe_code)]

pub mod model;
