//! Entered hosts that are put to use on IRC.

use wiretale_packet::{Address, Direction, Endpoint};

use super::everyday::browse;
use super::ftp::{Login, fetch};
use super::intrusion::{dcc, enter, tool};
use super::irc::{Irc, Me, Place};
use super::story::{SERVERS, STRANGERS, Story, abroad, seconds, secs};

/// A server of packs (iroffer) on an entered host.
pub(super) fn xdcc(story: &mut Story) {
    let host = story.home(2);
    browse(story, 2.0, host, 3);
    let end = enter(story, 20.0, host);
    let end = bring(story, end + 60.0, host, "iroffer1.4.tgz");
    let place = Place::new(abroad(SERVERS, 20), 6667, "irc.example.net", "WarezNet");
    let at = story.lookup(end + 120.0, host, "irc.example.net", Some(place.end.address));
    let talk = story.tcp(at, host, place.end);
    let mut irc = Irc::register(talk, Me::new("XDCC-0042", "xdcc", "iroffer"), place);
    irc.join("#warez-xdcc", "", "@boss leech1 leech2", Some(("xdcc only", "boss")));
    let announced = irc.now();
    let mut requests = Vec::new();
    for round in 0..3u16 {
        for line in PACKS {
            irc.says("#warez-xdcc", line);
            irc.pause(1.0);
        }
        irc.pause(60.0);
        irc.hears("leech1", "XDCC-0042", &format!("xdcc send #{}", round + 1));
        let port = 40_100 + round;
        irc.says("leech1", &format!("\x01DCC SEND film{round}.avi {} {port} 60000\x01", irc.dcc(host)));
        requests.push((irc.now() + 1.0, port));
        irc.pause(120.0);
    }
    irc.quit();
    let peer = Some(place.end.address);
    story.truth(announced, (host, peer), 5, &["D25"], "it offers packs");
    let film = story.fork().bytes(60_000);
    let leech = abroad(STRANGERS, 31);
    story.truth(requests[0].0, (host, Some(leech)), 6, &["D24", "D25"], "it sends packs");
    for (at, port) in requests {
        dcc(story, at, leech, Endpoint::new(host, port), &film);
    }
}

/// A bouncer (psyBNC) on an entered host.
pub(super) fn bouncer(story: &mut Story) {
    let host = story.home(3);
    browse(story, 2.0, host, 3);
    let end = enter(story, 20.0, host);
    let at = bring(story, end + 60.0, host, "psyBNC2.3.2.tar.gz") + 60.0;
    let user = abroad(STRANGERS, 55);
    let mut talk = story.tcp(at, user, Endpoint::new(host, 31_337));
    for (from, line) in [
        (Direction::Server, ":Welcome!psyBNC@lam3rz.de NOTICE * :psyBNC2.3.2-7"),
        (Direction::Client, "NICK ghost\r\nUSER ghost 0 * :ghost"),
        (
            Direction::Server,
            ":Welcome!psyBNC@lam3rz.de NOTICE ghost :Your IRC Client did not support a password. Please type /QUOTE PASS yourpassword to connect.",
        ),
        (Direction::Client, "PASS s3same99"),
        (Direction::Server, ":-psyBNC NOTICE ghost :Welcome ghost !"),
        (Direction::Client, "ADDSERVER irc.example.org:6667"),
        (Direction::Server, ":-psyBNC NOTICE ghost :Server irc.example.org port 6667 added"),
    ] {
        talk.pause(secs(0.7));
        talk.speak(from, format!("{line}\r\n").as_bytes());
    }
    talk.pause(secs(300.0));
    let end = seconds(talk.close(Direction::Client));
    story.truth(at, (host, Some(user)), 4, &["D26", "D01", "D17"], "a bouncer is used from outside");
    let place = Place::new(abroad(SERVERS, 21), 6667, "irc.example.org", "ExampleNet");
    let at = story.lookup(at + 6.0, host, "irc.example.org", Some(place.end.address));
    let talk = story.tcp(at, host, place.end);
    let mut irc = Irc::register(talk, Me::new("ghost", "ghost", "ghost"), place);
    irc.join("#rootshells", "", "@evil ghost2", None);
    irc.idle_until(end + 400.0);
    irc.quit();
}

// An archive comes by FTP. Returns when that is over.
fn bring(story: &mut Story, at: f64, host: Address, name: &'static str) -> f64 {
    let tools = abroad(STRANGERS, 133);
    let archive = tool(story, 30_000);
    let server = Endpoint::new(tools, 21);
    let login = Login { client: host, server, greeting: "ProFTPD 1.2.10 Server", user: "kit", password: "kitkat99" };
    let (begun, end) = fetch(story, at, login, &[(name, archive)]);
    story.truth(begun[0], (host, Some(tools)), 3, &["D29"], "a tool fetched by FTP");
    end
}

const PACKS: [&str; 6] = [
    "** 3 packs **  2 of 5 slots open, Min: 10.0KB/s, Record: 84.3KB/s",
    "** Bandwidth Usage ** Current: 12.4KB/s, Cap: 60.0KB/s, Record: 99.1KB/s",
    "** To request a file, type \"/MSG XDCC-0042 XDCC SEND x\" **",
    "#1   55x [175M] some.film.2003.cd1.avi",
    "#2   31x [702M] some.game.iso",
    "Total Offered: 1.2 GB  Total Transferred: 31.02 GB",
];
