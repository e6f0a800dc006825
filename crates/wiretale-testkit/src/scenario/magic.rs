//! Hosts that wait for a sign.

use wiretale_packet::{Direction, Endpoint, Flags};

use super::everyday::browse;
use super::ftp::{Login, fetch};
use super::intrusion::tool;
use super::story::{STRANGERS, Story, abroad, secs, time};
use crate::build::{TcpHeader, tcp_frame};
use crate::talk::Talk;

/// The incident of freenode: stray packets of which source port and sequence number have one sum and the window spells
/// a port; the host calls back, and somebody types.
pub(super) fn freenode(story: &mut Story) {
    let host = story.home(4);
    let (sender, bystander) = (abroad(STRANGERS, 200), abroad(STRANGERS, 203));
    browse(story, 2.0, host, 3);
    for n in 0..6 {
        story.attempt(10.0 + f64::from(n) * 3.0, bystander, Endpoint::new(host, 1000 + n), true);
    }
    let (sum, called) = (story.random.next_u64() as u32, story.random.between(20_000, 40_000) as u16);
    story.truth(60.0, (host, Some(sender)), 2, &["D12"], "stray packets with a constant sum");
    for n in 0..3 {
        let (source, door) = (story.free_port() - n * 7, 2000 + n * 311);
        let seq = sum.wrapping_sub(u32::from(source));
        stray(story, 60.0 + f64::from(n), Endpoint::new(sender, source), Endpoint::new(host, door), seq, called + 8192);
    }
    story.truth(64.0, (host, Some(sender)), 4, &["D12", "D05"], "the host calls back and is typed to");
    let clear = story.random.chance(0.5);
    let mut random = story.fork();
    let mut talk = story.tcp(64.0, host, Endpoint::new(sender, called));
    if clear {
        typed(&mut talk, Direction::Server);
    } else {
        for _ in 0..60 {
            talk.pause(secs(0.1 + random.between(0, 400) as f64 / 1000.0));
            talk.speak(Direction::Server, &random.bytes(36));
            let size = random.between(36, 400) as usize;
            talk.speak(Direction::Client, &random.bytes(size));
        }
    }
    talk.close(Direction::Server);
}

/// Knocks at closed ports, and then one that was closed opens: to a shell.
pub(super) fn knock(story: &mut Story) {
    let host = story.home(5);
    let (knocker, tools) = (abroad(STRANGERS, 210), abroad(STRANGERS, 132));
    browse(story, 2.0, host, 3);
    // A firewall refuses, or says nothing.
    let refused = story.random.chance(0.5);
    story.attempt(30.0, knocker, Endpoint::new(host, 31_337), refused);
    for (n, port) in [200, 8080, 2222, 5353, 3].into_iter().enumerate() {
        story.attempt(60.0 + n as f64, knocker, Endpoint::new(host, port), refused);
    }
    story.truth(60.0, (host, Some(knocker)), 2, &["D13"], "knocks, and a closed port opens");
    story.truth(67.0, (host, Some(knocker)), 2, &["D04", "D06"], "a root shell in clear");
    let mut talk = story.tcp(67.0, knocker, Endpoint::new(host, 31_337));
    talk.speak(Direction::Server, b"# ");
    typed(&mut talk, Direction::Client);
    talk.close(Direction::Client);
    let archive = tool(story, 20_000);
    let server = Endpoint::new(tools, 21);
    let login = Login { client: host, server, greeting: "FTP server ready.", user: "x", password: "letmein1" };
    let (begun, _) = fetch(story, 400.0, login, &[("shv5.tar.gz", archive)]);
    story.truth(begun[0], (host, Some(tools)), 3, &["D29"], "a rootkit fetched by FTP");
}

// Somebody types at a shell in clear; `from` types.
fn typed(talk: &mut Talk<'_>, from: Direction) {
    for (line, answer) in [
        ("id\n", "uid=0(root) gid=0(root) groups=0(root)\n"),
        ("unset HISTFILE\n", ""),
        ("uname -a\n", "Linux irc 3.2.0-4-amd64 #1 SMP Debian x86_64 GNU/Linux\n"),
        ("w\n", " 03:12:44 up 41 days,  1 user\n"),
        ("ls /var/lib\n", "apt\ndpkg\nircd\n"),
        ("exit\n", ""),
    ] {
        talk.pause(secs(2.3));
        talk.speak(from, line.as_bytes());
        talk.speak(from.opposite(), answer.as_bytes());
        talk.speak(from.opposite(), b"# ");
    }
}

fn stray(story: &mut Story, at: f64, src: Endpoint, dst: Endpoint, seq: u32, window: u16) {
    let header = TcpHeader { seq, ack: 0, flags: Flags::SYN, window, options: Vec::new() };
    let [src, dst] = [src, dst].map(|end| story.wire.version.end(end));
    story.wire.push(time(at), tcp_frame(src, dst, 52, &header, &[]));
}
