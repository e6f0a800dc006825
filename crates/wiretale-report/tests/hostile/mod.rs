//! What is told of a capture; one whose every text is an attack on who reads it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale::score::{Case, Evidence, Home, Inventory, Names, Scorer, Weights, cases};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::case::{Chronicle, Dossier, MovedFile, Style, letters};
use wiretale_report::{Digest, Logs, Memory, Options};
use wiretale_testkit::{Weather, Wire, lend};

pub(crate) const SECRET: &str = "hunter2secret";

/// What was made of it.
pub(crate) struct Told {
    pub(crate) evidence: Vec<Evidence>,
    cases: Vec<Case>,
    weights: Weights,
    inventory: Inventory,
    names: Names,
    chronicle: Chronicle,
    pub(crate) files: Vec<MovedFile>,
    /// Every log, and the summary.
    pub(crate) logs: Memory,
    pub(crate) summary: String,
}

impl Told {
    pub(crate) fn new() -> Self {
        Self::of(wire(), "")
    }

    /// What is made of any wire, by somebody who knows this of the home network.
    pub(crate) fn of(wire: Wire, inventory: &str) -> Self {
        let (home, weights) = (Home::default(), Weights::built_in());
        let inventory = Inventory::parse(inventory).unwrap();
        let scorer = Scorer::new(home.clone(), inventory.clone(), weights.clone());
        let options = Options { messages: true, hashes: true, ..Options::default() };
        let logs = Logs::new(Memory::default(), options);
        let mut line = Analyzer::<Standard, _>::new((logs, (scorer, Chronicle::new(home))), Settings::default());
        for (frame, number) in wire.into_frames().iter().zip(1..) {
            line.packet(lend(frame), number);
        }
        let ((logs, (scorer, chronicle)), stats) = line.finish_with_stats();
        let (logs, digest): (Memory, Digest) = logs.finish(&stats).unwrap();
        let (evidence, names) = scorer.finish();
        let cases = cases(evidence.iter().cloned(), &weights);
        let (files, summary) = (digest.files_moved(), digest.to_string());
        Self { evidence, cases, weights, inventory, names, chronicle, files, logs, summary }
    }

    pub(crate) fn with<T>(&self, with: impl FnOnce(&Dossier<'_>) -> T) -> T {
        with(&Dossier {
            cases: &self.cases,
            weights: &self.weights,
            inventory: &self.inventory,
            names: &self.names,
            chronicle: &self.chronicle,
            files: &self.files,
            lacks: &[],
            notes: &[],
            written: true,
        })
    }

    /// The same with another piece of evidence.
    pub(crate) fn add(&mut self, evidence: Evidence) {
        self.evidence.push(evidence);
        self.cases = cases(self.evidence.iter().cloned(), &self.weights);
    }

    pub(crate) fn letter(&self, style: Style) -> String {
        self.with(|dossier| letters(dossier).remove(0).1.render(style))
    }
}

/// A prompt and a shell on an odd port, FTP, IRC with a WHOIS reply, and a file by DCC.
fn wire() -> Wire {
    let mut wire = Wire::new(Weather::default(), 3);
    let at = |second: i64| Timestamp::from_parts(1_795_316_824 + second, 0);
    let home = Address::v4([10, 20, 3, 7]);
    let (crook, irc) = (Address::v4([198, 51, 100, 77]), Address::v4([203, 0, 113, 10]));
    wire.tcp(at(0), Endpoint::new(crook, 5000), Endpoint::new(home, 9886))
        .server(format!("{HOSTILE} Who are you? "))
        .client("sesame\n")
        .server("# ")
        .client("id\n")
        .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
        .close(Direction::Client);
    wire.tcp(at(60), Endpoint::new(home, 5001), Endpoint::new(crook, 21))
        .server(format!("220 {HOSTILE}\r\n"))
        .client("USER <i>mallory</i>\r\n")
        .server("331 go on\r\n")
        .client(format!("PASS {SECRET}\r\n"))
        .server("230 in\r\n")
        .close(Direction::Client);
    let _ = wire
        .tcp(at(120), Endpoint::new(home, 5002), Endpoint::new(irc, 6667))
        .client(format!("PASS {SECRET}\r\nNICK =1+1|\r\nUSER a 0 * :{HOSTILE}\r\n"))
        .server(":irc.evil.example 001 =1+1| :Welcome to http://evil.example\r\n")
        .client("JOIN #<b>warez\r\nWHOIS @SUM(A1)\r\n")
        .server(":=1+1|!a@h JOIN #<b>warez\r\n")
        .server(format!(":s 311 =1+1| @SUM(A1) u<i> h\"ost' * :{HOSTILE}\r\n"))
        .server(":s 319 =1+1| @SUM(A1) :@#<b>warez #\x1b[31m +#[a](http://evil)\r\n")
        .server(":s 318 =1+1| @SUM(A1) :End of WHOIS\r\n")
        .server(":@SUM(A1)!u@h PRIVMSG =1+1| :\x01DCC SEND =<img>psy.exe 3325256781 33000 12\x01\r\n")
        .leave();
    wire.tcp(at(130), Endpoint::new(home, 5003), Endpoint::new(crook, 33000))
        .server(b"MZ\x90\0\x03\0\0\0\x04\0\0\0")
        .client([0, 0, 0, 12])
        .close(Direction::Server);
    wire
}

/// No control character but the end of a line, and nothing that changes the direction of text.
pub(crate) fn is_calm(text: &str) -> bool {
    let bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(bad)
}

/// The cells of a record (RFC 4180), unquoted.
pub(crate) fn cells(record: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in record.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

const HOSTILE: &str = "=<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u{202e}\"';--[a](http://evil)**";
