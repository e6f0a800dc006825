//! Who said what.

use core::fmt;

use wiretale_protocol::{
    Chunk, Context, Demand, Direction, Escaped, Exposure, Observe, Opening, Outcome, Probe, Protocol, Tag, Timestamp,
};

use crate::probe;
use crate::side::Side;
use crate::telnet::IAC;

/// The protocol that is none: text that nobody else claims.
pub struct Terminal;

/// What was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The server's words before the client said anything: a line, or what stood without a line end when the client
    /// spoke or the flow ended.
    Greeting(&'a [u8]),
    /// A line of the side in [`wiretale_protocol::Moment::direction`]. A client's answer to a question for a password
    /// reads `<hidden>`.
    Line(&'a [u8]),
    /// The server's words without a line end, to which the client then answered: `# `, `login: `.
    Prompt(&'a [u8]),
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match *self {
            Self::Greeting(text) => ("Greeting", text),
            Self::Line(text) => ("Line", text),
            Self::Prompt(text) => ("Prompt", text),
        };
        write!(f, "{name}({:?})", Escaped(text))
    }
}

/// Bytes of a direction that are read; a dialogue longer than this has told what it is.
pub const LIMIT: usize = 256 * 1024;

/// A dialogue.
#[derive(Default, Debug)]
pub struct Decoder {
    client: Side,
    server: Side,
    client_spoke: bool,
    // The server asked for a password, and the client's line that answers is not complete.
    asked: bool,
    // How much of that line the server has sent back so far.
    echoed: usize,
    // A password was given and not yet judged by what the server says next.
    given: Option<Given>,
    // It is telnet's, and whether that was said.
    telnet: bool,
    named: bool,
}

#[derive(Debug)]
struct Given {
    tag: Tag,
    crossed: Timestamp,
    frame: u64,
    // How much of it is still to be sent back by a server that began to.
    rest: usize,
}

impl Protocol for Terminal {
    const TAG: &'static str = "text";
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening)
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        Decoder { telnet: probe::is_telnet(opening), ..Decoder::default() }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        if decoder.telnet && !core::mem::replace(&mut decoder.named, true) {
            cx.confirm(TELNET);
        }
        match (chunk, cx.moment().direction) {
            (Chunk::Data(bytes), Direction::Client) => decoder.client_says(cx, bytes),
            (Chunk::Data(bytes), Direction::Server) => {
                // A client may begin with telnet's commands at any port.
                if decoder.telnet && decoder.server.read == 0 && bytes.first() == Some(&IAC) {
                    cx.serve(TELNET);
                }
                decoder.server_says(cx, bytes);
            }
            (Chunk::Gap(_), direction) => decoder.side(direction).gap(),
            (Chunk::End(_), direction) => decoder.ends(cx, direction),
        }
        let read = decoder.client.read.max(decoder.server.read);
        if read > LIMIT { Demand::Nothing } else { Demand::Stream }
    }

    fn service(decoder: &Decoder) -> &'static str {
        if decoder.telnet { TELNET } else { Self::TAG }
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        decoder.client.held() + decoder.server.held()
    }
}

impl Decoder {
    fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        }
    }

    fn client_says<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        self.server_pauses(cx);
        self.client_spoke = true;
        let mut bytes = bytes;
        while self.client.line(&mut bytes) {
            self.client_line(cx);
            self.client.told();
        }
    }

    fn client_line<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) {
        if !core::mem::take(&mut self.asked) {
            cx.emit::<Terminal>(Event::Line(self.client.text()));
            return;
        }
        let tag = cx.tag(self.client.text());
        let rest = match core::mem::take(&mut self.echoed) {
            0 => 0,
            echoed => self.client.text().len().saturating_sub(echoed),
        };
        self.given = Some(Given { tag, crossed: cx.moment().at, frame: cx.moment().frame, rest });
        cx.emit::<Terminal>(Event::Line(HIDDEN));
    }

    fn server_says<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.server.line(&mut bytes) {
            if self.repeats_secret(cx) {
                tell(cx, Event::Line(HIDDEN));
                self.server.told();
                continue;
            }
            self.judge(cx, false);
            let event = if self.client_spoke { Event::Line } else { Event::Greeting };
            tell(cx, event(self.server.text()));
            self.asked = asks_for_secret(self.server.text()) || self.asked && !self.goes_on();
            self.server.told();
        }
    }

    // The server's line is about something else than the question before it. While the client types it may be no more
    // than an echo, and a line without a word may be a prompt.
    fn goes_on(&self) -> bool {
        let said = self.server.text().trim_ascii_end();
        let prompts = matches!(said.last(), Some(b':' | b'>' | b'?'));
        self.client.text().is_empty() && !prompts && said.iter().any(u8::is_ascii_alphanumeric)
    }

    // The client speaks, so what the server left without a line end was a question.
    fn server_pauses<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) {
        let (said, typed) = (self.server.text(), self.client.text());
        if said.is_empty() {
            return;
        }
        // Byte by byte what is typed comes back, which asks nothing.
        if !typed.is_empty() && typed.ends_with(said) {
            self.echoed += if self.asked { said.len() } else { 0 };
            return self.server.told();
        }
        if self.repeats_secret(cx) {
            return self.server.told();
        }
        self.judge(cx, true);
        let event = if self.client_spoke { Event::Prompt } else { Event::Greeting };
        tell(cx, event(self.server.text()));
        // An asterisk for each byte typed, or a bare prompt below the question, does not take the question back.
        self.asked |= asks_for_secret(self.server.text());
        self.server.told();
    }

    // The server sends the password back, or what was missing of it.
    fn repeats_secret<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>) -> bool {
        let said = self.server.text();
        let Some(given) = &mut self.given else { return false };
        (core::mem::take(&mut given.rest) == said.len() && !said.is_empty()) || cx.tag(said) == given.tag
    }

    fn ends<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, direction: Direction) {
        if direction == Direction::Client && !self.client.text().is_empty() {
            self.client_line(cx);
            self.client.told();
        }
        if direction == Direction::Server {
            self.server_pauses(cx);
            self.judge(cx, false);
        }
    }

    // What the server says after a password tells whether it was right.
    fn judge<O: Observe<Terminal>>(&mut self, cx: &mut Context<'_, O>, prompt: bool) {
        let Some(given) = self.given.take() else { return };
        let said = self.server.text();
        let outcome = match () {
            () if refuses(said) => Outcome::Refused,
            () if prompt && asks_for_secret(said) => Outcome::Refused,
            () if prompt || said.ends_with(b"# ") || said.ends_with(b"$ ") || accepts(said) => Outcome::Accepted,
            () => Outcome::Unknown,
        };
        let Given { tag, crossed, frame, .. } = given;
        let (kind, by) = ("prompt-password", Direction::Client);
        cx.expose(&Exposure { kind, account: b"", scope: b"", by, outcome, tag, crossed, frame });
    }
}

