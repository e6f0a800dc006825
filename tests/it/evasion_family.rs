//! More captures of the evasion family, made here: forgeries, odd openings and ends, pieces and detours around one line.

use wiretale::packet::{Address, Endpoint, Flags};
use wiretale_testkit::build::{TcpHeader, checksum, ip_packet, tcp_frame};

use crate::evasion::Seen;
use crate::evasion_variants::{Frame, pcap};

/// What must be seen: the host's bytes, and if any are named, one of these events; or at least one of both.
enum Must {
    Exact(&'static [&'static str]),
    Either(&'static [&'static str]),
}
use Must::{Either, Exact};

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

#[test]
fn resets_and_ends_are_not_believed_too_easily() {
    let rst = Flags::RST;
    check(
        "low-TTL RST at the number",
        Exact(&["reopened_after_reset", "data_after_reset"]),
        forged(|it| {
            it.ttl = 2;
            it.client(rst, b"");
            it.ttl = 64;
        }),
    );
    check(
        "low-TTL RST of the server",
        Exact(&["reopened_after_reset", "data_after_reset"]),
        forged(|it| {
            it.ttl = 2;
            it.server(rst, b"");
            it.ttl = 64;
        }),
    );
    check(
        "signed RST",
        Exact(&["tcp_signature_mismatch"]),
        forged(|it| {
            it.options = [&[19, 18][..], &[7; 16], &[1, 1]].concat();
            it.client(rst, b"");
            it.options.clear();
        }),
    );
    for ahead in [1, 100, 60_000] {
        check(
            "RST inside the window",
            Exact(&["rst_out_of_sequence"]),
            forged(|it| {
                it.client_next += ahead;
                it.client(rst.with(ACK), b"");
                it.client_next -= ahead;
            }),
        );
    }
    check(
        "RST beyond the window",
        Exact(&["rst_out_of_sequence"]),
        forged(|it| {
            it.client_next += 1 << 20;
            it.client(rst, b"");
            it.client_next -= 1 << 20;
        }),
    );
    check(
        "RST with data inside the window",
        Exact(&["rst_out_of_sequence", "rst_with_data"]),
        forged(|it| {
            it.client_next += 10;
            it.client(rst, b"QUIT");
            it.client_next -= 10;
        }),
    );
    check(
        "FIN with data beyond the window",
        Exact(&["fin_out_of_window", "out_of_window"]),
        forged(|it| {
            it.client_next += 70_000;
            it.client(FIN.with(ACK), FAKE);
            it.client_next -= 70_000;
        }),
    );
    check(
        "FIN ahead in the window, low TTL",
        Either(&["data_after_fin", "fin_void"]),
        forged(|it| {
            (it.ttl, it.client_next) = (2, it.client_next + 20);
            it.client(FIN.with(ACK), b"");
            (it.ttl, it.client_next) = (64, it.client_next - 20);
        }),
    );
    check(
        "FIN and RST",
        Either(&["rst_out_of_sequence", "data_after_reset", "reopened_after_reset"]),
        forged(|it| it.client(Flags(0x15), b"")),
    );
    check("FIN and SYN", Exact(&["baroque_SYN"]), forged(|it| it.client(Flags(0x03), b"")));
    check("SYN at the number", Exact(&["SYN_inside_connection"]), forged(|it| it.client(SYN, b"")));
    check(
        "SYN with data at the number",
        Exact(&["SYN_inside_connection", "SYN_with_data"]),
        forged(|it| it.client(SYN, FAKE)),
    );
    check("SYN-ACK of the client", Exact(&["bad_SYN_ack"]), forged(|it| it.client(SYN_ACK, b"")));
    check(
        "SYN-ACK of the server with another number",
        Exact(&["SYN_inside_connection", "repeated_SYN_reply_wo_ack", "bad_SYN_ack", "unsolicited_SYN_response"]),
        forged(|it| {
            it.server_next += 5000;
            it.server(SYN_ACK, b"");
            it.server_next -= 5000;
        }),
    );
}

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

