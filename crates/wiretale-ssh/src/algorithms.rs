//! What two offers come to (RFC 4253 §7.1).

use core::fmt;

use wiretale_protocol::Escaped;

use crate::{Both, KexInit, NameList};

/// The algorithms of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Algorithms<'a> {
    /// Key exchange method.
    pub kex: Choice<'a>,
    /// Host key algorithm.
    pub host_key: Choice<'a>,
    /// Ciphers.
    pub cipher: Both<Choice<'a>>,
    /// MACs. With an AEAD cipher the MAC is agreed on and then not used.
    pub mac: Both<Choice<'a>>,
    /// Compression methods.
    pub compression: Both<Choice<'a>>,
    /// Both sides know strict key exchange.
    pub strict: bool,
}

/// What was agreed on; `None` where nothing fits both. Prints as Zeek writes it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice<'a>(pub Option<&'a [u8]>);

impl<'a> Algorithms<'a> {
    /// The client's first choice that the server has, in each list.
    #[must_use]
    pub fn negotiate(client: &KexInit<'a>, server: &KexInit<'_>) -> Self {
        Self {
            kex: one(client.kex, server.kex),
            host_key: one(client.host_key, server.host_key),
            cipher: two(&client.cipher, &server.cipher),
            mac: two(&client.mac, &server.mac),
            compression: two(&client.compression, &server.compression),
            strict: client.strict() && server.strict(),
        }
    }
}

impl<'a> Choice<'a> {
    /// The name; empty where nothing was agreed on.
    #[must_use]
    pub fn name(self) -> &'a [u8] {
        self.0.unwrap_or_default()
    }
}

impl fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => fmt::Display::fmt(&Escaped(name), f),
            None => f.write_str("Algorithm negotiation failed"),
        }
    }
}

impl fmt::Debug for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One name where both directions have the same, and else `To server: …, to client: …`, as Zeek writes it.
impl fmt::Display for Both<Choice<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.to_server == self.to_client {
            fmt::Display::fmt(&self.to_server, f)
        } else {
            write!(f, "To server: {}, to client: {}", self.to_server, self.to_client)
        }
    }
}

fn one<'a>(client: NameList<'a>, server: NameList<'_>) -> Choice<'a> {
    Choice(client.first_common(server))
}

fn two<'a>(client: &Both<NameList<'a>>, server: &Both<NameList<'_>>) -> Both<Choice<'a>> {
    Both { to_server: one(client.to_server, server.to_server), to_client: one(client.to_client, server.to_client) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn directions_that_differ_are_both_written() {
        let both = Both { to_server: Choice(Some(b"aes128-ctr")), to_client: Choice(None) };
        assert_eq!(both.to_string(), "To server: aes128-ctr, to client: Algorithm negotiation failed");
    }
}
