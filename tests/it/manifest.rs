//! Made captures of a whole day's kind, against the list of what was put into them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wiretale::protocol::{Chunk, Direction, Moment, Observe, Observer, Protocol, Summary, Transport};
use wiretale::{Settings, analyze};

/// A flow: both directions' bytes and their FNV-1a-64, and as what it was known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Told {
    streams: [(u64, u64); 2],
    service: Option<&'static str>,
}

#[derive(Clone, Copy)]
struct Fnv {
    len: u64,
    sum: u64,
}

impl Default for Fnv {
    fn default() -> Self {
        Self { len: 0, sum: 0xcbf2_9ce4_8422_2325 }
    }
}

/// Sums up every stream.
#[derive(Default)]
struct Sums {
    flows: BTreeMap<String, Vec<Told>>,
}

impl Observer for Sums {
    type Flow = [Fnv; 2];

    fn wants_streams(&self) -> bool {
        true
    }

    fn stream(&mut self, sums: &mut [Fnv; 2], moment: &Moment<'_>, _: u64, chunk: Chunk<'_>) {
        let sum = &mut sums[moment.direction.index()];
        if let Chunk::Data(bytes) = chunk {
            sum.len += bytes.len() as u64;
            sum.sum = bytes.iter().fold(sum.sum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        }
    }

    fn closed(&mut self, sums: &mut [Fnv; 2], moment: &Moment<'_>, summary: &Summary<'_>) {
        let (flow, ours) = (moment.flow, ["irc", "irc-dcc-data", "irc-dcc-chat", "ssh", "ftp", "ftp-data"]);
        if flow.transport == Transport::Tcp {
            let streams = Direction::BOTH.map(|of| (sums[of.index()].len, sums[of.index()].sum));
            let service = ours.into_iter().find(|name| summary.services.contains(name));
            let key = [flow.client, flow.server].map(|end| format!("{}:{}", end.address, end.port)).join(" > ");
            self.flows.entry(key).or_default().push(Told { streams, service });
        }
    }
}

impl<P: Protocol> Observe<P> for Sums {}

#[test]
fn every_stream_and_every_service_is_as_it_was_made() {
    let Some(folder) = std::env::var_os("WIRETALE_WORKLOAD").map(PathBuf::from) else {
        println!("passed over: WIRETALE_WORKLOAD names no folder with captures and their manifests");
        return;
    };
    for name in ["bulk", "irc", "mixed", "flows"] {
        let want = manifest(&folder.join(format!("{name}.tsv")));
        let found = read(&folder.join(format!("{name}.pcap")));
        for (key, want) in &want {
            assert_eq!(found.get(key), Some(want), "{name}: {key}");
        }
        assert_eq!(found.len(), want.len(), "{name}: connections that nobody made");
    }
}

fn read(path: &Path) -> BTreeMap<String, Vec<Told>> {
    let read = analyze([path], Settings::default(), Sums::default()).expect("a capture");
    assert!(read.trouble.is_empty(), "{:?}", read.trouble);
    sorted(read.observer.flows)
}

fn manifest(path: &Path) -> BTreeMap<String, Vec<Told>> {
    let text = fs::read_to_string(path).expect("a manifest");
    let mut flows: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [class, client, client_port, server, server_port, _, _, sent, got, sent_sum, got_sum] = cells[..] else {
            panic!("no row of a manifest: {line}");
        };
        let stream = |len: &str, sum| (len.parse().expect("a length"), u64::from_str_radix(sum, 16).expect("a sum"));
        let service = match class {
            "irc" => Some("irc"),
            "dcc" => Some("irc-dcc-data"),
            "ssh" => Some("ssh"),
            "ftp" => Some("ftp"),
            "ftpdata" => Some("ftp-data"),
            _ => None,
        };
        let told = Told { streams: [stream(sent, sent_sum), stream(got, got_sum)], service };
        flows.entry(format!("{client}:{client_port} > {server}:{server_port}")).or_default().push(told);
    }
    sorted(flows)
}

fn sorted(mut flows: BTreeMap<String, Vec<Told>>) -> BTreeMap<String, Vec<Told>> {
    flows.values_mut().for_each(|of_one| of_one.sort_unstable());
    flows
}
