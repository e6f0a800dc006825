//! Whole flows whose packets are dropped, doubled, tampered with and cut, in the spirit of Geneva's action trees.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use wiretale::packet::{Address, Endpoint, Flags, Frame, LinkType, Timestamp};
use wiretale::protocol::{Chunk, Direction, Moment, Observe, Observer, Protocol, Stray, Weird};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_testkit::build::{TcpHeader, tcp_frame};

use crate::host::{Ended, Receiver, Sent};

#[derive(Arbitrary, Debug)]
enum Action {
    Send,
    Drop,
    Double(Box<Self>, Box<Self>),
    Tamper(Field, u16, Box<Self>),
    /// Two segments of one, cut so far from its beginning; the second sent first, and so many bytes of overlap.
    Cut {
        at: u8,
        swap: bool,
        overlap: u8,
        first: Box<Self>,
        second: Box<Self>,
    },
    /// Two IP fragments of one packet.
    Fragment {
        at: u8,
        swap: bool,
    },
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Field {
    Seq,
    Ack,
    Flags,
    Ttl,
    Window,
    Signature,
    Checksum,
    Offset,
    Payload,
}

#[derive(Arbitrary, Debug)]
struct Rule {
    turn: u8,
    tree: Action,
}

/// The bytes the server took come out, or something is said about them: neither is the bug.
pub fn geneva(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok((which, isn)) = <(u8, u32)>::arbitrary(&mut input) else { return };
    let mut rules: BTreeMap<usize, Action> = BTreeMap::new();
    let turns = TEMPLATES[usize::from(which) % TEMPLATES.len()];
    while let Ok(rule) = Rule::arbitrary(&mut input) {
        rules.insert(usize::from(rule.turn) % turns.len(), rule.tree);
        if input.is_empty() || rules.len() > 8 {
            break;
        }
    }
    let mut flow = Flow::new(isn);
    for (turn, (from, text)) in turns.iter().enumerate() {
        if flow.host.end.is_some() {
            break;
        }
        match from {
            Direction::Server => flow.server(text.as_bytes()),
            Direction::Client => flow.client(text.as_bytes(), rules.get(&turn)),
        }
    }
    flow.judge(&rules);
}

struct Flow {
    analyzer: Analyzer<Standard, Witness>,
    host: Receiver,
    /// The next sequence number of each side.
    next: [u32; 2],
    frames: u64,
    now: i64,
    tampered: bool,
    packet: u16,
}

impl Flow {
    fn new(isn: u32) -> Self {
        let analyzer = Analyzer::new(Witness::default(), Settings::default());
        let server = isn.wrapping_mul(7);
        let host = Receiver::new(isn.wrapping_add(1), server.wrapping_add(1));
        let mut flow = Self { analyzer, host, next: [isn, server], frames: 0, now: 0, tampered: false, packet: 0 };
        flow.plain(Direction::Client, Flags::SYN, &[]);
        flow.next[0] = isn.wrapping_add(1);
        flow.plain(Direction::Server, Flags::SYN.with(Flags::ACK), &[]);
        flow.next[1] = server.wrapping_add(1);
        flow.plain(Direction::Client, Flags::ACK, &[]);
        flow
    }

    fn server(&mut self, text: &[u8]) {
        self.plain(Direction::Server, PUSH, text);
        self.next[1] = self.next[1].wrapping_add(text.len() as u32);
        self.host.has_sent(self.next[1]);
        self.plain(Direction::Client, Flags::ACK, &[]);
    }

    // The client sends a segment, its network mangles it, and it sends again what was not acknowledged.
    fn client(&mut self, text: &[u8], tree: Option<&Action>) {
        let whole = self.sent(Direction::Client, PUSH, text);
        match tree {
            Some(tree) => self.mangled(&whole, tree, 0),
            None => self.pass(&whole),
        }
        self.next[0] = self.next[0].wrapping_add(text.len() as u32);
        for _ in 0..2 {
            if self.host.end.is_some() || self.next[0].wrapping_sub(self.host.next) as i32 <= 0 {
                return;
            }
            self.now += 300;
            self.pass(&whole);
        }
    }

