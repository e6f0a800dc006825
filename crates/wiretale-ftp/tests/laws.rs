//! What holds for any bytes: the split law, no panic, no secret let out.

use proptest::prelude::*;
use wiretale_ftp::{Decoder, Ftp, FtpData};
use wiretale_protocol::{Chunk, Demand, Direction, Protocol};
use wiretale_testkit::{Solo, assert_split_law};

const CLIENT: &[&str] = &[
    "USER bob\r\n",
    "USER anonymous\r\n",
    "PASS hunter2\r\n",
    "ACCT 7x7x7\r\n",
    "CWD a/../b\r\n",
    "CDUP\r\n",
    "PWD\n",
    "PASV\r\n",
    "EPSV\r\n",
    "PORT 10,0,0,1,8,1\r\n",
    "EPRT |2|::1|2049|\r\n",
    "LPRT 4,4,10,0,0,1,2,8,1\r\n",
    "REST 100\r\n",
    "RETR a\r\n",
    "STOR b\r",
    "LIST -la\r\n",
    "SIZE a\r\n",
    "AUTH TLS\r\n",
    "SITE PASS secret\r\n",
    "REIN\r\n",
    "QUIT\r\n",
    "NICK ann\r\n",
    "x\r\n",
    "\r\n",
    "R\0ETR\r\n",
];
const SERVER: &[&str] = &[
    "220 ready\r\n",
    "220-a\r\n",
    " b\r\n",
    "331 ok\r\n",
    "332 acct\r\n",
    "230 in, hunter2\r\n",
    "530 no\r\n",
    "227 (10,0,0,2,8,1)\r\n",
    "229 (|||2049|)\r\n",
    "228 (4,4,10,0,0,2,2,8,1)\r\n",
    "150 on (9 bytes)\r\n",
    "226 done\r\n",
    "250 ok\r\n",
    "257 \"/x\"\r\n",
    "213 9\r\n",
    "200 ok\r\n",
    "234 go\r\n",
    "421 bye\r\n",
    "221 bye\r\n",
    ":irc.example 001 ann :hi\r\n",
    "99 what\r\n",
    "220_x\r\n",
];

type Turn = (Direction, Vec<u8>);

fn client(text: &str) -> Turn {
    (Direction::Client, text.as_bytes().to_vec())
}

fn server(text: &str) -> Turn {
    (Direction::Server, text.as_bytes().to_vec())
}

fn text() -> impl Strategy<Value = Turn> {
    prop_oneof![proptest::sample::select(CLIENT).prop_map(client), proptest::sample::select(SERVER).prop_map(server),]
}

fn noise() -> impl Strategy<Value = Turn> {
    let byte = prop_oneof![
        4 => any::<u8>(),
        2 => proptest::sample::select(&b"\r\n \xff\xf2\xfa\xf0\x16\x03\x00\x01"[..])
    ];
    (any::<bool>(), proptest::collection::vec(byte, 1..30))
        .prop_map(|(client, bytes)| (if client { Direction::Client } else { Direction::Server }, bytes))
}

fn talk() -> impl Strategy<Value = Vec<Turn>> {
    proptest::collection::vec(prop_oneof![9 => text(), 1 => noise()], 1..60)
}

#[test]
fn white_space_before_the_server_s_first_word_is_no_word_however_it_is_cut() {
    for first in [&b" \r\0"[..], b"\r\n 220 hi\r\n", b"\r\nhello\r\n", b" \t\r\n", b"\n\n\xff\xf1220 hi\r\n"] {
        let turns = [(Direction::Client, b"USER a\r\n".to_vec()), (Direction::Server, first.to_vec())];
        assert_split_law::<Ftp>(&turns, &[]);
    }
}

// What the server says behind a login and `asked`, in pieces: what is demanded last, and what of it is read anew.
fn goes_on(asked: &str, said: &str, piece: usize) -> (Demand, Vec<u8>) {
    goes_on_behind("230 in\r\n", asked, said, piece)
}

// The same, where this was the answer to the password.
fn goes_on_behind(taken: &str, asked: &str, said: &str, piece: usize) -> (Demand, Vec<u8>) {
    let mut solo = Solo::<Ftp>::new();
    solo.server("220 hi\r\n").client("USER a\r\n").server("331 p\r\n").client("PASS b\r\n").server(taken);
    solo.client(asked);
    answered(&mut solo, said, piece)
}

fn answered(solo: &mut Solo<Ftp>, said: &str, piece: usize) -> (Demand, Vec<u8>) {
    let mut left = said.as_bytes().chunks(piece);
    for bytes in left.by_ref() {
        let demand = solo.chunk(Direction::Server, Chunk::Data(bytes));
        if demand != Demand::Stream {
            let anew = [Ftp::before_anew(&solo.decoder), &bytes[Ftp::passed_before_anew(&solo.decoder)..]].concat();
            return (demand, left.fold(anew, |anew, bytes| [&anew, bytes].concat()));
        }
    }
    (Demand::Stream, Vec::new())
}

