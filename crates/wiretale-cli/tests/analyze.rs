//! `wiretale analyze`, as it is called.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use wiretale::capture::write::Pcap;
use wiretale::packet::{Address, Direction, Endpoint, LinkType, Timestamp};
use wiretale_testkit::{Weather, Wire, lend};

/// An IRC session in which a password crosses, a message is full of what no terminal should see, and a file is offered
/// and moved.
fn capture() -> Vec<u8> {
    pcap(&session())
}

fn session() -> Vec<(Timestamp, Vec<u8>)> {
    let mut wire = Wire::new(Weather::default(), 7);
    let home = Address::v4([10, 20, 0, 1]);
    let (server, friend) = (Address::v4([203, 0, 113, 1]), Address::v4([198, 51, 100, 201]));
    let at = Timestamp::from_parts(1_795_316_824, 0);
    let end = wire
        .tcp(at, Endpoint::new(home, 4000), Endpoint::new(server, 6667))
        .client("PASS hunter2secret\r\nNICK alice\r\nUSER al 0 * :Alice L\r\n")
        .server(":irc.example.edu 001 alice :Welcome to ExampleNet alice!al@host\r\n")
        .client("JOIN #a,#b k3ysecret\r\n")
        .server(b":alice!al@host JOIN #a\r\n:mal!m@h PRIVMSG alice :a\tb\x1b[2J<b>\xe2\x80\xae\r\n")
        .server(":mal!m@h PRIVMSG alice :\x01DCC SEND notes.txt 3325256905 33000 12\x01\r\n")
        .leave();
    wire.tcp(end, Endpoint::new(home, 4001), Endpoint::new(friend, 33000))
        .server("hello friend")
        .client([0, 0, 0, 12])
        .close(Direction::Server);
    wire.into_frames()
}

fn pcap(frames: &[(Timestamp, Vec<u8>)]) -> Vec<u8> {
    let mut pcap = Pcap::micros(Vec::new(), LinkType::ETHERNET).unwrap();
    for frame in frames {
        pcap.frame(&lend(frame)).unwrap();
    }
    pcap.into_inner()
}

fn wiretale(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiretale")).args(args).output().unwrap()
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("made.pcap"), capture()).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn analyze(&self, more: &[&str]) -> Output {
        let (out, capture) = (self.path("out"), self.path("made.pcap"));
        let mut args = vec!["analyze", "--out", &out];
        args.extend_from_slice(more);
        args.push(&capture);
        wiretale(&args)
    }

    fn log(&self, name: &str) -> String {
        text(self.path(&format!("out/{name}.log")))
    }
}

#[test]
fn logs_are_written_and_the_summary_is_printed() {
    let place = Place::new();
    let output = place.analyze(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    assert!(place.log("conn").lines().any(|row| row.contains("\tirc\t")), "{}", place.log("conn"));
    assert!(place.log("conn").lines().any(|row| row.contains("\tirc-dcc-data\t")), "{}", place.log("conn"));
    let rows = place.log("irc");
    let commands: Vec<_> =
        rows.lines().filter(|row| !row.starts_with('#')).map(|row| row.split('\t').nth(8).unwrap()).collect();
    assert_eq!(commands, ["NICK", "USER", "JOIN", "JOIN", "DCC"], "{rows}");
    assert!(place.log("files").contains("IRC_DATA"));
    assert!(place.log("dcc").contains("\tcomplete\t"), "{}", place.log("dcc"));
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("alice") && page.contains("notes.txt"), "{page}");
    assert_eq!(wide_lines(&page), [""; 0]);
    assert!(!Path::new(&place.path("out/irc_messages.log")).exists());
    assert!(!Path::new(&place.path("out/ssh.log")).exists(), "a log without rows has no file");
}

