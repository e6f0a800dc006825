//! Two copies of the same bytes that differ.

use super::*;

#[test]
fn of_two_copies_the_hosts_or_an_event() {
    let copies: &'static [&'static str] = &["rexmit_inconsistency"];
    // In order: the first copy is taken, whoever forged the second.
    check(
        "another copy behind",
        Exact(&["rexmit_inconsistency"]),
        story(
            |_| (),
            |it| {
                it.client(PUSH, KEY);
                it.client(PUSH, FAKE);
                it.client_next += KEY.len() as u32;
                it.acknowledge();
            },
        ),
    );
    check(
        "another copy behind the acknowledgement",
        Exact(&["rexmit_inconsistency"]),
        story(
            |_| (),
            |it| {
                it.say(KEY);
                it.client_next -= KEY.len() as u32;
                it.client(PUSH, FAKE);
                it.client_next += KEY.len() as u32;
            },
        ),
    );
    check(
        "low-TTL copy before",
        Either(copies),
        forged(|it| {
            it.ttl = 3;
            it.client(PUSH, FAKE);
            it.ttl = 64;
        }),
    );
    for (name, spans) in [
        ("a tail, then all", &[(10, 34, FAKE), (0, 34, KEY)][..]),
        ("all but the first, twice, then the first", &[(1, 34, KEY), (1, 34, FAKE), (0, 1, KEY)]),
        ("the other way round", &[(1, 34, FAKE), (1, 34, KEY), (0, 1, KEY)]),
        ("a middle, then around it", &[(12, 20, FAKE), (4, 30, KEY), (0, 4, KEY), (30, 34, KEY)]),
        ("a longer one from the same start", &[(8, 16, FAKE), (8, 34, KEY), (0, 8, KEY)]),
        ("a shorter one from the same start", &[(8, 34, FAKE), (8, 16, KEY), (0, 8, KEY)]),
        ("a staircase", &[(20, 34, KEY), (14, 26, FAKE), (8, 20, KEY), (0, 10, KEY)]),
        ("a right end that is covered", &[(20, 34, FAKE), (14, 34, KEY), (0, 14, KEY)]),
    ] {
        check(
            name,
            Either(copies),
            story(
                |_| (),
                |it| {
                    for &(from, to, bytes) in spans {
                        it.client_next += from;
                        it.client(PUSH, &bytes[from as usize..to as usize]);
                        it.client_next -= from;
                    }
                    it.client_next += KEY.len() as u32;
                    it.acknowledge();
                },
            ),
        );
    }
    check(
        "byte by byte from the end",
        Exact(&[]),
        story(
            |_| (),
            |it| {
                for at in (0..KEY.len() as u32).rev() {
                    it.client_next += at;
                    it.client(PUSH, &KEY[at as usize..=at as usize]);
                    it.client_next -= at;
                }
                it.client_next += KEY.len() as u32;
                it.acknowledge();
            },
        ),
    );
}
