//! Internet Relay Chat off the wire: lines, messages, sessions, server links, CTCP
