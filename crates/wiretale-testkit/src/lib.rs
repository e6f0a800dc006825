//! Conversations into segments into captures, and oracles, for the tests of wiretale