    fn mangled(&mut self, sent: &Sent, tree: &Action, depth: usize) {
        if depth > 6 {
            return self.pass(sent);
        }
        match tree {
            Action::Send => self.pass(sent),
            Action::Drop => {}
            Action::Double(first, second) => {
                self.mangled(sent, first, depth + 1);
                self.mangled(sent, second, depth + 1);
            }
            Action::Tamper(field, value, next) => {
                self.tampered = true;
                self.mangled(&tampered(sent.clone(), *field, *value), next, depth + 1);
            }
            Action::Cut { at, swap, overlap, first, second } => {
                let at = usize::from(*at) % sent.payload.len().max(1);
                let back = usize::from(*overlap % 8).min(at);
                let head = Sent { payload: sent.payload[..at].to_vec(), ..sent.clone() };
                let seq = sent.seq.wrapping_add((at - back) as u32);
                let tail = Sent { seq, payload: sent.payload[at - back..].to_vec(), ..sent.clone() };
                let pair = [(&head, first), (&tail, second)];
                for index in if *swap { [1, 0] } else { [0, 1] } {
                    let (sent, tree) = pair[index];
                    self.mangled(sent, tree, depth + 1);
                }
            }
            Action::Fragment { at, swap } => {
                self.pass(&Sent { fragments: Some((1 + at % 6, *swap)), ..sent.clone() });
            }
        }
    }

    fn pass(&mut self, sent: &Sent) {
        self.packet += 1;
        for frame in frames(Direction::Client, sent, self.packet) {
            self.captured(&frame);
        }
        let before = (self.host.next, self.host.end);
        self.host.arrive(sent);
        let moved = before != (self.host.next, self.host.end);
        if moved && self.host.end != Some(Ended::Reset) {
            let ack = Sent { ack: self.host.next, ..self.sent(Direction::Server, Flags::ACK, &[]) };
            self.packet += 1;
            frames(Direction::Server, &ack, self.packet).iter().for_each(|frame| self.captured(frame));
        }
    }

    fn plain(&mut self, from: Direction, flags: Flags, payload: &[u8]) {
        let mut sent = self.sent(from, flags, payload);
        if from == Direction::Server && flags.has(Flags::ACK) {
            sent.ack = self.host.next;
        }
        if flags == Flags::SYN {
            sent.ack = 0;
        }
        frames(from, &sent, 0).iter().for_each(|frame| self.captured(frame));
    }

    fn sent(&self, from: Direction, flags: Flags, payload: &[u8]) -> Sent {
        Sent {
            seq: self.next[from.index()],
            ack: self.next[from.opposite().index()],
            flags,
            ttl: 64,
            window: 64_240,
            signed: false,
            bad_checksum: false,
            offset: None,
            fragments: None,
            payload: payload.to_vec(),
        }
    }

    fn captured(&mut self, frame: &[u8]) {
        self.now += 1;
        self.frames += 1;
        let at = Timestamp::from_nanos(self.now * 1_000_000);
        let frame = Frame { at, link: LinkType::ETHERNET, data: frame, wire_len: frame.len() as u32 };
        self.analyzer.packet(frame, self.frames);
    }

    fn judge(self, rules: &BTreeMap<usize, Action>) {
        let Self { analyzer, host, tampered, .. } = self;
        let witness = analyzer.finish();
        let seen = String::from_utf8_lossy(&witness.client);
        let taken = String::from_utf8_lossy(&host.taken);
        let same = witness.client == host.taken;
        assert!(same || !witness.odd.is_empty(), "neither the bytes nor an event:\n{seen}\n{taken}\n{rules:?}");
        // Cutting, doubling and losing segments leaves no doubt.
        assert!(same || tampered, "nothing was forged, but the bytes differ:\n{seen}\n{taken}\n{rules:?}");
        assert!(tampered || !witness.odd.contains_key("rexmit_inconsistency"), "{:?}", witness.odd);
    }
}

fn tampered(mut sent: Sent, field: Field, value: u16) -> Sent {
    let near = i32::from(value as i16);
    match field {
        Field::Seq if value & 1 == 0 => sent.seq = sent.seq.wrapping_add_signed(near / 256),
        Field::Seq => sent.seq = sent.seq.wrapping_add_signed(near << 16),
        Field::Ack if value & 1 == 0 => sent.ack = sent.ack.wrapping_add_signed(near / 256),
        Field::Ack => sent.ack = sent.ack.wrapping_add_signed(near << 16),
        Field::Flags => sent.flags = Flags(value as u8),
        Field::Ttl => sent.ttl = 1 + (value % 64) as u8,
        Field::Window => sent.window = value,
        Field::Signature => sent.signed = true,
        Field::Checksum => sent.bad_checksum = true,
        Field::Offset => sent.offset = Some((value % 5) as u8),
        Field::Payload => {
            let len = sent.payload.len();
            sent.payload = (0..len).map(|at| b'!' + ((usize::from(value) + at) % 90) as u8).collect();
        }
    }
    sent
}

fn frames(from: Direction, sent: &Sent, id: u16) -> Vec<Vec<u8>> {
    let ends = [(CLIENT, 40_000), (SERVER, 6667)].map(|(address, port)| Endpoint::new(Address::v4(address), port));
    let options = if sent.signed { [&[19, 18][..], &[7; 16], &[1, 1]].concat() } else { Vec::new() };
    let Sent { seq, ack, flags, window, .. } = *sent;
    let header = TcpHeader { seq, ack, flags, window, options };
    let (src, dst) = (ends[from.index()], ends[from.opposite().index()]);
    let mut frame = tcp_frame(src, dst, sent.ttl, &header, &sent.payload);
    if let Some(words) = sent.offset {
        frame[TCP + 12] = words << 4;
    }
    if sent.bad_checksum {
        frame[TCP + 16] ^= 0x55;
    }
    match sent.fragments {
        Some((units, swap)) => fragmented(&frame, usize::from(units) * 8, swap, id),
        None => vec![frame],
    }
}

fn fragmented(frame: &[u8], at: usize, swap: bool, id: u16) -> Vec<Vec<u8>> {
    let (head, body) = frame.split_at(TCP);
    if at >= body.len() {
        return vec![frame.to_vec()];
    }
    let part = |body: &[u8], place: u16| {
        let mut part = [head, body].concat();
        part[16..18].copy_from_slice(&((body.len() + 20) as u16).to_be_bytes());
        part[18..20].copy_from_slice(&id.to_be_bytes());
        part[20..22].copy_from_slice(&place.to_be_bytes());
        part[24..26].fill(0);
        let sum: u32 = part[14..34].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
        let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
        part[24..26].copy_from_slice(&sum.to_be_bytes());
        part
    };
    let parts = [part(&body[..at], 0x2000), part(&body[at..], (at / 8) as u16)];
    let [first, second] = parts;
    if swap { vec![second, first] } else { vec![first, second] }
}

/// What the client said as it was put together, and how often something was odd, by name.
#[derive(Default)]
struct Witness {
    client: Vec<u8>,
    odd: BTreeMap<&'static str, usize>,
}

impl Observer for Witness {
    type Flow = ();

