//! The control connections of our own recordings, line by line, against their ground truth. Reads `../shared/data/lab`;
//! passes, saying so, where that is absent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use wiretale_ftp::{Event, Ftp, Verb};
use wiretale_packet::{Address, Endpoint, Timestamp};
use wiretale_protocol::{
    Chunk, Context, Direction, End, Exposure, Flow, FlowId, Moment, Observe, Observer, Opening, Outcome, Protocol,
    SecretKey, Shared, Transport,
};

#[derive(Default)]
struct Story {
    // Command, name, complete.
    transfers: Vec<(String, String, bool)>,
    // Account, frame, outcome.
    exposed: Vec<(String, u64, Outcome)>,
    logins: Vec<(String, Option<bool>, bool)>,
    printed: String,
}

impl Observer for Story {
    type Flow = ();

    fn exposed(&mut self, (): &mut (), _: &Moment<'_>, exposure: &Exposure<'_>) {
        assert_eq!(exposure.kind, "ftp");
        self.exposed.push((text(exposure.account), exposure.frame, exposure.outcome));
    }
}

impl Observe<Ftp> for Story {
    fn observe(&mut self, (): &mut (), _: &Moment<'_>, event: &Event<'_>) {
        self.printed.push_str(&format!("{event:?}\n"));
        match event {
            Event::Exchange(exchange) if exchange.command.verb.transfers() => {
                let name = text(exchange.command.argument);
                let name = name.rsplit('/').next().unwrap_or_default().to_owned();
                let complete = exchange.reply.is_some_and(|reply| reply.code == 226);
                assert!(exchange.carrier.is_some(), "{exchange:?}");
                let name = if exchange.command.verb == Verb::List { String::new() } else { name };
                self.transfers.push((exchange.command.verb.as_str().to_owned(), name, complete));
            }
            Event::Login(login) => self.logins.push((text(login.user), login.ok, login.anonymous)),
            _ => {}
        }
    }
}

#[test]
fn transfers_and_logins_are_those_of_the_ground_truth() {
    let Some(lab) = lab() else {
        println!("../shared/data/lab is absent: nothing compared");
        return;
    };
    for name in ["incident", "benign", "exposure", "noise"] {
        let truth: Value = json(&lab.join(name).join("ground_truth.json"));
        let flows = conversations(&lab.join(name).join("text_lines.jsonl"));
        let stories: BTreeMap<u64, Story> =
            flows.iter().map(|(&flow, lines)| (flow, hear(&truth, flow, lines))).collect();
        compare_transfers(&truth, &stories);
        compare_credentials(&truth, &stories);
    }
}

#[test]
fn guessing_ends_in_a_login() {
    let Some(lab) = lab() else {
        println!("../shared/data/lab is absent: nothing compared");
        return;
    };
    let truth = json(&lab.join("noise/ground_truth.json"));
    let flows = conversations(&lab.join("noise/text_lines.jsonl"));
    let logins: Vec<_> = flows.iter().flat_map(|(&flow, lines)| hear(&truth, flow, lines).logins).collect();
    let refused = logins.iter().filter(|login| login.1 == Some(false)).count();
    let accepted = logins.iter().filter(|login| login.1 == Some(true)).count();
    assert!(refused >= 12, "{refused} refused");
    assert_eq!(accepted, 2);
    assert!(logins.iter().all(|login| !login.2));
}

fn compare_transfers(truth: &Value, stories: &BTreeMap<u64, Story>) {
    let mut want: BTreeMap<u64, Vec<(String, String, bool)>> = BTreeMap::new();
    for transfer in truth["ftp_transfers"].as_array().unwrap() {
        let one = |key: &str| transfer[key].as_str().unwrap().to_owned();
        let row = (one("command"), one("name"), transfer["complete"].as_bool().unwrap());
        want.entry(transfer["control_flow"].as_u64().unwrap()).or_default().push(row);
    }
    assert!(!want.is_empty());
    for (flow, transfers) in want {
        assert_eq!(stories[&flow].transfers, transfers, "flow {flow}");
    }
}

fn compare_credentials(truth: &Value, stories: &BTreeMap<u64, Story>) {
    for credential in truth["credentials"].as_array().unwrap().iter().filter(|c| c["protocol"] == "ftp") {
        let story = &stories[&credential["flow"].as_u64().unwrap()];
        let account = credential["account"].as_str().unwrap();
        let mine: Vec<_> = story.exposed.iter().filter(|e| e.1 == credential["frame"].as_u64().unwrap()).collect();
        if account == "anonymous" {
            assert!(mine.is_empty(), "a guest has no secret: {credential}");
            continue;
        }
        let accepted = credential["accepted"].as_bool().unwrap();
        let want = if accepted { Outcome::Accepted } else { Outcome::Refused };
        assert_eq!(mine.len(), 1, "{credential}");
        assert_eq!((mine[0].0.as_str(), mine[0].2), (account, want));
        let secret = credential["secret"].as_str().unwrap();
        assert!(!story.printed.contains(secret), "a secret is in the events: {credential}");
    }
}

fn hear(truth: &Value, number: u64, lines: &[(Direction, u64, Vec<u8>)]) -> Story {
    let flow = flow(truth, number);
    let mut story = Story::default();
    let mut shared = Shared::new(SecretKey::new(1, 2));
    let mut decoder = Ftp::start(&Opening { client: &[], server: &[], flow: &flow, last: true });
    let mut feed = |direction, frame, chunk: Chunk<'_>| {
        let moment = Moment { at: Timestamp::from_parts(0, 0), frame, direction, flow: &flow };
        Ftp::feed(&mut decoder, &mut Context::new(moment, &mut story, &mut (), &mut shared), chunk);
    };
    for (direction, frame, line) in lines {
        feed(*direction, *frame, Chunk::Data(line));
        feed(*direction, *frame, Chunk::Data(b"\r\n"));
    }
    for direction in Direction::BOTH {
        feed(direction, 0, Chunk::End(End::Finished));
    }
    assert!(shared.confirmed.contains(&"ftp"));
    story
}

fn flow(truth: &Value, number: u64) -> Flow {
    let endpoint = |text: &str| text.parse().map(|ip: std::net::IpAddr| Endpoint::new(ip.into(), 21)).ok();
    let transfer = truth["ftp_transfers"].as_array().unwrap().iter().find(|t| t["control_flow"] == number);
    let end = |key: &str| {
        transfer
            .and_then(|t| t[key].as_str())
            .and_then(endpoint)
            .unwrap_or(Endpoint::new(Address::v4([127, 0, 0, 1]), 21))
    };
    Flow {
        id: FlowId(number),
        client: end("client"),
        server: end("server"),
        transport: Transport::Tcp,
        opened: Timestamp::from_parts(0, 0),
        midstream: false,
        tunneled: false,
    }
}

fn conversations(path: &PathBuf) -> BTreeMap<u64, Vec<(Direction, u64, Vec<u8>)>> {
    let mut flows: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["service"] == "ftp" {
            let direction = if line["dir"] == "c2s" { Direction::Client } else { Direction::Server };
            let bytes = line["line"].as_str().unwrap().as_bytes().to_vec();
            flows.entry(line["flow"].as_u64().unwrap()).or_default().push((
                direction,
                line["frame"].as_u64().unwrap(),
                bytes,
            ));
        }
    }
    flows
}

fn json(path: &PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn lab() -> Option<PathBuf> {
    let lab = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/lab"));
    lab.is_dir().then_some(lab)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
