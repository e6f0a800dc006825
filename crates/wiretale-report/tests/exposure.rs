//! The list of exposed accounts, as who must change them reads it.

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale::score::{Home, Inventory, Scorer, Weights, cases};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::case::{Chronicle, Dossier, Style, exposure_list};
use wiretale_report::{Logs, Memory, Options};
use wiretale_testkit::{Weather, Wire, lend};

const SERVER: Address = Address::v4([10, 20, 5, 20]);
const CROOK: Address = Address::v4([198, 51, 100, 55]);

/// Logins by FTP over one connection: name, password, and whether it is the right one.
fn ftp<'l>(wire: &mut Wire, client: Address, port: u16, logins: impl IntoIterator<Item = (&'l str, &'l str, bool)>) {
    let at = Timestamp::from_parts(1_795_317_000 + i64::from(port) / 10, 0);
    let mut talk = wire.tcp(at, Endpoint::new(client, port), Endpoint::new(SERVER, 21)).server("220 ready\r\n");
    for (name, password, right) in logins {
        talk.speak(Direction::Client, format!("USER {name}\r\n").as_bytes());
        talk.speak(Direction::Server, b"331 go on\r\n");
        talk.speak(Direction::Client, format!("PASS {password}\r\n").as_bytes());
        talk.speak(Direction::Server, if right { b"230 in\r\n" } else { b"530 no\r\n" });
    }
    talk.close(Direction::Client);
}

/// An FTP login that nobody answers.
fn unanswered(wire: &mut Wire, client: Address, port: u16, name: &str, password: &str) {
    let at = Timestamp::from_parts(1_795_317_000 + i64::from(port) / 10, 0);
    let mut talk = wire.tcp(at, Endpoint::new(client, port), Endpoint::new(SERVER, 21)).server("220 ready\r\n");
    talk.speak(Direction::Client, format!("USER {name}\r\n").as_bytes());
    talk.speak(Direction::Server, b"331 go on\r\n");
    talk.speak(Direction::Client, format!("PASS {password}\r\n").as_bytes());
    talk.close(Direction::Client);
}

/// A back door on port 9886, which the crook opens.
fn back_door(wire: &mut Wire, home: Address, port: u16) {
    let at = Timestamp::from_parts(1_795_317_000 + i64::from(port), 0);
    wire.tcp(at, Endpoint::new(CROOK, port), Endpoint::new(home, 9886))
        .server("Who are you? ")
        .client("sesame99\n")
        .server("# ")
        .client("id\n")
        .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
        .close(Direction::Client);
}

/// What is told of a wire, on lines of any length.
fn told(wire: Wire) -> String {
    let (home, weights) = (Home::default(), Weights::built_in());
    let scorer = Scorer::new(home.clone(), Inventory::default(), weights.clone());
    let mut line = Analyzer::<Standard, _>::new((scorer, Chronicle::new(home)), Settings::default());
    for (frame, number) in wire.into_frames().iter().zip(1..) {
        line.packet(lend(frame), number);
    }
    let (scorer, chronicle) = line.finish();
    let (evidence, names) = scorer.finish();
    let (cases, inventory) = (cases(evidence, &weights), Inventory::default());
    let (weights, inventory) = (&weights, &inventory);
    let dossier = Dossier {
        cases: &cases,
        weights,
        inventory,
        names: &names,
        chronicle: &chronicle,
        files: &[],
        lacks: &[],
        notes: &[],
        written: true,
    };
    let plain = exposure_list(&dossier).render(Style::Plain);
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    exposure_list(&dossier).render(Style::Markdown)
}

fn wire() -> Wire {
    Wire::new(Weather::default(), 7)
}

/// The part of a text below a heading.
fn part<'t>(text: &'t str, heading: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("## {heading}\n")).unwrap_or_else(|| panic!("no {heading} in {text}"));
    rest.split("\n## ").next().unwrap()
}