#[test]
fn no_line_of_any_page_is_wider_than_80_columns() {
    let place = Place::new();
    fs::write(place.path("long.pcap"), long_names()).unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let mut captures = vec![Path::new(&place.path("long.pcap")).to_owned()];
    for folder in [data.clone(), data.join("evasion")] {
        let found = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        captures.extend(found.filter(|path| path.to_str().unwrap().contains(".pcap")));
    }
    assert!(captures.len() > 10, "{captures:?}");
    for capture in captures {
        let output = wiretale(&["analyze", "--out", &place.path("out"), capture.to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr(&output));
        let page = String::from_utf8(output.stdout).unwrap();
        assert_eq!(wide_lines(&page), [""; 0], "{}", capture.display());
    }
}

/// The lines of a page that are too wide. The last one names a folder, which stays whole however long it is.
fn wide_lines(page: &str) -> Vec<&str> {
    let (page, last) = page.trim_end().rsplit_once('\n').unwrap();
    assert!(last.starts_with("Logs, cases and report.html are in "), "{last}");
    page.lines().filter(|line| line.chars().count() > 80).collect()
}

/// An FTP login and a nick as long as one is kept.
fn long_names() -> Vec<u8> {
    let mut wire = Wire::new(Weather::default(), 7);
    let (home, server) = (Address::v4([10, 20, 0, 1]), Address::v4([203, 0, 113, 1]));
    let at = Timestamp::from_parts(1_795_316_824, 0);
    let name = "n".repeat(120);
    wire.tcp(at, Endpoint::new(home, 4000), Endpoint::new(server, 21))
        .server("220 hello\r\n")
        .client(format!("USER {name}\r\n"))
        .server("331 go on\r\n")
        .client("PASS hunter2secret\r\n")
        .server("230 in\r\n")
        .close(Direction::Client);
    let _ = wire
        .tcp(at, Endpoint::new(home, 4001), Endpoint::new(server, 6667))
        .client(format!("PASS hunter2secret\r\nNICK {name}\r\nUSER al 0 * :Alice L\r\n"))
        .server(format!(":irc.example.edu 001 {name} :Welcome to ExampleNet {name}!al@host\r\n"))
        .leave();
    pcap(&wire.into_frames())
}

#[test]
fn secrets_reach_no_output() {
    let place = Place::new();
    for format in ["tsv", "json"] {
        let output = place.analyze(&["--messages", "--format", format]);
        assert!(output.status.success(), "{}", stderr(&output));
        let mut all = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
        for entry in fs::read_dir(place.path("out")).unwrap() {
            all += &text(entry.unwrap().path());
        }
        assert!(!all.contains("hunter2secret") && !all.contains("k3ysecret"), "{all}");
        assert!(all.contains("<hidden>"), "{all}");
    }
    assert!(place.log("exposure").contains("\"tag\":\"s1\""));
}

#[test]
fn no_log_and_no_page_speaks_to_a_terminal() {
    let place = Place::new();
    let output = place.analyze(&["--messages"]);
    let mut all = output.stdout;
    for entry in fs::read_dir(place.path("out")).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(!all.contains(&0x1b) && !String::from_utf8(all).unwrap().contains('\u{202e}'));
    assert!(place.log("irc_messages").contains("a\\x09b\\x1b[2J<b>\\xe2\\x80\\xae"));
}

#[test]
fn the_same_capture_gives_the_same_bytes() {
    let (one, other) = (Place::new(), Place::new());
    let _ = (one.analyze(&["--messages"]), other.analyze(&["--messages"]));
    let mut names: Vec<_> = fs::read_dir(one.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let name = name.to_str().unwrap();
        assert_eq!(text(one.path(&format!("out/{name}"))), text(other.path(&format!("out/{name}"))), "{name}");
    }
}

/// All that a run writes, and what it prints, with these captures read from this standard input.
fn written(place: &Place, args: &[&str], input: &[u8]) -> Vec<(String, String)> {
    let out = place.path("written");
    fs::write(place.path("input"), input).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wiretale"))
        .args(["analyze", "--messages", "--out", &out])
        .args(args)
        .stdin(fs::File::open(place.path("input")).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let names = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut all: Vec<_> = names.map(|name| (name.clone(), text(Path::new(&out).join(name)))).collect();
    all.sort_unstable();
    all.push(("standard output".to_owned(), String::from_utf8(output.stdout).unwrap()));
    fs::remove_dir_all(&out).unwrap();
    all
}

#[test]
fn however_a_capture_is_read_the_same_is_written() {
    let place = Place::new();
    let frames = session();
    let (first, last) = frames.split_at(frames.len() / 2);
    fs::write(place.path("first.pcap"), pcap(first)).unwrap();
    fs::write(place.path("last.pcap"), pcap(last)).unwrap();
    let [whole, first, last] = ["made.pcap", "first.pcap", "last.pcap"].map(|name| place.path(name));
    let expected = written(&place, &[&whole], b"");
    assert!(expected.len() > 8 && expected.iter().any(|(name, text)| name == "irc.log" && text.contains("alice")));
    assert_eq!(written(&place, &["-"], &capture()), expected, "from standard input");
    assert_eq!(written(&place, &["--threads", "2", &whole], b""), expected, "in two threads");
    assert_eq!(written(&place, &[&last, &first], b""), expected, "in two files, the later one first");
    assert_eq!(
        written(&place, &[&last, "-"], &pcap(&frames[..frames.len() / 2])),
        expected,
        "a file and standard input"
    );
}

#[test]
fn a_capture_that_breaks_is_a_failure_and_what_came_before_stays() {
    let place = Place::new();
    // A record of more bytes than any has.
    let broken = [&capture()[..], &[0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]].concat();
    fs::write(place.path("made.pcap"), broken).unwrap();
    fs::write(place.path("other.pcap"), pcap(&session()[..3])).unwrap();
    let other = place.path("other.pcap");
    for more in [&[][..], &["--threads", "2"], &[&other]] {
        let output = place.analyze(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        let said = stderr(&output);
        assert!(said.starts_with("wiretale: ") && said.contains("made.pcap: byte "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(place.log("irc").contains("alice"), "{more:?}");
    }
}

#[test]
fn each_capture_that_cannot_be_read_has_its_line() {
    let place = Place::new();
    let output = place.analyze(&[&place.path("one.pcap"), &place.path("two.pcap")]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    for (line, name) in lines.iter().zip(["one.pcap", "two.pcap"]) {
        assert!(line.starts_with("wiretale: ") && line.contains(name), "{said}");
    }
}

#[test]
fn wrong_checksums_are_taken_as_is_asked() {
    let place = Place::new();
    let mut frames = session();
    let nick = frames.iter_mut().find(|(_, frame)| frame.windows(10).any(|part| part == b"NICK alice")).unwrap();
    // The checksum of the segment.
    nick.1[14 + 20 + 16] ^= 1;
    fs::write(place.path("made.pcap"), pcap(&frames)).unwrap();
    for (how, taken) in [("ignore", true), ("verify", false), ("auto", false)] {
        assert!(place.analyze(&["--checksums", how]).status.success());
        assert_eq!(place.log("irc").contains("\tNICK\t"), taken, "{how}");
    }
}

#[test]
fn home_is_what_is_named_or_else_what_the_inventory_has() {
    let place = Place::new();
    fs::write(place.path("inventory.toml"), "networks = [\"203.0.113.0/24\"]\n").unwrap();
    let inventory = place.path("inventory.toml");
    for (args, home) in [
        (&[][..], "10.20.0.1"),
        (&["--home", "203.0.113.0/24"], "203.0.113.1"),
        (&["--inventory", &inventory], "203.0.113.1"),
        (&["--inventory", &inventory, "--home", "10.0.0.0/8"], "10.20.0.1"),
    ] {
        let page = String::from_utf8(place.analyze(args).stdout).unwrap();
        let (_, hosts) = page.split_once("Hosts at home\n-------------\n").unwrap();
        assert!(hosts.starts_with(home), "{args:?}: {hosts}");
    }
}

#[test]
fn json_lines_are_json() {
    let place = Place::new();
    assert!(place.analyze(&["--format", "json", "--messages"]).status.success());
    for entry in fs::read_dir(place.path("out")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "log") {
            continue;
        }
        for line in text(path).lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(row["ts"].is_number(), "{line}");
        }
    }
}

#[test]
fn files_are_extracted_under_names_made_here_and_streams_are_written() {
    let place = Place::new();
    let (files, streams) = (place.path("files"), place.path("streams"));
    let output = place.analyze(&["--extract", &files, "--streams", &streams, "--hashes"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let extracted: Vec<_> = fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(extracted.len(), 1);
    assert_eq!(text(&extracted[0]), "hello friend");
    assert!(extracted[0].file_name().unwrap().to_str().unwrap().starts_with("extract-IRC_DATA-F"));
    let mut written: Vec<_> = fs::read_dir(&streams).unwrap().map(|entry| text(entry.unwrap().path()).len()).collect();
    written.sort_unstable();
    assert_eq!(written.len(), 4, "both sides of the session and of the transfer: {written:?}");
    // SHA-256 of "hello friend".
    assert!(
        place.log("files").contains("\tMD5,SHA1,SHA256\t") || place.log("files").contains("EXTRACT,MD5,SHA1,SHA256")
    );
}

#[test]
fn streams_of_an_earlier_run_give_way() {
    let place = Place::new();
    let streams = place.path("streams");
    let written = |frames: &[(Timestamp, Vec<u8>)]| {
        fs::write(place.path("made.pcap"), pcap(frames)).unwrap();
        assert!(place.analyze(&["--streams", &streams]).status.success());
        let files = fs::read_dir(&streams).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<_> =
            files.map(|path| (path.extension().unwrap().to_str().unwrap().to_owned(), text(path))).collect();
        all.sort_unstable();
        all
    };
    let whole = transfer();
    let of = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    // Without the server's first words: its stream does not begin at its beginning.
    let part: Vec<_> = whole.iter().filter(|(_, frame)| !frame.ends_with(b"hello")).cloned().collect();
    assert_eq!(part.len(), whole.len() - 1);
    let expected = [of("client", "word"), of("gaps", "server 0 5\n"), of("server", "friend")];
    assert_eq!(written(&part), expected);
    assert_eq!(written(&part), expected);
    assert_eq!(written(&whole), [of("client", "word"), of("server", "hellofriend")]);
    assert_eq!(written(&part), expected);
}

/// A handshake, a word from the client, two of the server and the end of it.
fn transfer() -> Vec<(Timestamp, Vec<u8>)> {
    let mut wire = Wire::new(Weather::default(), 7);
    let (home, server) = (Address::v4([10, 20, 0, 1]), Address::v4([203, 0, 113, 1]));
    let at = Timestamp::from_parts(1_795_316_824, 0);
    wire.tcp(at, Endpoint::new(home, 4000), Endpoint::new(server, 4001))
        .client("word")
        .server("hello")
        .server("friend")
        .close(Direction::Client);
    wire.into_frames()
}

#[test]
fn a_cut_capture_is_reported_and_no_failure() {
    let place = Place::new();
    let whole = capture();
    fs::write(place.path("made.pcap"), &whole[..whole.len() - 7]).unwrap();
    let output = place.analyze(&[]);
    assert_eq!(output.status.code(), Some(0));
    let said = stderr(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("made.pcap: byte ") && said.contains("cut off"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("cut off"));
    assert!(place.log("irc").contains("alice"));
}

#[test]
fn a_capture_with_something_else_in_it_is_told_up_to_there() {
    let place = Place::new();
    fs::write(place.path("made.pcap"), [&capture()[..], &[0xff; 64]].concat()).unwrap();
    let output = place.analyze(&[]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stdout).replace("\n    ", " ");
    assert!(told.contains("what stands behind it was not read"), "{told}");
    assert!(place.log("irc").contains("alice"));
}

#[test]
fn what_cannot_be_read_is_one_line_and_exit_2() {
    let place = Place::new();
    fs::write(place.path("text.pcap"), "this is no capture").unwrap();
    fs::write(place.path("empty.pcap"), "").unwrap();
    for name in ["missing.pcap", "text.pcap", "empty.pcap"] {
        let output = wiretale(&["analyze", "--out", &place.path("out"), &place.path(name)]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = stderr(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_capture_in_which_nothing_was_written_yet_fails_no_others() {
    let place = Place::new();
    for (name, bytes) in [("empty.pcap", &b""[..]), ("begun.pcap", &capture()[..9])] {
        fs::write(place.path(name), bytes).unwrap();
        let output = place.analyze(&[&place.path(name)]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        let said = stderr(&output);
        assert!(said.lines().count() == 1 && said.contains(name), "{said}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(name), "{name}");
        assert!(place.log("irc").contains("alice"), "{name}");
    }
    let output =
        wiretale(&["analyze", "--out", &place.path("out"), &place.path("empty.pcap"), &place.path("begun.pcap")]);
    assert_eq!((output.status.code(), stderr(&output).lines().count()), (Some(2), 2));
}

#[test]
fn a_table_that_is_none_is_named_once() {
    let place = Place::new();
    let table = place.path("none.mmdb");
    fs::write(&table, "no table").unwrap();
    let output = place.analyze(&["--geoip", &table]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert_eq!((said.lines().count(), said.matches("none.mmdb").count()), (1, 1), "{said}");
}

#[test]
fn peers_have_their_countries_from_a_table_whether_the_capture_is_read_or_its_evidence() {
    // One node: addresses whose first bit is set are in NL, the others nowhere (as in the report's own test).
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/made.mmdb");
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/incident.pcap.gz");
    let place = Place::new();
    let (with, without, scored) = (place.path("with"), place.path("without"), place.path("scored"));
    for (out, more) in [(&with, &["--geoip", table][..]), (&without, &[])] {
        let output = wiretale(&[&["analyze", "--out", out, capture], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let evidence = |out: &str| text(Path::new(out).join("evidence.jsonl"));
    assert!(evidence(&with).contains("\"country:NL\"") && !evidence(&without).contains("country:"));
    let output = wiretale(&["score", "--out", &scored, "--geoip", table, &format!("{without}/evidence.jsonl")]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(text(Path::new(&scored).join("report.html")).contains("<span class=\"muted small\">NL</span>"));
}

#[test]
fn what_was_analysed_before_an_error_stays_written() {
    let place = Place::new();
    let missing = place.path("missing.pcap");
    let output = place.analyze(&[&missing]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("missing.pcap"));
    assert!(place.log("irc").contains("alice"));
}

#[test]
fn a_directory_that_cannot_be_made_is_one_line_and_exit_2() {
    let place = Place::new();
    fs::write(place.path("file"), "in the way").unwrap();
    let (out, capture) = (place.path("file/out"), place.path("made.pcap"));
    let output = wiretale(&["analyze", "--out", &out, &capture]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1);
    assert!(stderr(&output).contains("file/out"), "{}", stderr(&output));
}

#[test]
fn arguments_that_make_no_sense_exit_2() {
    for args in [
        &["analyze"][..],
        &["analyze", "--home", "ten", "x.pcap"],
        &["analyze", "--os-policy", "10.0.0.0/8=vax", "x.pcap"],
        &["analyze", "--format", "xml", "x.pcap"],
        &["decode", "gopher"],
        &[],
    ] {
        assert_eq!(wiretale(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn the_help_lists_every_policy_that_the_error_lists() {
    let said = stderr(&wiretale(&["analyze", "--os-policy", "10.0.0.0/8=vax", "x.pcap"]));
    let names = said.split_once("there are ").unwrap().1.lines().next().unwrap();
    assert_eq!(names.split(", ").count(), 9, "{said}");
    let help = String::from_utf8(wiretale(&["analyze", "--help"]).stdout).unwrap();
    let help: Vec<&str> = help.split_whitespace().collect();
    assert!(help.join(" ").contains(&format!("{names}; may be given several times")), "{help:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error_and_no_panic() {
    let place = Place::new();
    let out = place.path("out");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wiretale"))
        .args(["analyze", "--out", &out, &place.path("made.pcap")])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("cannot write to standard output") && said.lines().count() == 1, "{said}");
}

#[cfg(unix)]
#[test]
fn whoever_reads_no_further_has_read_enough() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_wiretale"))
        .args(["analyze", "--out", &place.path("out"), &place.path("made.pcap")])
        .stdout(writer)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_called_as_standard_input_is_another_capture() {
    let place = Place::new();
    let frames = session();
    let (one, other) = frames.split_at(frames.len() / 2);
    fs::write(place.path("-"), pcap(one)).unwrap();
    fs::write(place.path("input"), pcap(other)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wiretale"))
        .args(["analyze", "--out", "out", "./-", "-", "-"])
        .current_dir(place.dir.path())
        .stdin(fs::File::open(place.path("input")).unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.starts_with(&format!("{} packets", frames.len())), "{told}{}", stderr(&output));
    assert_eq!(told.matches("Note: - is named twice: it is read once.").count(), 1, "{told}");
}
