//! Whole captures against what is known to be in them, and laws that hold across crates.

mod behind;
mod bounds;
mod cases;
mod chats;
mod course;
mod disguises;
mod evasion;
mod evasion_family;
mod evasion_variants;
mod exposure;
mod ground_truth;
mod hearing;
mod hostile;
mod laws;
mod layering;
mod lossy;
mod manifest;
mod pages;
mod proxies;
mod scenarios;
mod threads;
mod websockets;
mod wrapping;
