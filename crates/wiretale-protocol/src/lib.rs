//! The seam between streams and protocols: decoders, observers, framers, expectations. Names no protocol
