//! `wiretale confirm`: what the ports of a home host greet with. It connects and listens; it sends nothing.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wiretale::protocol::Escaped;
use wiretale::score::{EVIDENCE_VERSION, Evidence, Home};
use wiretale_report::case::evidence_lines;

use crate::args::Confirm;
use crate::failure::Failure;
use crate::score::read;

/// Asks every port in turn, tells what it said, and adds it to the evidence.
pub(crate) fn run(args: &Confirm) -> Result<(), Failure> {
    if !Home::new(args.home.clone()).is_home(args.host.into()) {
        return Err(Failure::Refused(format!("{} is outside the home networks: it is not asked", args.host)));
    }
    let mut adds_to = args.evidence.as_deref().map(open).transpose()?;
    let known = args.evidence.as_deref().map(read).transpose()?.unwrap_or_default();
    let ports: BTreeSet<u16> =
        if args.ports.is_empty() { suspicious(&known, args.host) } else { args.ports.iter().copied().collect() };
    if ports.is_empty() {
        return Err(Failure::Refused(match &args.evidence {
            Some(path) => {
                let (path, host) = (path.display(), args.host);
                format!("{path} holds no listener against {host}: name ports to ask with --ports")
            }
            None => "no port to ask: name some with --ports, or evidence with --evidence".into(),
        }));
    }
    if ports.len() > PORTS {
        let why = format!("{} ports are more than the {PORTS} that are asked at a time", ports.len());
        return Err(Failure::Refused(why));
    }
    let mut found = Vec::new();
    for port in ports {
        let answer = ask(SocketAddr::new(args.host, port));
        tell(port, &answer).map_err(Failure::Output)?;
        found.extend(evidence(args.host, port, &answer));
    }
    match &mut adds_to {
        Some(file) => file.add(&found),
        None => evidence_lines(&mut io::stdout().lock(), &found).map_err(Failure::Output),
    }
}

/// What a port did.
enum Answer {
    /// It took no connection.
    Closed(io::ErrorKind),
    /// It took one, and this is what it said within the time.
    Open(Vec<u8>),
}

/// The ports that evidence holds against a host as listeners.
fn suspicious(evidence: &[Evidence], host: IpAddr) -> BTreeSet<u16> {
    let held = evidence.iter().filter(|row| row.host == host && LISTENERS.contains(&row.detector()));
    held.filter_map(|row| row.port).collect()
}

/// Connects and listens; not a byte is sent.
fn ask(to: SocketAddr) -> Answer {
    let deadline = Instant::now() + PATIENCE;
    let mut stream = match TcpStream::connect_timeout(&to, PATIENCE) {
        Ok(stream) => stream,
        Err(error) => return Answer::Closed(error.kind()),
    };
    let mut said = Vec::new();
    let mut buffer = [0; MOST];
    while said.len() < MOST {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            break;
        }
        match stream.read(&mut buffer[..MOST - said.len()]) {
            Ok(read @ 1..) => said.extend_from_slice(&buffer[..read]),
            Ok(0) | Err(_) => break,
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    Answer::Open(said)
}

fn tell(port: u16, answer: &Answer) -> io::Result<()> {
    let mut out = io::stderr().lock();
    match answer {
        Answer::Closed(kind) => writeln!(out, "port {port}: {kind}"),
        Answer::Open(said) if said.is_empty() => writeln!(out, "port {port}: open, says nothing"),
        Answer::Open(said) => writeln!(out, "port {port}: open, says \"{}\"", Escaped(said)),
    }
}

/// A row for a port that is open: a listener, and a prompt if it asks something.
fn evidence(host: IpAddr, port: u16, answer: &Answer) -> Option<Evidence> {
    let Answer::Open(said) = answer else { return None };
    let shown = Escaped(&said[..said.len().min(SHOWN)]);
    let asks = matches!(said.trim_ascii_end().last(), Some(b'?' | b':' | b'>' | b'#' | b'$' | b'%'));
    let text = match said.is_empty() {
        true => format!("{host}:{port}, asked, is open and says nothing"),
        false => format!("{host}:{port}, asked, is open and said \"{shown}\""),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Evidence {
        v: EVIDENCE_VERSION,
        time_ns: i64::try_from(now.as_nanos()).unwrap_or(i64::MAX),
        host,
        row: if asks { "D03.prompt" } else { "D02.listener" }.to_owned(),
        key: port.to_string(),
        peer: None,
        port: Some(port),
        strength: 1.0,
        quality: 1.0,
        ties: if asks { vec![format!("greeting:{shown}")] } else { Vec::new() },
        text,
        uids: Vec::new(),
        frames: Vec::new(),
    })
}

/// Evidence on disk, to which some is added: opened before anybody is asked, so that no answer is lost.
struct Stored<'a> {
    path: &'a Path,
    file: File,
}

fn open(path: &Path) -> Result<Stored<'_>, Failure> {
    if path.as_os_str() == "-" {
        return Err(Failure::Refused("what is found is added to the evidence: it has to be a file".into()));
    }
    let file = OpenOptions::new().read(true).append(true).open(path);
    let wrong = |error| Failure::File { path: path.to_owned(), reason: format!("cannot open it: {error}") };
    file.map(|file| Stored { path, file }).map_err(wrong)
}

impl Stored<'_> {
    fn add(&mut self, found: &[Evidence]) -> Result<(), Failure> {
        let written = self.end_line().and_then(|()| evidence_lines(&mut self.file, found));
        written.map_err(Failure::at(self.path))
    }

    /// Editors leave the last line without an end.
    fn end_line(&mut self) -> io::Result<()> {
        if self.file.seek(SeekFrom::End(0))? == 0 {
            return Ok(());
        }
        let mut last = [0];
        self.file.seek(SeekFrom::End(-1))?;
        self.file.read_exact(&mut last)?;
        if last == *b"\n" { Ok(()) } else { self.file.write_all(b"\n") }
    }
}

// Detectors whose port is one that the host itself answers on.
const LISTENERS: &[&str] = &["D01", "D02", "D03", "D13", "D14", "D17", "D26", "D30"];
const PATIENCE: Duration = Duration::from_secs(3);
const MOST: usize = 256;
const SHOWN: usize = 64;
// Asking is narrow: it is no scan.
const PORTS: usize = 64;
