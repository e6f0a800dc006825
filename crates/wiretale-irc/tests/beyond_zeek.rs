//! What other analyzers get wrong, one test each: framing, state, numerics, commands, CTCP, secrets. The sessions that
//! are no plain client's (server links, WebSockets, what is no IRC) are in `beyond_zeek_links.rs`.

mod common;

use common::Session;
use wiretale_irc::{Command, numerics, parse, text};
use wiretale_protocol::{Chunk, Direction, Outcome};

fn greeted() -> Session {
    let mut session = Session::new();
    session.client("NICK ann\r\nUSER a 0 * :Ann Smith\r\n");
    session.server(":irc.example.org 001 ann :Welcome to the ExNet IRC Network ann!a@host.example\r\n");
    session.server(":irc.example.org 005 ann CASEMAPPING=rfc1459 PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnpst CHANTYPES=# NETWORK=ExNet :are supported\r\n");
    session
}

#[test]
fn p01_tags_have_room_of_their_own_beside_the_512_bytes() {
    let tags = format!("@{}", "k=v;".repeat(2000));
    let body = format!(":a!b@c PRIVMSG #c :{}", "x".repeat(480));
    let mut session = Session::new();
    session.server(format!("{tags} {body}\r\n"));
    assert_eq!(session.heard.weirds, [] as [&str; 0]);
    assert!(session.heard.messages[0].ends_with(&format!("[\"#c\", \"{}\"]", "x".repeat(480))));
    assert!(session.heard.messages[0].starts_with("@k=v;"));
}

#[test]
fn p02_the_tail_of_an_over_long_line_is_never_a_command() {
    for cut in [1, 7, 500, 510, 511, 999, 1000, 1001, 8701, 8702] {
        let mut session = Session::new();
        let line = format!("PRIVMSG #c :{}QUIT :forged\r\nPRIVMSG #c :real\r\n", "x".repeat(cut.max(520)));
        for piece in line.as_bytes().chunks(cut) {
            session.client(piece);
        }
        assert_eq!(session.heard.messages.len(), 2, "{cut}");
        assert!(session.heard.messages[0].ends_with("(cut)"));
        assert!(!session.heard.messages.concat().contains("forged"));
        assert_eq!(session.heard.weirds, ["irc_line_size_exceeded"]);
    }
}

#[test]
fn p03_after_a_gap_the_next_whole_line_counts_and_nothing_is_glued() {
    let mut session = Session::new();
    session.client("PRIVMSG #c :be");
    session.chunk(Direction::Client, Chunk::Gap(40));
    session.client("l :tail\r\nPRIVMSG #c :next\r\n");
    assert_eq!(session.heard.messages, ["PRIVMSG [\"#c\", \"next\"]"]);
}

#[test]
fn p04_a_nul_stays_where_it_stood() {
    let mut session = Session::new();
    session.client(b"PRIVMSG #c :a\0b\r\nQUIT :x\0y\r\n");
    assert_eq!(session.heard.messages, ["PRIVMSG [\"#c\", \"a\\x00b\"]", "QUIT [\"x\\x00y\"]"]);
}

#[test]
fn p05_blanks_are_borne_and_a_trailing_parameter_is_known_as_one() {
    let message = parse(b"@t=1   :s.example \t NOTICE  ann   :two words").unwrap();
    assert_eq!(message.command, Command::Notice);
    assert_eq!((message.param(0).0, message.param(1).0), (&b"ann"[..], &b"two words"[..]));
    assert!(message.params.has_trailing());
    assert!(!parse(b"NOTICE ann word").unwrap().params.has_trailing());
}

#[test]
fn p06_bytes_stay_and_encodings_are_guessed_only_for_printing() {
    let mut session = greeted();
    session.server(b":b!c@d PRIVMSG #c :\x0304caf\xe9 au lait\x0f\r\n");
    assert_eq!(session.events("Text").last().unwrap().matches("\\x03").count(), 1);
    assert!(session.events("Text")[0].contains("caf\\xe9"));
    assert_eq!(text::readable(b"\x0304caf\xe9 au lait\x0f"), "café au lait");
    assert!(session.decoder.session().support().casemapping().equal(b"Nick[]\\~", b"nick{}|^"));
}

