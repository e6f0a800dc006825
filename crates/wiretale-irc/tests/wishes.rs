//! An observer hears what it wants to hear, and of that the same as one that wants everything.

use proptest::prelude::*;
use wiretale_irc::{Command, Event, Irc};
use wiretale_protocol::{Chunk, Direction, Escaped, Exposure, Moment, Observe, Observer, Protocol, Weird};
use wiretale_testkit::{Solo, plain};

/// Keeps the events that it would ask for, and says whether it asks.
struct Asking {
    messages: bool,
    others: bool,
    /// Of an observer that asks for neither: those that it is to hear all the same.
    heard: Vec<String>,
    beside: usize,
    /// All that it was told.
    told: Vec<String>,
}

impl Observer for Asking {
    type Flow = ();

    fn wants_messages(&self) -> bool {
        self.messages
    }

    fn wants_others(&self) -> bool {
        self.others
    }

    fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
        self.heard.push(format!("weird {} {}", weird.name, Escaped(weird.addl)));
    }

    fn exposed(&mut self, (): &mut (), _: &Moment<'_>, exposure: &Exposure<'_>) {
        self.heard.push(format!("exposed {} {:?}", exposure.kind, exposure.outcome));
    }
}

impl Observe<Irc> for Asking {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        let always = match event {
            Event::Message(message) => match message.command {
                Command::Unknown(_) | Command::Numeric(4) => true,
                Command::Privmsg | Command::Notice | Command::Ping | Command::Pong => false,
                _ => moment.direction == Direction::Client,
            },
            Event::Joined { own, .. }
            | Event::Parted { own, .. }
            | Event::Quit { own, .. }
            | Event::NickChanged { own, .. } => *own,
            _ => true,
        };
        let told = format!("{:?} {event:?}", moment.direction);
        self.told.push(told.clone());
        if always {
            self.heard.push(told);
        } else {
            self.beside += 1;
        }
    }
}

const LINES: &[(Direction, &str)] = &[
    (Direction::Client, "NICK ann\r\nUSER a 0 * :Ann\r\nFROB x\r\n"),
    (
        Direction::Server,
        ":irc.example.org 001 ann :Welcome ann!a@host.example\r\n:irc.example.org 004 ann irc 1.0 i o\r\n",
    ),
    (Direction::Client, "JOIN #a\r\nPING 1\r\n"),
    (Direction::Server, ":ann!a@host.example JOIN #a\r\n:bob!b@there JOIN #a\r\n:irc.example.org PONG 1\r\n"),
    (Direction::Client, "PRIVMSG #a :hello\r\nNOTICE bob :there\r\nMODE #a\r\n"),
    (Direction::Server, ":bob!b@there PRIVMSG #a :hi\r\n:bob!b@there NICK rob\r\n:rob!b@there PART #a\r\n"),
    (Direction::Server, ":eve!e@there QUIT :bye\r\n:ann!a@host.example NICK anna\r\nPING :x\r\n:x YXX 1\r\n"),
    (Direction::Client, "PONG x\r\nPART #a\r\nQUIT :done\r\n"),
    (Direction::Server, ":anna!a@host.example PART #a\r\n:anna!a@host.example QUIT :done\r\n"),
];

fn told(messages: bool, others: bool) -> Asking {
    told_of(LINES, messages, others)
}

fn told_of<L: AsRef<[u8]>>(lines: &[(Direction, L)], messages: bool, others: bool) -> Asking {
    after(lines, messages, others).heard
}

fn after<L: AsRef<[u8]>>(lines: &[(Direction, L)], messages: bool, others: bool) -> Solo<Irc, Asking> {
    let asking = Asking { messages, others, heard: Vec::new(), beside: 0, told: Vec::new() };
    let mut solo = Solo::<Irc, Asking>::heard_by(plain::<Irc>(), asking);
    for (direction, lines) in lines {
        solo.chunk(*direction, Chunk::Data(lines.as_ref()));
    }
    solo
}