#[test]
fn one_password_tried_with_many_names_is_told_in_short() {
    let names: Vec<String> = (0..3000).map(|n| format!("user{n}")).collect();
    for right in [false, true] {
        let mut wire = wire();
        for (port, names) in (20_000..).zip(names.chunks(50)) {
            ftp(&mut wire, CROOK, port, names.iter().map(|name| (&name[..], "Summer2026", right)));
        }
        let text = told(wire);
        let most = if right { 3000 * 1200 } else { 12_000 };
        assert!(text.len() < most, "{} bytes", text.len());
        assert!(text.contains("3,000 accounts"), "{}", &text[..2000]);
        let rest = if right {
            "; and 2,994 more. Where that is another account,"
        } else {
            "And 2,940 accounts more; exposure.log"
        };
        assert!(text.contains(rest));
    }
}

#[test]
fn wrong_guesses_push_nobody_out() {
    let mut wire = wire();
    let names: Vec<String> = (0..4200).map(|n| format!("user{n}")).collect();
    for (port, names) in (20_000..).zip(names.chunks(50)) {
        ftp(&mut wire, CROOK, port, names.iter().map(|name| (&name[..], "guess", false)));
    }
    ftp(&mut wire, CROOK, 10_000, names[..500].iter().map(|name| ("bob", &name[..], false)));
    ftp(&mut wire, CROOK, 30_000, [("bob", "sunshine7", true)]);
    ftp(&mut wire, Address::v4([10, 20, 4, 9]), 40_000, [("carol", "l1lac", true)]);
    let text = told(wire);
    assert!(text.contains("2 accounts, 2 different secrets."), "{}", &text[..2000]);
    let bob = part(&text, "FTP account bob at 10.20.5.20 port 21");
    assert!(bob.contains("crossed in clear 1 time, ") && bob.contains("was accepted: it is the right one."), "{bob}");
    assert!(bob.contains("500 wrong guesses were refused, sent by 198.51.100.55 to 10.20.5.20."), "{bob}");
    part(&text, "FTP account carol at 10.20.5.20 port 21");
    assert!(text.contains("for 105 crossings of wrong guesses there was no room."), "{}", &text[..2000]);
}

#[test]
fn a_wrong_guess_is_not_the_same_secret() {
    let mut wire = wire();
    ftp(&mut wire, Address::v4([10, 20, 4, 9]), 20_000, [("bob", "Summer2026", true)]);
    ftp(&mut wire, CROOK, 20_001, [("alice", "Summer2026", false), ("alice", "Winter2026", false)]);
    ftp(&mut wire, Address::v4([10, 20, 4, 9]), 20_002, [("bob", "Sumer2026", false), ("dan", "Summer2026", true)]);
    let text = told(wire);
    assert!(text.contains("| s1 | accepted | ftp | FTP account bob at 10.20.5.20 port 21 |"), "{text}");
    let bob = part(&text, "FTP account bob at 10.20.5.20 port 21");
    assert!(bob.contains("Besides, 1 wrong guess was refused"), "{bob}");
    assert!(bob.contains("s1 also crossed for FTP account dan at 10.20.5.20 port 21. Where"), "{bob}");
    assert!(!bob.contains("alice"), "{bob}");
    let refused = part(&text, "Refused");
    assert!(refused.contains("2 wrong guesses were refused for 1 account of which"), "{refused}");
    assert!(refused.contains("| 2 | 198.51.100.55 | FTP account alice at 10.20.5.20 port 21 |"), "{refused}");
}

#[test]
fn of_many_senders_the_others_are_counted() {
    let mut wire = wire();
    for n in 20..29 {
        ftp(&mut wire, Address::v4([10, 20, 4, n]), 20_000 + u16::from(n), [("backup", "b4ckup", true)]);
    }
    let text = told(wire);
    assert!(text.contains("9 times, first at "), "{text}");
    assert!(text.contains("10.20.4.24, 10.20.4.25 and 3 more to 10.20.5.20. s1 was accepted"), "{text}");
}