#[test]
fn p07_the_nick_is_the_one_the_server_knows() {
    let mut session = Session::new();
    session.client("NICK taken\r\nUSER a 0 * :A\r\n");
    session.server(":irc.example.org 433 * taken :Nickname is already in use\r\n");
    assert_eq!(session.decoder.session().nick(), b"");
    session.client("NICK second\r\n").server(":irc.example.org 001 second :Welcome\r\n");
    assert_eq!(session.decoder.session().nick(), b"second");
    session.server(":second!a@h NICK :Guest123\r\n");
    assert_eq!(session.decoder.session().nick(), b"Guest123");
    assert!(session.events("NickChanged")[0].ends_with("own: true, forced: true }"));
}

#[test]
fn p07_channels_members_ranks_and_topics_are_followed() {
    let mut session = greeted();
    session.server(concat!(
        ":ann!a@h JOIN #Garden\r\n",
        ":irc.example.org 332 ann #garden :tomatoes\r\n",
        ":irc.example.org 333 ann #garden ben!b@h 1700000000\r\n",
        ":irc.example.org 353 ann = #garden :ann @ben ~&@cy +dee\r\n",
        ":irc.example.org 366 ann #garden :End\r\n",
        ":ben!b@h MODE #garden +o-v ann dee\r\n",
        ":dee!d@h NICK Dora\r\n",
        ":cy!c@h QUIT :hub.example.net leaf.example.org\r\n",
    ));
    let state = session.decoder.session();
    let channel = state.channels().get(b"#GARDEN", state.support().casemapping()).unwrap();
    let members: Vec<_> =
        channel.members().iter().map(|m| (m.nick().to_vec(), m.ranks().collect::<Vec<_>>())).collect();
    assert_eq!(members, [(b"Dora".to_vec(), vec![]), (b"ann".to_vec(), vec![b'o']), (b"ben".to_vec(), vec![b'o'])]);
    let topic = channel.topic().unwrap();
    assert_eq!((&*topic.text, &*topic.setter, topic.time), (&b"tomatoes"[..], &b"ben!b@h"[..], Some(1_700_000_000)));
    assert!(session.events("Quit")[0].contains("netsplit: true"));
    session.server(":ben!b@h KICK #garden ann :out\r\n");
    assert!(session.decoder.session().channels().is_empty());
}

#[test]
fn p08_answers_of_many_lines_are_one_record_with_their_question() {
    let mut session = greeted();
    session.client("WHOIS ben\r\n").server(concat!(
        ":s.example 311 ann ben b host.example * :Ben Jones\r\n",
        ":s.example 319 ann ben :@#x +#y\r\n",
        ":s.example 312 ann ben s.example :A server\r\n",
        ":s.example 330 ann ben benny :is logged in as\r\n",
        ":s.example 317 ann ben 12 1700000000 :seconds idle, signon time\r\n",
        ":s.example 318 ann ben :End of /WHOIS list.\r\n",
    ));
    let records = session.events("Record");
    assert_eq!(records.len(), 1);
    assert!(records[0].starts_with("Record(Record Whois ben asked Some(\"ben\") rows [(311, "), "{}", records[0]);
    assert_eq!(records[0].matches("), (").count(), 4);
    session.client("WHO #x\r\n").server(":s 352 ann #x b h s ben H@ :0 Ben Jones\r\n:s 315 ann #x :End\r\n");
    session.client("LIST\r\n").server(":s 322 ann #x 5 :topic\r\n:s 323 ann :End\r\n");
    session.client("LINKS\r\n").server(":s 364 ann a b :1 info\r\n:s 365 ann * :End\r\n");
    session.server(":s 375 ann :- s -\r\n:s 372 ann :- hi\r\n:s 376 ann :End\r\n");
    let kinds: Vec<_> = session.events("Record").iter().map(|r| r.split(' ').nth(1).unwrap().to_owned()).collect();
    assert_eq!(kinds, ["Whois", "Who", "List", "Links", "Motd"]);
    assert!(session.events("Record")[4].contains("asked None"));
}

