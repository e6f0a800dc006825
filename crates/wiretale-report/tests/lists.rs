//! Lists that are cut: what weighs most is on them, and they say how many more there are.

mod hostile;

use std::net::IpAddr;

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale::score::{EVIDENCE_VERSION, Evidence};
use wiretale_report::case::{MovedFile, Style, page, stix};
use wiretale_testkit::{Weather, Wire};

use hostile::Told;

const HOME: Address = Address::v4([10, 20, 3, 7]);
const CROOK: [u8; 4] = [198, 51, 100, 77];

fn at(second: u16) -> Timestamp {
    Timestamp::from_parts(1_795_316_824 + i64::from(second), 0)
}

/// A shell at a high port of a machine, behind what else crossed.
fn shell(wire: &mut Wire) {
    wire.tcp(at(3000), Endpoint::new(Address::v4(CROOK), 5000), Endpoint::new(HOME, 64_000))
        .server("Who are you? ")
        .client("sesame99\n")
        .server("# ")
        .client("id\n")
        .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
        .close(Direction::Client);
}

fn told(cross: impl FnOnce(&mut Wire)) -> Told {
    let mut wire = Wire::new(Weather::default(), 3);
    cross(&mut wire);
    shell(&mut wire);
    Told::of(wire, "")
}

/// What is held against a peer.
fn against(peer: [u8; 4], port: u16) -> Evidence {
    Evidence {
        v: EVIDENCE_VERSION,
        time_ns: at(3100).nanos(),
        host: HOME.to_ip(),
        row: "D16.off_port".into(),
        key: "x".into(),
        peer: Some(peer.into()),
        port: Some(port),
        strength: 1.0,
        quality: 1.0,
        ties: Vec::new(),
        text: "something of it".into(),
        uids: Vec::new(),
        frames: Vec::new(),
    }
}

/// A part of the page, from its heading on.
fn section(page: &str, heading: &str) -> String {
    let (_, rest) = page.split_once(&format!("<h3>{heading}</h3>")).unwrap_or_else(|| panic!("{page}"));
    rest.split("<h3>").next().unwrap_or_default().to_owned()
}

fn greets(wire: &mut Wire, server: Endpoint, client: Address) {
    wire.tcp(at(1), Endpoint::new(client, 4000), server)
        .server("SSH-2.0-OpenSSH_9.2\r\n")
        .client("SSH-2.0-check_2.3\r\n")
        .close(Direction::Client);
}

#[test]
fn the_page_names_a_back_door_first_however_many_ports_answer() {
    let page = told(|wire| {
        (100..230).for_each(|port| greets(wire, Endpoint::new(HOME, port), Address::v4([198, 51, 100, 9])));
    })
    .with(page);
    let listeners = section(&page, "Listeners");
    let ports: Vec<&str> = listeners.split("<tr").skip(2).map(|row| &row[row.find("num\">").unwrap() + 5..]).collect();
    assert_eq!(ports.len(), 120);
    assert!(ports[0].starts_with("64000<") && ports[1].starts_with("100<"), "{ports:?}");
    assert!(listeners.contains("class=\"muted\">conn.log has 11 more.<"), "{listeners}");
}

#[test]
fn the_page_says_from_how_many_more_a_port_was_called_and_names_the_worst() {
    let page = told(|wire| {
        (0..9).for_each(|n| greets(wire, Endpoint::new(HOME, 64_000), Address::v4([198, 51, 100, n])));
    })
    .with(page);
    let listeners = section(&page, "Listeners");
    assert!(listeners.contains(">198.51.100.0, 198.51.100.1, 198.51.100.2, 198.51.100.77, and 6 more<"), "{listeners}");
}

#[test]
fn the_page_lists_what_answers_by_evidence_alone() {
    let mut case = Told::of(Wire::new(Weather::default(), 3), "");
    case.add(Evidence { row: "D01.ssh".into(), key: "22102".into(), ..against(CROOK, 22_102) });
    case.add(Evidence { row: "D04.root".into(), ..against(CROOK, 64_000) });
    let listeners = section(&case.with(page), "Listeners");
    assert!(listeners.contains(">22102</td><td>ssh<") && listeners.contains(">64000</td>"), "{listeners}");
}