#[test]
fn a_secret_is_told_with_who_sent_it_to_whom() {
    let mut wire = wire();
    let (leaf, hub) = (Address::v4([10, 20, 5, 10]), Address::v4([203, 0, 113, 30]));
    let at = Timestamp::from_parts(1_795_317_000, 0);
    wire.tcp(at, Endpoint::new(leaf, 4000), Endpoint::new(hub, 6667))
        .client("CAPAB START 1206\r\nCAPAB END\r\n")
        .server("CAPAB START 1206\r\nCAPAB END\r\n")
        .client("SERVER a.example one0secret 0 1AA :a\r\n")
        .server("SERVER b.example two0secret 0 1BB :b\r\n:1BB BURST 1\r\n:1BB ENDBURST\r\n")
        .client(":1AA BURST 1\r\n:1AA ENDBURST\r\n")
        .close(Direction::Client);
    let text = told(wire);
    let ours = part(&text, "Server link of a.example at 203.0.113.30 port 6667");
    assert!(ours.contains("sent by 10.20.5.10 to 203.0.113.30."), "{ours}");
    let theirs = part(&text, "Server link of b.example at 203.0.113.30 port 6667");
    assert!(theirs.contains("sent by 203.0.113.30 to 10.20.5.10."), "{theirs}");
}

#[test]
fn an_account_has_one_part_whatever_was_said_to_the_services() {
    let mut wire = wire();
    let (ann, irc) = (Address::v4([10, 20, 4, 31]), Address::v4([203, 0, 113, 32]));
    let at = Timestamp::from_parts(1_795_317_000, 0);
    wire.tcp(at, Endpoint::new(ann, 4000), Endpoint::new(irc, 6667))
        .client("NICK ann\r\nUSER a 0 * :A\r\n")
        .server(":irc.example 001 ann :Welcome\r\n")
        .client("PRIVMSG NickServ :REGISTER zz9secret ann@example.org\r\n")
        .server(":NickServ!s@services NOTICE ann :Nickname ann registered.\r\n")
        .client("PRIVMSG NickServ :IDENTIFY zz9secret\r\n")
        .server(":NickServ!s@services NOTICE ann :You are now identified for ann.\r\n")
        .client("PRIVMSG NickServ :GHOST ann zz9secret\r\n")
        .close(Direction::Client);
    let text = told(wire);
    assert_eq!(text.matches("\n## ").count(), 1, "{text}");
    assert!(text.contains("| s1 | accepted | nickserv-ghost, nickserv-identify, nickserv-register | "), "{text}");
    assert!(!text.contains("also crossed"), "{text}");
}

#[test]
fn what_opens_a_back_door_is_not_to_be_changed() {
    let mut wire = wire();
    back_door(&mut wire, Address::v4([10, 20, 3, 7]), 4000);
    back_door(&mut wire, Address::v4([10, 20, 3, 7]), 4001);
    let text = told(wire);
    let door = part(&text, "Password prompt at 10.20.3.7 port 9886");
    assert!(door.contains("It may be the intruder's own: 10.20.3.7 has "), "{door}");
    assert!(!door.contains("If not") && !door.contains("1. ") && !text.contains("Heard by"), "{text}");
}