#[test]
fn p08_a_whox_row_is_read_by_the_fields_that_were_asked_for() {
    let mut session = greeted();
    session.client("WHO #x %tcuhnfdlar,152\r\nWHO #y %n\r\n").server(concat!(
        ":s 354 ann 152 #x b host.example ben H@ 2 17 benny :Ben Jones\r\n",
        ":s 354 ann 152 #x c host.example cy G 0 3 0 :Cy\r\n:s 354 ann too few\r\n:s 315 ann #x :End\r\n",
        ":s 354 ann dan\r\n:s 315 ann #y :End\r\n:s 354 ann what is this\r\n:s 315 ann #z :End\r\n",
    ));
    let rows = &session.heard.rows;
    for part in [
        "token: Some(\"152\")",
        "nick: Some(\"ben\")",
        "hops: Some(2)",
        "idle: Some(17)",
        "account: Some(\"benny\")",
        "real_name: Some(\"Ben Jones\")",
        "server: None",
        "address: None",
    ] {
        assert!(rows[0].contains(part), "{part} in {}", rows[0]);
    }
    assert!(rows[1].contains("account: Some(\"\")") && rows[1].contains("flags: Some(\"G\")"));
    assert!(rows[2].contains("nick: None") && rows[2].contains("params: [\"ann\", \"too\", \"few\"]"));
    assert!(rows[3].contains("nick: Some(\"dan\")"));
    assert!(rows[4].contains("nick: None"), "no question, no fields: {}", rows[4]);
}

#[test]
fn p08_lists_of_masks_are_told_entry_by_entry_and_kept() {
    let mut session = greeted();
    session.server(":s 005 ann PREFIX=(ov)@+ CHANMODES=eIbq,k,l,imnt :are supported\r\n:ann!a@h JOIN #c\r\n");
    session.client("MODE #c +b\r\nMODE #c q\r\n").server(concat!(
        ":s 367 ann #c *!*@bad.example ben!b@h 1700000000\r\n:s 367 ann #c worse!*@*\r\n:s 368 ann #c :End\r\n",
        ":s 348 ann #c *!*@good.example ben 1700000001\r\n:s 349 ann #c :End\r\n",
        ":s 728 ann #c q loud!*@* cy 1700000002\r\n:s 729 ann #c q :End\r\n",
        ":ben!b@h MODE #c -b+b worse!*@* new!*@*\r\n",
    ));
    let told = session.events("Listed");
    assert_eq!(told.len(), 4);
    let first = "entry: Listed { letter: 98, mask: \"*!*@bad.example\", setter: \"ben!b@h\", time: Some(1700000000) }";
    assert!(told[0].contains(first), "{}", told[0]);
    let asked: Vec<_> = session.events("Record").iter().map(|record| record.contains("asked Some(")).collect();
    assert_eq!(asked, [true, false, true]);
    let state = session.decoder.session();
    let kept = state.channels().get(b"#c", state.support().casemapping()).unwrap().masks();
    let kept: Vec<_> = kept.iter().map(|mask| (char::from(mask.letter), &*mask.mask, mask.time)).collect();
    assert_eq!(
        kept,
        [
            ('b', &b"*!*@bad.example"[..], Some(1_700_000_000)),
            ('e', b"*!*@good.example", Some(1_700_000_001)),
            ('q', b"loud!*@*", Some(1_700_000_002)),
            ('b', b"new!*@*", None),
        ]
    );
}

#[test]
fn p36_lists_of_masks_have_a_bound_and_say_so_once() {
    let mut session = greeted();
    session.server(":ann!a@h JOIN #c\r\n");
    for n in 0..600 {
        session.server(format!(":ben!b@h MODE #c +b *!*@h{n}\r\n"));
    }
    let state = session.decoder.session();
    assert_eq!(state.channels().get(b"#c", state.support().casemapping()).unwrap().masks().len(), 512);
    assert_eq!(state.channels().masks_dropped(), 88);
    assert_eq!(session.heard.weirds.iter().filter(|name| **name == "irc_too_many_masks").count(), 1);
}