    fn wants_streams(&self) -> bool {
        true
    }

    fn stream(&mut self, (): &mut (), moment: &Moment<'_>, _: u64, chunk: Chunk<'_>) {
        if let (Direction::Client, Chunk::Data(bytes)) = (moment.direction, chunk) {
            self.client.extend_from_slice(bytes);
        }
    }

    fn weird(&mut self, (): &mut (), _: &Moment<'_>, weird: &Weird<'_>) {
        *self.odd.entry(weird.name).or_default() += 1;
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        *self.odd.entry(stray.weird.name).or_default() += 1;
    }
}

impl<P: Protocol> Observe<P> for Witness {}

const CLIENT: [u8; 4] = [10, 20, 0, 1];
const SERVER: [u8; 4] = [203, 0, 113, 1];
/// Where TCP begins in a frame.
const TCP: usize = 34;
const PUSH: Flags = Flags::PSH.with(Flags::ACK);

const TEMPLATES: &[&[(Direction, &str)]] = &[IRC, FTP, SSH];

const IRC: &[(Direction, &str)] = &[
    (Direction::Client, "NICK alice\r\nUSER alice 0 * :Alice\r\n"),
    (Direction::Server, ":irc.example.edu 001 alice :Welcome\r\n"),
    (Direction::Client, "JOIN #garden\r\n"),
    (Direction::Server, ":alice!a@host JOIN #garden\r\n:irc.example.edu 366 alice #garden :End\r\n"),
    (Direction::Client, "PRIVMSG #garden :the tomatoes are ripe\r\n"),
    (Direction::Client, "PRIVMSG bob :\u{1}DCC SEND seeds.txt 167772161 5000 300\u{1}\r\n"),
    (Direction::Client, "QUIT :bye\r\n"),
];

const FTP: &[(Direction, &str)] = &[
    (Direction::Server, "220 ready\r\n"),
    (Direction::Client, "USER bob\r\n"),
    (Direction::Server, "331 password\r\n"),
    (Direction::Client, "PASS rosebud\r\n"),
    (Direction::Server, "230 in\r\n"),
    (Direction::Client, "PORT 10,20,0,1,19,137\r\n"),
    (Direction::Server, "200 ok\r\n"),
    (Direction::Client, "RETR plans.txt\r\n"),
    (Direction::Server, "150 on\r\n226 done\r\n"),
    (Direction::Client, "QUIT\r\n"),
];

const SSH: &[(Direction, &str)] = &[
    (Direction::Server, "SSH-2.0-OpenSSH_9.9\r\n"),
    (Direction::Client, "SSH-2.0-OpenSSH_9.9\r\n"),
    (Direction::Client, "\0\0\0\u{14}\u{4}\u{15}0123456789abcdefgh"),
    (Direction::Client, "\0\0\0\u{c}\u{a}\u{15}0123456789"),
    (Direction::Server, "\0\0\0\u{c}\u{a}\u{15}0123456789"),
    (Direction::Client, "0123456789abcdef0123456789abcdef"),
];
