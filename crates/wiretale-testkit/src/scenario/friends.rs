//! People on IRC, and games.

use wiretale_packet::{Address, Direction, Endpoint};

use super::everyday::browse;
use super::intrusion::dcc as transfer;
use super::irc::{Irc, Me, Place};
use super::story::{SERVERS, STRANGERS, Story, abroad, pause, secs};

/// Two people chat.
pub(super) fn chat(story: &mut Story) {
    for (n, nick) in ["alice_g", "bob"].into_iter().enumerate() {
        let host = story.home(60 + n as u8);
        browse(story, 3.0, host, 2);
        let mut irc = visit(story, 10.0 + n as f64 * 7.0, host, nick, nick);
        irc.0.join("#gardening", "", "@carol dave +erin", Some(("roses, mostly | be kind", "carol")));
        talk(&mut irc, "#gardening", 45);
        irc.0.quit();
    }
}

/// Friends exchange a picture and a song.
pub(super) fn dcc(story: &mut Story) {
    let (host, friend) = (story.home(62), abroad(STRANGERS, 90));
    let (picture, song) = (media(story, b"\xff\xd8\xff\xe0\0\x10JFIF", 50_000), media(story, b"ID3\x03\0\0\0", 70_000));
    let mut irc = visit(story, 10.0, host, "frank", "frank");
    irc.0.join("#photo", "", "@gina hugo", None);
    talk(&mut irc, "#photo", 8);
    irc.0.hears("gina", "frank", &format!("\x01DCC SEND garden.jpg {} 5010 {}\x01", irc.0.dcc(friend), picture.len()));
    let received = irc.0.now() + 2.0;
    irc.0.pause(40.0);
    irc.0.says("gina", "lovely, thanks :)");
    irc.0.says("gina", &format!("\x01DCC SEND song.mp3 {} 5011 {}\x01", irc.0.dcc(host), song.len()));
    let sent = irc.0.now() + 2.0;
    irc.0.pause(40.0);
    talk(&mut irc, "#photo", 6);
    irc.0.quit();
    transfer(story, received, host, Endpoint::new(friend, 5010), &picture);
    transfer(story, sent, friend, Endpoint::new(host, 5011), &song);
}

/// Somebody who keeps a ZNC bouncer at a hoster.
pub(super) fn znc(story: &mut Story) {
    let host = story.home(63);
    let bouncer = abroad(SERVERS, 40);
    let at = story.lookup(8.0, host, "znc.example.org", Some(bouncer));
    let place = Place::new(bouncer, 6697, "irc.znc.in", "Libera.Chat");
    let random = story.fork();
    let talk_to = story.tcp(at, host, place.end);
    let me = Me { password: Some("nora/libera:correct horse"), ..Me::new("nora", "nora", "Nora") };
    let mut irc = (Irc::register(talk_to, me, place), random);
    irc.0.told(":*status!znc@znc.in PRIVMSG nora :You are currently connected to ZNC");
    irc.0.join("#rust", "", "@ferris olaf petra", Some(("the language", "ferris")));
    irc.0.hears("***", "#rust", "Buffer Playback...");
    irc.0.hears("olaf", "#rust", "[09:12:44] anyone tried the new release?");
    irc.0.hears("***", "#rust", "Playback Complete.");
    talk(&mut irc, "#rust", 25);
    irc.0.quit();
}

/// An eggdrop at home that tells the weather.
pub(super) fn eggdrop(story: &mut Story) {
    let host = story.home(64);
    let mut irc = visit(story, 6.0, host, "wxbot", "wxbot");
    irc.0.join("#gardening", "", "@carol dave erin", Some(("roses, mostly", "carol")));
    let mut random = irc.1.clone();
    for n in 0..24 {
        irc.0.pause(pause(&mut random, 50.0));
        let (who, town) = ([("dave", "Oslo"), ("erin", "Bergen"), ("carol", "Turku")])[n % 3];
        irc.0.hears(who, "#gardening", &format!("!weather {town}"));
        irc.0.pause(0.4 + random.between(0, 900) as f64 / 1000.0);
        irc.0.says("#gardening", &format!("{who}: weather for {town}: {}C, light rain", 5 + n));
    }
    irc.0.quit();
}