#[test]
fn p19_labels_pair_an_answer_with_its_question() {
    let mut session = greeted();
    session.client("@label=a1 WHOIS ben\r\n@label=b2 PONG x\r\n@label=c3 PRIVMSG #c :hi\r\n").server(concat!(
        "@label=a1 BATCH +77 labeled-response\r\n@batch=77 :s 311 ann ben b h * :Ben\r\nBATCH -77\r\n",
        "@label=b2 ACK\r\n@time=1;label=c3 :ann!a@h PRIVMSG #c :hi\r\n@label=zz :s NOTICE ann :?\r\n",
    ));
    assert_eq!(
        session.events("Labeled"),
        [
            "Labeled { label: \"a1\", question: Some(\"WHOIS\"), batch: \"77\", empty: false }",
            "Labeled { label: \"b2\", question: Some(\"PONG\"), batch: \"\", empty: true }",
            "Labeled { label: \"c3\", question: Some(\"PRIVMSG\"), batch: \"\", empty: false }",
            "Labeled { label: \"zz\", question: None, batch: \"\", empty: false }",
        ]
    );
    for n in 0..100 {
        session.client(format!("@label=n{n} PING x\r\n"));
    }
    session.server("@label=n35 ACK\r\n@label=n36 ACK\r\n");
    let last: Vec<_> = session.events("Labeled")[4..].iter().map(|event| event.contains("Some(\"PING\")")).collect();
    assert_eq!(last, [false, true]);
    assert_eq!(session.heard.weirds, ["irc_too_many_labels"]);
}

#[test]
fn p19_standard_replies_have_their_parts() {
    let mut session = greeted();
    session.server(concat!(
        "FAIL JOIN CHANNEL_RENAMED #old #new :It moved\r\n:s WARN * SLOW :Busy\r\nNOTE X Y\r\nFAIL A B c\r\n",
        ":s NOTE * OPER_MESSAGE :Registering new accounts is closed: see #help\r\n",
    ));
    let told = session.events("StandardReply");
    let parts = "severity: Fail, command: \"JOIN\", code: \"CHANNEL_RENAMED\", context: \"#old #new\", description: \"It moved\"";
    assert!(told[0].contains(parts), "{}", told[0]);
    assert!(told[1].contains("severity: Warn, command: \"*\", code: \"SLOW\", context: \"\", description: \"Busy\""));
    assert!(told[2].contains("context: \"\", description: \"\""), "{}", told[2]);
    assert!(told[3].contains("context: \"\", description: \"c\""), "{}", told[3]);
    assert!(told[4].contains("description: \"Registering new accounts is closed: see #help\""));
}

#[test]
fn p09_every_numeric_of_the_list_has_a_name() {
    let ranges = [
        1..=5,
        10..=10,
        42..=42,
        221..=221,
        250..=255,
        301..=301,
        305..=306,
        311..=319,
        329..=333,
        338..=338,
        346..=349,
        353..=354,
        366..=369,
        372..=372,
        375..=376,
        378..=379,
        396..=396,
        401..=407,
        437..=438,
        442..=443,
        451..=451,
        461..=467,
        470..=482,
        730..=734,
        900..=908,
    ];
    for code in ranges.into_iter().flatten() {
        assert!(numerics::named(code).is_some(), "{code}");
    }
    let mut session = greeted();
    assert_eq!(session.decoder.session().network(), b"ExNet");
    session.server(":s 730 ann :ben!b@h\r\n:s 731 ann :cy\r\n:s 305 ann :back\r\n:s 306 ann :away\r\n:s 396 ann cloak.example :is now your host\r\n");
    assert_eq!((session.events("Presence").len(), session.events("Away").len()), (2, 2));
    assert!(session.events("HostChanged")[0].contains("cloak.example"));
}

#[test]
fn p10_whois_channels_belong_to_the_one_asked_about() {
    let whois =
        record(":s 311 ann tim t h * :Tim\r\n:s 319 ann tim_ :@#testing +#b\r\n:s 318 ann tim_ :End\r\n", |r| {
            let whois = r.whois().unwrap();
            format!("{:?} {:?}", r.subject, whois.channels().collect::<Vec<_>>())
        });
    assert_eq!(whois, "\"tim_\" [\"@#testing\", \"+#b\"]");
}

#[test]
fn p11_a_one_word_topic_is_a_topic_and_its_setter_is_known() {
    let mut session = greeted();
    session.server(":s 332 ann #c one\r\n:s 331 ann #d :No topic is set\r\n:b!c@d TOPIC #c :two words\r\n");
    let topics = session.events("Topic");
    assert!(topics[0].contains("text: \"one\""));
    assert!(topics[1].contains("text: \"\""));
    assert!(topics[2].contains("text: \"two words\", setter: \"b\", time: None, changed: true"));
}

