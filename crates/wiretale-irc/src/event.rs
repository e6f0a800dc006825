//! What the decoder has to say.

mod detail;

use crate::{Listed, Message, Record, Source, Wire};

pub use detail::{Dialect, ModeChange, ModeKind, Refusal, Severity};

/// Something that happened in an IRC connection.
///
/// A line is an [`Event::Message`], its secrets replaced by `<hidden>`; what it means for the session follows it at
/// once as events of their own. An observer that does not
/// [want messages](wiretale_protocol::Observer::wants_messages) is told those of clients that are neither words nor PING or
/// PONG, those whose command nobody knows, and 004, which names the server's version. One that does not
/// [want others](wiretale_protocol::Observer::wants_others) is not told who else joins, leaves, quits or changes the nick.
/// Who spoke is in the moment's direction. Text is borrowed and of no known encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A line, either way.
    Message(Message<'a>),
    /// The server took the client in (001).
    Registered {
        /// The nick as the server knows it.
        nick: Wire<'a>,
        /// The user name: as the server shows it, else as the client gave it.
        user: Wire<'a>,
        /// The client's host as the server shows it; empty if it does not.
        host: Wire<'a>,
        /// The real name the client gave.
        real_name: Wire<'a>,
        /// The server's name.
        server: Wire<'a>,
        /// The network's name as far as the greeting tells; [`Event::Network`] follows with the sure one.
        network: Wire<'a>,
    },
    /// Whose connection it is, where its registration was not seen: what it shows is addressed to this nick.
    Known {
        /// The client's nick.
        nick: Wire<'a>,
        /// The server's name; empty while it is not known.
        server: Wire<'a>,
    },
    /// The client goes on as if it were in: it joins a channel, having given a nick and a user, before anything was heard
    /// of how its registration ended. Where nothing of the server is seen that is all there is; else [`Event::Registered`]
    /// follows, or a refusal.
    Presumed {
        /// The nick that the client gave last.
        nick: Wire<'a>,
        /// The user name it gave.
        user: Wire<'a>,
        /// The real name it gave.
        real_name: Wire<'a>,
    },
    /// The network names itself (`NETWORK=` in 005).
    Network {
        /// Its name.
        name: Wire<'a>,
        /// The server that says so.
        server: Wire<'a>,
    },
    /// The server did not take the client, or not under this nick.
    Refused {
        /// Why.
        reason: Refusal,
        /// The numeric that says so; 0 for an `ERROR` or a `NOTICE`.
        numeric: u16,
        /// The nick that was refused, if it was one.
        nick: Wire<'a>,
        /// The server's words.
        text: Wire<'a>,
    },
    /// Somebody has a new nick.
    NickChanged {
        /// Who, under the old nick.
        who: Source<'a>,
        /// The new nick.
        nick: Wire<'a>,
        /// It is this connection's client.
        own: bool,
        /// The client did not ask for it.
        forced: bool,
    },
    /// Somebody joined a channel.
    Joined {
        /// The channel.
        channel: Wire<'a>,
        /// Who.
        who: Source<'a>,
        /// Their account, where the line tells (`extended-join`); empty otherwise.
        account: Wire<'a>,
        /// Their real name, where the line tells.
        real_name: Wire<'a>,
        /// It is this connection's client.
        own: bool,
        /// The client gave a key.
        key: bool,
    },
    /// Somebody left a channel.
    Parted {
        /// The channel.
        channel: Wire<'a>,
        /// Who.
        who: Source<'a>,
        /// Their words.
        reason: Wire<'a>,
        /// It is this connection's client.
        own: bool,
    },
    /// Somebody left the network.
    Quit {
        /// Who.
        who: Source<'a>,
        /// Their words.
        reason: Wire<'a>,
        /// It is this connection's client.
        own: bool,
        /// A link between servers broke: the reason is two server names.
        netsplit: bool,
    },
    /// Somebody was put out of a channel.
    Kicked {
        /// The channel.
        channel: Wire<'a>,
        /// Who.
        nick: Wire<'a>,
        /// By whom.
        by: Source<'a>,
        /// Their words.
        reason: Wire<'a>,
        /// It is this connection's client.
        own: bool,
    },
    /// Somebody was put off the network by an operator.
    Killed {
        /// Who.
        nick: Wire<'a>,
        /// By whom.
        by: Source<'a>,
        /// Their words.
        reason: Wire<'a>,
        /// It is this connection's client.
        own: bool,
    },
    /// Somebody was asked into a channel.
    Invited {
        /// The channel.
        channel: Wire<'a>,
        /// Who.
        nick: Wire<'a>,
        /// By whom.
        by: Source<'a>,
    },
    /// A channel's topic: told or changed.
    Topic {
        /// The channel.
        channel: Wire<'a>,
        /// The topic; empty for none.
        text: Wire<'a>,
        /// Who set it, where known.
        setter: Wire<'a>,
        /// When, in Unix time, where known.
        time: Option<u64>,
        /// It was changed now, not just told.
        changed: bool,
    },
    /// One mode was set or taken, with its argument.
    Mode {
        /// A channel or a nick.
        target: Wire<'a>,
        /// By whom; empty where a reply tells what is set.
        by: Source<'a>,
        /// What.
        change: ModeChange<'a>,
    },
    /// An entry of a channel's list of masks, as an answer or a burst tells it. Of changes, [`Event::Mode`] tells.
    Listed {
        /// The channel.
        channel: Wire<'a>,
        /// The entry.
        entry: Listed<'a>,
    },
    /// Words to a person or a channel, with nothing of CTCP in them.
    Text {
        /// From whom.
        from: Source<'a>,
        /// To whom.
        target: Wire<'a>,
        /// The words. Formatting is left in: see [`crate::text::plain`].
        text: Wire<'a>,
        /// It is a `NOTICE`.
        notice: bool,
    },
    /// A CTCP request or reply. Of `DCC`, [`Event::Dcc`] follows.
    Ctcp {
        /// From whom.
        from: Source<'a>,
        /// To whom.
        target: Wire<'a>,
        /// It answers a request.
        reply: bool,
        /// What it is: `ACTION`, `VERSION`, … as it was written.
        verb: Wire<'a>,
        /// What follows the verb, unquoted.
        args: Wire<'a>,
    },
    /// A DCC message: an offer, an answer to one.
    Dcc {
        /// From whom.
        from: Source<'a>,
        /// To whom.
        target: Wire<'a>,
        /// What it says.
        message: wiretale_dcc::Message<'a>,
        /// What it did to an offer; `None` where it did nothing new.
        step: Option<wiretale_dcc::Step<'a>>,
    },
    /// Replies of several lines, put together.
    Record(Record<'a>),
    /// A login to an account: its outcome.
    Login {
        /// The account; empty where the server does not say.
        account: Wire<'a>,
        /// Who.
        who: Source<'a>,
        /// How: `PLAIN`, `EXTERNAL`, `SCRAM-SHA-256`, … for SASL; empty otherwise.
        mechanism: Wire<'a>,
        /// It was taken.
        accepted: bool,
    },
    /// Capabilities: offered, wanted, granted, refused (IRCv3 `CAP`).
    Capabilities {
        /// `LS`, `REQ`, `ACK`, `NAK`, `NEW`, `DEL`, `LIST`, `END`.
        subcommand: Wire<'a>,
        /// The capabilities, between spaces.
        list: Wire<'a>,
        /// More of the same list follows.
        more: bool,
    },
    /// A `BATCH` begins or ends.
    Batch {
        /// Its reference.
        reference: Wire<'a>,
        /// Its type; empty at its end.
        kind: Wire<'a>,
        /// It begins.
        begins: bool,
    },
    /// The answer begins to what the client gave a label (IRCv3 `labeled-response`).
    Labeled {
        /// The label.
        label: Wire<'a>,
        /// The command that bore it; `None` where that was not seen.
        question: Option<Wire<'a>>,
        /// The answer is all of the batch with this reference; empty where it is one line.
        batch: Wire<'a>,
        /// There is nothing to say (`ACK`).
        empty: bool,
    },
    /// A standard reply (IRCv3 `FAIL`, `WARN`, `NOTE`).
    StandardReply {
        /// How bad it is.
        severity: Severity,
        /// The command it is about; `*` for none.
        command: Wire<'a>,
        /// What it is: `ACCOUNT_REQUIRED`, `NEED_MORE_PARAMS`, …
        code: Wire<'a>,
        /// What it is about, in words between spaces; empty for nothing.
        context: Wire<'a>,
        /// In words for people.
        description: Wire<'a>,
    },
    /// Somebody is away, or back (empty text).
    Away {
        /// Who.
        who: Source<'a>,
        /// Their words.
        text: Wire<'a>,
    },
    /// Somebody logged in to an account, or out of it (empty account).
    Account {
        /// Who.
        who: Source<'a>,
        /// The account.
        account: Wire<'a>,
    },
    /// Somebody shows another user name and host.
    HostChanged {
        /// Who, as before.
        who: Source<'a>,
        /// The new user name.
        user: Wire<'a>,
        /// The new host.
        host: Wire<'a>,
    },
    /// Somebody has another real name.
    RealNameChanged {
        /// Who.
        who: Source<'a>,
        /// The new real name.
        real_name: Wire<'a>,
    },
    /// People on or off the network, as MONITOR, WATCH and ISON tell.
    Presence {
        /// Who: nicks or `nick!user@host`, between commas or spaces.
        who: Wire<'a>,
        /// They are there.
        online: bool,
    },
    /// The client asked to be an operator: the outcome.
    Oper {
        /// Under this operator name; empty where the question was not seen.
        name: Wire<'a>,
        /// It was.
        accepted: bool,
    },
    /// The server does not let somebody into a channel.
    JoinRefused {
        /// The channel.
        channel: Wire<'a>,
        /// The numeric that says so.
        numeric: u16,
        /// The server's words.
        text: Wire<'a>,
    },
    /// A token of 005: what the server supports.
    Supports {
        /// Its name, with a `-` in front where it is taken back.
        name: Wire<'a>,
        /// Its value, as written.
        value: Wire<'a>,
    },
    /// STARTTLS was asked for and granted: what follows is TLS.
    StartTls,
    /// STARTTLS was asked for and refused (691).
    StartTlsRefused,
    /// The client reached the server through a proxy.
    Proxied {
        /// `socks4`, `socks5` or `http-connect`.
        kind: &'static str,
        /// Where it wanted to go, as it wrote it, with the port behind a colon.
        target: Wire<'a>,
    },
    /// A bouncer stands between the client and the network.
    Bouncer {
        /// What it calls itself: `znc`, `psybnc`, …
        software: Wire<'a>,
    },
    /// A gateway names the person behind it (`WEBIRC`).
    Gateway {
        /// The gateway.
        name: Wire<'a>,
        /// The person's host.
        host: Wire<'a>,
        /// The person's address.
        address: Wire<'a>,
    },
    /// It is a link between servers: one side names itself.
    LinkPeer {
        /// Its name.
        name: Wire<'a>,
        /// Its identifier, where the dialect has one.
        sid: Wire<'a>,
        /// Its description.
        description: Wire<'a>,
        /// What it speaks.
        dialect: Dialect,
    },
    /// A server came, behind a link.
    ServerJoined {
        /// Its name.
        name: Wire<'a>,
        /// Its identifier, where the dialect has one.
        sid: Wire<'a>,
        /// The server it hangs on.
        uplink: Wire<'a>,
        /// Its description.
        description: Wire<'a>,
    },
    /// A server left, and all behind it.
    ServerSplit {
        /// Its name, or identifier where the name is not known.
        name: Wire<'a>,
        /// The words with it.
        reason: Wire<'a>,
    },
    /// A server told of a user.
    UserJoined {
        /// The user's identifier, where the dialect has one.
        uid: Wire<'a>,
        /// Who.
        who: Source<'a>,
        /// The host behind what is shown; empty where it is the same or not told.
        real_host: Wire<'a>,
        /// The user's address as written.
        address: Wire<'a>,
        /// The user's account; empty for none.
        account: Wire<'a>,
        /// The real name.
        real_name: Wire<'a>,
        /// The server the user is on.
        server: Wire<'a>,
    },
    /// A server has told all it knows.
    BurstEnd {
        /// Which.
        server: Wire<'a>,
        /// Servers known by now.
        servers: u32,
        /// Users known by now.
        users: u32,
    },
    /// From here on this direction is compressed; it is not read further.
    Compressed,
    /// The server ends the connection (`ERROR`).
    Ended {
        /// Its words.
        reason: Wire<'a>,
    },
}
