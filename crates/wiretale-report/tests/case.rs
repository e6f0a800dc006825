//! A case in every form: hand-made ones to the letter, hostile ones without harm.

mod hostile;

use std::net::IpAddr;

use wiretale::packet::{Address, Direction, Endpoint, Timestamp};
use wiretale::score::{Case, EVIDENCE_VERSION, Evidence, Gate, Home, Inventory, Level, Names, Weights, cases};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_report::case::{
    Chronicle, Dossier, MovedFile, Style, Terminal, cases_json, ecs, evidence_lines, exposure_list, letters, nftables,
    notices, page, read_evidence, stix, timeline_csv,
};
use wiretale_report::{Format, Memory, Writer};
use wiretale_testkit::{Weather, Wire, lend};

use hostile::Told;
use serde_json::Value;

fn seen(minute: i64, row: &str, key: &str, peer: &str, text: &str) -> Evidence {
    Evidence {
        v: EVIDENCE_VERSION,
        time_ns: 1_795_316_840_043_849_000 + minute * 60_000_000_000,
        host: [10, 20, 3, 7].into(),
        row: row.into(),
        key: key.into(),
        peer: Some(peer.parse().unwrap()),
        port: key.parse().ok(),
        strength: 1.0,
        quality: 1.0,
        ties: Vec::new(),
        text: text.into(),
        uids: vec!["CFou1D2y1iiV".into()],
        frames: vec![243],
    }
}

fn small() -> Vec<Evidence> {
    vec![
        seen(0, "D01.ssh", "22102", "198.51.100.77", "10.20.3.7:22102 serves ssh"),
        seen(25, "D29.hot_name", "psy.tgz", "198.51.100.130", "10.20.3.7 got \"psy.tgz\" by FTP"),
        seen(26, "D40.typing", "human", "198.51.100.77", "somebody types by hand"),
        seen(60, "D03.prompt", "9886", "198.51.100.77", "10.20.3.7:9886 spoke first and said \"Who are you?\""),
        seen(61, "D03.prompt", "9886", "198.51.100.77", "10.20.3.7:9886 spoke first and said \"Who are you?\""),
    ]
}

/// Compares with what is kept in `golden/`; `WIRETALE_BLESS=1` keeps it anew.
fn golden(name: &str, made: &str) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WIRETALE_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string(&path).unwrap(), "{made}");
}