#[test]
fn p12_numbers_of_users_are_parameters_of_their_own() {
    let message = parse(b":s 266 tim2 4 7 :Current global users 4, max 7").unwrap();
    assert_eq!((message.source().name.0, message.param(0).0, message.param(2).0), (&b"s"[..], &b"tim2"[..], &b"7"[..]));
}

#[test]
fn p13_real_names_are_whole_and_all_ranks_are_known() {
    let who = record(":s 352 ann #x b host srv ben H*@ :3 Ben the Gardener\r\n:s 315 ann #x :End\r\n", |r| {
        format!("{:?}", r.who().next().unwrap())
    });
    assert!(who.contains("hops: Some(3), real_name: \"Ben the Gardener\""), "{who}");
    let mut session = greeted();
    session.server(":s 353 ann = #x :~&@%+ben %cy!c@host\r\n");
    let state = session.decoder.session();
    let members = state.channels().get(b"#x", state.support().casemapping()).unwrap().members();
    assert_eq!(members[0].ranks().collect::<Vec<_>>(), b"qaohv");
    assert_eq!((members[1].nick(), members[1].ranks().collect::<Vec<_>>()), (&b"cy"[..], vec![b'h']));
}

#[test]
fn p14_a_refused_nick_is_told_with_its_reason_and_464_is_a_failed_oper() {
    let mut session = Session::new();
    session.client("NICK a b\r\n").server(
        ":s 432 * bad!nick :Erroneous\r\n:s 433 * taken :In use\r\n:s 437 * held :Unavailable\r\n:s 431 * :No nick\r\n",
    );
    let refused = session.events("Refused");
    assert!(refused[0].contains("BadNick, numeric: 432, nick: \"bad!nick\""));
    assert!(refused[1].contains("NickInUse, numeric: 433, nick: \"taken\""));
    assert!(refused[2].contains("Unavailable, numeric: 437, nick: \"held\""));
    assert!(refused[3].contains("BadNick, numeric: 431, nick: \"\""));
    let mut session = greeted();
    session.client("OPER god wrong\r\n").server(":s 464 ann :Password incorrect\r\n");
    session.client("OPER god right\r\n").server(":s 381 ann :You are now an operator\r\n");
    assert_eq!(
        session.events("Oper"),
        ["Oper { name: \"god\", accepted: false }", "Oper { name: \"god\", accepted: true }"]
    );
    let outcomes: Vec<_> = session.heard.exposures.iter().map(|exposed| exposed.outcome).collect();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Accepted]);
}

#[test]
fn p15_numeric_000_is_one_and_a_clients_numerics_are_not_believed() {
    assert_eq!(parse(b":s 000").unwrap().command, Command::Numeric(0));
    let mut session = greeted();
    session.client(":irc.example.org 001 root :Welcome\r\n:s 381 ann :oper\r\n");
    assert_eq!(session.decoder.session().nick(), b"ann");
    assert_eq!(session.events("Oper").len() + session.events("Registered").len(), 1);
    assert_eq!(session.heard.weirds, ["irc_numeric_from_client"; 2]);
}

#[test]
fn p16_the_words_of_user_stay_apart() {
    let mut session = greeted();
    assert_eq!(session.heard.messages[1], "USER [\"a\", \"0\", \"*\", \"Ann Smith\"]");
    let registered = session.events("Registered")[0].to_owned();
    assert!(registered.contains("user: \"a\", host: \"host.example\", real_name: \"Ann Smith\""), "{registered}");
    assert!(registered.contains("network: \"ExNet\""));
    session.end();
}

#[test]
fn p17_the_account_of_an_extended_join_is_no_key() {
    let mut session = greeted();
    session.server(":ben!b@h JOIN #c benny :Ben Jones\r\n:cy!c@h JOIN #c * :Cy\r\n");
    assert!(
        session.events("Joined")[0].contains("account: \"benny\", real_name: \"Ben Jones\", own: false, key: false")
    );
    assert!(session.events("Joined")[1].contains("account: \"\", real_name: \"Cy\""));
    session.client("JOIN #v,#w s3cret\r\n").server(":ann!a@h JOIN #v\r\n:ann!a@h JOIN #w\r\n");
    assert!(session.events("Joined")[2].contains("own: true, key: true"));
    assert!(session.events("Joined")[3].contains("own: true, key: false"));
}