/// Where people ask for help, and quote what bots say.
pub(super) fn help_channel(story: &mut Story) {
    let host = story.home(65);
    browse(story, 3.0, host, 2);
    let mut irc = visit(story, 9.0, host, "ines", "ines");
    irc.0.join("#malware-help", "", "@jan +kim leo", Some(("paste logs at paste.example.org, do not run them", "jan")));
    let mut random = irc.1.clone();
    for (who, text) in [
        ("leo", "what does .advscan lsass 100 5 0 mean? it is in our logs"),
        ("kim", "<h3rd3r> .advscan lsass 100 5 0 -b -r"),
        ("kim", "[12:04] <h3rd3r> !udp 203.0.113.200 1000 64"),
        ("", "those are orders to an rbot, the second one floods"),
        ("leo", "and this? <bot> [SCAN]: Random Port Scan started"),
        ("", "its answer :)"),
        ("jan", "never open http://198.51.100.140/upd.exe yourself"),
        ("", "thanks, of course"),
        ("leo", "so the host is infected?"),
        ("", "i would reinstall it, and change the passwords"),
    ] {
        irc.0.pause(pause(&mut random, 30.0));
        match who {
            "" => irc.0.says("#malware-help", text),
            who => irc.0.hears(who, "#malware-help", text),
        }
    }
    talk(&mut irc, "#malware-help", 10);
    irc.0.quit();
}

/// A person who is called what bots are called, on a port that is not IRC's.
pub(super) fn odd_nick(story: &mut Story) {
    let host = story.home(67);
    browse(story, 3.0, host, 2);
    let place = Place::new(abroad(SERVERS, 41), 5190, "irc.example.de", "GameNet");
    let at = story.lookup(8.0, host, place.name, Some(place.end.address));
    let random = story.fork();
    let talk_to = story.tcp(at, host, place.end);
    let me = Me::new("[DEU]Max1984", "max", "Max");
    let mut irc = (Irc::register(talk_to, me, place), random);
    irc.0.join("#clan", "", "@[DEU]Moritz1985 [USA]Jim", Some(("training at 8", "[DEU]Moritz1985")));
    talk(&mut irc, "#clan", 45);
    irc.0.quit();
}

/// A game in text, on a server elsewhere.
pub(super) fn game(story: &mut Story) {
    let host = story.home(66);
    let server = Endpoint::new(abroad(SERVERS, 50), 4000);
    let at = story.lookup(5.0, host, "mud.example.org", Some(server.address));
    let mut random = story.fork();
    let mut talk = story.tcp(at, host, server);
    talk.speak(Direction::Server, b"Welcome to the Shattered Isles.\r\n\r\nBy what name do you wish to be known? ");
    for (line, answer) in MOVES.into_iter().cycle().take(40) {
        let think = pause(&mut random, 4.0);
        talk.pause(secs(think));
        talk.speak(Direction::Client, format!("{line}\r\n").as_bytes());
        talk.speak(Direction::Server, format!("{answer}\r\n\r\n<100hp 80m> ").as_bytes());
    }
    talk.close(Direction::Client);
}

/// A person's connection, and the chance that paces it.
pub(super) type Visit<'w> = (Irc<'w>, crate::random::Random);

/// A person connects to a server by its name.
pub(super) fn visit<'w>(story: &'w mut Story, at: f64, host: Address, nick: &str, user: &str) -> Visit<'w> {
    let place = Place::new(abroad(SERVERS, 10), 6667, "irc.example.org", "ExampleNet");
    let at = story.lookup(at, host, place.name, Some(place.end.address));
    let random = story.fork();
    let talk = story.tcp(at, host, place.end);
    (Irc::register(talk, Me::new(nick, user, nick), place), random)
}

/// So many things are said, by others and by the client, at the pace of people.
pub(super) fn talk((irc, random): &mut Visit<'_>, channel: &str, lines: usize) {
    for _ in 0..lines {
        irc.pause(pause(random, 22.0));
        let text = WORDS[random.between(0, WORDS.len() as u64) as usize];
        let others = ["carol", "dave", "erin", "olaf"];
        if random.chance(0.45) {
            irc.says(channel, text);
        } else {
            irc.hears(others[random.between(0, 4) as usize], channel, text);
        }
    }
}

fn media(story: &mut Story, head: &[u8], bytes: usize) -> Vec<u8> {
    [head, &story.fork().bytes(bytes)].concat()
}

const WORDS: &[&str] = &[
    "morning all",
    "what's the best way to prune roses?",
    "i like the dark one",
    "works for me :)",
    "10am, room 204",
    "haha, no",
    "did you see http://www.example.com/a.html",
    "s/februray/february/",
    "then wait until february",
    "ok, thanks!",
    "brb, phone",
    "that is what the manual says, too",
    "no idea, sorry",
    "!seen dave",
    "my cat sat on the keyboard again",
    "lol",
    "does anyone have the link from yesterday?",
    "it rains here since tuesday",
];
const MOVES: [(&str, &str); 6] = [
    ("aldric", "The harbour. Gulls scream above you.\r\nExits: north, east."),
    ("north", "A narrow lane between warehouses."),
    ("look", "Crates, ropes, and a sleeping watchman."),
    ("kill rat", "You slash at the rat. It dies!"),
    ("say anyone there?", "You say, 'anyone there?'"),
    ("inventory", "You carry a lantern, a rope and two apples."),
];
