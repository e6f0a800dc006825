//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use wiretale::reassembly::{FragmentPolicy, Overlap};

/// Reads network captures and tells which machine was broken into, how and when, and what all of them did: connections,
/// IRC, DCC, FTP, SSH, DNS.
#[derive(Parser, Debug)]
#[command(name = "wiretale", version, max_term_width = 80, after_help = EXIT)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write Zeek-style logs of captures into a directory, and print a summary
    Analyze(Analyze),
    /// Read raw protocol text from standard input and print what the decoder makes of it
    Decode(Decode),
    /// Score evidence that was written before, and print the cases
    Score(Score),
    /// Ask ports of a home host for their greeting, without sending anything
    Confirm(Confirm),
}

#[derive(Args, Debug)]
pub(crate) struct Analyze {
    /// Captures (pcap or pcapng, plain, gzip or zstd), read as one in the order of time; - is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
    /// Where the logs go; made where it is missing. What an earlier run left there is replaced, letters that somebody filled
    /// in are kept
    #[arg(long, value_name = "DIR", default_value = "wiretale-out")]
    pub(crate) out: PathBuf,
    /// How the logs are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Write irc_messages.log too: every IRC message both ways
    #[arg(long)]
    pub(crate) messages: bool,
    /// Fill md5, sha1 and sha256 of files.log, which Zeek leaves unset by default
    #[arg(long)]
    pub(crate) hashes: bool,
    /// A network that is ours; may be given several times. Only its hosts are scored [default: the inventory's networks, or
    /// private addresses; public ones, as most of IPv6 are, have to be named]
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) home: Vec<IpNet>,
    /// What to do with packets whose checksums are wrong
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub(crate) checksums: Checksums,
    /// Write the files that crossed into DIR, under names made here; of each its first 100 MiB
    #[arg(long, value_name = "DIR")]
    pub(crate) extract: Option<PathBuf>,
    /// Write every TCP direction's bytes into DIR, as UID.client and UID.server
    #[arg(long, value_name = "DIR")]
    pub(crate) streams: Option<PathBuf>,
    /// Threads that analyse, 1 to 64; what comes out is the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) threads: u16,
    // The help and the error of a wrong name list the same ones.
    #[arg(long, value_name = "CIDR=POLICY", value_parser = os_policy, help = os_policy_help())]
    pub(crate) os_policy: Vec<OsPolicy>,
    #[command(flatten)]
    pub(crate) scoring: Scoring,
}

/// What scores evidence, and what is written of cases.
#[derive(Args, Debug)]
#[command(next_help_heading = "Cases")]
pub(crate) struct Scoring {
    /// What is known of the home network: networks, hosts, owners, services that are meant to be there (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// Another table of weights than the built-in one (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
    /// A table of countries or networks in MaxMind's format
    #[arg(long, value_name = "FILE")]
    pub(crate) geoip: Option<PathBuf>,
    /// Write a letter to the owner of every host at or above medium (letter-HOST.txt and .md)
    #[arg(long)]
    pub(crate) letter: bool,
    /// Write who must change which password (exposure.txt and .md)
    #[arg(long)]
    pub(crate) exposure: bool,
    /// Write a STIX 2.1 bundle of cases at or above medium (stix.json)
    #[arg(long)]
    pub(crate) stix: bool,
    /// Write findings in the shape of the Elastic Common Schema (ecs.jsonl)
    #[arg(long)]
    pub(crate) ecs: bool,
    /// Print nftables rules against the peers of cases at or above high, and write them (block.nft, unblock.nft);
    /// they are never applied
    #[arg(long)]
    pub(crate) nftables: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Score {
    /// Evidence as analyze writes it into evidence.jsonl; - is standard input
    #[arg(value_name = "EVIDENCE")]
    pub(crate) evidence: PathBuf,
    /// Write cases.json, timeline.csv, notice.log, report.html and what else is asked for into DIR, in place of what an
    /// earlier score wrote there. Evidence alone knows less than the capture: a folder that analyze wrote is refused
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// A network that is ours; may be given several times [default: the inventory's networks, or private addresses]
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) home: Vec<IpNet>,
    #[command(flatten)]
    pub(crate) scoring: Scoring,
}

#[derive(Args, Debug)]
pub(crate) struct Confirm {
    /// The address of a home host
    pub(crate) host: std::net::IpAddr,
    /// The ports to ask, as 22,9886: at most 64 [default: those that --evidence holds against the host]
    #[arg(long, value_name = "PORTS", value_delimiter = ',', value_parser = port)]
    pub(crate) ports: Vec<u16>,
    /// Networks that are ours; a host outside them is never asked
    #[arg(long, value_name = "CIDR", value_parser = network, required = true)]
    pub(crate) home: Vec<IpNet>,
    /// Evidence of the host: its ports are asked, and what they say is added to it
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// Which protocol
    #[arg(value_enum)]
    pub(crate) protocol: Protocol,
    /// Who sent the text [default: told by each line; of SSH, the server]
    #[arg(long, value_enum)]
    pub(crate) from: Option<Side>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Format {
    /// Zeek's tab-separated values
    #[default]
    Tsv,
    /// JSON lines
    Json,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Checksums {
    /// Verify, but accept a sender whose checksums are all left to its network card
    #[default]
    Auto,
    /// Pass over packets whose checksum is wrong
    Verify,
    /// Accept every packet
    Ignore,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Protocol {
    Irc,
    Ftp,
    Ssh,
    Dcc,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Client,
    Server,
}

/// How the hosts of a network behave as receivers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsPolicy {
    pub(crate) network: IpNet,
    pub(crate) overlap: Overlap,
    pub(crate) fragments: FragmentPolicy,
}

/// A network; an address alone is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let alone = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| alone()).map_err(|_| "a network is written 10.0.0.0/8 or 2001:db8::/32".to_owned())
}

fn port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| "a port is a number from 1 to 65535; several are written 22,9886".to_owned())
}

fn os_policy_help() -> String {
    format!("Which copy the hosts of a network keep where segments overlap: {POLICIES}; may be given several times")
}

fn os_policy(text: &str) -> Result<OsPolicy, String> {
    let (net, name) = text.split_once('=').ok_or("it is written NETWORK=POLICY")?;
    let unknown = || format!("no policy is called {name}; there are {POLICIES}");
    let overlap = Overlap::named(name).ok_or_else(unknown)?;
    let fragments = FragmentPolicy::named(name).unwrap_or(FragmentPolicy::FIRST);
    Ok(OsPolicy { network: network(net)?, overlap, fragments })
}

const EXIT: &str = "Exit status: 0 if all was done, 2 if the arguments or the input cannot be used, or the output \
                    cannot be written. A capture that ends in the middle of a packet is read up to there, with a note.";
const POLICIES: &str = "first, last, bsd, linux, old-linux, solaris, windows, vista, macos";
