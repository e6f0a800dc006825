//! A tool that is asked for, or sent, where the capture has one side of the control connection: the file itself is not to
//! be had then, or nobody told what it is. A name is all there is, and only a tool's tells something.

use wiretale_ftp::{Event, Exchange, Reply, Verb, is_guest};
use wiretale_protocol::Direction;

use crate::text::shown;
use crate::{Evidence, Findings, Scene, SeenFile};

pub(super) fn hear(scene: &Scene<'_>, event: &Event<'_>, findings: &mut Findings) {
    let peer = scene.moment.flow.server.address;
    let out = scene.home_end() == Some(Direction::Client) && !scene.inventory.approved(peer);
    let [client, _] = scene.facts.took_part;
    let found = match *event {
        Event::Exchange(exchange) if out && scene.is_server_unseen() => asked(scene, &exchange),
        Event::Reply(reply) if out && !client && scene.tap.is_one_sided() => sent(scene, &reply),
        _ => None,
    };
    found.into_iter().for_each(|evidence| findings.push(evidence));
}

fn asked(scene: &Scene<'_>, exchange: &Exchange<'_>) -> Option<Evidence> {
    let file = named(exchange.command.argument);
    let tool = file.hot_name().filter(|_| exchange.command.verb == Verb::Retr)?;
    let (host, server) = (scene.moment.flow.client.address, scene.called(scene.moment.flow.server.address));
    let name = shown(file.base_name());
    let guest = exchange.user.is_some_and(is_guest);
    let user = exchange.user.filter(|_| !guest).map(|user| format!(" as {}", shown(user))).unwrap_or_default();
    let text = format!(
        "{host} asked {server}{user} for \"{name}\", by its name {tool}, by FTP; neither the answer nor the file was captured"
    );
    let strength = if guest { 0.5 } else { 1.0 };
    let mut evidence = evidence(scene, &name.to_string(), text).strength(strength).at(exchange.asked);
    evidence.frames = vec![exchange.frame];
    Some(evidence)
}

fn sent(scene: &Scene<'_>, reply: &Reply<'_>) -> Option<Evidence> {
    let (name, size) = reply.sends()?;
    let file = named(name);
    let tool = file.hot_name()?;
    let (host, server) = (scene.moment.flow.client.address, scene.called(scene.moment.flow.server.address));
    let (name, size) = (shown(file.base_name()), crate::text::size(size));
    let text = format!(
        "{server} says that it sends \"{name}\" ({size}), by its name {tool}, to {host} by FTP; what {host} asked for, and as whom, was not captured"
    );
    // He may be a guest.
    Some(evidence(scene, &name.to_string(), text).strength(0.5))
}

fn evidence(scene: &Scene<'_>, name: &str, text: String) -> Evidence {
    scene.evidence(Direction::Client, "D29.hot_name", name, text).quality(NAME_ALONE).tie(format!("file:{name}"))
}

// As if it had crossed.
const fn named(name: &[u8]) -> SeenFile<'_> {
    let sender = Direction::Server;
    SeenFile { carrier: "ftp", name: Some(name), head: &[], bytes: 0, missed: 0, sender, unannounced: false }
}

// Whether it came, and what it is, is not known.
const NAME_ALONE: f64 = 0.7;

#[cfg(test)]
mod tests {
    use wiretale_ftp::Command;
    use wiretale_packet::Flags;

    use super::super::Tools;
    use super::*;
    use crate::testing::{Client, HOST, Play, Server, time};

    const PEER: [u8; 4] = [198, 51, 100, 130];

    // A control connection of which this is seen.
    fn heard(sides: &[Direction], event: Event<'_>) -> Vec<Evidence> {
        let mut play = Play::of(Tools::default());
        let flow = play.met_as(0.0, HOST, PEER, 21, |_| {});
        // Nothing of home hosts is ever seen, or it is.
        (0..20).for_each(|_| sides.iter().for_each(|side| play.passes(flow, 0.0, *side, Flags::ACK)));
        play.ftp(flow, 9.0, Client, event);
        play.evidence().to_vec()
    }

    fn asked_for(verb: Verb, argument: &'static str, user: &'static str) -> Event<'static> {
        let (name, argument) = (&b"RETR"[..], argument.as_bytes());
        Event::Exchange(Exchange {
            command: Command { verb, name, argument },
            asked: time(2.0),
            frame: 3,
            user: Some(user.as_bytes()),
            password: None,
            path: None,
            reply: None,
            standing: None,
            size: None,
            announced: None,
            channel: None,
            carrier: None,
            server: wiretale_protocol::Address::v4(PEER),
        })
    }

    #[test]
    fn a_tool_that_is_asked_for_is_told_where_no_answer_is_seen() {
        let rows = heard(&[Client], asked_for(Verb::Retr, "pub/psy.tgz", "psycho"));
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.row.as_str(), row.strength, &row.frames[..]), ("D29.hot_name", 1.0, &[3][..]));
        assert!(
            row.text.starts_with(
                "10.0.0.7 asked 198.51.100.130 as psycho for \"psy.tgz\", by its name psy, by FTP; neither"
            )
        );
        assert_eq!(heard(&[Client], asked_for(Verb::Retr, "psy.tgz", "ftp"))[0].strength, 0.5);
        for (verb, name) in [(Verb::Retr, "hello.tar.gz"), (Verb::Stor, "psy.tgz")] {
            assert!(heard(&[Client], asked_for(verb, name, "x")).is_empty(), "{name}");
        }
        assert!(heard(&[Client, Server], asked_for(Verb::Retr, "psy.tgz", "x")).is_empty(), "the file tells of itself");
    }

    #[test]
    fn a_tool_that_is_sent_is_told_where_no_question_is_seen() {
        let says = |text: &'static str| {
            Event::Reply(Reply { code: 150, text: text.as_bytes(), continued: false, first: true })
        };
        let opening = says("Opening BINARY mode data connection for psy.tgz (40000 bytes).");
        let rows = heard(&[Server], opening);
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert!(
            row.text
                .starts_with("198.51.100.130 says that it sends \"psy.tgz\" (40.0 kB), by its name psy, to 10.0.0.7")
        );
        assert!(
            heard(&[Server], says("Opening BINARY mode data connection for psy.tgz.")).is_empty(),
            "it may be stored"
        );
        assert!(heard(&[Server], says("Opening BINARY mode data connection for a.tgz (4 bytes).")).is_empty());
        assert!(heard(&[Client, Server], opening).is_empty(), "the file tells of itself");
    }
}
