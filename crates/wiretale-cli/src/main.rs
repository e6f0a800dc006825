//! The program `wiretale`.
fn main() {}
