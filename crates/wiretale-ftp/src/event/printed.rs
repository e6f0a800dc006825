//! Events as the tests and `{:?}` show them.

use core::fmt;

use wiretale_protocol::Escaped;

use super::{Answer, Channel, Command, Event, Exchange, Login, Reply, Transfer};

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = |name: &str, what: &dyn fmt::Debug| f.debug_tuple(name).field(what).finish();
        match self {
            Self::Command(command) => told("Command", command),
            Self::Reply(reply) => told("Reply", reply),
            Self::Exchange(exchange) => told("Exchange", exchange),
            Self::Login(login) => told("Login", login),
            Self::Greeting { text } => told("Greeting", &Escaped(text)),
            Self::System { text } => told("System", &Escaped(text)),
            Self::Client { text } => told("Client", &Escaped(text)),
            Self::DataChannel(channel) => told("DataChannel", channel),
            Self::Transfer(transfer) => told("Transfer", transfer),
            Self::Directory { path } => told("Directory", &Escaped(path)),
            Self::AuthTls => f.write_str("AuthTls"),
            Self::AuthOther { mechanism } => told("AuthOther", &Escaped(mechanism)),
            Self::SecurityData { mechanism, bytes, done } => f
                .debug_struct("SecurityData")
                .field("mechanism", mechanism)
                .field("bytes", bytes)
                .field("done", done)
                .finish(),
            Self::Clear => f.write_str("Clear"),
            Self::Violation { reason } => told("Violation", reason),
            Self::Ended => f.write_str("Ended"),
        }
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Escaped(self.name))?;
        if self.argument.is_empty() { Ok(()) } else { write!(f, " {}", Escaped(self.argument)) }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.code, if self.continued { '-' } else { ' ' }, Escaped(self.text))
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, Escaped(self.text))
    }
}

// Without its time, which depends on where the stream was cut.
impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reply {
            Some(reply) => write!(f, "{:?} -> {reply:?}", self.command)?,
            None => write!(f, "{:?} -> none, {:?} standing", self.command, self.standing)?,
        }
        let [user, password, path] = [self.user, self.password, self.path].map(|bytes| Escaped(bytes.unwrap_or(b"-")));
        write!(f, "; user {user} password {password} path {path}")?;
        write!(f, "; size {:?} announced {:?}", self.size, self.announced)?;
        write!(f, "; channel {:?} carrier {:?}", self.channel, self.carrier)
    }
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ok {:?} anonymous {}", Escaped(self.user), self.ok, self.anonymous)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.passive { "passive" } else { "active" };
        let note = match (self.nat, self.bounce) {
            (true, _) => " nat",
            (_, true) => " bounce",
            _ => "",
        };
        write!(f, "{kind} {} to {}{note}", self.connector, self.advertised)
    }
}

impl fmt::Debug for Transfer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verb, start, channel, .. } = self;
        write!(f, "{verb:?} {} at {start} as {} over {channel:?}", Escaped(self.name), Escaped(self.path))
    }
}