#[test]
fn what_the_intruder_may_own_is_changed_if_it_is_not_his() {
    let mut wire = wire();
    let (home, crook) = (Address::v4([10, 20, 3, 7]), Endpoint::new(CROOK, 21));
    // Of the case before it nothing is told here.
    for n in 0..2 {
        back_door(&mut wire, Address::v4([10, 20, 3, 6]), 4000 + n);
        back_door(&mut wire, home, 4010 + n);
    }
    wire.tcp(Timestamp::from_parts(1_795_321_100, 0), Endpoint::new(home, 5000), crook)
        .server("220 go\r\n")
        .client("USER psycho\r\n")
        .server("331 on\r\n")
        .client("PASS 0wn3d99\r\n")
        .server("230 in\r\n")
        .client("RETR psy.tgz\r\n")
        .close(Direction::Client);
    let text = told(wire);
    let theirs = part(&text, "FTP account psycho at 198.51.100.55 port 21");
    let own = "It may be the intruder's own: 10.20.3.7 has almost certainly been broken into, and this is part of its \
               case. Then there is nothing to change. If not:\n\n1. Change it on the server";
    assert!(theirs.contains(own), "{theirs}");
    assert!(part(&text, "Heard by 10.20.3.7").contains("- FTP account psycho at "), "{text}");
}

#[test]
fn what_was_seen_of_an_account_is_told_and_nothing_else() {
    let mut wire = wire();
    let ann = Address::v4([10, 20, 4, 9]);
    unanswered(&mut wire, ann, 20_000, "bob", "sunshine7");
    ftp(&mut wire, ann, 20_100, [("carol", "l1lac", true)]);
    ftp(&mut wire, ann, 20_200, [("dan", "r0se", true)]);
    unanswered(&mut wire, ann, 20_300, "dan", "vi0let");
    ftp(&mut wire, ann, 20_400, [("eve", "tul1p", true), ("eve", "p0ppy", true)]);
    let text = told(wire);
    for (name, became) in [
        ("bob", "Whether s1 was accepted was not seen."),
        ("carol", "s2 was accepted: it is the right one."),
        ("dan", "s3 was accepted: it is the right one. Whether s4 was accepted was not seen."),
        ("eve", "2 different ones were accepted: s5 and s6."),
    ] {
        let told = part(&text, &format!("FTP account {name} at 10.20.5.20 port 21"));
        assert!(told.contains(&format!(" sent by 10.20.4.9 to 10.20.5.20. {became}\n\n1. Change it on ")), "{told}");
        assert!(told.contains("\n2. Change it wherever else it is used"), "{told}");
        assert!(told.contains("\n3. From now on use encryption to reach 10.20.5.20 (TLS, or SSH).\n"), "{told}");
    }
    assert!(text.contains("| s3 | accepted | ftp | FTP account dan at "), "{text}");
    assert!(text.contains("| s4 | unknown | ftp | FTP account dan at "), "{text}");
}

