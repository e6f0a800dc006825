//! People who run servers of their own, and look a little like intruders.

use wiretale_packet::Endpoint;

use super::everyday::browse;
use super::friends::{talk, visit};
use super::ftp::{Login, fetch};
use super::intrusion::tool;
use super::irc::{Irc, Me, Place};
use super::ssh::{Software, Ssh};
use super::story::{SERVERS, STRANGERS, Story, abroad};

/// SSH on a port of one's own choice, used from outside by its owner; a chat from that host, too.
pub(super) fn home_server(story: &mut Story) {
    let host = story.home(80);
    browse(story, 3.0, host, 2);
    let owner = abroad(STRANGERS, 21);
    for n in 0..2 {
        let random = story.fork();
        let talk = story.tcp(20.0 + f64::from(n) * 600.0, owner, Endpoint::new(host, 2222));
        let mut ssh = Ssh::open(talk, random, Software::default());
        ssh.refused(0);
        ssh.shell();
        for (keys, output) in [(9, 200), (21, 700), (6, 50), (17, 300), (4, 0)] {
            ssh.typed(keys, output);
        }
        ssh.close();
    }
    let mut irc = visit(story, 400.0, host, "selma", "selma");
    irc.0.join("#selfhosted", "", "@carol dave", Some(("backups!", "carol")));
    talk(&mut irc, "#selfhosted", 20);
    irc.0.quit();
}

/// Eggdrop fetched from its makers by FTP, and run: it keeps a channel in order.
pub(super) fn bot_keeper(story: &mut Story) {
    let (host, mirror) = (story.home(81), abroad(SERVERS, 31));
    browse(story, 3.0, host, 2);
    let at = story.lookup(20.0, host, "ftp.example.com", Some(mirror));
    let archive = tool(story, 40_000);
    let server = Endpoint::new(mirror, 21);
    let login =
        Login { client: host, server, greeting: "(vsFTPd 3.0.3)", user: "anonymous", password: "me@example.com" };
    let (_, end) = fetch(story, at, login, &[("eggdrop1.8.4.tar.gz", archive)]);
    let place = Place::new(abroad(SERVERS, 10), 6667, "irc.example.org", "ExampleNet");
    let at = story.lookup(end + 600.0, host, place.name, Some(place.end.address));
    let talk = story.tcp(at, host, place.end);
    let mut irc = Irc::register(talk, Me::new("gatekeep", "egg", "/msg gatekeep hello"), place);
    irc.join("#selfhosted", "", "@carol dave", None);
    irc.told(":carol!~carol@198.51.100.9 MODE #selfhosted +o gatekeep");
    for n in 0..6 {
        irc.pause(140.0);
        irc.told(&format!(":new{n}!~n@198.51.100.{n} JOIN #selfhosted"));
        irc.raw(&format!("MODE #selfhosted +v new{n}"));
        irc.hears("dave", "#selfhosted", "!seen carol");
        irc.pause(0.8);
        irc.says("#selfhosted", "dave, carol is right here!");
    }
    irc.quit();
}
