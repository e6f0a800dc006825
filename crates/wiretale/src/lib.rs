//! Passive network analysis that knows IRC: the analyzer to embed
