//! Shared by the benches of wiretale.