#[test]
fn fragments_and_tunnels_hide_nothing() {
    for (name, order) in [("in order", [0, 1, 2, 3]), ("reversed", [3, 2, 1, 0]), ("mixed", [2, 0, 3, 1])] {
        check(
            &format!("tiny fragments {name}"),
            Exact(&[]),
            cut(|pieces| order.iter().map(|&n| pieces[n].clone()).collect()),
        );
    }
    check(
        "every fragment twice",
        Exact(&[]),
        cut(|pieces| pieces.iter().flat_map(|it| [it.clone(), it.clone()]).collect()),
    );
    let forge = |piece: &Vec<u8>| {
        let mut forged = piece.clone();
        forged[36] ^= 1;
        forged
    };
    check(
        "a forged fragment, then all",
        Either(&["fragment_inconsistency"]),
        cut(|pieces| {
            let mut all = vec![forge(&pieces[2])];
            all.extend_from_slice(pieces);
            all
        }),
    );
    // The host drops these for their checksum, and the client sends it all again.
    check(
        "all but one, a forged one, that one",
        Exact(&["bad_TCP_checksum"]),
        cut_and(
            |pieces| {
                vec![pieces[0].clone(), pieces[1].clone(), pieces[3].clone(), forge(&pieces[2]), pieces[2].clone()]
            },
            |it| it.say(KEY),
        ),
    );
    check(
        "a fragment of the other direction with the same id",
        Exact(&[]),
        cut(|pieces| {
            let mut other = forge(&pieces[2]);
            let (from, to): (Vec<u8>, Vec<u8>) = (other[26..30].to_vec(), other[30..34].to_vec());
            other.splice(26..34, to.into_iter().chain(from));
            let mut all = vec![other];
            all.extend_from_slice(pieces);
            all
        }),
    );
    check(
        "a last fragment that ends early",
        Exact(&["bad_TCP_checksum"]),
        cut_and(
            |pieces| {
                let mut early = pieces[2].clone();
                early[20] &= !0x20;
                let mut all = vec![whole(early)];
                all.extend_from_slice(pieces);
                all
            },
            |it| it.say(KEY),
        ),
    );
    check(
        "every second packet in GRE",
        Exact(&[]),
        each(|bytes, _, n| {
            if n % 2 == 1 {
                let (from, to) = (Address::v4([192, 0, 2, 1]), Address::v4([192, 0, 2, 2]));
                let packet = ip_packet(from, to, 47, 64, &[&[0, 0, 8, 0], &bytes[14..]].concat());
                bytes.splice(14.., packet);
            }
        }),
    );
    check(
        "options of IP",
        Exact(&[]),
        each(|bytes, _, _| {
            bytes.splice(34..34, [1, 1, 1, 0]);
            bytes[14] = 0x46;
            let len = u16::from_be_bytes([bytes[16], bytes[17]]) + 4;
            bytes.splice(16..18, len.to_be_bytes());
            let right = whole(std::mem::take(bytes));
            *bytes = right;
        }),
    );
}

#[test]
fn what_was_lost_is_a_gap_and_what_follows_is_read() {
    let mut story = story(
        |_| (),
        |it| {
            let at = it.frames.len();
            it.say(KEY);
            it.frames.remove(at);
        },
    );
    story.key = b"";
    check("a lost line", Exact(&["content_gap"]), story);
}

fn forged(forgery: impl FnOnce(&mut Story)) -> Story {
    story(
        |_| (),
        |it| {
            forgery(it);
            it.say(KEY);
        },
    )
}

fn opened(odd: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.start(|_| ());
    story.frames.pop();
    odd(&mut story);
    story.client(ACK, b"");
    story.rest(|it| it.say(KEY));
    story
}

fn alone(client: bool) -> Story {
    let mut story = story(|_| (), |it| it.say(KEY));
    story.frames.retain(|frame| (frame.bytes[29] == 10) == client);
    story.only_client = client;
    story
}

// The line's packet in fragments of 16 bytes or the rest, as `arrange` has them.
fn cut(arrange: impl FnOnce(&[Vec<u8>]) -> Vec<Vec<u8>>) -> Story {
    cut_and(arrange, |it| {
        it.client_next += KEY.len() as u32;
        it.acknowledge();
    })
}

