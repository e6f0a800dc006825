//! Events with borrowed text of another lifetime.

use wiretale_protocol::Lend;

use crate::{Answer, Command, DataEvent, Entry, Event, Exchange, Login, Opened, Reply, Transfer};

impl Event<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl Lend<'b>) -> Event<'b> {
        match *self {
            Self::Command(command) => Event::Command(command.relend(lender)),
            Self::Reply(Reply { code, text, continued, first }) => {
                Event::Reply(Reply { code, text: lender.lend(text), continued, first })
            }
            Self::Exchange(exchange) => Event::Exchange(exchange.relend(lender)),
            Self::Login(Login { user, ok, anonymous }) => {
                Event::Login(Login { user: lender.lend(user), ok, anonymous })
            }
            Self::Greeting { text } => Event::Greeting { text: lender.lend(text) },
            Self::System { text } => Event::System { text: lender.lend(text) },
            Self::Client { text } => Event::Client { text: lender.lend(text) },
            Self::DataChannel(channel) => Event::DataChannel(channel),
            Self::Transfer(Transfer { verb, name, path, start, channel }) => {
                Event::Transfer(Transfer { verb, name: lender.lend(name), path: lender.lend(path), start, channel })
            }
            Self::Directory { path } => Event::Directory { path: lender.lend(path) },
            Self::AuthTls => Event::AuthTls,
            Self::AuthOther { mechanism } => Event::AuthOther { mechanism: lender.lend(mechanism) },
            Self::SecurityData { mechanism, bytes, done } => Event::SecurityData { mechanism, bytes, done },
            Self::Clear => Event::Clear,
            Self::Violation { reason } => Event::Violation { reason },
            Self::Ended => Event::Ended,
        }
    }
}

impl DataEvent<'_> {
    /// The same event with text that `lender` lends.
    #[must_use]
    pub fn relend<'b>(&self, lender: &mut impl Lend<'b>) -> DataEvent<'b> {
        match *self {
            Self::Opened(opened) => DataEvent::Opened(opened.relend(lender)),
            Self::Content(content) => DataEvent::Content(content.relend(lender)),
            Self::Listing(Entry { kind, size, modified, name, line }) => {
                let (modified, name, line) = (lender.lend(modified), lender.lend(name), lender.lend(line));
                DataEvent::Listing(Entry { kind, size, modified, name, line })
            }
            Self::Finished { bytes } => DataEvent::Finished { bytes },
        }
    }
}

impl Command<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Command<'b> {
        Command { verb: self.verb, name: lender.lend(self.name), argument: lender.lend(self.argument) }
    }
}

impl Answer<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Answer<'b> {
        Answer { code: self.code, text: lender.lend(self.text) }
    }
}

impl Exchange<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Exchange<'b> {
        let Self { command, asked, frame, user, password, path, reply, standing, .. } = self;
        let Self { size, announced, channel, carrier, server, .. } = self;
        Exchange {
            command: command.relend(lender),
            asked,
            frame,
            user: lender.lend_some(user),
            password: lender.lend_some(password),
            path: lender.lend_some(path),
            reply: reply.map(|reply| reply.relend(lender)),
            standing: standing.map(|standing| standing.relend(lender)),
            size,
            announced,
            channel,
            carrier,
            server,
        }
    }
}

impl Opened<'_> {
    fn relend<'b>(self, lender: &mut impl Lend<'b>) -> Opened<'b> {
        let Self { command, name, path, user, sender, start, size, channel, parent, server, protected } = self;
        let (name, path, user) = (lender.lend(name), lender.lend(path), lender.lend_some(user));
        Opened { command, name, path, user, sender, start, size, channel, parent, server, protected }
    }
}
