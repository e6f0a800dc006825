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
fn what_was_said_before_the_question_does_not_answer_it() {
    let refused = said(&[
        (Direction::Client, b"1022\0lns\0root\0mkdir testdir\0"),
        (Direction::Server, b"\x01Password incorrect.\n"),
        (Direction::Client, b"again\n"),
    ]);
    assert!(refused.iter().all(|line| !line.contains("exposed") && !line.contains("hidden")), "{refused:?}");
    let ended = said(&[(Direction::Client, b"hello"), (Direction::Server, b"Password:\n")]);
    assert_eq!(ended.last().unwrap(), "Client Line(\"hello\")");
    let answered =
        said(&[(Direction::Client, b"hello"), (Direction::Server, b"Password:\n"), (Direction::Client, b"!")]);
    assert!(answered.iter().any(|line| line.contains("exposed")), "{answered:?}");
}

#[test]
fn a_question_for_a_name_takes_the_one_for_a_password_back() {
    for question in [&b"Password incorrect\r\nlogin: "[..], b"Wrong password.\r\nUsername:\r\n"] {
        let heard = said(&[(Direction::Server, question), (Direction::Client, b"root\n")]);
        assert_eq!(heard.last().unwrap(), "Client Line(\"root\")");
    }
    for question in [&b"Password for user root: "[..], b"login:\r\nPassword: "] {
        let heard = said(&[(Direction::Server, question), (Direction::Client, b"sesame99\n")]);
        assert!(heard.iter().any(|line| line == "Client Line(\"<hidden>\")"), "{heard:?}");
    }
}

#[test]
fn what_the_client_said_without_a_line_end_is_told_before_the_answer() {
    let heard = said(&[
        (Direction::Client, b"root@host:~# "),
        (Direction::Server, b"root@host:~# \r\nwhat?\r\n"),
        (Direction::Client, b"id"),
        (Direction::Server, b"You said: id"),
        (Direction::Client, b"\n"),
    ]);
    let expected = [
        "Server Typed(\"root@host:~# \")",
        "Server Line(\"root@host:~# \")",
        "Server Line(\"what?\")",
        "Client Typed(\"root@host:~# id\")",
        "Client Prompt(\"You said: id\")",
        "Client Line(\"root@host:~# id\")",
    ];
    assert_eq!(heard, expected);
    // A password is none of it.
    let asked =
        [(Direction::Server, &b"Password: "[..]), (Direction::Client, b"sesame99"), (Direction::Server, b"*\n")];
    assert!(said(&asked).iter().all(|line| !line.contains("sesame")));
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
    let mut solo = Solo::<Terminal>::with(Terminal::start(&Opening { client, server: b"", flow: &flow, last: true }));
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