fn cut_and(arrange: impl FnOnce(&[Vec<u8>]) -> Vec<Vec<u8>>, then: impl FnOnce(&mut Story)) -> Story {
    story(
        |_| (),
        |it| {
            it.client(PUSH, KEY);
            let frame = it.frames.pop().expect("the line").bytes;
            let body = &frame[34..];
            let last = body.len().div_ceil(16) - 1;
            let pieces: Vec<Vec<u8>> = body
                .chunks(16)
                .enumerate()
                .map(|(n, piece)| {
                    let mut bytes = [&frame[..34], piece].concat();
                    bytes[18..20].copy_from_slice(&[0x12, 0x34]);
                    let place = (n as u16 * 2) | if n < last { 0x2000 } else { 0 };
                    bytes[20..22].copy_from_slice(&place.to_be_bytes());
                    whole(bytes)
                })
                .collect();
            assert_eq!(pieces.len(), 4);
            arrange(&pieces).into_iter().for_each(|bytes| it.push(bytes));
            then(it);
        },
    )
}

// Each frame of a plain story changed; of whom it is and which.
fn each(change: impl Fn(&mut Vec<u8>, bool, usize)) -> Story {
    let mut story = story(|_| (), |it| it.say(KEY));
    for (n, frame) in story.frames.iter_mut().enumerate() {
        let client = frame.bytes[29] == 10;
        change(&mut frame.bytes, client, n);
    }
    story
}

fn stamped(story: &mut Story) {
    story.options = stamp(4000);
}

fn stamp(time: u32) -> Vec<u8> {
    [&[1, 1, 8, 10][..], &time.to_be_bytes(), &[0; 4]].concat()
}

fn story(start: impl FnOnce(&mut Story), line: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.play(start, line);
    story
}

// The IP header's length and checksum set right.
fn whole(mut bytes: Vec<u8>) -> Vec<u8> {
    let len = (bytes.len() - 14) as u16;
    bytes[16..18].copy_from_slice(&len.to_be_bytes());
    ip_checksum(&mut bytes);
    bytes
}

fn ip_checksum(bytes: &mut [u8]) {
    bytes[24..26].fill(0);
    let end = 14 + usize::from(bytes[14] & 15) * 4;
    let sum = checksum(&bytes[14..end]);
    bytes[24..26].copy_from_slice(&sum.to_be_bytes());
}

fn check(name: &str, must: Must, story: Story) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut file, &pcap(&story.frames, 1, false, false)).expect("written");
    let seen = Seen::of(file.path());
    let client = [HELLO, JOIN, story.key, QUIT].concat();
    let server = if story.only_client { Vec::new() } else { vec![WELCOME.to_vec(); story.sessions] };
    let exact = seen.client == vec![client; story.sessions] && seen.server == server;
    let (right, names) = match must {
        Exact(names) => (exact && (names.is_empty() || names.iter().any(|name| seen.weirds.contains(*name))), names),
        Either(names) => (exact || names.iter().any(|name| seen.weirds.contains(*name)), names),
    };
    let shown: Vec<_> = seen.client.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    assert!(
        right,
        "{name}: bytes {exact}, one of {names:?} in {:?}; {shown:?}, {} of the server",
        seen.weirds,
        seen.server.len()
    );
    println!("{name}: bytes {exact}, {:?}", seen.weirds);
}

struct Story {
    frames: Vec<Frame>,
    at: i64,
    client_next: u32,
    server_next: u32,
    ttl: u8,
    window: u16,
    urgent: u16,
    syn: Flags,
    options: Vec<u8>,
    key: &'static [u8],
    sessions: usize,
    only_client: bool,
}

impl Story {
    fn new() -> Self {
        Self {
            frames: Vec::new(),
            at: 1_700_000_000_000_000_000,
            client_next: 1000,
            server_next: 9000,
            ttl: 64,
            window: 64_240,
            urgent: 0,
            syn: SYN,
            options: Vec::new(),
            key: KEY,
            sessions: 1,
            only_client: false,
        }
    }

