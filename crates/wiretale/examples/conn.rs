//! Prints the connections of a capture as Zeek's `conn.log` has them: `conn [ignore|verify|auto] CAPTURE...`.

use wiretale::protocol::{Address, Moment, Observer, Summary, Transport};
use wiretale::{Checksums, Settings, analyze};

struct Conn;

impl Observer for Conn {
    type Flow = ();

    fn closed(&mut self, (): &mut (), moment: &Moment<'_>, s: &Summary<'_>) {
        let flow = moment.flow;
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let home = |address: Address| if is_home(address) { "T" } else { "F" };
        let proto = match flow.transport {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            Transport::Icmp => "icmp",
            Transport::Other(_) => "unknown_transport",
        };
        let row = [
            s.started.to_string(),
            format!("{:016x}", flow.id.0),
            flow.client.address.to_string(),
            flow.client.port.to_string(),
            flow.server.address.to_string(),
            flow.server.port.to_string(),
            proto.to_owned(),
            or_dash((!s.services.is_empty()).then(|| s.services.join(","))),
            or_dash(s.duration.map(|d| format!("{:.6}", d.as_secs_f64()))),
            or_dash(s.client.bytes.map(|n| n.to_string())),
            or_dash(s.server.bytes.map(|n| n.to_string())),
            s.state.as_str().to_owned(),
            home(flow.client.address).to_owned(),
            home(flow.server.address).to_owned(),
            s.missed.to_string(),
            or_dash((!s.history.is_empty()).then(|| String::from_utf8_lossy(s.history).into_owned())),
            s.client.packets.to_string(),
            s.client.ip_bytes.to_string(),
            s.server.packets.to_string(),
            s.server.ip_bytes.to_string(),
            "-".to_owned(),
            s.ip_protocol.to_string(),
        ];
        println!("{}", row.join("\t"));
    }
}

wiretale::ignore!(Conn: irc::Irc, dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Conn: recognize::Named, terminal::Terminal);

fn main() -> Result<(), wiretale::capture::Error> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let checksums = match args.first().map(String::as_str) {
        Some("ignore") => Checksums::Ignore,
        Some("verify") => Checksums::Verify,
        _ => Checksums::Auto,
    };
    if args.first().is_some_and(|first| matches!(first.as_str(), "ignore" | "verify" | "auto")) {
        args.remove(0);
    }
    println!("#path\tconn\n#fields\t{}", FIELDS.join("\t"));
    let read = analyze(&args, Settings { checksums, ..Settings::default() }, Conn)?;
    for trouble in read.trouble {
        eprintln!("{trouble}");
    }
    Ok(())
}

/// Private, loopback and link-local networks.
fn is_home(address: Address) -> bool {
    match address.to_ip() {
        std::net::IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared
        }
        std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

const FIELDS: [&str; 22] = [
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "service",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "local_orig",
    "local_resp",
    "missed_bytes",
    "history",
    "orig_pkts",
    "orig_ip_bytes",
    "resp_pkts",
    "resp_ip_bytes",
    "tunnel_parents",
    "ip_proto",
];