/// A person's nick on a server, and whom they ask about there.
fn on_irc(wire: &mut Wire, server: [u8; 4], asked: &[String]) {
    let record = |nick: &String| {
        format!(":s 311 bee {nick} u h.example * :Real\r\n:s 319 bee {nick} :#tea\r\n:s 318 bee {nick} :End\r\n")
    };
    let _ = wire
        .tcp(at(9), Endpoint::new(HOME, 5003), Endpoint::new(Address::v4(server), 6667))
        .client("NICK bee\r\nUSER a 0 * :A\r\n")
        .server(":irc.example 001 bee :Welcome\r\n")
        .client(asked.iter().map(|nick| format!("WHOIS {nick}\r\n")).collect::<String>())
        .server(asked.iter().map(record).collect::<String>())
        .leave();
}

#[test]
fn sessions_on_irc_are_cut_by_what_is_held_against_the_server() {
    const WORST: [u8; 4] = [203, 0, 200, 1];
    let mut case = told(|wire| {
        (0..125).for_each(|n| on_irc(wire, [203, 0, 113, n], &[]));
        on_irc(wire, WORST, &[]);
    });
    case.add(against(WORST, 6667));
    let irc = section(&case.with(page), "On IRC");
    assert!(irc.contains("203.0.200.1 port 6667") && irc.contains("203.0.113.118 port"), "{irc}");
    assert!(!irc.contains("203.0.113.119 port") && irc.contains("class=\"muted\">irc.log has 6 more.<"), "{irc}");
    let letter = case.letter(Style::Plain);
    assert!(letter.contains("203.0.200.1, port 6667"), "{letter}");
    assert!(letter.contains("And 114 lines of this kind, which we can send you."), "{letter}");
}

#[test]
fn of_people_on_irc_it_is_said_how_many_more_there_are() {
    let nicks: Vec<String> = (0..130).map(|n| format!("nick{n:03}")).collect();
    let case = told(|wire| on_irc(wire, [203, 0, 113, 10], &nicks));
    let irc = section(&case.with(page), "On IRC");
    assert!(irc.contains("nick119") && !irc.contains("nick120"), "{irc}");
    assert!(irc.contains("class=\"muted\">irc_messages.log, which --messages writes, has 10 more.<"), "{irc}");
}

#[test]
fn files_are_cut_by_what_is_held_against_whom_they_were_exchanged_with() {
    let mut case = told(|_| {});
    let moved = |n: u16, to: [u8; 4]| MovedFile {
        at: at(n),
        name: format!("file{n}.txt").into_bytes().into(),
        how: "FTP",
        from: HOME.to_ip(),
        to: IpAddr::from(to),
        bytes: 18_260,
        missing: 0,
        mime: None,
        sha256: Some(format!("{n:064}")),
    };
    case.files = (0..300).map(|n| moved(n, [198, 51, 100, 55])).chain([moved(300, CROOK)]).collect();
    let files = section(&case.with(page), "Files");
    assert!(
        files.contains("file300.txt") && files.contains("file118.txt") && !files.contains("file119.txt"),
        "{files}"
    );
    assert!(files.contains("class=\"muted\">files.log has 181 more.<"), "{files}");
    let letter = case.letter(Style::Plain);
    assert!(letter.contains("file300.txt") && letter.contains("And 277 files more"), "{letter}");
    assert!(case.with(|dossier| stix(dossier).unwrap()).contains("file300.txt"));
}

