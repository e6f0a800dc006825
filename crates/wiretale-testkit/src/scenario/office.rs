//! What goes on at work.

use wiretale_packet::{Address, Direction, Endpoint};

use super::everyday::browse;
use super::ftp::{Login, fetch};
use super::intrusion::tool;
use super::ssh::{Software, Ssh};
use super::story::{SERVERS, STRANGERS, Story, abroad};

/// Packages of a distribution by anonymous FTP.
pub(super) fn packages(story: &mut Story) {
    let (host, mirror) = (story.home(70), abroad(SERVERS, 30));
    let at = story.lookup(5.0, host, "ftp.example.org", Some(mirror));
    let list = b"Package: hello\nVersion: 2.10\nDescription: example\n\n".repeat(400);
    let archive = tool(story, 50_000);
    let server = Endpoint::new(mirror, 21);
    let login =
        Login { client: host, server, greeting: "(vsFTPd 3.0.3)", user: "anonymous", password: "me@example.com" };
    let _ = fetch(story, at, login, &[("Packages", list), ("hello-2.10.tar.gz", archive)]);
}

/// The administrator works on servers: from her desk, and from home.
pub(super) fn admin(story: &mut Story) {
    let server = Endpoint::new(story.home(71), 22);
    let (desk, at_home) = (Address::v4([10, 20, 0, 5]), abroad(STRANGERS, 20));
    for (n, from) in [desk, at_home, desk].into_iter().enumerate() {
        let random = story.fork();
        let talk = story.tcp(10.0 + n as f64 * 400.0, from, server);
        let mut ssh = Ssh::open(talk, random, Software::default());
        ssh.refused(n as u32 % 2);
        ssh.shell();
        for (keys, output) in [(12, 300), (24, 900), (7, 40), (31, 2400), (16, 500), (4, 0)] {
            ssh.typed(keys, output);
        }
        ssh.close();
    }
}

/// Thousands of wrong passwords, from many places, and none that fits.
pub(super) fn failed_guessing(story: &mut Story) {
    let server = Endpoint::new(story.home(72), 22);
    for n in 0..360u32 {
        let guesser = Address::v4([198, 51, 100, (n % 40) as u8 + 30]);
        let client = if n % 3 == 0 { "Go" } else { "libssh2_1.9.0" };
        let random = story.fork();
        let talk = story.tcp(f64::from(n) * 7.3, guesser, server);
        let mut ssh = Ssh::open(talk, random, Software { client, ..Software::default() });
        ssh.refused(6);
        ssh.close();
    }
}

/// A host saves its files to another by SSH, and to one outside.
pub(super) fn backup(story: &mut Story) {
    let host = story.home(73);
    let outside = abroad(SERVERS, 60);
    let at = story.lookup(4.0, host, "backup.example.net", Some(outside));
    for (n, store) in [Address::v4([10, 20, 5, 30]), outside].into_iter().enumerate() {
        let random = story.fork();
        let talk = story.tcp(at + n as f64 * 300.0, host, Endpoint::new(store, 22));
        let mut ssh = Ssh::open(talk, random, Software { key: 9 + n as u8, ..Software::default() });
        ssh.refused(0);
        ssh.program();
        ssh.bulk(Direction::Client, 400_000);
        ssh.close();
    }
}

/// Many pages, many names.
pub(super) fn web(story: &mut Story) {
    for n in 0..6 {
        let host = story.home(74 + n);
        browse(story, 2.0 + f64::from(n), host, 20);
        story.lookup(30.0 + f64::from(n), host, "wpad.example.com", None);
    }
}
