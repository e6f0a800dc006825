//! Hosts that somebody entered.

use wiretale_packet::{Address, Direction, Endpoint};

use super::everyday::browse;
use super::ftp::{Login, fetch};
use super::irc::{Irc, Me, Place};
use super::ssh::{Software, Ssh};
use super::story::{SERVERS, STRANGERS, Story, abroad, seconds, secs};

/// The incident of the letter: a back door at an odd port, a tool by FTP, listeners that ask who is there, a walk along
/// IRC servers, and files to and from somebody who is known in the wrong channels.
pub(super) fn incident(story: &mut Story) {
    let host = story.home(0);
    let intruder = abroad(STRANGERS, 77);
    browse(story, 2.0, host, 4);
    back_door(story, 20.0, host, intruder);
    let tools = abroad(STRANGERS, 130);
    let archive = tool(story, 40_000);
    let login = Login {
        client: host,
        server: Endpoint::new(tools, 21),
        greeting: "(vsFTPd 2.0.5)",
        user: "psycho",
        password: "0wn3d",
    };
    let (begun, end) = fetch(story, 900.0, login, &[("psy.tgz", archive)]);
    story.truth(begun[0], (host, Some(tools)), 3, &["D29"], "a tool archive fetched by FTP");
    listener(story, end + 240.0, host, intruder, 9886);
    listener(story, end + 420.0, host, intruder, 9887);
    irc_tour(story, end + 900.0, host);
}

/// Passwords guessed, one fits; then a scan from the host.
pub(super) fn guessed(story: &mut Story) {
    let host = story.home(1);
    browse(story, 2.0, host, 3);
    let end = enter(story, 20.0, host);
    let at = end + 60.0;
    let tools = abroad(STRANGERS, 131);
    let archive = tool(story, 30_000);
    let server = Endpoint::new(tools, 21);
    let login = Login { client: host, server, greeting: "ProFTPD 1.3.5 Server", user: "anonymous", password: "a@b" };
    let (begun, end) = fetch(story, at, login, &[("pscan2.tgz", archive)]);
    story.truth(begun[0], (host, Some(tools)), 3, &["D29"], "a scanner fetched by FTP");
    story.truth(end + 60.0, (host, None), 5, &["D32"], "telnet scanned outward");
    scan(story, end + 60.0, host, 23, 40);
}

/// Guesses, a login that works, and a person who looks around. Returns when that is over.
pub(super) fn enter(story: &mut Story, at: f64, host: Address) -> f64 {
    let intruder = abroad(STRANGERS, 55);
    let software = Software { client: "libssh_0.10.6", ..Software::default() };
    story.truth(at, (host, Some(intruder)), 1, &["D07", "D10"], "passwords guessed over SSH");
    for round in 0..4 {
        let random = story.fork();
        let talk = story.tcp(at + f64::from(round) * 9.0, intruder, Endpoint::new(host, 22));
        let mut ssh = Ssh::open(talk, random, software);
        ssh.refused(6);
        ssh.close();
    }
    let at = at + 50.0;
    let random = story.fork();
    let talk = story.tcp(at, intruder, Endpoint::new(host, 22));
    let mut ssh = Ssh::open(talk, random, Software::default());
    ssh.refused(0);
    ssh.shell();
    for (keys, output) in [(8, 300), (6, 40), (14, 900), (21, 60), (10, 1200), (5, 0)] {
        ssh.typed(keys, output);
    }
    let end = seconds(ssh.close());
    story.truth(at + 1.0, (host, Some(intruder)), 2, &["D07", "D08"], "a login after the guesses");
    end
}

/// An archive of compressed chance.
pub(super) fn tool(story: &mut Story, bytes: usize) -> Vec<u8> {
    let mut archive = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    archive.extend(story.fork().bytes(bytes));
    archive
}

/// First contacts in vain.
pub(super) fn scan(story: &mut Story, at: f64, host: Address, port: u16, targets: u8) {
    for n in 0..targets {
        let target = Endpoint::new(Address::v4([198, 18, n / 250, n % 250]), port);
        story.attempt(at + f64::from(n) * 0.4, host, target, n % 5 == 0);
    }
}

fn back_door(story: &mut Story, at: f64, host: Address, intruder: Address) {
    story.truth(at, (host, Some(intruder)), 2, &["D01", "D02", "D08", "D06"], "SSH at a back door on port 22102");
    let random = story.fork();
    let talk = story.tcp(at, intruder, Endpoint::new(host, 22_102));
    let mut ssh = Ssh::open(talk, random, Software { key: 66, ..Software::default() });
    ssh.refused(0);
    ssh.shell();
    for (keys, output) in [(2, 60), (8, 240), (14, 600), (18, 30), (9, 1100), (22, 80), (11, 40)] {
        ssh.typed(keys, output);
    }
    ssh.close();
}

