//! What the program says to a person: in its help, of captures with nothing to tell, and of what it cannot use.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use wiretale::capture::write::Pcap;
use wiretale::packet::{Address, Direction, Endpoint, LinkType, Timestamp};
use wiretale::score::standard;
use wiretale_testkit::{Weather, Wire, lend};

/// Two machines of one network; from an FTP server of the one the other fetches a file, once a day for two days.
fn capture(client: [u8; 4], server: [u8; 4]) -> Vec<u8> {
    let mut wire = Wire::new(Weather::default(), 5);
    let (client, server) = (Address::v4(client), Address::v4(server));
    for day in 0..2 {
        let at = |second: i64| Timestamp::from_parts(1_795_316_824 + day * 86_400 + second, 0);
        let port = 4000 + u16::try_from(day).unwrap();
        wire.tcp(at(0), Endpoint::new(client, port), Endpoint::new(server, 21))
            .server("220 go\r\n")
            .client("USER al\r\n")
            .server("331 on\r\n")
            .client("PASS k3ysecret\r\n")
            .server("230 in\r\n")
            .client("PASV\r\n")
            .server(format!("227 here ({},{},{},{},20,{})\r\n", 192, 0, 2, 21, day))
            .client("RETR a.txt\r\n")
            .server("150 coming\r\n")
            .server("226 done\r\n")
            .close(Direction::Client);
        let data = Endpoint::new(server, 20 * 256 + u16::try_from(day).unwrap());
        wire.tcp(at(1), Endpoint::new(client, port + 100), data).server("hello").close(Direction::Server);
    }
    pcap(&wire.into_frames())
}

fn pcap(frames: &[(Timestamp, Vec<u8>)]) -> Vec<u8> {
    let mut pcap = Pcap::micros(Vec::new(), LinkType::ETHERNET).unwrap();
    for frame in frames {
        pcap.frame(&lend(frame)).unwrap();
    }
    pcap.into_inner()
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.put("public.pcap", &capture([192, 0, 2, 7], [192, 0, 2, 21]));
        place
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_wiretale"));
        program.current_dir(self.0.path()).env_remove("COLUMNS").args(args).output().unwrap()
    }

    /// Standard output of a run that went well; lines are made one, so that it does not matter where they end.
    fn told(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        one_line(&output.stdout)
    }

    /// Standard error of a run that could not go well.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        one_line(&output.stderr)
    }
}

fn one_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_capture_in_which_nobody_is_at_home_is_no_clean_one() {
    let place = Place::new();
    let told = place.told(&["analyze", "public.pcap"]);
    assert!(told.contains("Note: No address in it is of the home network, so that nothing was scored."), "{told}");
    assert!(told.contains("--home"), "{told}");
    assert!(place.text("wiretale-out/report.html").contains("No address in it is of the home network"));
    let told = place.told(&["analyze", "--home", "192.0.2.0/24", "public.pcap"]);
    assert!(!told.contains("No address in it"), "{told}");
}

#[test]
fn a_capture_without_packets_or_connections_is_told_as_one() {
    let place = Place::new();
    place.put("none.pcap", &pcap(&[]));
    assert!(place.told(&["analyze", "none.pcap"]).contains("Note: No packet is in it."));
    let arp = [&[0xff; 12][..], &[8, 6], &[0; 28]].concat();
    place.put("arp.pcap", &pcap(&[(Timestamp::from_parts(1_795_316_824, 0), arp)]));
    let told = place.told(&["analyze", "arp.pcap"]);
    assert!(told.contains("Note: No connection is in it"), "{told}");
    assert!(!told.contains("No address in it"), "{told}");
}

#[test]
fn the_page_says_what_the_capture_lacks_also_where_it_has_no_case() {
    let place = Place::new();
    let bytes = capture([10, 20, 0, 1], [192, 0, 2, 21]);
    place.put("cut.pcap", &bytes[..bytes.len() - 7]);
    place.told(&["analyze", "cut.pcap"]);
    let page = place.text("wiretale-out/report.html");
    assert!(page.contains("cut.pcap: byte ") && page.contains("No host at home"), "{page}");
}

#[test]
fn a_capture_that_is_named_twice_is_read_once() {
    let place = Place::new();
    let once = place.told(&["analyze", "public.pcap"]);
    let twice = place.told(&["analyze", "public.pcap", "./public.pcap"]);
    assert_eq!(twice.split(" packets").next(), once.split(" packets").next());
    assert!(twice.contains("Note: ./public.pcap is named twice: it is read once."), "{twice}");
}

#[test]
fn files_of_several_days_have_their_dates() {
    let place = Place::new();
    let told = place.told(&["analyze", "--home", "192.0.2.0/24", "public.pcap"]);
    for day in ["2026-11-22", "2026-11-23"] {
        assert!(told.contains(&format!("{day} 03:07:05 FTP 192.0.2.21 to 192.0.2.7: a.txt 5 bytes")), "{told}");
    }
}

