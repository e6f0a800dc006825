//! Secure Shell off the wire: identification, key exchange, and what lengths and times tell of the rest
