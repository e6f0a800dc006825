//! Connections that open in unusual ways, or again.

use super::*;

#[test]
fn openings_of_any_kind_are_followed() {
    check(
        "a SYN of another number first, low TTL",
        Exact(&["SYN_seq_jump"]),
        story(
            |it| {
                (it.ttl, it.client_next) = (2, 777_777);
                it.client(SYN, b"");
                (it.ttl, it.client_next) = (64, 1000);
            },
            |it| it.say(KEY),
        ),
    );
    check(
        "a SYN of another number after the SYN-ACK",
        Exact(&["SYN_inside_connection", "SYN_seq_jump"]),
        opened(|it| {
            it.client_next = 555_555;
            it.client(SYN, b"");
            it.client_next = 1001;
        }),
    );
    check(
        "data with the last acknowledgement's number before it",
        Either(&["rexmit_inconsistency"]),
        opened(|it| {
            it.ttl = 2;
            it.client(PUSH, FAKE);
            it.ttl = 64;
        }),
    );
    check(
        "every packet of the handshake twice",
        Exact(&[]),
        opened(|it| {
            let again: Vec<Vec<u8>> = it.frames.iter().map(|frame| frame.bytes.clone()).collect();
            again.into_iter().for_each(|bytes| it.push(bytes));
        }),
    );
    check("a SYN that asks for ECN", Exact(&[]), story(|it| it.syn = Flags(0xc2), |it| it.say(KEY)));
    check(
        "no handshake and no end",
        Exact(&["midstream_pickup"]),
        story(
            |_| (),
            |it| {
                it.say(KEY);
                it.frames.drain(..3);
            },
        ),
    );
    check(
        "one VLAN a direction",
        Exact(&[]),
        each(|bytes, client, _| {
            bytes.splice(12..12, [0x81, 0, 0, if client { 5 } else { 6 }]);
        }),
    );
    check("the client alone", Exact(&["possible_split_routing"]), alone(true));
}

#[test]
fn a_port_used_again_is_another_session() {
    for (name, client, server) in
        [("higher numbers", 90_000_000, 70_000_000), ("lower numbers", 500, 600), ("round the wrap", u32::MAX - 10, 3)]
    {
        for finished in [true, false] {
            let mut first = story(|_| (), |it| it.say(KEY));
            if !finished {
                first.frames.truncate(first.frames.len() - 3);
            }
            let (client, server) = if finished || client > 1000 { (client, server) } else { (client + 4000, server) };
            let mut second = Story::new();
            (second.client_next, second.server_next, second.at) = (client, server, first.at + 1_000_000_000);
            second.play(|_| (), |it| it.say(KEY));
            let mut both = first;
            both.frames.append(&mut second.frames);
            both.sessions = 2;
            check(&format!("{name}, finished {finished}"), Exact(&[]), both);
        }
    }
}
