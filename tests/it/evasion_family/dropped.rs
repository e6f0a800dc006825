//! Segments that hosts drop: broken, out of place, out of date.

use super::*;

#[test]
fn what_a_host_drops_is_dropped_and_told() {
    let fake = |story: &mut Story| story.client(PUSH, FAKE);
    check(
        "wrong IP checksum",
        Exact(&["bad_IP_checksum"]),
        forged(|it| {
            fake(it);
            it.last()[24] ^= 0x55;
        }),
    );
    check(
        "wrong TCP checksum",
        Exact(&["bad_TCP_checksum"]),
        forged(|it| {
            fake(it);
            it.last()[51] ^= 0x55;
        }),
    );
    check("no flags", Exact(&["data_without_ack"]), forged(|it| it.client(Flags(0), FAKE)));
    check("FIN alone with data", Exact(&["data_without_ack"]), forged(|it| it.client(FIN, FAKE)));
    check(
        "all flags",
        Either(&["SYN_inside_connection", "SYN_with_data", "bad_TCP_flags"]),
        forged(|it| it.client(Flags(0x3f), FAKE)),
    );
    check(
        "a signature",
        Exact(&["tcp_signature_mismatch"]),
        forged(|it| {
            it.options = [&[19, 18][..], &[7; 16], &[1, 1]].concat();
            fake(it);
            it.options.clear();
        }),
    );
    check(
        "an acknowledgement of long ago",
        Exact(&["ack_too_old", "TCP_ack_underflow_or_misorder"]),
        forged(|it| {
            it.server_next = it.server_next.wrapping_sub(1 << 24);
            fake(it);
            it.server_next = it.server_next.wrapping_add(1 << 24);
        }),
    );
    check(
        "an acknowledgement of the future",
        Exact(&["ack_of_unseen_data"]),
        forged(|it| {
            it.server_next += 50_000;
            fake(it);
            it.server_next -= 50_000;
        }),
    );
    check(
        "far behind the window",
        Exact(&["TCP_seq_underflow_or_misorder", "out_of_window"]),
        forged(|it| {
            it.client_next = it.client_next.wrapping_sub((1 << 30) + 77);
            fake(it);
            it.client_next = it.client_next.wrapping_add((1 << 30) + 77);
        }),
    );
    check(
        "just beyond the window",
        Exact(&["out_of_window"]),
        forged(|it| {
            it.client_next += 64_240;
            fake(it);
            it.client_next -= 64_240;
        }),
    );
    for words in [0, 4, 15] {
        check(
            "a wrong header length",
            Exact(&["bad_TCP_header_len"]),
            forged(|it| {
                it.client(PUSH, if words == 15 { b"PRIVMSG #ops :short" } else { FAKE });
                it.last()[46] = words << 4;
                it.right_checksum();
            }),
        );
    }
    for (name, cut) in [("a length inside IP", 19), ("a length inside TCP", 30)] {
        check(
            name,
            Exact(&["truncated_header", "truncated_IP_len", "invalid_IP_header_size"]),
            forged(|it| {
                fake(it);
                it.last()[17] = cut;
                it.right_ip_checksum();
            }),
        );
    }
    check(
        "a protocol of its own",
        Exact(&[]),
        forged(|it| {
            fake(it);
            it.last()[23] = 99;
            it.right_ip_checksum();
        }),
    );
    check(
        "an IP version of 5",
        Exact(&[]),
        forged(|it| {
            fake(it);
            it.last()[14] = 0x55;
            it.right_ip_checksum();
        }),
    );
}

#[test]
fn old_timestamps_are_refused() {
    check(
        "PAWS",
        Exact(&["paws_failed"]),
        story(stamped, |it| {
            let now = std::mem::replace(&mut it.options, stamp(10));
            it.client(PUSH, FAKE);
            it.options = now;
            it.say(KEY);
        }),
    );
    check(
        "PAWS round the wrap",
        Exact(&["paws_failed"]),
        story(
            |it| it.options = stamp(3),
            |it| {
                it.options = stamp(u32::MAX - 1000);
                it.client(PUSH, FAKE);
                it.options = stamp(4);
                it.say(KEY);
            },
        ),
    );
    check(
        "no timestamp where they are agreed",
        Either(&["rexmit_inconsistency"]),
        story(stamped, |it| {
            it.options.clear();
            it.client(PUSH, FAKE);
            it.options = stamp(5000);
            it.say(KEY);
        }),
    );
}
