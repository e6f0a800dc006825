//! One request and its answer.

use super::seal::Seal;
use super::turn::Turn;

/// Sizes on the wire of a request and its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exchange {
    /// The client's last packet, or its whole turn.
    pub(crate) request: u32,
    /// The server's last packet, or its whole turn.
    pub(crate) reply: u32,
    /// The answer is a yes, or has one in it.
    pub(crate) exact: bool,
    /// What the client sent next: its first packet, and all of it.
    pub(crate) then: Option<(u32, u32)>,
}

/// What packets weigh in both directions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// From the client.
    pub(crate) client: Seal,
    /// From the server.
    pub(crate) server: Seal,
    /// They were learnt from the first exchange, since the algorithms are not known.
    pub(crate) guessed: bool,
}

impl Sizes {
    pub(crate) const fn new(client: Seal, server: Seal) -> Self {
        Self { client, server, guessed: false }
    }

    /// SSH_MSG_USERAUTH_SUCCESS.
    pub(crate) const fn success(&self) -> u32 {
        self.server.size(1)
    }

    /// The same in a packet padded to 16 bytes.
    pub(crate) const fn padded_success(&self) -> u32 {
        let outside = if self.server.outside { 4 } else { 0 };
        self.server.tag.saturating_add(outside + 16)
    }

    /// Sets the sizes right by the service request and its answer: some pad to 16 bytes whatever the cipher, and of
    /// unknown algorithms only the sum can be learnt.
    pub(crate) fn calibrate(&mut self, request: u32, accept: &Turn) {
        fit(&mut self.client, request);
        if accept.packets.is_empty() {
            fit(&mut self.server, accept.size());
        }
        self.guessed = !self.server.known;
    }

    /// The answer says that a key would do (`SSH_MSG_USERAUTH_PK_OK`): it repeats the key of the request, which is
    /// longer by the user name and 36 bytes, and what follows is the same with a signature.
    pub(crate) fn key_accepted(&self, exchange: &Exchange) -> bool {
        let shorter = exchange.request.saturating_sub(exchange.reply);
        let repeats = (24..=80).contains(&shorter) && exchange.reply >= self.server.size(71);
        repeats && exchange.then.is_some_and(|(first, _)| first >= exchange.request.saturating_add(64))
    }

    /// A yes and something behind it, before OpenSSH's client opened its first channel or began to forward.
    pub(crate) fn together(&self, exchange: &Exchange) -> bool {
        let Some((first, all)) = exchange.then else {
            return false;
        };
        let behind = exchange.reply.saturating_sub(self.success());
        let no_more = self.client.size(34);
        let open_ssh = all == self.client.size(24).saturating_add(no_more)
            || all == no_more
            || first == no_more
            || all.checked_sub(no_more).is_some_and(|rest| self.listen(rest));
        open_ssh && behind >= self.server.size(80)
    }

    /// The same where the client is not OpenSSH's.
    pub(crate) fn together_with_session(&self, exchange: &Exchange) -> bool {
        exchange.reply.saturating_sub(self.success()) >= self.server.size(4) && self.opens(exchange)
    }

    /// Behind this answer the client opened a session, which no request for authentication is as short as.
    pub(crate) fn opens(&self, exchange: &Exchange) -> bool {
        let open = self.client.size(24);
        exchange.request > open && exchange.then.is_some_and(|(first, all)| first == open || all == open)
    }

    /// A yes and one packet more, where the client left at once; how sure that is.
    pub(crate) const fn together_at_the_end(&self, exchange: &Exchange) -> Option<u8> {
        let behind = exchange.reply.saturating_sub(self.success());
        if behind < self.server.size(40) {
            None
        } else if self.server.countable() && self.server.single(behind) {
            Some(75)
        } else if !self.server.countable() && behind >= 160 {
            Some(60)
        } else {
            None
        }
    }

    /// A request to listen at an address like `localhost` or `127.0.0.1`: shorter than any for authentication.
    const fn listen(&self, size: u32) -> bool {
        size >= self.client.size(28) && size <= self.client.size(27 + 15)
    }

    /// A request for the method `keyboard-interactive`: 24 bytes longer than one for `none`, give or take a block.
    pub(crate) const fn interactive(&self, none: u32, size: u32) -> bool {
        let longer = size.saturating_sub(none);
        longer.saturating_add(self.client.block) >= 24 && longer <= 24 + self.client.block
    }

    /// A request to listen at the server (`tcpip-forward`): 27 bytes of payload and an address.
    pub(crate) const fn forward(&self, size: u32) -> bool {
        size >= self.client.size(28) && size <= self.client.size(27 + 40)
    }

    /// The same with the opening of a session behind it.
    pub(crate) const fn forward_and_session(&self, size: u32) -> bool {
        match size.checked_sub(self.client.size(24)) {
            Some(rest) => self.forward(rest),
            None => false,
        }
    }

    /// SSH_MSG_DISCONNECT with a sentence in it.
    pub(crate) const fn disconnect(&self, exchange: &Exchange) -> bool {
        exchange.reply >= self.server.size(40)
            && exchange.reply <= self.server.size(110)
            && self.server.single(exchange.reply)
    }
}

fn fit(seal: &mut Seal, size: u32) {
    if !seal.known {
        // 17 bytes of payload take 32 in blocks of 16.
        seal.tag = size.saturating_sub(32);
    } else if seal.block == 8 {
        let wider = Seal { block: 16, ..*seal };
        if size == wider.size(17) && size != seal.size(17) {
            *seal = wider;
        }
    }
}
