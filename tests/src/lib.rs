//! Shared by the tests of wiretale.
