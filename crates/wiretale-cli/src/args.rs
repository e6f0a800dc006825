//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use wiretale::reassembly::{FragmentPolicy, Overlap};

/// Reads network captures and tells what every machine in them did: connections, IRC, DCC, FTP, SSH, DNS.
#[derive(Parser, Debug)]
#[command(name = "wiretale", version, about, max_term_width = 100)]
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
}

#[derive(Args, Debug)]
pub(crate) struct Analyze {
    /// Captures (pcap or pcapng, plain, gzip or zstd), read as one in the order of time; - is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
    /// Where the logs go; made where it is missing
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
    /// A network that is ours; may be given several times [default: private addresses]
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) home: Vec<IpNet>,
    /// What to do with packets whose checksums are wrong; auto accepts them of a sender who leaves all to its network card
    #[arg(long, value_enum, default_value_t)]
    pub(crate) checksums: Checksums,
    /// Write the files that crossed into DIR, under names made here
    #[arg(long, value_name = "DIR")]
    pub(crate) extract: Option<PathBuf>,
    /// Write every TCP direction's bytes into DIR, as UID.client and UID.server
    #[arg(long, value_name = "DIR")]
    pub(crate) streams: Option<PathBuf>,
    /// Threads to use
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: u16,
    /// Which copy the hosts of a network keep where segments overlap: first, last, bsd, linux, old-linux, solaris,
    /// windows; may be given several times
    #[arg(long, value_name = "CIDR=POLICY", value_parser = os_policy)]
    pub(crate) os_policy: Vec<OsPolicy>,
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

fn os_policy(text: &str) -> Result<OsPolicy, String> {
    let (net, name) = text.split_once('=').ok_or("it is written NETWORK=POLICY")?;
    let unknown = || format!("no policy is called {name}; there are {POLICIES}");
    let overlap = Overlap::named(name).ok_or_else(unknown)?;
    let fragments = FragmentPolicy::named(name).unwrap_or(FragmentPolicy::FIRST);
    Ok(OsPolicy { network: network(net)?, overlap, fragments })
}

const POLICIES: &str = "first, last, bsd, linux, old-linux, solaris, windows, vista, macos";
