//! Cases, as the program tells them.

use std::fs;
use std::process::{Command, Output};

use wiretale::capture::write::Pcap;
use wiretale::packet::{Address, Direction, Endpoint, LinkType, Timestamp};
use wiretale_testkit::{Weather, Wire, lend};

/// A back door on port 9886, opened from outside, and a file fetched.
fn capture() -> Vec<u8> {
    let mut wire = Wire::new(Weather::default(), 11);
    let (home, crook) = (Address::v4([10, 20, 3, 7]), Address::v4([198, 51, 100, 77]));
    let at = |second: i64| Timestamp::from_parts(1_795_316_824 + second, 0);
    wire.tcp(at(0), Endpoint::new(crook, 5000), Endpoint::new(home, 9886))
        .server("Who are you? ")
        .client("sesame99\n")
        .server("# ")
        .client("id\n")
        .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
        .close(Direction::Client);
    wire.tcp(at(60), Endpoint::new(home, 5001), Endpoint::new(crook, 21))
        .server("220 go\r\n")
        .client("USER psycho\r\n")
        .server("331 on\r\n")
        .client("PASS 0wn3d99\r\n")
        .server("230 in\r\n")
        .close(Direction::Client);
    let mut pcap = Pcap::micros(Vec::new(), LinkType::ETHERNET).unwrap();
    for frame in wire.into_frames() {
        pcap.frame(&lend(&frame)).unwrap();
    }
    pcap.into_inner()
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("made.pcap"), capture()).unwrap();
        place
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_wiretale")).current_dir(self.0.path()).args(args).output().unwrap()
    }
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

const ALL: [&str; 5] = ["--letter", "--exposure", "--stix", "--ecs", "--nftables"];

#[test]
fn analyze_tells_the_case_in_every_form() {
    let place = Place::new();
    let mut args = vec!["analyze", "--out", "out", "made.pcap"];
    args.extend(ALL);
    let told = stdout(&place.run(&args));
    assert!(told.contains("1. 10.20.3.7: "), "{told}");
    assert!(told.contains("Why +") && told.contains("Without the strongest"), "{told}");
    assert!(told.contains("table inet wiretale {"), "{told}");
    let cases: serde_json::Value = serde_json::from_str(&place.text("out/cases.json")).unwrap();
    assert_eq!(cases[0]["host"], "10.20.3.7");
    let findings = cases[0]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["detector"] == "D03" && finding["row"] == "D03.prompt"), "{cases}");
    let page = place.text("out/report.html");
    assert!(page.contains("<title>wiretale: ") && page.contains("Who are you?"));
    let letter = place.text("out/letter-10.20.3.7.txt");
    assert!(letter.contains("9886") && letter.contains("psycho at 198.51.100.77 (ftp)"), "{letter}");
    for name in ["evidence.jsonl", "timeline.csv", "notice.log", "letter-10.20.3.7.md", "exposure.txt", "exposure.md"] {
        assert!(!place.text(&format!("out/{name}")).is_empty(), "{name}");
    }
    for name in ["stix.json", "ecs.jsonl", "block.nft", "unblock.nft"] {
        assert!(!place.text(&format!("out/{name}")).is_empty(), "{name}");
    }
    let all: String = fs::read_dir(place.path("out"))
        .unwrap()
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned())
        .collect();
    assert!(!all.contains("0wn3d99") && !all.contains("sesame99"));
}

#[test]
fn stored_evidence_gives_the_same_case() {
    let place = Place::new();
    stdout(&place.run(&["analyze", "--out", "out", "made.pcap"]));
    let told = stdout(&place.run(&["score", "out/evidence.jsonl", "--out", "again"]));
    assert!(told.contains("1. 10.20.3.7: "), "{told}");
    assert_eq!(place.text("out/cases.json"), place.text("again/cases.json"));
    assert_eq!(place.text("out/timeline.csv"), place.text("again/timeline.csv"));
}

#[test]
fn where_a_capture_was_analysed_evidence_alone_writes_nothing() {
    let place = Place::new();
    stdout(&place.run(&["analyze", "--out", "out", "made.pcap", "--letter"]));
    let page = place.text("out/report.html");
    for out in ["out", "./out"] {
        let refused = place.run(&["score", "out/evidence.jsonl", "--out", out]);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(2) && told.contains("name another folder with --out"), "{told}");
    }
    assert_eq!(page, place.text("out/report.html"));
    assert!(!place.text("out/letter-10.20.3.7.txt").is_empty());
    // What scoring wrote, scoring and analysing replace.
    for _ in 0..2 {
        stdout(&place.run(&["score", "out/evidence.jsonl", "--out", "again"]));
    }
    stdout(&place.run(&["analyze", "--out", "again", "made.pcap"]));
}

#[test]
fn what_an_earlier_run_left_is_gone() {
    let place = Place::new();
    let mut args = vec!["analyze", "--out", "out", "made.pcap"];
    args.extend(ALL);
    stdout(&place.run(&args));
    stdout(&place.run(&args[..4]));
    for name in ["letter-10.20.3.7.txt", "stix.json", "block.nft", "exposure.md"] {
        assert!(fs::metadata(place.path(&format!("out/{name}"))).is_err(), "{name}");
    }
    let names = fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().file_name());
    let kept: Vec<_> = names.filter(|name| name.to_str().unwrap().starts_with("letter-")).collect();
    assert!(kept.is_empty(), "a letter that nobody filled in is not kept: {kept:?}");
}

