//! An observer hears what it wants to hear, and of that the same as one that wants everything.

use wiretale_irc::{Command, Event, Irc};
use wiretale_protocol::{Chunk, Direction, Moment, Observe, Observer};
use wiretale_testkit::{Solo, plain};

/// Keeps the events that it would ask for, and says whether it asks.
struct Asking {
    messages: bool,
    others: bool,
    /// Of an observer that asks for neither: those that it is to hear all the same.
    heard: Vec<String>,
    beside: usize,
}

impl Observer for Asking {
    type Flow = ();

    fn wants_messages(&self) -> bool {
        self.messages
    }

    fn wants_others(&self) -> bool {
        self.others
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
        if always {
            self.heard.push(format!("{:?} {event:?}", moment.direction));
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
    let asking = Asking { messages, others, heard: Vec::new(), beside: 0 };
    let mut solo = Solo::<Irc, Asking>::heard_by(plain::<Irc>(), asking);
    for (direction, lines) in LINES {
        solo.chunk(*direction, Chunk::Data(lines.as_bytes()));
    }
    solo.heard
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
