//! The README's tables, written from the data and kept in step with it.

use std::format;
use std::string::String;

use crate::numerics::NUMERICS;
use crate::{COMMANDS, Command, Origin};

// The section of the README between two marks.
fn section<'a>(readme: &'a str, name: &str) -> &'a str {
    let begin = format!("<!-- {name} -->\n");
    let end = format!("<!-- end of {name} -->");
    let from = readme.find(&begin).expect("the mark") + begin.len();
    let to = readme[from..].find(&end).expect("the end mark") + from;
    &readme[from..to]
}

fn numerics() -> String {
    let mut table = String::from("| numeric | name | source | events beside `Message` |\n|---|---|---|---|\n");
    for numeric in NUMERICS {
        table += &format!("| {:03} | {} | {} | {} |\n", numeric.code, numeric.name, numeric.source, numeric.events);
    }
    table
}

fn commands() -> String {
    let mut table = String::from("| command | source | read as |\n|---|---|---|\n");
    for &(name, origin) in COMMANDS {
        table += &format!("| {name} | {} | {} |\n", source(origin), reading(name));
    }
    table
}

fn source(origin: Origin) -> &'static str {
    match origin {
        Origin::Rfc => "RFC 1459, RFC 2812",
        Origin::Rfc2813 => "RFC 2813, ngIRCd, IRCnet",
        Origin::Ircv3 => "IRCv3",
        Origin::Ircd => "ircds",
        Origin::Services => "services",
        Origin::Ts6 => "TS6",
        Origin::Inspircd => "InspIRCd",
        Origin::Unreal => "UnrealIRCd",
    }
}

// What a command leads to beside its `Message`.
fn reading(name: &str) -> &'static str {
    match Command::from_wire(name.as_bytes()) {
        Command::Privmsg | Command::Notice | Command::Squery | Command::Cprivmsg | Command::Cnotice => {
            "Text, Ctcp, Dcc; exposures"
        }
        Command::Sjoin => "Joined, Listed; exposures",
        Command::Join => "Joined, Presumed; exposures",
        Command::Njoin | Command::Fjoin | Command::Ijoin => "Joined; exposures",
        Command::Part => "Parted",
        Command::Quit => "Quit",
        Command::Nick | Command::Svsnick | Command::Save => "NickChanged, UserJoined",
        Command::Mode | Command::Tmode | Command::Fmode => "Mode; exposures",
        Command::Topic | Command::Ftopic | Command::Tb | Command::Tburst | Command::Etb => "Topic",
        Command::Kick => "Kicked",
        Command::Kill | Command::Svskill => "Killed",
        Command::Invite => "Invited",
        Command::User => "the identity in Registered",
        Command::Pass => "exposures; abilities of a link",
        Command::Oper => "exposures; the name in Oper",
        Command::Opertype => "Oper",
        Command::Away => "Away",
        Command::Who
        | Command::Whois
        | Command::Whowas
        | Command::Names
        | Command::List
        | Command::Links
        | Command::Motd
        | Command::Info
        | Command::Stats
        | Command::Map
        | Command::Help
        | Command::Helpop
        | Command::Monitor => "the question of a Record",
        Command::Error => "Ended, Refused",
        Command::Cap => "Capabilities",
        Command::Authenticate | Command::Sasl => "Login; exposures",
        Command::Batch => "Batch, Labeled",
        Command::Ack => "Labeled",
        Command::Fail | Command::Warn | Command::Note => "StandardReply",
        Command::Bmask | Command::Ebmask | Command::Lmode => "Listed",
        Command::Account | Command::Metadata => "Account",
        Command::Chghost | Command::Fhost | Command::Sethost | Command::Realhost => "HostChanged",
        Command::Setname | Command::Fname => "RealNameChanged",
        Command::Starttls => "StartTls, StartTlsRefused",
        Command::Webirc => "Gateway; exposures",
        Command::Server | Command::Sid | Command::Smask => "LinkPeer, ServerJoined; exposures",
        Command::Uid | Command::Euid | Command::Unick => "UserJoined",
        Command::Squit | Command::Rsquit => "ServerSplit, Quit",
        Command::Eob | Command::Endburst | Command::Eos | Command::Pong => "BurstEnd",
        Command::Capab | Command::Protoctl => "abilities of a link",
        Command::Encap => "Login, Account, HostChanged",
        Command::Login => "Account; exposures",
        Command::Nickserv
        | Command::Ns
        | Command::Chanserv
        | Command::Cs
        | Command::Memoserv
        | Command::Ms
        | Command::Operserv
        | Command::Os
        | Command::Hostserv
        | Command::Hs
        | Command::Botserv
        | Command::Bs
        | Command::Identify
        | Command::Id
        | Command::Authserv
        | Command::Chaninfo
        | Command::Auth
        | Command::Register
        | Command::Die
        | Command::Restart
        | Command::Vhost => "exposures",
        _ => "",
    }
}

#[test]
fn the_tables_are_in_step_with_the_data() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let mut written = readme.clone();
    for (name, table) in [("numerics", numerics()), ("commands", commands())] {
        let mark = format!("<!-- {name} -->\n");
        written = written.replace(&format!("{mark}{}", section(&readme, name)), &format!("{mark}{table}"));
    }
    if std::env::var_os("WRITE_README").is_some() {
        std::fs::write(path, &written).expect("written");
    }
    assert!(readme == written, "run this test with WRITE_README=1");
}
