//! FTP as a capture has it.

use wiretale_packet::{Address, Direction, Endpoint};

use super::story::{Story, seconds, secs};
use crate::talk::Talk;
use crate::wire::IpVersion;

/// Who logs in where.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    pub(super) client: Address,
    pub(super) server: Endpoint,
    pub(super) greeting: &'a str,
    pub(super) user: &'a str,
    pub(super) password: &'a str,
}

/// The client logs in and fetches files in passive mode. Returns when each transfer began, and when it all was over.
pub(super) fn fetch(story: &mut Story, at: f64, login: Login<'_>, files: &[(&str, Vec<u8>)]) -> (Vec<f64>, f64) {
    let (client, server) = (login.client, login.server);
    let mut random = story.fork();
    let mut talk = story.tcp(at, client, server);
    let (mut begun, mut transfers) = (Vec::new(), Vec::new());
    talk.speak(Direction::Server, format!("220 {}\r\n", login.greeting).as_bytes());
    for (asks, answer) in [
        (format!("USER {}", login.user), "331 Please specify the password."),
        (format!("PASS {}", login.password), "230 Login successful."),
        ("TYPE I".to_owned(), "200 Switching to Binary mode."),
    ] {
        talk.pause(secs(0.4));
        talk.speak(Direction::Client, format!("{asks}\r\n").as_bytes());
        talk.speak(Direction::Server, format!("{answer}\r\n").as_bytes());
    }
    for (name, bytes) in files {
        let port = random.between(40_000, 60_000) as u16;
        talk.pause(secs(0.6));
        passive(&mut talk, server.address, port);
        transfers.push((seconds(talk.now()) + 0.02, port));
        talk.pause(secs(0.4));
        talk.speak(Direction::Client, format!("RETR {name}\r\n").as_bytes());
        begun.push(seconds(talk.now()));
        let opening = format!("150 Opening BINARY mode data connection for {name} ({} bytes).\r\n", bytes.len());
        talk.speak(Direction::Server, opening.as_bytes());
        talk.pause(secs(12.0));
        talk.speak(Direction::Server, b"226 Transfer complete.\r\n");
    }
    talk.speak(Direction::Client, b"QUIT\r\n");
    talk.speak(Direction::Server, b"221 Goodbye.\r\n");
    let end = seconds(talk.close(Direction::Client));
    for ((at, port), (_, bytes)) in transfers.into_iter().zip(files) {
        let data = story.tcp(at, client, Endpoint::new(server.address, port));
        let _ = data.wait(secs(1.0)).server(bytes).close(Direction::Server);
    }
    (begun, end)
}

// The client asks for an address and a port to fetch from; over IPv6 for a port (RFC 2428).
fn passive(talk: &mut Talk<'_>, server: Address, port: u16) {
    let (asks, answer) = match (talk.version(), server.as_v4()) {
        (IpVersion::V4, Some([a, b, c, d])) => {
            ("PASV", format!("227 Entering Passive Mode ({a},{b},{c},{d},{},{}).", port >> 8, port & 255))
        }
        _ => ("EPSV", format!("229 Entering Extended Passive Mode (|||{port}|).")),
    };
    talk.speak(Direction::Client, format!("{asks}\r\n").as_bytes());
    talk.speak(Direction::Server, format!("{answer}\r\n").as_bytes());
}