#[test]
fn of_many_signs_of_a_peer_the_heaviest_are_drawn() {
    let mut case = told(|_| {});
    let rows = ["D16.off_port", "D16.novel", "D16.no_dns", "D39.no_name"];
    for (n, row) in (0..210).zip(rows.into_iter().cycle()) {
        // Of a thing that is seen again and again some alone are kept.
        let (key, row, text) = ((n / 4 % 4).to_string(), row.into(), format!("light sign {n}"));
        case.add(Evidence { key, row, strength: 0.1, text, ..against([203, 0, 113, 5], 5190) });
    }
    let heavy = Evidence { row: "D03.prompt".into(), text: "the heavy one".into(), ..against([203, 0, 113, 5], 5190) };
    case.add(Evidence { time_ns: at(3200).nanos(), ..heavy });
    let picture = section(&case.with(page), "Over time");
    assert!(picture.contains("the heavy one") && picture.contains("; 11 signs not drawn"), "{picture}");
}

fn logs_in(wire: &mut Wire, (port, server): (u16, Endpoint), name: &str, answer: &str) {
    wire.tcp(at(60), Endpoint::new(HOME, port), server)
        .server("220 go\r\n")
        .client(format!("USER {name}\r\n"))
        .server("331 on\r\n")
        .client(format!("PASS 0wn3d{name}\r\n"))
        .server(answer)
        .close(Direction::Client);
}

#[test]
fn a_letter_names_the_accounts_that_were_let_in_before_others() {
    let letter = told(|wire| {
        let ftp = Endpoint::new(Address::v4([203, 0, 113, 21]), 21);
        (0..45).for_each(|n| logs_in(wire, (5000 + n, ftp), &format!("ann{n}"), "120 wait\r\n"));
        logs_in(wire, (6000, ftp), "zed", "230 in\r\n");
    })
    .letter(Style::Plain);
    let letter = letter.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(letter.contains("zed at 203.0.113.21 (ftp)") && letter.contains("; and 6 more."), "{letter}");
}

#[test]
fn a_letter_names_the_neighbours_that_evidence_names_before_others() {
    let neighbour = |n: u8| Address::v4([10, 20, 4, n]);
    let mut case = told(|wire| (1..=50).for_each(|n| greets(wire, Endpoint::new(neighbour(n), 22), HOME)));
    case.add(against([10, 20, 4, 50], 22));
    let letter = case.letter(Style::Plain);
    assert!(
        letter.contains("10.20.4.50") && letter.contains("and 10 more") && !letter.contains("10.20.4.40"),
        "{letter}"
    );
}

#[test]
fn the_summary_names_what_stands_at_home_and_what_let_somebody_in_before_others() {
    let home = Address::v4([192, 168, 1, 7]);
    let summary = told(|wire| {
        for server in (0..25).map(|n| Address::v4([100, 20, 4, n])).chain([home]) {
            greets(wire, Endpoint::new(server, 2200), HOME);
            logs_in(wire, (5000, Endpoint::new(server, 2121)), "ann", "120 wait\r\n");
        }
    })
    .summary;
    let section = |heading: &str| summary.split(heading).nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let (ssh, unusual) = (section("SSH servers"), section("Services on unusual ports"));
    assert!(ssh.contains("192.168.1.7:2200") && ssh.contains("... and 6 more"), "{summary}");
    assert!(unusual.contains("192.168.1.7:2121") && unusual.contains("... and 7 more"), "{summary}");
}

#[test]
fn the_picture_is_of_the_time_of_the_evidence() {
    let page = told(|wire| {
        wire.tcp(at(0), Endpoint::new(HOME, 4000), Endpoint::new(Address::v4([203, 0, 113, 80]), 4242))
            .client("hello\n")
            .close(Direction::Client);
        wire.tcp(at(60_000), Endpoint::new(HOME, 4000), Endpoint::new(Address::v4(CROOK), 4243))
            .client("hello\n")
            .close(Direction::Client);
    })
    .with(page);
    let picture = section(&page, "Over time");
    assert!(!picture.contains("port 4242") && !picture.contains("port 4243"), "{picture}");
    assert!(picture.contains("port 64000") && picture.contains("2026-11-22 03:57:0"), "{picture}");
    assert!(!picture.contains("19:4"), "{picture}");
}