#[test]
fn p18_parameters_are_read_alike_with_and_without_a_colon() {
    let mut session = greeted();
    session.server(":ben!b@h JOIN :#c\r\n:ben!b@h PART :#c\r\n:ben JOIN #c\r\n:ben QUIT\r\n:cy!c@h INVITE ann :#d\r\n");
    assert!(session.events("Parted")[0].contains("channel: \"#c\", who: Source { name: \"ben\""));
    assert!(session.events("Joined")[1].contains("name: \"ben\", user: \"\""));
    assert!(session.events("Quit")[0].contains("name: \"ben\""));
    assert!(session.events("Invited")[0].contains("channel: \"#d\", nick: \"ann\""));
    assert_eq!(parse(b":s SQUIT a.example").unwrap().param(0), b"a.example");
}

#[test]
fn p19_the_commands_of_today_have_types_and_modes_are_read_letter_by_letter() {
    for name in [
        "TOPIC",
        "CAP",
        "AUTHENTICATE",
        "PING",
        "PONG",
        "KILL",
        "WALLOPS",
        "AWAY",
        "ACCOUNT",
        "CHGHOST",
        "SETNAME",
        "TAGMSG",
        "BATCH",
        "MONITOR",
        "WATCH",
        "LIST",
        "STATS",
        "LINKS",
        "MAP",
        "WEBIRC",
        "SERVICE",
        "ENCAP",
    ] {
        assert_eq!(parse(name.as_bytes()).unwrap().command.name(), Some(name));
    }
    let mut session = greeted();
    session.server(":ben!b@h MODE #c +ovl-b+i ann cy 10 *!*@x\r\n:ann MODE ann :+iw\r\n");
    let modes: Vec<_> = session.events("Mode").iter().map(|m| m.split("letter: ").nth(1).unwrap().to_owned()).collect();
    assert_eq!(modes.len(), 7);
    assert!(modes[2].starts_with("108, kind: WhenSet, argument: \"10\""));
    assert!(modes[3].starts_with("98, kind: List, argument: \"*!*@x\""));
    session.server(":b!c@d ACCOUNT benny\r\n:b!c@d CHGHOST u new.host\r\n:b!c@d SETNAME :New Name\r\n:b!c@d AWAY :lunch\r\n:s BATCH +x netsplit a b\r\n:s BATCH -x\r\n");
    for event in ["Account", "HostChanged", "RealNameChanged", "Away", "Batch"] {
        assert!(!session.events(event).is_empty(), "{event}");
    }
}

#[test]
fn p20_both_directions_are_told() {
    let mut session = greeted();
    session.client("PRIVMSG #c :from here\r\n").server(":ben!b@h PRIVMSG #c :from there\r\n");
    let texts = session.events("Text");
    assert!(texts[0].contains("name: \"ann\", user: \"a\", host: \"host.example\""), "{}", texts[0]);
    assert!(texts[1].contains("name: \"ben\""));
    assert_eq!(session.heard.messages.len(), 6);
}

#[test]
fn p26_ctcp_is_a_type_of_its_own_in_both_kinds_of_message() {
    let mut session = greeted();
    session.server(b":b!c@d PRIVMSG ann :\x01VERSION\x01\r\n:b!c@d PRIVMSG #c :\x01ACTION waves\x01\r\n");
    session.client(b"NOTICE b :\x01VERSION irssi \\\\ \\a\x01\r\nPRIVMSG b :hi\x01ping 1\x01\x01TIME\r\n");
    session.client(b"PRIVMSG b :ACTION is a word\r\n");
    let ctcp: Vec<_> =
        session.events("Ctcp").iter().map(|event| event.split("reply: ").nth(1).unwrap().to_owned()).collect();
    assert_eq!(
        ctcp,
        [
            "false, verb: \"VERSION\", args: \"\" }",
            "false, verb: \"ACTION\", args: \"waves\" }",
            "true, verb: \"VERSION\", args: \"irssi \\\\ \\x01\" }",
            "false, verb: \"ping\", args: \"1\" }",
            "false, verb: \"TIME\", args: \"\" }",
        ]
    );
    assert_eq!(session.events("Text").len(), 2);
}