fn listener(story: &mut Story, at: f64, host: Address, intruder: Address, port: u16) {
    let what = if port == 9886 { "a listener asks who is there" } else { "a second listener asks the same" };
    story.truth(at, (host, Some(intruder)), 4, &["D03", "D04"], what);
    let mut talk = story.tcp(at, intruder, Endpoint::new(host, port));
    talk.speak(Direction::Server, b"Who are you? ");
    talk.pause(secs(2.7));
    talk.speak(Direction::Client, b"sesame99\r\n");
    for (line, answer) in
        [("", ""), ("w\r\n", " 10:02:11 up 3 days\r\n"), ("ps\r\n", "  PID TTY\r\n"), ("exit\r\n", "")]
    {
        if !line.is_empty() {
            talk.pause(secs(3.1));
            talk.speak(Direction::Client, line.as_bytes());
        }
        talk.speak(Direction::Server, format!("{answer}# ").as_bytes());
    }
    talk.close(Direction::Client);
}

// A dead server, a ban, a home; then files both ways.
fn irc_tour(story: &mut Story, at: f64, host: Address) {
    let crook = abroad(STRANGERS, 201);
    let [dead, banned, home] = [12, 11, 10].map(|last| abroad(SERVERS, last));
    story.truth(at, (host, Some(dead)), 4, &["D23"], "a walk along IRC servers");
    story.attempt(at, host, Endpoint::new(dead, 6667), true);
    let mut talk = story.tcp(at + 12.0, host, Endpoint::new(banned, 6667));
    talk.speak(Direction::Client, b"NICK sh4d0w\r\nUSER jim 0 * :jim\r\n");
    talk.speak(
        Direction::Server,
        b":irc.example.com 465 sh4d0w :You are banned from this server- Compromised host\r\n",
    );
    talk.speak(Direction::Server, b"ERROR :Closing Link: sh4d0w (K-lined)\r\n");
    talk.close(Direction::Server);
    let at = story.lookup(at + 30.0, host, "irc.example.edu", Some(home));
    let place = Place::new(home, 6667, "irc.example.edu", "EFnet");
    let talk = story.tcp(at, host, place.end);
    let mut irc = Irc::register(talk, Me::new("sh4d0w", "jim", "jim"), place);
    irc.join("#warez", "", "@CrAcKeR ^leech ripper", Some(("new 0day every friday", "CrAcKeR")));
    irc.join("#crackz", "", "@CrAcKeR zer0", None);
    irc.pause(8.0);
    irc.hears("CrAcKeR", "sh4d0w", "yo, got the thing");
    let met = irc.now();
    irc.raw("WHOIS CrAcKeR");
    for line in [
        "311 sh4d0w CrAcKeR crk 198.51.100.201 * :the one",
        "319 sh4d0w CrAcKeR :@#warez @#crackz +#0day #rootshells",
        "312 sh4d0w CrAcKeR irc.example.edu :EFnet",
        "318 sh4d0w CrAcKeR :End of /WHOIS list.",
    ] {
        irc.told(&format!(":irc.example.edu {line}"));
    }
    irc.pause(5.0);
    let program = [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0"[..], &vec![0x90; 40_000]].concat();
    irc.hears("CrAcKeR", "sh4d0w", &format!("\x01DCC SEND sshd {} 33000 {}\x01", irc.dcc(crook), program.len()));
    let received = irc.now() + 1.5;
    irc.pause(60.0);
    let list = b"root:x:0:0\nalice:secret\n".repeat(900);
    irc.says("CrAcKeR", &format!("\x01DCC SEND accounts.txt {} 32000 {}\x01", irc.dcc(host), list.len()));
    let sent = irc.now() + 1.5;
    irc.pause(60.0);
    irc.hears("CrAcKeR", "sh4d0w", "nice ones");
    irc.says("CrAcKeR", "more tomorrow");
    let leaves = irc.now() + 600.0;
    irc.idle_until(leaves);
    irc.quit();
    story.truth(met, (host, Some(home)), 4, &["D25"], "company in channels of crackers");
    dcc(story, received, host, Endpoint::new(crook, 33_000), &program);
    story.truth(received, (host, Some(crook)), 3, &["D24"], "a program received by DCC");
    dcc(story, sent, crook, Endpoint::new(host, 32_000), &list);
    story.truth(sent, (host, Some(crook)), 6, &["D24"], "a list of accounts sent by DCC");
}

/// A file from the server of a DCC connection, acknowledged as it comes.
pub(super) fn dcc(story: &mut Story, at: f64, client: Address, server: Endpoint, file: &[u8]) {
    let mut talk = story.tcp(at, client, server);
    let mut sent = 0u32;
    for piece in file.chunks(5792) {
        talk.speak(Direction::Server, piece);
        sent += piece.len() as u32;
        talk.speak(Direction::Client, &sent.to_be_bytes());
    }
    talk.close(Direction::Server);
}