#[test]
fn of_secrets_that_many_share_the_first_are_named() {
    let mut wire = wire();
    let ann = Address::v4([10, 20, 4, 9]);
    // Each of the passwords after the first is that of two accounts more; one is that of seven.
    let logins = |names: &[&'static str], password: &'static str| -> Vec<(&str, &str, bool)> {
        names.iter().map(|name| (*name, password, true)).collect()
    };
    let all = [
        logins(&["bob", "u1", "u2", "u3", "u4", "u5", "u6"], "p1ne"),
        logins(&["bob", "v1"], "0ak"),
        logins(&["bob", "v1"], "b1rch"),
        logins(&["bob", "w1"], "elm99"),
        logins(&["bob", "w2"], "yew99"),
        logins(&["bob", "w3"], "fir99"),
    ];
    for (port, logins) in (20_000..).step_by(100).zip(all) {
        ftp(&mut wire, ann, port, logins);
    }
    let text = told(wire);
    let bob = part(&text, "FTP account bob at 10.20.5.20 port 21");
    let ftp = |name: &str| format!("FTP account {name} at 10.20.5.20 port 21");
    let five = ["u1", "u2", "u3", "u4", "u5"].map(ftp).join("; ");
    let steps = [
        "1. Change it on the server".to_owned(),
        format!("2. s1 also crossed for {five}; and 1 more. Where that"),
        format!("3. s2 and s3 also crossed for {}. Where that", ftp("v1")),
        format!("4. s4 also crossed for {}. Where that", ftp("w1")),
        "5. 2 more secrets of it crossed for others, too.".to_owned(),
        "6. Change it wherever".to_owned(),
    ];
    for step in steps {
        assert!(bob.contains(&format!("\n{step}")), "{step}: {bob}");
    }
    let last = part(&text, "FTP account w3 at 10.20.5.20 port 21");
    assert!(last.contains("\n2. s6 also crossed for FTP account bob at 10.20.5.20 port 21. Where"), "{last}");
    assert!(!last.contains("more"), "{last}");
}

#[test]
fn the_summary_has_room_for_those_who_did_not_guess() {
    let mut wire = wire();
    let guesses: Vec<String> = (0..4200).map(|n| format!("guess{n}")).collect();
    for (port, guesses) in (20_000..).zip(guesses.chunks(100)) {
        ftp(&mut wire, CROOK, port, guesses.iter().map(|guess| ("ann", &guess[..], false)));
        ftp(&mut wire, CROOK, port + 100, guesses.iter().map(|name| (&name[..], "Summer2026", false)));
    }
    ftp(&mut wire, Address::v4([10, 20, 4, 9]), 40_000, [("zoe", "l1lac", true)]);
    let mut line = Analyzer::<Standard, _>::new(Logs::new(Memory::default(), Options::default()), Settings::default());
    for (frame, number) in wire.into_frames().iter().zip(1..) {
        line.packet(lend(frame), number);
    }
    let (logs, stats) = line.finish_with_stats();
    let text = logs.finish(&stats).unwrap().1.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(
        text.contains("\n---------------------------------\nftp of zoe at 10.20.5.20:21 (ftp): accepted\n"),
        "{text}"
    );
    assert!(text.contains("\n-------------------\nftp://10.20.5.20:21 as zoe: accepted\n"), "{text}");
    assert!(text.contains("refused 4,200 times, 4,096 or more different\n"), "{text}");
}

#[test]
fn what_a_stranger_says_to_a_silent_host_is_no_secret_of_its_own() {
    let at = Timestamp::from_parts(1_795_327_000, 0);
    let (client, server) = (Endpoint::new(CROOK, 20_000), Endpoint::new(SERVER, 21));
    // Of both sides of an attempt to log in, or of what its client sends alone.
    let of = |both: bool, others: bool| {
        let mut attempt = wire();
        attempt.tcp(at, client, server).client("USER bob\r\nPASS forged99\r\n").close(Direction::Client);
        let mut wire = wire();
        if others {
            ftp(&mut wire, CROOK, 10_000, [("carol", "l1lac", true)]);
        }
        let from = |frame: &[u8]| frame[26..30] == [198, 51, 100, 55];
        for (at, frame) in attempt.into_frames().into_iter().filter(|(_, frame)| both || from(frame)) {
            wire.push(at, frame);
        }
        wire
    };
    for (both, others, is_told) in [(true, true, true), (false, true, false), (false, false, true)] {
        assert_eq!(told(of(both, others)).contains("FTP account bob"), is_told, "{both} {others}");
        let (home, options) = (Home::default(), Options::default());
        let logs = Logs::new(Memory::default(), options);
        let scorer = Scorer::new(home, Inventory::default(), Weights::built_in());
        let mut line = Analyzer::<Standard, _>::new((logs, scorer), Settings::default());
        for (frame, number) in of(both, others).into_frames().iter().zip(1..) {
            line.packet(lend(frame), number);
        }
        let ((logs, scorer), stats) = line.finish_with_stats();
        let logs = logs.finish(&stats).unwrap().0.logs;
        let rows = logs.get("exposure").map_or(String::new(), |log| String::from_utf8_lossy(log).into_owned());
        assert_eq!(rows.contains("bob"), is_told, "{rows}");
        if both || others {
            assert_eq!(scorer.evidence().iter().any(|row| row.text.contains("bob")), is_told);
        }
    }
}