#[test]
fn p27_only_a_marked_dcc_is_an_offer_in_any_case() {
    let mut session = greeted();
    session.client("PRIVMSG b :DCC SEND x 167772161 5000 10\r\n");
    assert_eq!((session.events("Dcc").len(), session.expected().len()), (0, 0));
    session.client(b"PRIVMSG b :\x01dcc send x 167772161 5000 10\x01\r\n");
    assert_eq!((session.events("Dcc").len(), session.expected().len()), (1, 1));
    session.client(b"PRIVMSG b :\x01DCC SEND x host 5000 10\x01\r\n");
    assert_eq!(session.heard.weirds, ["irc_invalid_dcc_host"]);
}

#[test]
fn p35_secrets_are_found_with_their_outcome_and_never_leave() {
    let mut session = Session::new();
    session.client("PASS zz9srv\r\nNICK ann\r\nUSER a 0 * :A\r\n").server(":s 001 ann :Welcome\r\n");
    session.client("PRIVMSG NickServ :identify zz9nick\r\n");
    session.server(":NickServ!s@s NOTICE ann :Invalid password for ann; you sent zz9nick\r\n");
    session
        .client("NICKSERV IDENTIFY ben zz9ben\r\n")
        .server(":s 900 ann ann!a@h ben :You are now logged in as ben\r\n");
    session
        .client("AUTHENTICATE PLAIN\r\nAUTHENTICATE AGFubgB6ejlzYXNs\r\n")
        .server(":s 904 ann :SASL authentication failed\r\n");
    session.client("JOIN #k zz9key\r\n").server(":s 475 ann #k :Cannot join channel (+k)\r\n");
    session.server(":ben!b@h MODE #m +k zz9mode\r\n:s 324 ann #n +k zz9told\r\n");
    session.client("PRIVMSG Q@CServe.quakenet.org :AUTH ann zz9q\r\n").end();
    let exposed: Vec<_> = session.heard.exposures.iter().map(|e| (e.kind, e.account.as_str(), e.outcome)).collect();
    use Outcome::{Accepted, Refused, Unknown};
    assert_eq!(
        exposed,
        [
            ("pass", "ann", Accepted),
            ("nickserv-identify", "ann", Refused),
            ("nickserv-identify", "ben", Accepted),
            ("sasl-plain", "ann", Refused),
            ("channel-key", "#k", Refused),
            ("channel-key", "#m", Accepted),
            ("channel-key", "#n", Accepted),
            ("q-identify", "ann", Unknown),
        ]
    );
    let all = format!("{:?}{:?}{:?}", session.heard.messages, session.heard.events, session.heard.exposures);
    assert!(!all.contains("zz9") && !all.contains("AGFubgB6ejlzYXNs"), "{all}");
    assert!(session.heard.messages[5].contains("you sent <hidden>"), "{}", session.heard.messages[5]);
}

#[test]
fn p35_words_to_an_eggdrop_and_what_stops_a_server_are_secret() {
    let mut session = greeted();
    session.client("PRIVMSG eggy :IDENT zz9egg\r\nPRIVMSG eggy :OP zz9egg #x\r\nPRIVMSG eggy :PASS zz9old zz9new\r\n");
    session.server(":eggy!e@h NOTICE ann :Password set to: zz9new\r\n");
    session.client("LOGIN ann zz9raw\r\nDIE zz9die\r\nDIE irc.example.org\r\nRESTART zz9again now\r\n").end();
    let exposed: Vec<_> = session.heard.exposures.iter().map(|e| (e.kind, e.account.as_str())).collect();
    let egg = ("bot-login", "eggy");
    for one in [egg, ("x-identify", "ann"), ("die", ""), ("restart", "")] {
        assert!(exposed.contains(&one), "{exposed:?}");
    }
    assert_eq!(exposed.len(), 6, "{exposed:?}");
    let all = format!("{:?}{:?}{:?}", session.heard.messages, session.heard.events, session.heard.exposures);
    assert!(!all.contains("zz9"), "{all}");
}

