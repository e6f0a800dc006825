//! `wiretale decode`: what a decoder makes of text.

use std::io::{self, BufRead as _, Read as _, Write};

use wiretale::dcc::{Message, Offer, Place};
use wiretale::ftp::Ftp;
use wiretale::irc::Irc;
use wiretale::protocol::{
    Address, Chunk, Context, Direction, End, Endpoint, Escaped, Exposure, Flow, FlowId, Moment, Observe, Observer,
    Opening, Protocol, SecretKey, Shared, Timestamp, Transport, Weird,
};
use wiretale::ssh::Ssh;

use crate::args::{self, Decode, Side};
use crate::failure::Failure;

/// Reads standard input to its end.
pub(crate) fn run(args: &Decode) -> Result<(), Failure> {
    let mut input = io::stdin().lock();
    let mut out = io::stdout().lock();
    let side = args.from.map(Side::direction);
    match args.protocol {
        args::Protocol::Irc => lines::<Irc>(&mut input, &mut out, |line| side.unwrap_or_else(|| irc_speaker(line))),
        args::Protocol::Ftp => lines::<Ftp>(&mut input, &mut out, |line| side.unwrap_or_else(|| ftp_speaker(line))),
        args::Protocol::Ssh => whole::<Ssh>(&mut input, &mut out, side.unwrap_or(Direction::Server)),
        args::Protocol::Dcc => offers(&mut input, &mut out),
    }
}

impl Side {
    const fn direction(self) -> Direction {
        match self {
            Self::Client => Direction::Client,
            Self::Server => Direction::Server,
        }
    }
}

/// Servers put their name or a nick before what they say, and numerics are theirs.
fn irc_speaker(line: &[u8]) -> Direction {
    let body =
        if line.starts_with(b"@") { line.splitn(2, |&byte| byte == b' ').nth(1).unwrap_or_default() } else { line };
    let server = body.starts_with(b":") || [&b"PING "[..], b"ERROR "].iter().any(|word| body.starts_with(word));
    if server || ftp_speaker(body) == Direction::Server { Direction::Server } else { Direction::Client }
}

/// Three digits begin what a server says.
fn ftp_speaker(line: &[u8]) -> Direction {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let continued = line.first().is_some_and(|&byte| byte == b' ');
    if digits == 3 || continued { Direction::Server } else { Direction::Client }
}

fn lines<P: Protocol>(
    input: &mut impl io::BufRead,
    out: &mut impl Write,
    speaker: impl Fn(&[u8]) -> Direction,
) -> Result<(), Failure> {
    let mut alone = Alone::<P>::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is cut into pieces, so that what is held is bounded.
        let read = input.take(LONGEST).read_until(b'\n', &mut line).map_err(Failure::Input)?;
        if read == 0 {
            return alone.end(out);
        }
        alone.feed(speaker(&line), &line, out)?;
    }
}

fn whole<P: Protocol>(input: &mut impl io::Read, out: &mut impl Write, side: Direction) -> Result<(), Failure> {
    let mut alone = Alone::<P>::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        match input.read(&mut buffer).map_err(Failure::Input)? {
            0 => return alone.end(out),
            read => alone.feed(side, &buffer[..read], out)?,
        }
    }
}

fn offers(input: &mut impl io::BufRead, out: &mut impl Write) -> Result<(), Failure> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.take(LONGEST).read_until(b'\n', &mut line).map_err(Failure::Input)? == 0 {
            return Ok(());
        }
        let text = line.trim_ascii();
        let text = text.strip_prefix(b"\x01").unwrap_or(text);
        let text = text.strip_suffix(b"\x01").unwrap_or(text);
        let text = text.strip_prefix(b"DCC ").unwrap_or(text);
        if text.is_empty() {
            continue;
        }
        match wiretale::dcc::parse(text) {
            Ok(message) => message_line(out, &message),
            Err(malformed) => writeln!(out, "weird {}", malformed.weird()),
        }
        .map_err(Failure::Output)?;
    }
}