    fn play(&mut self, start: impl FnOnce(&mut Self), line: impl FnOnce(&mut Self)) {
        self.start(start);
        self.rest(line);
    }

    fn start(&mut self, start: impl FnOnce(&mut Self)) {
        start(self);
        self.client(self.syn, b"");
        self.client_next = self.client_next.wrapping_add(1);
        self.server(SYN_ACK, b"");
        self.server_next = self.server_next.wrapping_add(1);
        self.client(ACK, b"");
    }

    fn rest(&mut self, line: impl FnOnce(&mut Self)) {
        self.say(HELLO);
        self.server(PUSH, WELCOME);
        self.server_next = self.server_next.wrapping_add(WELCOME.len() as u32);
        self.client(ACK, b"");
        self.say(JOIN);
        line(self);
        self.say(QUIT);
        self.client(FIN.with(ACK), b"");
        self.client_next = self.client_next.wrapping_add(1);
        self.server(FIN.with(ACK), b"");
        self.server_next = self.server_next.wrapping_add(1);
        self.client(ACK, b"");
    }

    fn say(&mut self, bytes: &[u8]) {
        self.client(PUSH, bytes);
        self.client_next = self.client_next.wrapping_add(bytes.len() as u32);
        self.acknowledge();
    }

    fn acknowledge(&mut self) {
        self.server(ACK, b"");
    }

    fn client(&mut self, flags: Flags, payload: &[u8]) {
        let ack = if flags.has(ACK) { self.server_next } else { 0 };
        self.send(CLIENT, SERVER, self.client_next, ack, flags, payload);
    }

    fn server(&mut self, flags: Flags, payload: &[u8]) {
        let ack = if flags.has(ACK) { self.client_next } else { 0 };
        self.send(SERVER, CLIENT, self.server_next, ack, flags, payload);
    }

    fn send(&mut self, from: Endpoint, to: Endpoint, seq: u32, ack: u32, flags: Flags, payload: &[u8]) {
        let header = TcpHeader { seq, ack, flags, window: self.window, options: self.options.clone() };
        self.push(tcp_frame(from, to, self.ttl, &header, payload));
        if self.urgent > 0 {
            let urgent = self.urgent;
            self.last()[52..54].copy_from_slice(&urgent.to_be_bytes());
            self.right_checksum();
        }
    }

    fn push(&mut self, bytes: Vec<u8>) {
        self.at += 1_000_000;
        self.frames.push(Frame { at: self.at, bytes });
    }

    fn last(&mut self) -> &mut Vec<u8> {
        &mut self.frames.last_mut().expect("a frame").bytes
    }

    fn right_ip_checksum(&mut self) {
        ip_checksum(self.last());
    }

    fn right_checksum(&mut self) {
        let bytes = self.last();
        bytes[50..52].fill(0);
        let pseudo = [&bytes[26..34], &[0, 6], &((bytes.len() - 34) as u16).to_be_bytes(), &bytes[34..]].concat();
        let sum = checksum(&pseudo);
        bytes[50..52].copy_from_slice(&sum.to_be_bytes());
    }
}

const CLIENT: Endpoint = Endpoint::new(Address::v4([10, 1, 0, 10]), 40_001);
const SERVER: Endpoint = Endpoint::new(Address::v4([10, 1, 0, 20]), 6667);
const ACK: Flags = Flags::ACK;
const SYN: Flags = Flags::SYN;
const FIN: Flags = Flags::FIN;
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);
const PUSH: Flags = Flags::PSH.with(Flags::ACK);
const HELLO: &[u8] = b"NICK alice\r\nUSER a 0 * :Alice\r\n";
const WELCOME: &[u8] = b":irc.example 001 alice :Welcome\r\n";
const JOIN: &[u8] = b"JOIN #ops\r\n";
const KEY: &[u8] = b"PRIVMSG #ops :SECRET run payload\r\n";
const FAKE: &[u8] = b"PRIVMSG #ops :nothing to see hr!\r\n";
const QUIT: &[u8] = b"QUIT :bye\r\n";
