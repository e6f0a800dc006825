//! D30: a home host's FTP server is a bot's, or a store of stolen things (ATT&CK T1105, T1570).
//!
//! Bots greet in words of their own (StnyFtpd, "Bot Server (Win32)", as public rule sets list them). Stores hide their
//! directories behind names that listings do not show well; bounces send data to a third party (`PORT`).

use wiretale_ftp::{Event, Verb};
use wiretale_protocol::Direction;

use crate::text::{holds, shown};
use crate::{Detector, Fact, Findings, Hears, Scene};

/// FTP servers at home.
#[derive(Default)]
pub(super) struct FtpServer;

impl Detector for FtpServer {
    fn name(&self) -> &'static str {
        "D30"
    }

    fn hears(&self) -> Hears {
        Hears::FTP
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Ftp(event) = *fact else { return };
        let flow = scene.moment.flow;
        if !scene.is_home(Direction::Server) {
            return;
        }
        let (server, client) = (flow.server, scene.called(flow.client.address));
        let key = server.port.to_string();
        match event {
            Event::Greeting { text } if GREETINGS.iter().any(|greeting| holds(text, greeting)) => {
                let said = format!("{server} greets as a bot's FTP server does: \"{}\"", shown(text));
                let evidence = scene.evidence(Direction::Server, "D30.greeting", key, said);
                findings.push(evidence.tie(format!("greeting:{}", shown(text))));
            }
            Event::Exchange(exchange) if matches!(exchange.command.verb, Verb::Cwd | Verb::Mkd) => {
                let taken = exchange.reply.is_some_and(|reply| (200..300).contains(&reply.code));
                if taken && is_hidden(exchange.command.argument) {
                    let said = format!(
                        "{client} keeps a hidden directory at {server}: \"{}\"",
                        shown(exchange.command.argument)
                    );
                    findings.push(scene.evidence(Direction::Server, "D30.hidden", key, said));
                }
            }
            Event::DataChannel(channel) if channel.bounce && !channel.passive => {
                let said = format!("{client} has {server} send its data to a third party, {}", channel.advertised);
                findings.push(scene.evidence(Direction::Server, "D30.bounce", key, said));
            }
            _ => {}
        }
    }
}

// A part of dots and blanks only, or that ends in a blank, or with control characters.
fn is_hidden(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|part| {
        let blank = part.iter().all(|byte| matches!(byte, b'.' | b' ')) && part.len() > 2;
        let ends = part.first() == Some(&b' ') || part.len() > 1 && part.last() == Some(&b' ');
        blank || ends || part.iter().any(u8::is_ascii_control)
    })
}

const GREETINGS: &[&[u8]] = &[b"StnyFtpd", b"Reptile", b"Bot Server (Win32)", b"fuckFtpd", b"NzmxFtpd"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};

    #[test]
    fn hidden_directories_are_seen() {
        for path in ["...", "/pub/. ./x", "/incoming/ /warez", "..  ", "/pub/abc ", "\x01x"] {
            assert!(is_hidden(path.as_bytes()), "{path}");
        }
        for path in ["..", ".", "/pub/linux", "/home/a b/c", "/.ssh", ""] {
            assert!(!is_hidden(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn a_bot_s_greeting_is_one() {
        let mut play = Play::of(FtpServer);
        let flow = play.open(0.0, [198, 51, 100, 9], HOST, 33333);
        play.ftp(flow, 1.0, Server, Event::Greeting { text: b"StnyFtpd 0wns j0" });
        play.ftp(flow, 1.0, Server, Event::Greeting { text: b"(vsFTPd 3.0.5)" });
        assert_eq!(play.rows(), ["D30.greeting"]);
    }
}