fn message_line(out: &mut impl Write, message: &Message<'_>) -> io::Result<()> {
    match message {
        Message::Offer(Offer { kind, name, address, port, size, token, tls, turbo }) => {
            write!(out, "{kind:?} \"{}\" at {}", Escaped(name), Endpoint::new(*address, *port))?;
            size.map_or(Ok(()), |size| write!(out, " size {size}"))?;
            let passive = if *port == 0 { " passive" } else { "" };
            let (tls, turbo) = (if *tls { " tls" } else { "" }, if *turbo { " turbo" } else { "" });
            writeln!(out, "{passive}{tls}{turbo}{}{}", if token.is_empty() { "" } else { " token " }, Escaped(token))
        }
        Message::Resume(place) => place_line(out, "Resume", place),
        Message::Accept(place) => place_line(out, "Accept", place),
        Message::Reject { kind, name } => writeln!(out, "Reject {kind:?} \"{}\"", Escaped(name)),
        Message::Other { verb, rest } => writeln!(out, "Other {} {}", Escaped(verb), Escaped(rest)),
    }
}

fn place_line(out: &mut impl Write, what: &str, place: &Place<'_>) -> io::Result<()> {
    let Place { name, port, position, token } = place;
    let label = if token.is_empty() { "" } else { " token " };
    writeln!(out, "{what} \"{}\" port {port} from byte {position}{label}{}", Escaped(name), Escaped(token))
}

/// A decoder outside any engine.
struct Alone<P: Protocol> {
    decoder: P::Decoder,
    shared: Shared,
    flow: Flow,
    frame: u64,
}

impl<P: Protocol> Alone<P> {
    fn new() -> Self {
        let side = |last, port| Endpoint::new(Address::v4([192, 0, 2, last]), port);
        let flow = Flow {
            id: FlowId(0),
            client: side(1, 1024),
            server: side(2, 0),
            transport: Transport::Tcp,
            opened: Timestamp::default(),
            midstream: false,
            tunneled: false,
        };
        let decoder = P::start(&Opening { client: &[], server: &[], flow: &flow, last: true });
        Self { decoder, shared: Shared::new(SecretKey::default()), flow, frame: 0 }
    }

    fn feed(&mut self, direction: Direction, bytes: &[u8], out: &mut impl Write) -> Result<(), Failure> {
        self.chunk(direction, Chunk::Data(bytes), out)
    }

    fn end(mut self, out: &mut impl Write) -> Result<(), Failure> {
        for direction in Direction::BOTH {
            self.chunk(direction, Chunk::End(End::Finished), out)?;
        }
        out.flush().map_err(Failure::Output)
    }

    fn chunk(&mut self, direction: Direction, chunk: Chunk<'_>, out: &mut impl Write) -> Result<(), Failure> {
        self.frame += 1;
        let moment = Moment { at: Timestamp::default(), frame: self.frame, direction, flow: &self.flow };
        let mut printer = Printer { out, failed: None };
        P::feed(&mut self.decoder, &mut Context::new(moment, &mut printer, &mut (), &mut self.shared), chunk);
        self.shared.expected.clear();
        printer.failed.map_or(Ok(()), |error| Err(Failure::Output(error)))
    }
}

/// Prints a line for each event.
struct Printer<'o, W> {
    out: &'o mut W,
    failed: Option<io::Error>,
}

impl<W: Write> Printer<'_, W> {
    fn line(&mut self, moment: &Moment<'_>, text: std::fmt::Arguments<'_>) {
        let who = match moment.direction {
            Direction::Client => "client",
            Direction::Server => "server",
        };
        if let Err(error) = writeln!(self.out, "{who} {text}") {
            self.failed.get_or_insert(error);
        }
    }
}

impl<W: Write> Observer for Printer<'_, W> {
    type Flow = ();

    fn weird(&mut self, (): &mut (), moment: &Moment<'_>, weird: &Weird<'_>) {
        self.line(moment, format_args!("weird {} {}", weird.name, Escaped(weird.addl)));
    }

    fn exposed(&mut self, (): &mut (), moment: &Moment<'_>, exposure: &Exposure<'_>) {
        let Exposure { kind, account, outcome, .. } = exposure;
        self.line(moment, format_args!("exposed {kind} of {} {outcome:?}", Escaped(account)));
    }
}

impl<P: Protocol, W: Write> Observe<P> for Printer<'_, W> {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &P::Event<'_>) {
        self.line(moment, format_args!("{event:?}"));
    }
}

const LONGEST: u64 = 64 * 1024;