// What is kept of a connection, as far as it can be asked.
fn kept(solo: &Solo<Irc, Asking>) -> String {
    format!("{}, {} bytes", known(solo), Irc::memory(&solo.decoder))
}

fn known(solo: &Solo<Irc, Asking>) -> String {
    let session = solo.decoder.session();
    format!("{:?}", (session.nick(), session.server(), session.channels().names()))
}

#[test]
fn what_is_not_wanted_is_left_out_and_nothing_else() {
    let (all, few) = (told(true, true), told(false, false));
    assert_eq!(all.heard, few.heard);
    assert_eq!(few.beside, 0);
    // Four others, and the lines that are told as what they mean.
    assert_eq!(told(false, true).beside, 4);
    assert_eq!(all.beside, 4 + told(true, false).beside);
    assert!(told(true, false).beside > 10);
}

#[test]
fn who_is_where_is_kept_for_those_who_ask_for_others() {
    let members = |others| {
        let asking = Asking { messages: false, others, heard: Vec::new(), beside: 0, told: Vec::new() };
        let mut solo = Solo::<Irc, Asking>::heard_by(plain::<Irc>(), asking);
        let names = ":irc.example.org 353 ann = #a :ann @bob\r\n:ann!a@host.example JOIN #b\r\n:eve!e@x JOIN #b\r\n";
        for (direction, lines) in LINES[..4].iter().copied().chain([(Direction::Server, names)]) {
            solo.chunk(direction, Chunk::Data(lines.as_bytes()));
        }
        let session = solo.decoder.session();
        let count = |name| session.channels().get(name, session.support().casemapping()).map(|it| it.members().len());
        (count(b"#a"), count(b"#b"))
    };
    assert_eq!((members(true), members(false)), ((Some(2), Some(2)), (Some(1), Some(1))));
}

fn one_of(these: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(these)
}

// Words as servers pass them on, and what is nearly that.
fn words() -> impl Strategy<Value = (Direction, String)> {
    let prefix = one_of(&[
        ":bob!b@there.example",
        ":ann!a@host.example",
        ":irc.example.org",
        ":bob",
        ":b@host!x",
        ":bob!psyBNC@lam3rz.de",
        ":*status!znc@znc.in",
        ":BouncerServ!b@x",
        ":-sBNC!b@sbnc.soohrt.org",
        ":NickServ!services@services.example",
        ":a-very-long-nick-of-somebody!with-a-user-name@and.a.host.name.of.some.length.example.org",
        ":",
        "",
        "@time=1 :bob!b@there",
    ]);
    let command = one_of(&[
        " PRIVMSG ",
        " PRIVMSG ",
        " PRIVMSG ",
        " NOTICE ",
        " privmsg ",
        " PRIVMSG  ",
        "PRIVMSG ",
        "\tPRIVMSG ",
    ]);
    let target = one_of(&[
        "#a",
        "#a",
        "#a",
        "&b",
        "@#a",
        "ann",
        "",
        ":#a",
        "#a\0",
        "\u{e4}a",
        "#channel-with-a-name-that-goes-on",
    ]);
    let blank = one_of(&[" :", " :", " :", " ", "  :", "\t:", ""]);
    let text = one_of(&[
        "hello there",
        "",
        " ",
        "!auth bob s3cret",
        "  .login s3cret",
        "identify s3cret",
        "\x01ACTION waves\x01",
        "\x01ACTION waves at bob\x01",
        "\x01ACTION \x01",
        "\x01ACTION\x01",
        "\x01action waves\x01",
        "\x01ACTION a\\ab\x01",
        "\x01ACTION waves\x01PING 1\x01",
        "\x01ACTION s3cret\x01",
        "\x01DCC SEND x 3221225985 4000 10\x01",
        "low\x10nquoted",
        "\x02bold\x02",
        "Password accepted - you are now recognized",
        ":)",
    ]);
    let direction = proptest::sample::select(&[Direction::Server, Direction::Server, Direction::Client][..]);
    (direction, prefix, command, target, blank, text, prop_oneof![Just(0usize), Just(600), 0usize..520]).prop_map(
        |(direction, prefix, command, target, blank, text, more)| {
            (direction, format!("{prefix}{command}{target}{blank}{text}{}\r\n", "x".repeat(more)))
        },
    )
}

