//! Shared by the fuzz of wiretale.