#[test]
fn help_fits_a_terminal_and_says_what_the_program_is() {
    let place = Place::new();
    for args in [&["--help"][..], &["analyze", "--help"], &["score", "--help"], &["confirm", "--help"]] {
        let help = String::from_utf8(place.run(args).stdout).unwrap();
        let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
    let help = place.told(&["--help"]);
    assert!(help.starts_with("Reads network captures and tells which machine was broken into"), "{help}");
    assert!(help.contains("Exit status: 0"), "{help}");
    let help = place.told(&["analyze", "--help"]);
    assert!(help.contains("public ones, as most of IPv6 are, have to be named"), "{help}");
}

#[test]
fn what_is_no_file_and_what_is_no_folder_is_told_as_that() {
    let place = Place::new();
    fs::create_dir(place.0.path().join("folder")).unwrap();
    let told = place.refused(&["analyze", "folder"]);
    assert_eq!(told, "wiretale: folder: it is a folder: name the captures in it");
    for option in ["--out", "--extract", "--streams"] {
        let told = place.refused(&["analyze", option, "public.pcap", "public.pcap"]);
        assert_eq!(told, "wiretale: cannot write into public.pcap: it is a file, and a folder is needed", "{option}");
    }
    fs::create_dir_all(place.0.path().join("out/cases.json")).unwrap();
    let told = place.refused(&["analyze", "--out", "out", "public.pcap"]);
    assert!(told.starts_with("wiretale: cannot write out/cases.json: "), "{told}");
    for option in ["--inventory", "--weights", "--geoip"] {
        let told = place.refused(&["analyze", option, "missing", "public.pcap"]);
        assert!(told.starts_with("wiretale: missing: cannot read it: "), "{told}");
    }
    let told = place.refused(&["analyze", "--inventory", "public.pcap", "public.pcap"]);
    assert!(told.starts_with("wiretale: public.pcap: cannot read it: "), "{told}");
    let told = place.refused(&["analyze", "--geoip", "public.pcap", "public.pcap"]);
    assert!(told.starts_with("wiretale: public.pcap: no table in MaxMind's format: "), "{told}");
}

#[test]
fn what_is_no_evidence_is_told_as_that() {
    let place = Place::new();
    place.put("no.jsonl", b"hello\n");
    let told = place.refused(&["score", "no.jsonl"]);
    assert_eq!(
        told,
        "wiretale: no.jsonl: line 1 is no evidence as analyze writes it into evidence.jsonl: expected value (column 1)"
    );
    let told = place.refused(&["confirm", "127.0.0.1", "--home", "127.0.0.0/8", "--evidence", "missing"]);
    assert!(told.starts_with("wiretale: missing: cannot open it: "), "{told}");
    place.put("none.jsonl", b"");
    let told = place.refused(&["confirm", "127.0.0.1", "--home", "127.0.0.0/8", "--evidence", "none.jsonl"]);
    assert_eq!(told, "wiretale: none.jsonl holds no listener against 127.0.0.1: name ports to ask with --ports");
}

#[test]
fn what_is_no_port_is_told_with_how_ports_are_written() {
    let place = Place::new();
    for ports in ["22-25", "0", "65536", "ssh"] {
        let told = place.refused(&["confirm", "127.0.0.1", "--home", "127.0.0.0/8", "--ports", ports]);
        assert!(told.contains("a port is a number from 1 to 65535; several are written 22,9886"), "{told}");
    }
}

#[test]
fn score_speaks_of_files_only_where_it_writes_them() {
    let place = Place::new();
    place.told(&["analyze", "--home", "192.0.2.0/24", "public.pcap"]);
    let evidence = "wiretale-out/evidence.jsonl";
    let told = place.told(&["score", evidence]);
    assert!(told.contains("evidence below level low") && !told.contains("cases.json"), "{told}");
    let told = place.told(&["score", "--out", "again", evidence]);
    assert!(told.contains("evidence below level low; it is in cases.json."), "{told}");
    assert!(told.ends_with("Cases and report.html are in again."), "{told}");
}

fn beside(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The first block of this language in a page of the documentation.
fn block(page: &str, language: &str) -> String {
    let begun = page.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language}")).1;
    begun.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_page_on_reading_names_every_sign_and_its_inventory_is_one() {
    let (page, weights) = (beside("docs/reading.md"), beside("crates/wiretale-score/weights.toml"));
    let found = standard();
    let found: BTreeSet<&str> = found.iter().map(|detector| detector.name()).collect();
    let signs: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()).collect();
    let signs: BTreeSet<&str> = signs.into_iter().filter(|word| word.len() == 3 && word.starts_with('D')).collect();
    assert_eq!(signs, found);
    assert!(weights.contains("\nprior = -30.0 ") && weights.contains("\nlevels = [-15.0, -5.0, 5.0, 15.0]\n"));
    let place = Place::new();
    place.put("inventory.toml", block(&page, "toml").as_bytes());
    place.told(&["analyze", "--inventory", "inventory.toml", "--out", "out", "public.pcap"]);
}

#[test]
fn what_the_readme_shows_is_what_its_command_prints() {
    let place = Place::new();
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/incident.pcap.gz");
    let printed = String::from_utf8(place.run(&["analyze", "--letter", capture]).stdout).unwrap();
    for page in ["README.md", "docs/reading.md"] {
        let shown = block(&beside(page), "");
        for line in shown.lines().filter(|line| *line != "...") {
            assert!(printed.lines().any(|printed| printed == line), "{page}: {line}");
        }
    }
}
