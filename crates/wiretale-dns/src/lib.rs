//! Names for addresses, from the DNS answers seen on the wire
