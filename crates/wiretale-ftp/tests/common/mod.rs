//! A conversation told line by line.

use wiretale_ftp::Ftp;
use wiretale_protocol::{Chunk, Direction};
use wiretale_testkit::Solo;

pub(crate) type Turn = (Direction, Vec<u8>);

pub(crate) fn client(text: &str) -> Turn {
    (Direction::Client, text.as_bytes().to_vec())
}

pub(crate) fn server(text: &str) -> Turn {
    (Direction::Server, text.as_bytes().to_vec())
}

pub(crate) struct Talk {
    pub(crate) solo: Solo<Ftp>,
}

impl Talk {
    pub(crate) fn new() -> Self {
        Self { solo: Solo::new() }
    }

    pub(crate) fn client(&mut self, text: &str) -> &mut Self {
        self.solo.client(text);
        self
    }

    pub(crate) fn server(&mut self, text: &str) -> &mut Self {
        self.solo.server(text);
        self
    }

    pub(crate) fn say(&mut self, turns: &[Turn]) -> &mut Self {
        for (direction, bytes) in turns {
            self.solo.chunk(*direction, Chunk::Data(bytes));
        }
        self
    }

    pub(crate) fn gap(&mut self, direction: Direction, len: u64) -> &mut Self {
        self.solo.chunk(direction, Chunk::Gap(len));
        self
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        self.solo.end();
        self
    }

    pub(crate) fn all(&self) -> String {
        self.solo.heard.said.join("\n")
    }

    pub(crate) fn lines(&self, with: &str) -> Vec<String> {
        self.solo.heard.said.iter().filter(|line| line.contains(with)).cloned().collect()
    }

    pub(crate) fn said(&self, what: &str) -> usize {
        self.lines(what).len()
    }

    /// Each exchange as `COMMAND argument -> code`.
    pub(crate) fn exchanges(&self) -> Vec<String> {
        let one = |line: &String| {
            let (_, rest) = line.split_once("Exchange(")?;
            let (command, reply) = rest.split_once(" -> ")?;
            Some(format!("{command} -> {}", if reply.starts_with("none") { "none" } else { &reply[..3] }))
        };
        self.solo.heard.said.iter().filter_map(one).collect()
    }
}