#[test]
fn a_letter_that_was_filled_in_is_kept() {
    let place = Place::new();
    let args = ["analyze", "--out", "out", "made.pcap", "--letter"];
    stdout(&place.run(&args));
    let blank = place.text("out/letter-10.20.3.7.txt");
    let filled = blank.replace("[your name, your office, your telephone number]", "Ann, security office, 4711");
    assert_ne!(blank, filled);
    for round in 1..3 {
        fs::write(place.path("out/letter-10.20.3.7.txt"), &filled).unwrap();
        let told = place.run(&args);
        assert!(String::from_utf8_lossy(&told.stderr).contains("is kept as"), "{told:?}");
        assert_eq!(place.text(&format!("out/letter-10.20.3.7.txt.kept-{round}")), filled);
        assert_eq!(place.text("out/letter-10.20.3.7.txt"), blank);
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path("theirs")).unwrap();
    for name in ["dns.log", "letter-to-mum.md"] {
        fs::write(place.path(&format!("theirs/{name}")), "mine").unwrap();
    }
    let refused = place.run(&["analyze", "--out", "theirs", "made.pcap"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("dns.log"), "{refused:?}");
    assert_eq!(place.text("theirs/dns.log"), "mine");
    fs::remove_file(place.path("theirs/dns.log")).unwrap();
    stdout(&place.run(&["analyze", "--out", "theirs", "made.pcap"]));
    stdout(&place.run(&["analyze", "--out", "theirs", "made.pcap"]));
    assert_eq!(place.text("theirs/letter-to-mum.md"), "mine");
}

#[test]
fn a_run_that_fails_leaves_nothing_of_the_one_before() {
    let place = Place::new();
    stdout(&place.run(&["analyze", "--out", "out", "made.pcap", "--stix"]));
    // A file where a directory should be made for each stream.
    fs::create_dir(place.path("streams")).unwrap();
    let uid = place
        .text("out/conn.log")
        .lines()
        .find(|row| !row.starts_with('#'))
        .unwrap()
        .split('\t')
        .nth(1)
        .unwrap()
        .to_owned();
    fs::create_dir(place.path(&format!("streams/{uid}.client"))).unwrap();
    fs::create_dir(place.path(&format!("streams/{uid}.server"))).unwrap();
    let failed = place.run(&["analyze", "--out", "out", "made.pcap", "--streams", "streams"]);
    assert_eq!(failed.status.code(), Some(2), "{failed:?}");
    for name in ["report.html", "cases.json", "timeline.csv", "stix.json"] {
        assert!(fs::metadata(place.path(&format!("out/{name}"))).is_err(), "{name}");
    }
}

#[test]
fn what_would_be_written_nowhere_is_refused() {
    let place = Place::new();
    stdout(&place.run(&["analyze", "--out", "out", "made.pcap"]));
    for option in ["--letter", "--exposure", "--stix", "--ecs"] {
        let refused = place.run(&["score", "out/evidence.jsonl", option]);
        assert_eq!(refused.status.code(), Some(2), "{option}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--out"), "{option}");
    }
}

#[test]
fn an_inventory_names_the_owner_and_silences_what_is_meant() {
    let place = Place::new();
    let inventory = "networks = [\"10.20.0.0/16\"]\n[[host]]\naddresses = [\"10.20.3.7\"]\nowner = \"Dana Doe\"\n";
    fs::write(place.path("inventory.toml"), inventory).unwrap();
    let args = ["analyze", "--out", "out", "--letter", "--inventory", "inventory.toml", "made.pcap"];
    stdout(&place.run(&args));
    assert!(place.text("out/letter-10.20.3.7.txt").contains("Dear Dana Doe,"));
    fs::write(place.path("inventory.toml"), format!("{inventory}services = [9886]\n")).unwrap();
    stdout(&place.run(&args));
    assert!(!place.text("out/cases.json").contains("D03"));
}

#[test]
fn a_bad_file_is_refused_with_its_line() {
    let place = Place::new();
    fs::write(place.path("bad.toml"), "networks = []\nhots = 1\n").unwrap();
    fs::write(place.path("bad.jsonl"), "\n{\"v\":1}\n").unwrap();
    fs::write(place.path("bad.mmdb"), "no table").unwrap();
    for args in [
        &["analyze", "--inventory", "bad.toml", "made.pcap"][..],
        &["analyze", "--weights", "bad.toml", "made.pcap"],
        &["score", "bad.jsonl"],
    ] {
        let output = place.run(args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("line 2") || error.contains("line 1"), "{error}");
    }
    assert_eq!(place.run(&["analyze", "--geoip", "bad.mmdb", "made.pcap"]).status.code(), Some(2));
    assert_eq!(place.run(&["score", "missing.jsonl"]).status.code(), Some(2));
}