// Replies, comings and goings, and signs of life.
fn replies() -> impl Strategy<Value = (Direction, String)> {
    let prefix =
        one_of(&[":irc.example.org ", ":bob!b@there ", ":bob ", ":ann!a@host.example ", ":ANN!a@x ", ": ", ""]);
    let command = prop_oneof![
        one_of(&["352", "354", "322", "364", "372"]),
        one_of(&["315", "323", "365", "376", "311", "366", "433", "001", "353", "332", "301", "367", "403", "730"]),
        one_of(&["JOIN", "PART", "QUIT", "NICK", "PING", "PONG"]),
        one_of(&["join", "ping", "MODE", "WHO", "ERROR", "1", "3522"]),
    ];
    let params = one_of(&[
        "",
        " ",
        " ann",
        " ann #a bob there irc.example.org bob H :0 Bob",
        " ann :- \x02welcome\x02",
        " #a",
        " #c",
        " :#d,#a,,#e",
        " :",
        "  #a",
        "\t#a",
        " ann = #a :@bob eve",
        " #a :s3cret",
        " bob",
        " a b c d e f g h i j k l m n o p q r",
    ]);
    let direction = proptest::sample::select(&[Direction::Server, Direction::Server, Direction::Client][..]);
    (direction, prefix, command, params, prop_oneof![3 => Just(0usize), 1 => Just(600), 1 => 0usize..520]).prop_map(
        |(direction, prefix, command, params, more)| {
            (direction, format!("{prefix}{command}{params}{}\r\n", "x".repeat(more)))
        },
    )
}

#[test]
fn a_client_whose_nick_nobody_told_is_known_by_the_one_it_wished_for() {
    let lines = [":irc.example.org 001 :\r\n", ":x NICK ann\r\n"].map(|line| (Direction::Server, line.to_owned()));
    let all: Vec<_> = LINES[..1].iter().map(|(from, lines)| (*from, (*lines).to_owned())).chain(lines).collect();
    let nicks = [true, false].map(|messages| after(&all, messages, false).decoder.session().nick().to_vec());
    assert_eq!(nicks, [b"ann", b"ann"]);
}

proptest! {
    #[test]
    fn lines_are_read_the_same_with_and_without_being_told_of_themselves(
        lines in proptest::collection::vec(prop_oneof![words(), replies()], 1..30),
        begun in any::<bool>(),
        others in any::<bool>(),
        types in proptest::sample::select(&["#&", "#", ":#", "\u{e4}#"][..]),
    ) {
        let mut all: Vec<(Direction, String)> = Vec::new();
        if begun {
            all.extend(LINES[..5].iter().map(|(direction, lines)| (*direction, (*lines).to_owned())));
            all.push((Direction::Server, format!(":irc.example.org 005 ann CHANTYPES={types} :are supported\r\n")));
        }
        all.extend(lines);
        let (with, without) = (after(&all, true, others), after(&all, false, others));
        prop_assert_eq!(kept(&with), kept(&without));
        prop_assert_eq!(&with.heard.heard, &without.heard.heard);
        // A space before it sends a line the long way, and means nothing. One that it would make too long goes there anyway.
        let lengthen = |line: &String| if line.len() < 512 { format!(" {line}") } else { line.clone() };
        let spaced: Vec<_> = all
            .iter()
            .flat_map(|(direction, lines)| lines.split_inclusive("\r\n").map(|line| (*direction, line.to_owned())))
            .map(|(direction, line)| (direction, lengthen(&line)))
            .collect();
        for (messages, short) in [(true, with), (false, without)] {
            let long = after(&spaced, messages, others);
            prop_assert_eq!(known(&long), known(&short));
            prop_assert_eq!(&long.heard.heard, &short.heard.heard);
            prop_assert_eq!(&long.heard.told, &short.heard.told);
        }
    }
}