#[test]
fn p35_a_password_that_is_a_name_hides_no_one() {
    let mut session = Session::new();
    session.client("PASS PRIVMSG\r\nNICK ann\r\nUSER a 0 * :A\r\n").server(":s 001 ann :Welcome\r\n");
    session.client("OPER x #garden\r\nOPER x ann\r\nPRIVMSG #garden :.advscan ann\r\n");
    session.server(":ann!a@h JOIN #garden\r\n:ann!a@h PRIVMSG NickServ :IDENTIFY pw77\r\n");
    assert!(session.events("Text")[0].contains("target: \"#garden\", text: \".advscan ann\""));
    assert!(session.events("Joined")[0].contains("channel: \"#garden\", who: Source { name: \"ann\""));
    session.client("PRIVMSG NickServ :IDENTIFY pw77\r\n").server(":ann!a@h PRIVMSG NickServ :IDENTIFY pw77\r\n").end();
    let identified = session.heard.exposures.iter().filter(|exposed| exposed.kind == "nickserv-identify").count();
    assert_eq!(identified, 2);
    assert!(!format!("{:?}{:?}", session.heard.messages, session.heard.events).contains("pw77"));
}

#[test]
fn p36_weirds_questions_and_answers_have_a_bound() {
    let mut session = greeted();
    session.client("+++\r\n".repeat(1000));
    session.client("WHOIS x\r\n".repeat(1000));
    session.server(format!(":s 372 ann :{}\r\n", "x".repeat(400)).repeat(1000));
    session.server(":s 376 ann :End\r\n");
    let count = |name| session.heard.weirds.iter().filter(|weird| **weird == name).count();
    assert_eq!((count("irc_invalid_command"), session.suppressed), (16, 984));
    assert_eq!((count("irc_too_many_questions"), count("irc_record_too_long")), (1, 1));
    assert!(session.events("Record")[0].len() < 80_000 && session.events("Record")[0].contains(" dropped "));
}

// The record that a server's lines make, seen by `with`.
fn record(lines: &str, with: impl Fn(wiretale_irc::Record<'_>) -> String) -> String {
    struct Seen<F>(F, String);
    impl<F: Fn(wiretale_irc::Record<'_>) -> String> wiretale_protocol::Observer for Seen<F> {
        type Flow = ();
    }
    impl<F: Fn(wiretale_irc::Record<'_>) -> String> wiretale_protocol::Observe<wiretale_irc::Irc> for Seen<F> {
        fn observe(&mut self, (): &mut (), _: &wiretale_protocol::Moment<'_>, event: &wiretale_irc::Event<'_>) {
            if let wiretale_irc::Event::Record(record) = event {
                self.1 = (self.0)(*record);
            }
        }
    }
    let mut session = Session::new();
    let mut seen = Seen(with, String::new());
    let moment = wiretale_protocol::Moment {
        at: wiretale_protocol::Timestamp::from_parts(0, 0),
        frame: 1,
        direction: Direction::Server,
        flow: &session.flow,
    };
    let state = &mut ();
    let mut cx = wiretale_protocol::Context::new(moment, &mut seen, state, &mut session.shared);
    <wiretale_irc::Irc as wiretale_protocol::Protocol>::feed(
        &mut session.decoder,
        &mut cx,
        Chunk::Data(lines.as_bytes()),
    );
    seen.1
}

#[test]
fn p36_what_is_open_counts_as_memory() {
    let long = "x".repeat(400);
    let memory = |session: &Session| <wiretale_irc::Irc as wiretale_protocol::Protocol>::memory(&session.decoder);
    for (times, line) in [
        (200, format!("PRIVMSG bob :\u{1}DCC SEND {long}@ 3325256807 4000 10\u{1}\r\n")),
        (60, format!("WHOIS {long}@\r\n")),
        (60, format!("OPER {long}@ zz9\r\n")),
    ] {
        let mut session = greeted();
        let before = memory(&session);
        for n in 0..times {
            session.client(line.replace('@', &n.to_string()));
        }
        let more = memory(&session) - before;
        assert!((times * 400..times * 2000).contains(&more), "{more} bytes: {line}");
    }
}