/// Runs `with` on what evidence alone makes.
fn told<T>(evidence: &[Evidence], inventory: &str, with: impl FnOnce(&Dossier<'_>, &[Case]) -> T) -> T {
    let (weights, inventory) = (Weights::built_in(), Inventory::parse(inventory).unwrap());
    let cases = cases(evidence.iter().cloned(), &weights);
    let (chronicle, names) = (Chronicle::new(Home::default()), Names::default());
    let dossier = Dossier {
        cases: &cases,
        weights: &weights,
        inventory: &inventory,
        names: &names,
        chronicle: &chronicle,
        files: &[],
        lacks: &[],
        notes: &[],
        written: true,
    };
    with(&dossier, &cases)
}

const DANA: &str =
    "[[host]]\naddresses = [\"10.20.3.7\"]\nname = \"yourbox\"\nowner = \"Dana Doe\"\ncontact = \"dana@example.edu\"\n";

// What a writer writes, as text.
fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_small_case_on_the_terminal() {
    let text = told(&small(), DANA, |dossier, _| Terminal(*dossier).to_string());
    golden("small.txt", &text);
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn a_small_case_as_json_and_csv() {
    let (json, csv) = told(&small(), DANA, |dossier, _| {
        (text(|out| cases_json(out, dossier)), text(|out| timeline_csv(out, dossier)))
    });
    golden("small.json", &json);
    golden("small.csv", &csv.replace("\r\n", "\n"));
    assert_eq!(csv.matches("\r\n").count(), csv.matches('\n').count());
}

#[test]
fn a_line_of_json_is_a_case() {
    let at = |host: &str| Evidence { host: host.parse().unwrap(), ..small().remove(0) };
    let evidence = [at("10.20.3.7"), at("10.20.3.8"), at("10.20.3.9")];
    let json = told(&evidence, "", |dossier, _| text(|out| cases_json(out, dossier)));
    let all: Vec<Value> = serde_json::from_str(&json).unwrap();
    let lines = json.lines().skip(1).take(3).map(|line| serde_json::from_str(line.trim_end_matches(',')).unwrap());
    assert_eq!((all.len(), json.lines().count(), lines.collect::<Vec<Value>>()), (3, 5, all));
}

#[test]
fn times_are_cut_to_the_microsecond() {
    let at = |time_ns| {
        let evidence = [Evidence { time_ns, ..small().remove(0) }];
        let json = told(&evidence, "", |dossier, _| text(|out| cases_json(out, dossier)));
        let all: Value = serde_json::from_str(&json).unwrap();
        all[0]["opened"].to_string()
    };
    assert_eq!(at(1_700_000_000_320_413_999), "1700000000.320413");
    assert_eq!(at(-1), "-1e-6");
}

#[test]
fn a_small_letter() {
    let letter = told(&small(), DANA, |dossier, _| letters(dossier).remove(0).1);
    let text = letter.render(Style::Plain);
    golden("letter.txt", &text);
    let markdown = letter.render(Style::Markdown);
    assert!(
        markdown.starts_with("# Your machine yourbox (10.20.3.7)\n\nTo: Dana Doe &lt;dana&#64;example.edu&gt;"),
        "{markdown}"
    );
}

/// A machine in two intruders' hands: a back door, FTP, IRC with questions about people, files both ways, a neighbour
/// who logs in there. A guest on another machine is looked at, too.
fn intrusion() -> Told {
    let mut wire = Wire::new(Weather::default(), 3);
    let at = |second: i64| Timestamp::from_parts(1_795_316_824 + second, 0);
    let (home, neighbour) = (Address::v4([10, 20, 3, 7]), Address::v4([10, 20, 3, 8]));
    let (one, other) = (Address::v4([198, 51, 100, 77]), Address::v4([198, 51, 100, 78]));
    let (irc, bars) = (Address::v4([203, 0, 113, 10]), Address::v4([203, 0, 113, 11]));
    for (second, crook) in [(0, one), (40, other)] {
        wire.tcp(at(second), Endpoint::new(crook, 5000), Endpoint::new(home, 9886))
            .server("Who are you? ")
            .client("sesame99\n")
            .server("# ")
            .client("id\n")
            .server("uid=0(root) gid=0(root) groups=0(root)\n# ")
            .close(Direction::Client);
    }
    for (second, client, server, name) in [(60, home, one, "psycho"), (70, neighbour, home, "bob")] {
        wire.tcp(at(second), Endpoint::new(client, 5001), Endpoint::new(server, 21))
            .server("220 go\r\n")
            .client(format!("USER {name}\r\n"))
            .server("331 on\r\n")
            .client(format!("PASS 0wn3d{name}\r\n"))
            .server("230 in\r\n")
            .close(Direction::Client);
    }
    wire.tcp(at(110), Endpoint::new(home, 5002), Endpoint::new(bars, 6667))
        .client("NICK bee\r\nUSER a 0 * :A\r\n")
        .server("ERROR :Closing Link: bee (banned from server)\r\n")
        .close(Direction::Server);
    let _ = wire
        .tcp(at(120), Endpoint::new(home, 5003), Endpoint::new(irc, 6667))
        .client("NICK bee\r\nUSER a 0 * :A\r\n")
        .server(":irc.example 001 bee :Welcome\r\n:irc.example 005 bee NETWORK=ExampleNet :are supported\r\n")
        .client("JOIN #warez,#tea\r\nWHOIS mallory\r\n")
        .server(":bee!a@h JOIN #warez\r\n:bee!a@h JOIN #tea\r\n")
        .server(":s 311 bee mallory mal evil.example * :Mallory M\r\n")
        .server(":s 319 bee mallory :@#warez\r\n:s 313 bee mallory :is an IRC operator\r\n")
        .server(":s 330 bee mallory mal0 :is logged in as\r\n:s 318 bee mallory :End of WHOIS\r\n")
        .server(":mallory!m@h PRIVMSG bee :\x01DCC SEND psy.exe 3325256782 33000 12\x01\r\n")
        .client("PRIVMSG mallory :\x01DCC SEND accounts.txt 169083655 33001 9\x01\r\n")
        .leave();
    wire.tcp(at(130), Endpoint::new(home, 5004), Endpoint::new(other, 33000))
        .server(b"MZ\x90\0\x03\0\0\0\x04\0\0\0")
        .client([0, 0, 0, 12])
        .close(Direction::Server);
    wire.tcp(at(140), Endpoint::new(other, 5005), Endpoint::new(home, 33001))
        .server("ann bob c")
        .client([0, 0, 0, 9])
        .close(Direction::Server);
    wire.tcp(at(150), Endpoint::new(one, 5006), Endpoint::new(neighbour, 22))
        .server("SSH-2.0-OpenSSH_9.2\r\n")
        .client("SSH-2.0-look_1\r\n")
        .close(Direction::Client);
    Told::of(wire, DANA)
}

#[test]
fn an_intrusion_in_every_form() {
    let told = intrusion();
    let page = told.with(page);
    let (_, body) = page.split_once("<body>\n").unwrap();
    golden("intrusion.html", body);
    golden("intrusion-letter.txt", &told.letter(Style::Plain));
    golden("intrusion-exposure.txt", &told.with(|dossier| exposure_list(dossier).render(Style::Plain)));
    golden("intrusion-stix.txt", &objects(&told.with(|dossier| stix(dossier).unwrap())));
    golden("intrusion.nft", &told.with(nftables).apply);
    golden("intrusion.txt", &format!("{}\n{}", told.summary, told.with(|dossier| Terminal(*dossier).to_string())));
    // What it took is no matter of its words.
    let logs = told.logs.logs.iter().filter(|(name, _)| **name != "stats");
    let logs: Vec<u8> = logs.flat_map(|(_, log)| log.iter().copied()).collect();
    golden("intrusion.logs", &String::from_utf8(logs).unwrap());
}

#[test]
fn who_names_itself_an_ssh_server_answers_ssh() {
    let summary = intrusion().summary;
    assert!(summary.contains("\n10.20.3.8 opened 1 connection: 1 ftp\n    answers ssh on 22\n"), "{summary}");
    assert!(summary.contains("\n10.20.3.8:22: 1 session, OpenSSH_9.2\n"), "{summary}");
}

#[test]
fn a_letter_has_the_first_of_many() {
    let mut rows = small();
    rows.extend((0..40).map(|n| seen(70 + n, "D02.listener", &(9000 + n).to_string(), "198.51.100.77", "it answers")));
    let mut case = Told::of(Wire::new(Weather::default(), 3), DANA);
    rows.into_iter().for_each(|row| case.add(row));
    let sent = |n: u32| MovedFile {
        at: Timestamp::from_parts(1_795_316_840 + i64::from(n), 0),
        name: format!("file{n}.txt").into_bytes().into(),
        from: [10, 20, 3, 7].into(),
        to: [198, 51, 100, 55].into(),
        bytes: 18_260,
        missing: 0,
        ..intrusion().files[0].clone()
    };
    case.files = (0..25).map(sent).collect();
    let letter = case.letter(Style::Plain);
    assert!(
        letter.contains("\nAnd 1 file more, which we can send you.\n") && letter.contains("file23.txt"),
        "{letter}"
    );
    assert!(!letter.contains("file24.txt"), "{letter}");
    assert!(
        letter.contains("\nAnd 2 ports more, which we can send you.\n") && letter.contains("\n  9037  "),
        "{letter}"
    );
    // Those that weigh most are among them, wherever they stand.
    assert!(letter.contains("\n  9886  ") && letter.contains("\n  22102  "), "{letter}");
    assert!(!letter.contains("\n  9038  "), "{letter}");
    case.add(seen(71, "D04.root", "64000", "198.51.100.77", "10.20.3.7:64000 shows the id of root"));
    assert!(case.letter(Style::Plain).contains("\n  64000  "), "the back door is named however many ports answer");
    case.add(seen(72, "D16.off_port", "9038", "198.51.100.55", "10.20.3.7 speaks IRC to port 9038 of 198.51.100.55"));
    assert!(
        !case.letter(Style::Plain).contains("\n  9038  "),
        "what is held against a peer's port is not against its own"
    );
    case.files.truncate(24);
    assert!(!case.letter(Style::Plain).contains("file more"));
}

#[test]
fn what_is_meant_to_answer_is_no_stranger_in_a_letter() {
    let known = format!("{DANA}services = [22102, 9886]\n");
    let letter = told(&small(), &known, |dossier, _| letters(dossier).remove(0).1.render(Style::Plain));
    assert!(letter.contains("Only programs that are meant to take connections there answered."), "{letter}");
    let quiet: Vec<Evidence> =
        small().into_iter().filter(|row| !row.row.starts_with("D01") && !row.row.starts_with("D03")).collect();
    let rows = [&quiet[..], &[seen(3, "D04.root", "x", "198.51.100.77", "a root shell")]].concat();
    let letter = told(&rows, "", |dossier, _| letters(dossier).remove(0).1.render(Style::Plain));
    assert!(letter.contains("We saw no program on it that takes connections."), "{letter}");
    assert!(
        letter.contains("To: whom it may concern at 10.20.3.7\n") && letter.contains("Dear colleague,"),
        "{letter}"
    );
}

/// The objects of a bundle, one a line, under their names instead of identifiers.
fn objects(bundle: &str) -> String {
    let bundle: Value = serde_json::from_str(bundle).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    let of = |id: &Value| objects.iter().find(|object| object["id"] == *id).unwrap();
    let mut lines: Vec<String> = objects.iter().map(|object| called(object, &of) + "\n").collect();
    lines.sort_unstable();
    lines.concat()
}

/// What an object is called: its type and the first of what tells it from others.
fn called<'b>(object: &Value, of: &dyn Fn(&Value) -> &'b Value) -> String {
    let kind = object["type"].as_str().unwrap();
    match kind {
        "relationship" => {
            let [from, to] = ["source_ref", "target_ref"].map(|end| called(of(&object[end]), of));
            format!("{from} {} {to}", object["relationship_type"].as_str().unwrap())
        }
        "network-traffic" => {
            let [from, to] = ["src_ref", "dst_ref"].map(|end| of(&object[end])["value"].as_str().unwrap());
            format!("{kind} {from}-{to} {} {}", object["dst_port"], object["start"])
        }
        "observed-data" => format!("observed {}", called(of(&object["object_refs"][2]), of)),
        "indicator" => {
            let pattern = object["pattern"].as_str().unwrap().replace("network-traffic:", "").replace("_ref.value", "");
            format!("{kind} {} {pattern}", object["name"].as_str().unwrap())
        }
        "file" => format!("{kind} {} of {}", object["name"], object["size"]),
        "incident" => format!("{kind} ({})", object["description"].as_str().unwrap()),
        _ => {
            let name = ["value", "name", "abstract"].into_iter().find_map(|key| object[key].as_str());
            format!("{kind} {}", name.unwrap_or_default())
        }
    }
}

#[test]
fn every_sign_in_the_picture_has_its_key() {
    let page = intrusion().with(page);
    let drawn = |class: &str| page.contains(&format!("<circle class=\"dot {class}\""));
    let told = |class: &str| page.contains(&format!("<i class=\"dot {class}\"></i>"));
    for class in ["s1", "s2", "s3", "s4", "s5", "s6", "none"] {
        assert_eq!(drawn(class), told(class), "{class}");
    }
    assert!(drawn("s6") && drawn("none") && !drawn("s1"));
}

#[test]
fn a_letter_names_the_service_whatever_was_found_first_of_its_port() {
    let mut rows = small();
    rows.insert(0, seen(-1, "D02.listener", "22102", "198.51.100.77", "10.20.3.7 answers on port 22102"));
    let text = told(&rows, DANA, |dossier, _| letters(dossier).remove(0).1.render(Style::Plain));
    assert!(text.contains("\n  22102     ssh"), "{text}");
}

#[test]
fn of_stored_evidence_the_secrets_are_told_that_it_speaks_of() {
    let secret = |minute| Evidence {
        port: None,
        ..seen(
            minute,
            "D37.secret",
            "ftp bob",
            "198.51.100.77",
            "the secret of \"bob\" (ftp) crossed in clear, accepted",
        )
    };
    let rows = [secret(1), secret(0), small().remove(0)];
    let text = told(&rows, DANA, |dossier, _| exposure_list(dossier).render(Style::Markdown));
    assert!(text.contains("The capture was not read") && !text.contains("None was seen"), "{text}");
    let item = "yourbox (10.20.3.7): the secret of \"bob\" (ftp) crossed in clear, accepted (first at 2026-11-22 03:07:20 \
                UTC, 2 times)";
    assert!(text.contains(item), "{text}");
    let text = told(&small(), DANA, |dossier, _| exposure_list(dossier).render(Style::Markdown));
    assert!(text.contains("speaks of no secret. That does not mean"), "{text}");
}

#[test]
fn the_findings_weights_add_up_to_the_score() {
    told(&small(), "", |dossier, cases| {
        let case = &cases[0];
        let sum: f64 = dossier.findings(case).iter().map(|finding| finding.weight_db).sum();
        let links: f64 = case.links.iter().map(|link| link.db).sum();
        assert!(
            (case.prior_db + sum + links + case.campaign_db - case.peak_db).abs() < 0.06,
            "{sum} {links} {case:#?}"
        );
    });
}

#[test]
fn evidence_is_read_as_it_was_written_and_makes_the_same_case() {
    let rows = small();
    let again = read_evidence(&text(|out| evidence_lines(out, &rows))).unwrap();
    assert_eq!(rows, again);
    let error = read_evidence(&format!("{}\nno evidence\n", text(|out| evidence_lines(out, &rows[..2])))).unwrap_err();
    assert_eq!(error.line, 4);
    let quoting = read_evidence("{\"v\":\" at line \"}").unwrap_err().to_string();
    assert!(quoting.contains("invalid type: string \" at line \", expected u16 (column "), "{quoting}");
    let newer = text(|out| evidence_lines(out, &rows[..1])).replace("\"v\":1", "\"v\":99");
    assert!(read_evidence(&newer).unwrap_err().to_string().contains("it is of version 99"));
}

#[test]
fn evidence_of_any_time_is_told() {
    for times in [[i64::MIN, i64::MAX], [i64::MIN; 2], [i64::MAX; 2]] {
        let mut rows = small();
        rows.iter_mut().zip(times.into_iter().cycle()).for_each(|(row, at)| row.time_ns = at);
        let page = told(&rows, "", |dossier, _| page(dossier));
        assert!(page.contains("<svg") && !page.contains("NaN"), "{times:?}");
    }
}

#[test]
fn a_bundle_is_the_same_every_time_and_refers_only_to_what_is_in_it() {
    let bundle = told(&small(), "", |dossier, _| stix(dossier).unwrap());
    assert_eq!(bundle, told(&small(), "", |dossier, _| stix(dossier).unwrap()));
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    let ids: Vec<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
    for kind in [
        "ipv4-addr",
        "network-traffic",
        "observed-data",
        "indicator",
        "attack-pattern",
        "incident",
        "report",
        "note",
        "relationship",
    ] {
        assert!(objects.iter().any(|object| object["type"] == kind), "{kind}");
    }
    for object in objects {
        for (key, value) in object.as_object().unwrap() {
            let refs = match key.as_str() {
                key if key.ends_with("_ref") => vec![value],
                key if key.ends_with("_refs") => value.as_array().unwrap().iter().collect(),
                _ => continue,
            };
            assert!(refs.iter().all(|id| ids.contains(&id.as_str().unwrap())), "{key} of {object}");
        }
        assert_eq!(object["spec_version"], "2.1", "{object}");
        // What is seen is everybody's, what is said of it ours.
        let seen = ["ipv4-addr", "network-traffic", "marking-definition", "identity"];
        assert_eq!(object["created_by_ref"].is_null(), seen.contains(&object["type"].as_str().unwrap()), "{object}");
    }
    let report = objects.iter().find(|object| object["type"] == "report").unwrap();
    let mut told: Vec<&str> = report["object_refs"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let beside = ["report--", "identity--", "marking-definition--"];
    let mut all: Vec<&str> = ids.into_iter().filter(|id| !beside.iter().any(|kind| id.starts_with(kind))).collect();
    told.sort_unstable();
    all.sort_unstable();
    assert_eq!(told, all, "the report refers to everything");
}

/// The protocols of each connection in a bundle, by the server's port.
fn protocols(bundle: &str) -> Vec<(u64, String)> {
    let bundle: Value = serde_json::from_str(bundle).unwrap();
    let traffic = bundle["objects"].as_array().unwrap().iter().filter(|object| object["type"] == "network-traffic");
    traffic.map(|object| (object["dst_port"].as_u64().unwrap(), object["protocols"].to_string())).collect()
}

#[test]
fn a_bundle_says_tcp_where_it_is_certain() {
    let mut told = Told::new();
    let all = protocols(&told.with(|dossier| stix(dossier).unwrap()));
    assert!(all.iter().any(|(port, name)| *port == 9886 && name == "[\"tcp\"]"), "{all:?}");
    // A flood has no talk on record: it may be of datagrams.
    told.add(seen(62, "D33.flood", "443", "198.51.100.9", "10.20.3.7 sent 9000 unanswered packets"));
    told.add(seen(63, "D33.flood", "444", "2001:db8::9", "10.20.3.7 sent 9000 unanswered packets"));
    let all = protocols(&told.with(|dossier| stix(dossier).unwrap()));
    for (port, protocol) in [(9886, "tcp"), (443, "ipv4"), (444, "ipv6")] {
        assert!(all.contains(&(port, format!("[\"{protocol}\"]"))), "{all:?}");
    }
}

#[test]
fn a_file_under_two_names_is_two_objects_of_a_bundle() {
    let mut told = Told::new();
    let hash = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    for name in ["one.tgz", "other.tgz", "", "one.tgz"] {
        let again = MovedFile { name: name.as_bytes().into(), sha256: Some(hash.into()), ..told.files[0].clone() };
        told.files.push(again);
    }
    let bundle: Value = serde_json::from_str(&told.with(|dossier| stix(dossier).unwrap())).unwrap();
    let files = bundle["objects"].as_array().unwrap().iter().filter(|object| object["hashes"]["SHA-256"] == hash);
    let mut found: Vec<(&str, &str)> =
        files.map(|file| (file["name"].as_str().unwrap_or_default(), file["id"].as_str().unwrap())).collect();
    found.sort_unstable();
    // What Python's uuid.uuid5 makes of {"hashes":{"SHA-256":"5891..."},"name":"one.tgz"} and so on.
    let expected = [
        ("", "file--b28d688c-3986-5de0-af3f-07bcf949b5f8"),
        ("one.tgz", "file--dcab07ca-024b-5a69-9d5e-1bfd552791d7"),
        ("other.tgz", "file--4296df0f-2778-551d-9fed-22b8d0e970be"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn alerts_name_what_ecs_wants_named() {
    let lines = told(&small(), DANA, |dossier, _| ecs(dossier));
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["event"]["kind"], "alert");
    assert_eq!(first["rule"]["id"], "D01.ssh");
    assert_eq!(first["threat"]["technique"][0]["id"], "T1571");
    assert_eq!(first["destination"], serde_json::json!({ "ip": "10.20.3.7", "port": 22102 }));
    assert_eq!(first["host"]["name"], "yourbox");
}

#[test]
fn rules_are_for_strangers_of_serious_cases_alone() {
    let mut rows = small();
    rows.push(seen(62, "D04.root", "9886", "198.51.100.77", "a root shell"));
    for peer in ["10.20.0.1", "127.0.0.1", "224.0.0.9", "192.0.2.53"] {
        rows.push(seen(63, "D04.shell", peer, peer, "a shell"));
    }
    // One of ours that is not among those that count as home here.
    rows.push(seen(64, "D04.shell", "203.0.113.9", "203.0.113.9", "a shell"));
    let inventory = "networks = [\"10.20.0.0/16\", \"203.0.113.0/24\"]\napproved_sources = [\"192.0.2.0/24\"]\n";
    let rules = told(&rows, inventory, |dossier, _| nftables(dossier));
    assert!(rules.apply.contains("198.51.100.77 timeout 24h comment \"case 1 D01\""), "{}", rules.apply);
    assert!(rules.apply.contains("10.20.3.7 . 9886 timeout 7d"));
    let refused: Vec<String> = rules.refused.keys().map(ToString::to_string).collect();
    assert_eq!(refused, ["10.20.0.1", "127.0.0.1", "192.0.2.53", "203.0.113.9", "224.0.0.9"]);
    let live: Vec<&str> = rules.apply.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(refused.iter().all(|peer| !live.concat().contains(peer)));
    let quiet = told(&rows[..1], "", |dossier, _| nftables(dossier));
    assert!(!quiet.apply.contains("elements"), "{}", quiet.apply);
}

#[test]
fn notices_have_zeeks_columns() {
    let log = told(&small(), "", |dossier, _| {
        let mut writer = Writer::new(Memory::default(), Format::Tsv);
        notices(&mut writer, dossier);
        writer.finish().unwrap().logs.remove("notice").unwrap()
    });
    let log = String::from_utf8(log).unwrap();
    let fields = log.lines().find(|line| line.starts_with("#fields")).unwrap();
    assert_eq!(fields.split('\t').count(), 27);
    let row: Vec<&str> = log.lines().find(|line| !line.starts_with('#')).unwrap().split('\t').collect();
    assert_eq!(
        (row.len(), row[10], row[13], row[14], row[15]),
        (26, "Wiretale::D01_ssh", "10.20.3.7", "198.51.100.77", "22102")
    );
}

#[test]
fn hostile_text_speaks_to_no_terminal() {
    let told = Told::new();
    let text = told.with(|dossier| Terminal(*dossier).to_string());
    for document in [text, told.letter(Style::Plain), told.with(|dossier| exposure_list(dossier).render(Style::Plain))]
    {
        assert!(hostile::is_calm(&document), "{document:?}");
        assert!(document.lines().all(|line| line.chars().count() <= 80), "{document}");
    }
}

#[test]
fn hostile_text_is_text_in_html() {
    let page = Told::new().with(page);
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("&lt;img"), "{page}");
    for live in ["<script", "<img", "<b>warez", "<i>", "http://", "https://", "<a href=\"h", "javascript:", "url("] {
        assert!(!page.contains(live), "{live}");
    }
    assert!(hostile::is_calm(&page));
}

#[test]
fn hostile_text_is_text_in_markdown() {
    let letter = Told::new().letter(Style::Markdown);
    let list = Told::new().with(|dossier| exposure_list(dossier).render(Style::Markdown));
    for text in [letter, list] {
        assert!(hostile::is_calm(&text));
        for live in ["<script", "<img", "<i>", "http://", "](", "![", "**"] {
            assert!(!text.replace("\\[", "").replace("\\]", "").contains(live), "{live} in {text}");
        }
    }
}

#[test]
fn hostile_text_is_no_formula_and_ends_no_line() {
    let csv = Told::new().with(|dossier| text(|out| timeline_csv(out, dossier)));
    assert!(hostile::is_calm(&csv.replace('\r', "")));
    for record in csv.split("\r\n") {
        for cell in hostile::cells(record) {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[test]
fn hostile_text_leaves_json_whole() {
    let told = Told::new();
    serde_json::from_str::<Value>(&told.with(|dossier| text(|out| cases_json(out, dossier)))).unwrap();
    serde_json::from_str::<Value>(&told.with(|dossier| stix(dossier).unwrap())).unwrap();
    told.with(ecs).lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
    read_evidence(&text(|out| evidence_lines(out, &told.evidence))).unwrap();
}

#[test]
fn nothing_from_the_wire_is_in_the_rules() {
    let rules = Told::new().with(nftables);
    assert!(rules.apply.contains("198.51.100.77"), "{}", rules.apply);
    let allowed = |c: char| c.is_ascii_alphanumeric() || " \n.:,;#{}@_=\"-".contains(c);
    let strange: String = rules.apply.chars().filter(|c| !allowed(*c)).collect();
    assert_eq!(strange, "", "{}", rules.apply);
    for word in ["mallory", "evil", "<", "alert", "psy"] {
        assert!(!rules.apply.contains(word), "{word}");
    }
}

#[test]
fn no_secret_is_in_any_form() {
    let told = Told::new();
    let forms = told.with(|dossier| {
        [
            page(dossier),
            text(|out| cases_json(out, dossier)),
            text(|out| timeline_csv(out, dossier)),
            exposure_list(dossier).render(Style::Plain),
            ecs(dossier),
        ]
    });
    for form in forms.iter().chain([&told.letter(Style::Plain), &text(|out| evidence_lines(out, &told.evidence))]) {
        assert!(!form.contains(hostile::SECRET));
    }
    assert!(forms[3].contains("s1"), "{}", forms[3]);
}

#[test]
fn evidence_from_a_stranger_is_shown_without_harm() {
    let mut rows = small();
    rows[0].text = "\u{1b}[2J<script>\u{202e}\n=1+1".into();
    rows[0].key = "\u{1b}[31m<b>".into();
    rows[0].uids = vec!["\u{1b}]0;x\u{7}<i>".into()];
    told(&rows, "", |dossier, _| {
        for form in [
            Terminal(*dossier).to_string(),
            page(dossier),
            text(|out| cases_json(out, dossier)),
            ecs(dossier),
            text(|out| timeline_csv(out, dossier)).replace('\r', ""),
        ] {
            assert!(hostile::is_calm(&form), "{form:?}");
        }
        assert!(!page(dossier).contains("<script>") && !page(dossier).contains("<i>"));
    });
}

#[test]
fn hosts_that_make_no_case_are_counted_by_what_they_are() {
    // It weighs something, and not enough.
    told(&[seen(0, "D16.novel", "6667", "198.51.100.77", "10.20.3.7 is new to IRC")], "", |dossier, cases| {
        assert!(cases[0].level < Level::Low && cases[0].contributions[0].db > 0.0, "{cases:?}");
        let told = "1 host has evidence below level low; it is in cases.json.";
        assert!(Terminal(*dossier).to_string().contains(told));
        assert!(page(dossier).contains(told));
        let unwritten = Terminal(Dossier { written: false, ..*dossier }).to_string();
        assert!(unwritten.ends_with("1 host has evidence below level low.\n"), "{unwritten}");
    });
}

#[test]
fn the_letter_about_a_suspicion_asks_before_it_tells_what_to_do() {
    let letter = |rows: &[Evidence]| {
        told(rows, DANA, |dossier, cases| (cases[0].level, letters(dossier).remove(0).1.render(Style::Plain)))
    };
    let (level, text) = letter(&small()[..2]);
    assert_eq!(level, Level::Medium, "{text}");
    assert!(text.contains("1. Look through what is listed above."), "{text}");
    assert!(text.contains("If it was broken into\n---"), "{text}");
    let (level, text) = letter(&small());
    assert!(level > Level::Medium && text.contains("1. Take the machine off the network"), "{text}");
    assert!(text.contains("How to recover\n---"), "{text}");
}

#[test]
fn who_else_uses_a_peer_is_told_beside_its_rule() {
    let mut wire = Wire::new(Weather::default(), 3);
    let peer = Endpoint::new(Address::v4([198, 51, 100, 77]), 6667);
    for last in [7, 21, 22, 23, 24, 25] {
        let home = if last == 7 { [10, 20, 3, 7] } else { [10, 20, 4, last] };
        wire.tcp(Timestamp::from_parts(1_795_316_824, 0), Endpoint::new(Address::v4(home), 4000), peer)
            .client("hello")
            .server("good day")
            .close(Direction::Client);
    }
    let mut line = Analyzer::<Standard, _>::new(Chronicle::new(Home::default()), Settings::default());
    for (frame, number) in wire.into_frames().iter().zip(1..) {
        line.packet(lend(frame), number);
    }
    let chronicle = line.finish();
    told(&small(), "", |dossier, _| {
        let rules = nftables(&Dossier { chronicle: &chronicle, ..*dossier }).apply;
        let who = "# The rule for 198.51.100.77 takes it from 10.20.4.21, 10.20.4.22, 10.20.4.23, 10.20.4.24 and 1 more, too.\n";
        assert!(rules.contains(who), "{rules}");
        assert!(!rules.contains("# The rule for 198.51.100.130"), "{rules}");
    });
}

#[test]
fn several_cases_are_listed_before_they_are_told() {
    let other = |row| Evidence { host: [10, 20, 4, 50].into(), ..row };
    let rows: Vec<_> = small().into_iter().chain(small().into_iter().take(2).map(other)).collect();
    let text = told(&rows, DANA, |dossier, _| Terminal(*dossier).to_string());
    let list: Vec<_> = text.lines().skip(2).take(3).collect();
    assert!(list[0].starts_with(" 1. ") && list[0].ends_with(" dB  yourbox (10.20.3.7)"), "{text}");
    assert!(list[1].starts_with(" 2. ") && list[1].ends_with(" dB  10.20.4.50"), "{text}");
    assert_eq!(list[2], "", "{text}");
    let alone = told(&small(), DANA, |dossier, _| Terminal(*dossier).to_string());
    assert!(alone.starts_with("Cases\n-----\n1. yourbox (10.20.3.7): "), "{alone}");
}

#[test]
fn a_list_with_more_rows_than_the_page_has_says_how_many() {
    let file = MovedFile {
        at: Timestamp::from_parts(1_795_316_840, 0),
        name: b"a.txt"[..].into(),
        how: "FTP",
        from: [198, 51, 100, 77].into(),
        to: [10, 20, 3, 7].into(),
        bytes: 5,
        missing: 0,
        mime: None,
        sha256: None,
    };
    let more = |n: usize| {
        let files = vec![file.clone(); n];
        told(&small(), "", |dossier, _| page(&Dossier { files: &files, ..*dossier }))
    };
    assert!(more(121).contains(">files.log has 1 more.<") && !more(120).contains(">files.log has"));
}

#[test]
fn the_page_is_read_at_night_on_a_small_screen_and_on_paper() {
    let page = told(&small(), "", |dossier, _| page(dossier));
    for there in [
        "name=\"color-scheme\"",
        "screen and (prefers-color-scheme: dark)",
        "screen and (max-width: 48rem)",
        "@media print",
    ] {
        assert!(page.contains(there), "{there}");
    }
}

#[test]
fn what_the_reader_should_know_first_stands_first() {
    let notes = ["a.pcap: byte 7: cut off".to_owned(), "<b>".to_owned()];
    let page = told(&[], "", |dossier, _| page(&Dossier { notes: &notes, ..*dossier }));
    let (note, none) = (page.find("<li>a.pcap: byte 7: cut off</li>"), page.find("No host at home"));
    assert!(note.is_some() && note < none && page.contains("<li>&lt;b&gt;</li>"), "{page}");
}

fn login(minute: i64, peer: &str, attempt: u32) -> Evidence {
    let text = format!("{peer} logged in at 10.20.3.7:22 by SSH, at attempt {attempt}");
    seen(minute, "D08.login", "22", peer, &text)
}

/// What a terminal shows, on one line.
fn line(rows: &[Evidence]) -> String {
    let text = told(rows, "", |dossier, _| Terminal(*dossier).to_string());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_told_once_says_the_same() {
    let mut rows = small();
    rows.extend([login(62, "198.51.100.55", 6), login(63, "203.0.113.99", 1), login(64, "203.0.113.99", 3)]);
    let text = line(&rows);
    let told = |text: &str, part: &str| text.contains(&format!("logged in at 10.20.3.7:22 by SSH, at attempt {part}"));
    assert!(told(&text, "6 04:10:20") && told(&text, "1 (2 times)"), "{text}");
    assert!(told(&text, "6 (and 2 more of its kind)"), "{text}");
    let letter = told_letter(&rows);
    assert!(letter.contains("attempt 6\n") && letter.contains("attempt 1 (2 times)"), "{letter}");
}

fn told_letter(rows: &[Evidence]) -> String {
    let letter = told(rows, "", |dossier, _| letters(dossier).remove(0).1.render(Style::Plain));
    // A table's cells go on below.
    letter.replace("\n                                  ", " ")
}

#[test]
fn of_a_number_that_grows_the_greatest_is_told() {
    let scan =
        |minute, n| seen(minute, "D32.scan", "scan", "10.20.0.9", &format!("10.20.3.7 tried {n} ports; {n} refused"));
    let mut rows = small()[..4].to_vec();
    rows.extend([(62, 8), (63, 17), (64, 139), (65, 9)].map(|(minute, n)| scan(minute, n)));
    let text = line(&rows);
    assert_eq!(text.matches("tried 139 ports; 139 refused (by 04:11:20)").count(), 2, "{text}");
    assert!(!text.contains("tried 8 ports") && !text.contains("times)"), "{text}");
}

#[test]
fn what_weighs_little_is_not_said_to_be_missing() {
    let mut rows = small();
    let sent = seen(62, "D24.sent", "accounts.txt", "198.51.100.201", "10.20.3.7 sent \"accounts.txt\" by DCC");
    rows.push(Evidence { strength: 0.6, ..sent });
    let told = "No evidence of: approach, action against others. Little evidence of: data going out.";
    assert!(line(&rows).contains(told), "{}", line(&rows));
    let mut case = Told::new();
    let sent = MovedFile { from: [10, 20, 3, 7].into(), to: [198, 51, 100, 55].into(), ..case.files[0].clone() };
    case.files.push(sent);
    let text = case.with(|dossier| Terminal(*dossier).to_string());
    assert!(text.contains("against others. Little evidence of: data\n   going out."), "{text}");
}

#[test]
fn what_went_out_has_its_place_however_little_it_weighs() {
    let many = (0..121).map(|n| seen(n, "D03.prompt", &(9000 + n).to_string(), "198.51.100.77", &format!("\"{n}\"")));
    let sent = seen(62, "D24.sent", "accounts.txt", "198.51.100.201", "10.20.3.7 sent \"accounts.txt\" by DCC");
    let rows: Vec<Evidence> = many.chain(small()).chain([Evidence { strength: 0.1, ..sent }]).collect();
    assert!(line(&rows).contains("sent \"accounts.txt\" by DCC"), "{}", line(&rows));
    assert!(told_letter(&rows).contains("sent \"accounts.txt\" by DCC"), "{}", told_letter(&rows));
}

#[test]
fn a_letter_names_the_files_that_left() {
    let mut case = Told::new();
    let sent = |name: &str, to: [u8; 4]| MovedFile {
        name: name.as_bytes().into(),
        from: [10, 20, 3, 7].into(),
        to: to.into(),
        bytes: 18_260,
        ..case.files[0].clone()
    };
    case.files.extend([sent("payroll.csv", [198, 51, 100, 55]), sent("draft.txt", [10, 20, 3, 8])]);
    let letter = case.with(|dossier| letters(dossier).remove(0).1.render(Style::Plain));
    assert!(letter.contains("payroll.csv (18.3 kB)") && !letter.contains("draft.txt"), "{letter}");
}

#[test]
fn a_bundle_warns_of_nobody_at_home() {
    let mut rows = small();
    rows.push(seen(62, "D03.prompt", "9887", "10.20.0.5", "10.20.3.7:9887 spoke first"));
    let bundle = told(&rows, "", |dossier, _| stix(dossier).unwrap());
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    let of = |kind: &str| -> Vec<String> {
        let objects = bundle["objects"].as_array().unwrap().iter();
        objects.filter(|object| object["type"] == kind).map(ToString::to_string).collect()
    };
    assert!(!of("indicator").is_empty() && of("indicator").iter().all(|object| !object.contains("10.20.0.5")));
    assert!(of("ipv4-addr").iter().any(|object| object.contains("10.20.0.5")));
}

#[test]
fn one_of_a_thing_is_told_as_one() {
    let at = |n| small().into_iter().map(move |row| Evidence { host: [10, 20, 4, n].into(), ..row });
    told(&(0..51).flat_map(at).collect::<Vec<_>>(), "", |dossier, cases| {
        let mut cases = cases.to_vec();
        cases[0].dropped = 1;
        let dossier = Dossier { cases: &cases, ..*dossier };
        let page = page(&dossier);
        assert!(page.contains(">1 more case in cases.json.<") && page.contains(">1 piece of evidence found no room.<"));
        assert!(Terminal(dossier).to_string().contains("\n   1 piece of evidence found no room.\n"));
        assert!(text(|out| cases_json(out, &dossier)).contains("\"dropped\":1,"));
    });
    let row = |n| if n % 2 == 0 { "D03.prompt" } else { "D29.hot_name" };
    let rows: Vec<_> = (0..121).map(|n| seen(n, row(n), &(9000 + n).to_string(), "198.51.100.77", "a")).collect();
    let page = told(&rows, "", |dossier, _| page(dossier));
    assert!(page.contains(">timeline.csv has 1 more, of less weight.<"));
    let chronicle = one_byte_lost();
    let lacks = ["2 of 9 packets were cut short.".to_owned()];
    let text = told(&small(), "", |dossier, _| {
        Terminal(Dossier { chronicle: &chronicle, lacks: &lacks, ..*dossier }).to_string()
    });
    assert!(text.contains("In 1 connection, the capture lacks 1 byte that crossed."), "{text}");
    assert!(text.contains(&*lacks[0]), "{text}");
}

#[test]
fn a_busy_neighbour_hides_nobody_else() {
    let mut wire = Wire::new(Weather::default(), 3);
    let at = |second: i64| Timestamp::from_parts(1_795_316_024 + second, 0);
    let home = Address::v4([10, 20, 3, 7]);
    let greetings = |wire: &mut Wire, at, client| {
        wire.tcp(at, client, Endpoint::new(home, 22))
            .server("SSH-2.0-OpenSSH_9.2\r\n")
            .client("SSH-2.0-check_2.3\r\n")
            .close(Direction::Client);
    };
    for n in 0..2100 {
        greetings(&mut wire, at(n), Endpoint::new(Address::v4([10, 20, 4, 50]), 20_000 + n as u16));
    }
    // More peers than one port has room for.
    for n in 0..1100_u16 {
        let [high, low] = n.to_be_bytes();
        greetings(&mut wire, at(2200), Endpoint::new(Address::v4([203, 0, high, low]), 20_000));
    }
    wire.tcp(at(2300), Endpoint::new(Address::v4([198, 51, 100, 77]), 5000), Endpoint::new(home, 22102))
        .server("SSH-2.0-other_1\r\n")
        .client("SSH-2.0-client_1\r\n")
        .close(Direction::Client);
    let mut line = Analyzer::<Standard, _>::new(Chronicle::new(Home::default()), Settings::default());
    for (frame, number) in wire.into_frames().iter().zip(1..) {
        line.packet(lend(frame), number);
    }
    let chronicle = line.finish();
    let rows = [&small()[..], &[seen(61, "D08.login", "22", "203.0.4.75", "somebody logged in")]].concat();
    told(&rows, "", |dossier, _| {
        let dossier = Dossier { chronicle: &chronicle, ..*dossier };
        assert_eq!(chronicle.sum(IpAddr::V4([10, 20, 3, 7].into())).talks, 3201);
        let page = page(&dossier).split_once("<h3>Peers</h3>").unwrap().1.to_owned();
        let row =
            |peer: &str| page.split(&format!("<td class=\"wire\">{peer}</td>")).nth(1).unwrap_or(&page).to_owned();
        let cells = |peer: &str| {
            let cells = row(peer).split("</tr>").next().unwrap().replace("</td>", "");
            cells.split("<td class=\"num\">").skip(1).map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(cells("198.51.100.77")[1..3], ["1", "17 bytes"], "{}", row("198.51.100.77"));
        assert_eq!(cells("10.20.4.50")[1..3], ["2,100", "44.1 kB"]);
        // Of one for whom there was no room nothing is said, which is not that nothing was.
        assert_eq!(cells("203.0.4.75")[1..3], ["?", "?"]);
        assert!(page.contains("connections with other peers are not told here"), "{page}");
    });
}

/// A connection of which the capture lacks a byte.
fn one_byte_lost() -> Chronicle {
    let mut wire = Wire::new(Weather::default(), 3);
    let (home, peer) = (Address::v4([10, 20, 3, 7]), Address::v4([198, 51, 100, 77]));
    wire.tcp(Timestamp::from_parts(1_795_316_824, 0), Endpoint::new(home, 4000), Endpoint::new(peer, 4001))
        .client("hello")
        .client("!")
        .client("there")
        .server("good day")
        .close(Direction::Client);
    let mut line = Analyzer::<Standard, _>::new(Chronicle::new(Home::default()), Settings::default());
    let frames = wire.into_frames().into_iter().filter(|(_, frame)| !frame.ends_with(b"!"));
    for (frame, number) in frames.zip(1..) {
        line.packet(lend(&frame), number);
    }
    line.finish()
}

#[test]
fn nothing_to_tell_is_told() {
    told(&[], "", |dossier, _| {
        assert!(Terminal(*dossier).to_string().contains("No host at home"));
        assert!(page(dossier).contains("<title>wiretale: no case</title>"));
        assert_eq!(
            (stix(dossier), letters(dossier).len(), text(|out| cases_json(out, dossier))),
            (None, 0, "[]\n".to_owned())
        );
    });
}

/// As often as it is said, with the same text.
fn often(times: i64, row: &str, key: &str, text: &str) -> Vec<Evidence> {
    (0..times).map(|minute| seen(minute, row, key, "198.51.100.77", text)).collect()
}

#[test]
fn what_was_seen_more_often_than_a_case_keeps_is_counted_in_full() {
    let mut rows = small();
    rows.extend(often(40, "D18.private", "udp", "CrAcKeR gives 10.20.3.7 an order in private: \"!udp\""));
    let (terminal, letter, page) = told(&rows, DANA, |dossier, _| {
        (Terminal(*dossier).to_string(), letters(dossier).remove(0).1.render(Style::Plain), page(dossier))
    });
    for text in [terminal, letter, page] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("(40 times)") && !text.contains("(16 times"), "{text}");
    }
}

#[test]
fn of_what_weighs_nothing_no_more_is_counted_than_is_known() {
    let mut rows = small();
    rows.extend(often(40, "D37.secret", "s1", "the secret of \"al\" (ftp) crossed in the clear"));
    let text = told(&rows, DANA, |dossier, _| Terminal(*dossier).to_string());
    assert!(text.contains("clear (16 times or\n                    more)"), "{text}");
    rows.truncate(5 + 16);
    let text = told(&rows, DANA, |dossier, _| Terminal(*dossier).to_string());
    assert!(text.contains("(16 times)"), "{text}");
}

#[test]
fn of_several_things_said_of_one_what_was_not_kept_is_told_beside_them() {
    let mut rows = small();
    rows.extend(often(20, "D18.private", "udp", "CrAcKeR gives 10.20.3.7 an order in private: \"!udp a\""));
    rows.extend(often(20, "D18.private", "udp", "CrAcKeR gives 10.20.3.7 an order in private: \"!udp b\""));
    rows.sort_by_key(|row| row.time_ns);
    let text = told(&rows, DANA, |dossier, _| Terminal(*dossier).to_string());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (timeline, why) = text.split_once(" Why ").unwrap();
    assert!(timeline.contains("\"!udp a\" (8 times, and 24 more of its kind)"), "{timeline}");
    assert!(timeline.contains("\"!udp b\" (8 times)"), "{timeline}");
    assert!(why.contains("\"!udp a\" (8 times, and 32 more of its kind)"), "{why}");
}

/// The figures under "Why", as they add up.
fn why(text: &str) -> f64 {
    let (_, parts) = text.split_once("\n   Why ").unwrap();
    let figures = parts.lines().skip(1).take_while(|line| !line.starts_with("   Only"));
    figures.filter_map(|line| line.get(3..9)?.trim().parse::<f64>().ok()).sum()
}

#[test]
fn the_parts_of_a_score_that_is_held_back_add_up_to_it() {
    let rows = vec![
        seen(0, "D04.prompt", "9886", "198.51.100.77", "10.20.3.7:9886 shows a shell"),
        seen(1, "D12.token", "token", "198.51.100.77", "a stray packet comes"),
        seen(2, "D10.twin", "twin", "198.51.100.77", "the same key elsewhere"),
    ];
    let (terminal, page) = told(&rows, "", |dossier, cases| {
        assert!(cases[0].peak_db.abs() < 0.05 && cases[0].gate == Gate::Held, "{:?}", cases[0].gate);
        (Terminal(*dossier).to_string(), page(dossier))
    });
    assert!(why(&terminal).abs() < 0.05, "{terminal}");
    assert!(terminal.contains("held back") && page.contains("<td class=\"code\">held</td>"), "{terminal}");
    let whole = told(&small(), "", |dossier, _| Terminal(*dossier).to_string());
    assert!(!whole.contains("held back,"), "{whole}");
}

#[test]
fn of_evidence_alone_no_log_is_said_to_have_more() {
    // Of one kind no more is kept than the page has room for.
    let ports = (2000..2064).flat_map(|port: u16| {
        let at =
            |row, port: u16| seen(0, row, &port.to_string(), "198.51.100.77", &format!("10.20.3.7:{port} serves ssh"));
        [at("D01.ssh", port), at("D04.shell", port + 100)]
    });
    let page = told(&ports.collect::<Vec<_>>(), "", |dossier, _| page(dossier));
    assert!(page.contains("The evidence has") && !page.contains("conn.log"), "{page}");
}

#[test]
fn rules_against_nobody_say_why() {
    let rules = told(&[], "", |dossier, _| nftables(dossier).apply);
    assert!(rules.contains("# Nothing is blocked: no case is at or above high.\n"), "{rules}");
    let rules = told(&small(), "", |dossier, _| nftables(dossier).apply);
    assert!(!rules.contains("Nothing is blocked"), "{rules}");
}

#[test]
fn a_letter_is_written_about_a_suspicion_at_least_and_tells_what_weighs() {
    assert_eq!(told(&small()[..1], "", |dossier, _| letters(dossier).len()), 0);
    let mut rows = small();
    rows.push(seen(2, "D39.no_name", "198.51.100.77", "198.51.100.77", "it appears in no DNS answer"));
    rows.push(Evidence { strength: 0.0, ..seen(3, "D01.http", "81", "198.51.100.77", "it weighs nothing here") });
    let text = told_letter(&rows);
    assert!(!text.contains("no DNS answer") && !text.contains("weighs nothing"), "{text}");
}

#[test]
fn where_no_stage_has_evidence_of_weight_none_is_said_to_have_some() {
    let little = [
        ("D13.knock", 0.24),
        ("D15.nick", 0.24),
        ("D16.off_port", 0.45),
        ("D18.private", 0.24),
        ("D25.server", 0.2),
        ("D26.psybnc", 0.28),
        ("D27.flood", 0.28),
    ];
    let rows = little.map(|(row, strength)| Evidence { strength, ..seen(0, row, "k", "198.51.100.77", "a little") });
    let text = told(&rows, "", |dossier, cases| {
        assert_eq!((cases[0].gate, cases[0].stages.len()), (Gate::Held, 0));
        Terminal(*dossier).to_string()
    });
    assert!(text.contains("No stage has evidence of weight: the score is held"), "{text}");
}

#[test]
fn a_score_below_the_gate_has_no_part_that_is_held_back() {
    let rows = [seen(0, "D32.scan", "scan", "198.51.100.77", "10.20.3.7 tried 9 ports")];
    let text = told(&rows, "", |dossier, cases| {
        assert_eq!(cases[0].gate, Gate::Held);
        Terminal(*dossier).to_string()
    });
    assert!(!text.contains("held back,") && text.contains("Only one stage has evidence of weight"), "{text}");
}

#[test]
fn where_a_timeline_has_no_room_the_terminal_says_how_much_is_left_and_cases_stand_apart() {
    let mut rows = small();
    rows.extend((0..50).map(|n| seen(n, "D16.novel", &format!("k{n}"), "198.51.100.77", &format!("thing k{n}x"))));
    rows.extend(small().into_iter().map(|row| Evidence { host: [10, 20, 3, 8].into(), ..row }));
    rows.sort_by_key(|row| row.time_ns);
    let text = told(&rows, "", |dossier, _| Terminal(*dossier).to_string());
    assert!(text.contains("   ... and 14 more in timeline.csv\n"), "{text}");
    assert!(text.contains("\n\n2. 10.20.3.8: "), "{text}");
}