fn tell<O: Observe<Terminal>>(cx: &mut Context<'_, O>, event: Event<'_>) {
    cx.emit::<Terminal>(event);
}

// A question whose answer opens something: it asks for a password, or for who is there.
fn asks_for_secret(text: &[u8]) -> bool {
    has(text, b"assw") || has(text, b"who are you") || has(text, b"passphrase") || has(text, b"secret")
}

fn refuses(text: &[u8]) -> bool {
    [&b"go away"[..], b"incorrect", b"wrong", b"denied", b"failed", b"invalid", b"bad "]
        .iter()
        .any(|word| has(text, word))
}

fn accepts(text: &[u8]) -> bool {
    [&b"welcome"[..], b"last login", b"granted", b"accepted"].iter().any(|word| has(text, word))
}

fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

const TELNET: &str = "telnet";
const HIDDEN: &[u8] = b"<hidden>";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wiretale_testkit::{Solo, assert_split_law};

    fn said(turns: &[(Direction, &[u8])]) -> alloc::vec::Vec<alloc::string::String> {
        let mut solo = Solo::<Terminal>::new();
        for &(direction, bytes) in turns {
            solo.chunk(direction, Chunk::Data(bytes));
        }
        solo.end().said()
    }

    #[test]
    fn a_listener_that_asks_who_is_there() {
        let heard = said(&[
            (Direction::Server, b"Who are you? "),
            (Direction::Client, b"letmein\n"),
            (Direction::Server, b"Go away\n"),
        ]);
        assert_eq!(
            heard,
            [
                "Client Greeting(\"Who are you? \")",
                "Client Line(\"<hidden>\")",
                "Server exposed prompt-password account  scope  Refused",
                "Server Line(\"Go away\")",
            ]
        );
    }

    #[test]
    fn a_prompt_after_the_password_means_it_was_right() {
        let heard = said(&[
            (Direction::Server, b"Password: "),
            (Direction::Client, b"sesame99\n"),
            (Direction::Server, b"# "),
            (Direction::Client, b"id\n"),
            (Direction::Server, b"uid=0(root)\n"),
        ]);
        assert!(heard.iter().any(|line| line.contains("Accepted")), "{heard:?}");
        assert!(heard.iter().all(|line| !line.contains("sesame99")));
    }

    #[test]
    fn a_password_whose_bytes_come_back_as_asterisks_is_hidden() {
        let mut turns: alloc::vec::Vec<(Direction, &[u8])> = alloc::vec![(Direction::Server, b"Password: ")];
        for byte in b"sesame99".chunks(1) {
            turns.extend([(Direction::Client, byte), (Direction::Server, &b"*"[..])]);
        }
        turns.extend([(Direction::Client, &b"\r\n"[..]), (Direction::Server, b"\r\n# "), (Direction::Client, b"id\n")]);
        let heard = said(&turns);
        assert!(heard.iter().all(|line| !line.contains("sesame99")), "{heard:?}");
        assert!(heard.iter().any(|line| line.contains("Accepted")), "{heard:?}");
        assert_eq!(heard.last().map(alloc::string::String::as_str), Some("Client Line(\"id\")"));
    }

    #[test]
    fn a_bare_prompt_does_not_take_the_question_back_but_other_text_does() {
        let after = |text: &[u8]| said(&[(Direction::Server, text), (Direction::Client, b"sesame99\n")]);
        for asked in [&b"Enter password\r\n> "[..], b"Password:\r\n***\r\n", b"Enter password\r\nanswer:\r\n> "] {
            assert!(after(asked).iter().all(|line| !line.contains("sesame99")), "{asked:?}");
        }
        let other = after(b"Password expires in 3 days\r\nWelcome\r\n# ");
        assert!(other.iter().any(|line| line.contains("sesame99")), "{other:?}");
    }

    #[test]
    fn telnet_commands_are_no_text() {
        let heard = said(&[(Direction::Server, b"\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0login:\n")]);
        assert_eq!(heard, ["Server Greeting(\"login:\")"]);
    }

    // A client that sends each byte on its own, to a server that sends it back or does not.
    fn typed<'a>(turns: &mut alloc::vec::Vec<(Direction, &'a [u8])>, text: &'a [u8], echo: bool) {
        for byte in text.chunks(1) {
            turns.push((Direction::Client, byte));
            if echo {
                turns.push((Direction::Server, byte));
            }
        }
        turns.push((Direction::Client, b"\r\0"));
        turns.push((Direction::Server, b"\r\n"));
    }

    #[test]
    fn what_is_typed_byte_by_byte_is_a_line_and_its_echo_is_nothing() {
        let mut turns = alloc::vec![(Direction::Server, &b"\xff\xfd\x18login: "[..])];
        typed(&mut turns, b"root", true);
        turns.push((Direction::Server, b"Password: "));
        typed(&mut turns, b"sesame99", false);
        turns.push((Direction::Server, b"# "));
        typed(&mut turns, b"id", true);
        turns.push((Direction::Server, b"uid=0(root)\r\n# "));
        let heard = said(&turns);
        let expected = [
            "Client Greeting(\"login: \")",
            "Client Line(\"root\")",
            "Client Prompt(\"Password: \")",
            "Client Line(\"<hidden>\")",
            "Client exposed prompt-password account  scope  Accepted",
            "Client Prompt(\"# \")",
            "Client Line(\"id\")",
            "Server Line(\"uid=0(root)\")",
            "Server Prompt(\"# \")",
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn a_password_that_comes_back_is_hidden_however_it_comes() {
        let given: &[(Direction, &[u8])] = &[(Direction::Server, b"Password: "), (Direction::Client, b"sesame99\n")];
        let begun: &[(Direction, &[u8])] = &[
            (Direction::Server, b"Password: "),
            (Direction::Client, b"sesa"),
            (Direction::Server, b"sesa"),
            (Direction::Client, b"me99\r\0"),
        ];
        for (before, back) in [(given, &b"sesame99\r\n"[..]), (given, b"sesame99"), (begun, b"me99\r\n")] {
            let after = [(Direction::Server, back), (Direction::Client, b"x\n"), (Direction::Server, b"Go away\r\n")];
            let heard = said(&[before, &after[..]].concat());
            assert!(heard.iter().all(|line| !line.contains("sesa") && !line.contains("me99")), "{heard:?}");
            assert!(heard.iter().any(|line| line.contains("Refused")), "{heard:?}");
        }
        let heard = said(&[given, &[(Direction::Server, &b"Welcome!\r\n"[..])]].concat());
        assert!(heard.iter().any(|line| line.contains("Welcome!")), "{heard:?}");
    }

    #[test]
    fn telnet_is_named_by_its_commands() {
        for (server, service) in [(&b"\xff\xfd\x18\xff\xfd\x20"[..], "telnet"), (b"Who are you? ", "text")] {
            let flow = Solo::<Terminal>::new().flow;
            let decoder = Terminal::start(&Opening { client: b"", server, flow: &flow, last: false });
            assert_eq!(Terminal::service(&decoder), service);
            let mut solo = Solo::<Terminal>::with(decoder);
            solo.server(server);
            assert_eq!(solo.shared.confirmed.contains(&"telnet"), service == "telnet");
            assert_eq!(solo.shared.served.contains(&"telnet"), service == "telnet");
        }
    }

    #[test]
    fn what_a_client_begins_with_is_not_what_the_server_serves() {
        let flow = Solo::<Terminal>::new().flow;
        let client = b"\xff\xfd\x18";
        let mut solo =
            Solo::<Terminal>::with(Terminal::start(&Opening { client, server: b"", flow: &flow, last: true }));
        solo.client(client).server("HTTP/1.1 400 Bad Request\r\n");
        assert_eq!((&*solo.shared.confirmed, solo.shared.served.len()), (&["telnet"][..], 0));
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_the_cuts(
            turns in proptest::collection::vec((any::<bool>(), "(Password: |[a-z]{0,6}|\\n|\u{00ff}){0,9}"), 0..12),
            cuts in proptest::collection::vec(0usize..400, 0..8),
        ) {
            let turns: alloc::vec::Vec<_> = turns
                .into_iter()
                .map(|(client, text)| (if client { Direction::Client } else { Direction::Server }, text.into_bytes()))
                .collect();
            assert_split_law::<Terminal>(&turns, &cuts);
        }
    }
}
