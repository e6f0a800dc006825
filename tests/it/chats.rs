//! DCC chats, line by line: the lab's, and the one in Zeek's own capture, which Zeek leaves without a name.

use std::path::Path;

use wiretale::dcc::{DccChat, Event};
use wiretale::protocol::{Direction, Moment, Observe, Observer, Summary};
use wiretale::{Settings, analyze};
use wiretale_tests::{data, shared};

#[derive(Default)]
struct Chats {
    lines: Vec<(Direction, String)>,
    services: Vec<Vec<&'static str>>,
}

impl Observer for Chats {
    type Flow = bool;

    fn closed(&mut self, chat: &mut bool, _: &Moment<'_>, summary: &Summary<'_>) {
        if *chat {
            self.services.push(summary.services.to_vec());
        }
    }
}

impl Observe<DccChat> for Chats {
    fn observe(&mut self, chat: &mut bool, moment: &Moment<'_>, event: &Event<'_>) {
        *chat = true;
        if let Event::Chat { line, cut: false } = event {
            self.lines.push((moment.direction, String::from_utf8_lossy(line).into_owned()));
        }
    }
}

wiretale::ignore!(Chats: irc::Irc, dcc::Dcc, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Chats: recognize::Named, terminal::Terminal);

fn assert_said(capture: &Path, expected: &[(Direction, &str)]) {
    let chats = analyze([capture], Settings::default(), Chats::default()).expect("readable").observer;
    let lines: Vec<_> = chats.lines.iter().map(|(from, line)| (*from, line.as_str())).collect();
    assert_eq!(lines, expected);
    assert_eq!(chats.services, [["irc-dcc-chat"]]);
}

#[test]
fn the_chat_of_the_incident_is_read_line_by_line() {
    use Direction::{Client, Server};
    let expected = [
        (Server, "yo, is the sniffer up?"),
        (Client, "yes, logging to .x/log, 212 accounts"),
        (Server, "nice. backdoor ports?"),
        (Client, "9886 and 9887, pass in query"),
        (Server, "k, will put the warez there tonite"),
    ];
    assert_said(&data().join("incident.pcap.gz"), &expected);
}

#[test]
fn the_chat_in_zeeks_own_capture_is_read() {
    let Some(capture) = shared("zeek/traces/irc-dcc-send.pcapng") else { return };
    let expected = [(Direction::Client, "hello, are you there?"), (Direction::Server, "yes i am!")];
    assert_said(&capture, &expected);
}
