//! Urgent bytes, probes of a closed window, keep-alives.

use super::*;

#[test]
fn urgent_bytes_probes_and_keep_alives_fool_nobody() {
    let urgent = Flags(0x38);
    for pointer in [1, 2, 5, 34] {
        check(
            "an urgent byte",
            Either(&["urgent_data"]),
            story(
                |_| (),
                |it| {
                    it.urgent = pointer;
                    it.client(urgent, KEY);
                    it.urgent = 0;
                    it.client_next += KEY.len() as u32;
                    it.acknowledge();
                },
            ),
        );
    }
    check(
        "an urgent pointer beyond",
        Either(&["urgent_data"]),
        story(
            |_| (),
            |it| {
                it.urgent = 5000;
                it.client(urgent, KEY);
                it.urgent = 0;
                it.client_next += KEY.len() as u32;
                it.acknowledge();
            },
        ),
    );
    check(
        "an urgent pointer without the flag",
        Exact(&[]),
        story(
            |_| (),
            |it| {
                it.urgent = 3;
                it.say(KEY);
                it.urgent = 0;
            },
        ),
    );
    check(
        "keep-alives with garbage",
        Exact(&[]),
        forged(|it| {
            for byte in [b"\0", b"!"] {
                it.client_next -= 1;
                it.client(ACK, byte);
                it.client_next += 1;
                it.server(ACK, b"");
            }
        }),
    );
    check(
        "a keep-alive of the server",
        Exact(&[]),
        forged(|it| {
            it.server_next -= 1;
            it.server(ACK, b"?");
            it.server_next += 1;
            it.client(ACK, b"");
        }),
    );
    check(
        "a probe of a closed window, with garbage",
        Either(&["rexmit_inconsistency", "out_of_window"]),
        forged(|it| {
            it.window = 0;
            it.server(ACK, b"");
            it.window = 64_240;
            it.client(ACK, b"!");
            it.window = 0;
            it.server(ACK, b"");
            it.window = 64_240;
            it.server(ACK, b"");
        }),
    );
    check(
        "a window that shrinks",
        Exact(&[]),
        story(
            |_| (),
            |it| {
                it.window = 10;
                it.server(ACK, b"");
                it.window = 64_240;
                it.client(PUSH, &KEY[..10]);
                it.client_next += 10;
                it.server(ACK, b"");
                it.say(&KEY[10..]);
            },
        ),
    );
}
