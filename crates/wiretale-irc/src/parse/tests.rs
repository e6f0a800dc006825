use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::Wire;

fn params(line: &[u8]) -> Vec<Vec<u8>> {
    parse(line).unwrap().params.iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_line_with_everything() {
    let message = parse(b"@time=12:00;+x/y=z :nick!user@host PRIVMSG  #c   :hello :there ").unwrap();
    assert_eq!(message.tags.get(b"time"), Some(&b"12:00"[..]));
    let source = message.source();
    assert_eq!((source.name.0, source.user.0, source.host.0), (&b"nick"[..], &b"user"[..], &b"host"[..]));
    assert_eq!(message.command, Command::Privmsg);
    assert_eq!(message.param(0), b"#c");
    assert_eq!(message.param(1), b"hello :there ");
    assert!(message.params.has_trailing());
}

#[test]
fn prefixes_in_all_their_forms() {
    let source = |line| {
        let source = parse(line).unwrap().source();
        (source.name.to_vec(), source.user.to_vec(), source.host.to_vec())
    };
    assert_eq!(source(b":irc.example.org PING x"), (b"irc.example.org".to_vec(), b"".to_vec(), b"".to_vec()));
    assert_eq!(source(b":n@h PING x"), (b"n".to_vec(), b"".to_vec(), b"h".to_vec()));
    assert_eq!(source(b":n!u PING x"), (b"n".to_vec(), b"u".to_vec(), b"".to_vec()));
    assert_eq!(source(b":n!u@ PING x"), (b"n".to_vec(), b"u".to_vec(), b"".to_vec()));
    assert_eq!(source(b":!@ PING x"), (b"".to_vec(), b"".to_vec(), b"".to_vec()));
    assert!(parse(b":a.b PING").unwrap().prefix.unwrap().is_server());
    assert!(!parse(b":a!b@c.d PING").unwrap().prefix.unwrap().is_server());
}

#[test]
fn the_fifteenth_parameter_takes_what_is_left() {
    let line = b"MODE 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17";
    let params = params(line);
    assert_eq!(params.len(), 15);
    assert_eq!(params[14], b"15 16 17");
    assert!(!parse(line).unwrap().params.has_trailing());
}

#[test]
fn blanks_and_colons_where_servers_bear_them() {
    assert_eq!(params(b"  \tJOIN\t #a  #b "), [b"#a", b"#b"]);
    assert_eq!(params(b"TOPIC #a :"), [&b"#a"[..], b""]);
    assert_eq!(params(b"JOIN :"), [b""]);
    assert_eq!(params(b"PRIVMSG a:b c:"), [&b"a:b"[..], b"c:"]);
    assert_eq!(params(b"QUIT"), Vec::<Vec<u8>>::new());
    assert_eq!(params(b"PRIVMSG #a :nul\0in it"), [&b"#a"[..], b"nul\0in it"]);
}

#[test]
fn what_is_no_message() {
    assert_eq!(parse(b""), Err(Malformed::Empty));
    assert_eq!(parse(b"   \t"), Err(Malformed::Empty));
    assert_eq!(parse(b":only.a.prefix"), Err(Malformed::NoCommand));
    assert_eq!(parse(b"@only=tags "), Err(Malformed::NoCommand));
    assert_eq!(parse(b":"), Err(Malformed::NoCommand));
    assert_eq!(parse(b": PING").unwrap().prefix, None);
    assert_eq!(parse(b"GET/ x"), Err(Malformed::Command));
    assert_eq!(parse(b"ABCDEFGHIJKLMNOPQRSTU"), Err(Malformed::Command));
    assert_eq!(parse(b":s 1 x"), Err(Malformed::Numeric));
    assert_eq!(parse(b":s 0001 x"), Err(Malformed::Numeric));
    assert_eq!(parse(b":s 000").unwrap().command, Command::Numeric(0));
    assert_eq!(parse(b"XYZZY a").unwrap().command, Command::Unknown(b"XYZZY"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(message) = parse(&bytes) {
            let _ = (message.source(), message.params.count(), message.params.has_trailing(), message.tags.iter().count());
        }
    }

    #[test]
    fn what_is_written_is_read(
        prefix in proptest::option::of("[!-9;-~][!-~]{0,20}"),
        command in "[A-Z]{1,9}",
        middle in proptest::collection::vec("[!-9;-~][!-~]{0,8}", 0..13),
        trailing in proptest::option::of("[ -~]{0,40}"),
    ) {
        let mut line = std::string::String::new();
        if let Some(prefix) = &prefix {
            line += &std::format!(":{prefix} ");
        }
        line += &command;
        for param in &middle {
            line += &std::format!(" {param}");
        }
        if let Some(trailing) = &trailing {
            line += &std::format!(" :{trailing}");
        }
        let message = parse(line.as_bytes()).unwrap();
        prop_assert_eq!(message.prefix.map(|p| p.0), prefix.as_ref().map(|p| p.as_bytes()));
        let mut want: Vec<&[u8]> = middle.iter().map(|p| p.as_bytes()).collect();
        want.extend(trailing.as_ref().map(|p| p.as_bytes()));
        prop_assert_eq!(message.params.iter().collect::<Vec<_>>(), want);
        prop_assert_eq!(message.params.has_trailing(), trailing.is_some());
    }
}

proptest! {
    #[test]
    fn a_glance_sees_what_the_grammar_does(
        line in "[@:]?[a!@.\\t ]{0,4}[a-z!@.]{0,70}[ \\t]{0,2}(PRIVMSG|QUIT|353|xyz|A\\tB|\\x01)?[ :\\t]{0,3}[#a-z\\x01\\t]{0,20}[ :a\\x02]{0,30}",
    ) {
        let line = line.as_bytes();
        if let Some(message) = at_a_glance(line) {
            prop_assert_eq!(by_grammar(line), Ok(message));
        }
    }
}

#[test]
fn a_glance_is_enough_for_most_lines() {
    for line in [
        &b":nick!~user@some.host.example PRIVMSG #channel :hello there"[..],
        b":irc.example.org 352 me #channel user host irc.example.org nick H :0 name",
        b"PRIVMSG #channel :hello",
        b":nick!~user@some.host.example QUIT :bye",
        b"PING :irc.example.org",
    ] {
        assert!(at_a_glance(line).is_some(), "{}", Wire(line));
    }
}
