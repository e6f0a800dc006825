use alloc::vec::Vec;

use proptest::prelude::*;
use wiretale_protocol::Address;

use super::*;

fn offer(text: &str) -> Offer<'_> {
    match parse(text.as_bytes()) {
        Ok(Message::Offer(offer)) => offer,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn verbs_are_known_in_any_case() {
    for (verb, kind, tls, turbo) in [
        ("SEND", Kind::Send, false, false),
        ("send", Kind::Send, false, false),
        ("TSEND", Kind::Send, false, true),
        ("XSEND", Kind::Send, false, true),
        ("SSEND", Kind::Send, true, false),
        ("STSEND", Kind::Send, true, true),
        ("CHAT", Kind::Chat, false, false),
        ("SCHAT", Kind::Chat, true, false),
    ] {
        let text = alloc::format!("{verb} x 167772161 5000");
        let offer = offer(&text);
        assert_eq!((offer.kind, offer.tls, offer.turbo), (kind, tls, turbo), "{verb}");
        assert_eq!((offer.name, offer.port), (&b"x"[..], 5000));
    }
}

#[test]
fn names_may_be_quoted_and_have_spaces() {
    for (text, name) in [
        ("SEND \"my file 1 2.txt\" 167772161 5000 9", "my file 1 2.txt"),
        ("SEND my file.txt 167772161 5000 9", "my file.txt"),
        ("SEND song 1 167772161 5000 9", "song 1"),
        ("SEND  two   spaces.txt   167772161  5000  9 ", "two   spaces.txt"),
        ("SEND \"unclosed 167772161 5000 9", "\"unclosed"),
        ("SEND \"\" 167772161 5000 9", ""),
    ] {
        let offer = offer(text);
        assert_eq!(offer.name, name.as_bytes(), "{text}");
        assert_eq!((offer.port, offer.size), (5000, Some(9)), "{text}");
    }
}

#[test]
fn a_name_keeps_its_bytes() {
    let Ok(Message::Offer(offer)) = parse(b"SEND caf\xe9\xff\x80.txt 167772161 5000") else { panic!() };
    assert_eq!(offer.name, b"caf\xe9\xff\x80.txt");
}

#[test]
fn sizes_go_up_to_two_to_the_64() {
    assert_eq!(offer("SEND x 1.2.3.4 5 18446744073709551615").size, Some(u64::MAX));
    assert_eq!(offer("SEND x 1.2.3.4 5 18446744073709551616").size, None);
    assert_eq!(offer("SEND x 1.2.3.4 5 -5").size, None);
    assert_eq!(offer("SEND x 1.2.3.4 5").size, None);
}

#[test]
fn passive_offers_have_a_token_and_turbo_a_t() {
    let passive = offer("SEND x 16843009 0 13556 20");
    assert_eq!((passive.port, passive.token, passive.turbo), (0, &b"20"[..], false));
    let both = offer("SEND x 16843009 0 13556 20 T");
    assert_eq!((both.token, both.turbo), (&b"20"[..], true));
    let turbo = offer("SEND x 167772161 5000 13556 T");
    assert_eq!((turbo.token, turbo.turbo), (&b""[..], true));
    let chat = offer("CHAT chat 16843009 0 77");
    assert_eq!((chat.kind, chat.port, chat.size, chat.token), (Kind::Chat, 0, None, &b"77"[..]));
}

#[test]
fn resume_and_accept_name_a_place() {
    let place = Place { name: b"appz-01.iso", port: 33000, position: 60000, token: b"" };
    assert_eq!(parse(b"RESUME appz-01.iso 33000 60000"), Ok(Message::Resume(place)));
    assert_eq!(parse(b"accept appz-01.iso 33000 60000"), Ok(Message::Accept(place)));
    let passive = Place { name: b"my file", port: 0, position: 7, token: b"20" };
    assert_eq!(parse(b"RESUME \"my file\" 0 7 20"), Ok(Message::Resume(passive)));
    assert_eq!(parse(b"RESUME my file 0 7 20"), Ok(Message::Resume(passive)));
    assert_eq!(parse(b"RESUME x 33000"), Err(Malformed::Format));
    assert_eq!(parse(b"RESUME x 70000 1"), Err(Malformed::Format));
}

#[test]
fn rejections_and_xmit_and_the_rest() {
    assert_eq!(parse(b"REJECT SEND x y.txt"), Ok(Message::Reject { kind: Some(Kind::Send), name: b"x y.txt" }));
    assert_eq!(parse(b"REJECT CHAT chat"), Ok(Message::Reject { kind: Some(Kind::Chat), name: b"chat" }));
    assert_eq!(parse(b"REJECT"), Ok(Message::Reject { kind: None, name: b"" }));
    let xmit = offer("XMIT clear 2001:db8::1 5000 \"a b\" 99");
    assert_eq!((xmit.kind, xmit.name, xmit.size), (Kind::Xmit, &b"a b"[..], Some(99)));
    assert_eq!(parse(b"RSEND x 99"), Ok(Message::Other { verb: b"RSEND", rest: b"x 99" }));
}

#[test]
fn what_cannot_be_read_says_why() {
    for (text, why) in [
        ("", Malformed::Format),
        ("SEND", Malformed::Format),
        ("SEND x", Malformed::Format),
        ("SEND x 1.2.3.4", Malformed::Format),
        ("SEND x host.example 5000 9", Malformed::Host),
        ("SEND x 4294967296 5000 9", Malformed::Host),
        ("SEND x -1 5000 9", Malformed::Host),
        ("SEND x 167772161 abc 9", Malformed::Port),
        ("SEND x 167772161 70000 9", Malformed::Port),
        ("SEND x 167772161 -1 9", Malformed::Port),
        ("XMIT clear nowhere 5000", Malformed::Host),
    ] {
        assert_eq!(parse(text.as_bytes()), Err(why), "{text}");
    }
}

#[test]
fn three_zeros_are_an_offer_of_nothing() {
    let offer = offer("SEND startkeylogger 0 0 0");
    assert_eq!((offer.address, offer.port, offer.size), (Address::UNSPECIFIED_V4, 0, Some(0)));
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in proptest::collection::vec(any::<u8>(), 0..300), verb in 0usize..12) {
        const VERBS: [&[u8]; 12] = [b"", b"SEND ", b"CHAT ", b"RESUME ", b"ACCEPT ", b"REJECT ", b"XMIT ", b"SSEND ",
            b"SEND \"", b"SEND a 1 2 ", b"RESUME \"", b"SEND   "];
        let bytes: Vec<u8> = VERBS[verb].iter().copied().chain(text).collect();
        let _ = parse(&bytes);
    }

    #[test]
    fn a_quoted_offer_is_read_as_written(
        name in "[^\"\\x00\r\n]{0,40}", address in any::<u32>(), port in any::<u16>(), size in any::<u64>(),
    ) {
        let text = alloc::format!("SEND \"{name}\" {address} {port} {size}");
        let offer = offer(&text);
        prop_assert_eq!(offer.name, name.as_bytes());
        prop_assert_eq!(offer.address, Address::v4(address.to_be_bytes()));
        prop_assert_eq!((offer.port, offer.size), (port, Some(size)));
    }
}