#[test]
fn a_server_that_answers_in_another_protocol_is_read_anew_from_that_line_on_however_it_is_cut() {
    let said = ":irc.example 001 ann :hi\r\n:irc.example 002 ann :ho\r\n";
    for piece in [1, 2, 3, 7, 1000] {
        let (demand, anew) = goes_on("NICK ann\r\nUSER ann 0 * :Ann\r\n", said, piece);
        let lines: Vec<_> = anew.split(|byte| b"\r\n".contains(byte)).filter(|line| !line.is_empty()).collect();
        assert_eq!((demand, lines), (Demand::Anew, said.lines().map(str::as_bytes).collect()), "{piece}");
        // To what it knows it may answer badly.
        assert_eq!(goes_on("PWD\r\n", said, piece).0, Demand::Stream);
        // Nor is a reply of several lines everything that follows.
        let long = |asked| goes_on_behind("230-in\r\n", asked, said, piece).0;
        assert_eq!([long("NICK ann\r\n"), long("PWD\r\n"), long("")], [Demand::Anew, Demand::Stream, Demand::Stream]);
        // An indented line is one of the reply's (RFC 2389 section 3.2), whatever was asked meanwhile.
        let listed =
            goes_on_behind("211-Features:\r\n", "CSID x\r\n", " MDTM\r\n SIZE\r\n211 End\r\n500 no\r\n", piece);
        assert_eq!(listed.0, Demand::Stream);
    }
}

#[test]
fn blanks_before_the_server_s_first_word_are_not_counted_as_read_anew() {
    let said = "\r\n 220 hi\r\n331 p\r\n:irc.example 001 ann :hi\r\n:irc.example 002 ann :ho\r\n";
    for piece in [1, 2, 3, 7, 1000] {
        let mut solo = Solo::<Ftp>::new();
        solo.client("USER a\r\nNICK ann\r\n");
        let (demand, anew) = answered(&mut solo, said, piece);
        let lines: Vec<_> = anew.split(|byte| b"\r\n".contains(byte)).filter(|line| !line.is_empty()).collect();
        assert_eq!((demand, lines), (Demand::Anew, said.lines().skip(3).map(str::as_bytes).collect()), "{piece}");
    }
}

#[test]
fn a_goodbye_ends_it_once_all_transfers_are_answered() {
    for piece in [1, 2, 3, 7, 1000] {
        assert_eq!(goes_on("QUIT\r\n", "221 bye\r\nmore\r\n", piece).0, Demand::Rest);
        assert_eq!(goes_on("QUIT\r\nNOOP\r\n", "221-bye\r\n221 bye\r\n", piece).0, Demand::Rest);
        assert_eq!(goes_on("RETR a\r\nQUIT\r\n", "150 on\r\n221 bye\r\n", piece).0, Demand::Stream);
        assert_eq!(goes_on("RETR a\r\nQUIT\r\n", "150 on\r\n221 bye\r\n226 done\r\n", piece).0, Demand::Rest);
        assert_eq!(goes_on("QUIT\r\n", "500 no\r\n", piece).0, Demand::Stream);
    }
}

proptest! {
    #[test]
    fn events_do_not_depend_on_the_cuts(turns in talk(), cuts in proptest::collection::vec(any::<usize>(), 0..8)) {
        assert_split_law::<Ftp>(&turns, &cuts);
    }

    #[test]
    fn the_last_thing_said_is_the_end_whatever_is_lost(
        turns in talk(),
        gaps in proptest::collection::vec((any::<u8>(), 1u64..100_000), 0..10),
    ) {
        let mut solo = Solo::<Ftp>::new();
        for (i, (direction, bytes)) in turns.iter().enumerate() {
            for (at, len) in &gaps {
                if usize::from(*at) % turns.len() == i {
                    solo.chunk(*direction, Chunk::Gap(*len));
                }
            }
            solo.chunk(*direction, Chunk::Data(bytes));
        }
        let said = solo.end().said();
        prop_assert_eq!(said.iter().filter(|line| line.ends_with("Ended")).count(), 1);
        prop_assert!(said.last().unwrap().ends_with("Ended"));
    }

    #[test]
    fn no_password_leaves(turns in proptest::collection::vec(text(), 1..60), password in "[a-zA-Z0-9]{8,20}") {
        prop_assume!(!password.eq_ignore_ascii_case("anonymous"));
        let mut solo = Solo::<Ftp>::new();
        solo.server("220 ready\r\n").client("USER bob\r\n");
        solo.client(format!("PASS {password}\r\n")).server("331 x\r\n").server(format!("230 {password}!\r\n"));
        for (direction, bytes) in &turns {
            solo.chunk(*direction, Chunk::Data(bytes));
        }
        prop_assert!(!solo.end().said().join("\n").contains(&password));
    }

    #[test]
    fn data_does_not_depend_on_the_cuts(bytes in proptest::collection::vec(any::<u8>(), 1..100), cut in any::<usize>()) {
        // Content comes chunk by chunk: what counts is its concatenation, and that the count at the end is right.
        for pieces in [vec![&bytes[..]], wiretale_testkit::cut(&bytes, &[cut])] {
            let mut solo = Solo::<FtpData>::new();
            for piece in pieces {
                solo.server(piece);
            }
            let said = solo.end().said();
            let finished = format!("Server Finished {{ bytes: {} }}", bytes.len());
            prop_assert!(said.contains(&finished), "{:?}", said);
        }
    }
}

#[test]
fn a_decoder_can_be_sent_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<Decoder>();
    sent::<wiretale_ftp::DataDecoder>();
}
