//! Common protocols recognised by their first bytes, by name only
