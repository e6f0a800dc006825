//! The captures made to fool an analyzer, each made into others of its kind: what comes of them must not hang on numbers,
//! addresses, link layers or file formats.

use crate::evasion::fooled;

#[test]
fn sequence_numbers_do_not_matter() {
    for (client, server) in
        [(0, 1), (1 << 31, u32::MAX), (u32::MAX - 40, u32::MAX - 20), (u32::MAX, 0), (u32::MAX - 3, 7)]
    {
        unfooled(&format!("numbers from {client} and {server}"), |frames| {
            let first = |frames: &[Frame], of: u16| {
                frames.iter().find_map(|it| it.tcp().filter(|_| it.ports().0 == of).map(|at| it.u32(at + 4)))
            };
            let by = |of, to: u32| first(frames, of).map_or(0, |first| to.wrapping_sub(first));
            let (client, server) = (by(CLIENT_PORT, client), by(SERVER_PORT, server));
            frames.iter_mut().all(|frame| {
                let Some(at) = frame.tcp() else { return !frame.is_fragment() };
                let (own, other) = if frame.ports().0 == CLIENT_PORT { (client, server) } else { (server, client) };
                frame.add(at + 4, own);
                // A number that acknowledges nothing is left alone.
                if frame.bytes[at + 13] & 0x10 != 0 {
                    frame.add(at + 8, other);
                }
                true
            })
        });
    }
}

#[test]
fn ports_do_not_matter() {
    for (client, server) in [(1025, 6668), (65_535, 6697), (1024, 31_337)] {
        unfooled(&format!("ports {client} and {server}"), |frames| {
            frames.iter_mut().all(|frame| {
                let Some(at) = frame.tcp() else { return !frame.is_fragment() };
                for at in [at, at + 2] {
                    let to = if frame.u16(at) == CLIENT_PORT { client } else { server };
                    frame.put_u16(at, to);
                }
                true
            })
        });
    }
}

#[test]
fn addresses_do_not_matter() {
    unfooled("addresses exchanged", |frames| {
        for frame in frames {
            for at in [26, 30] {
                frame.bytes[at + 3] = if frame.bytes[at + 3] == 10 { 20 } else { 10 };
            }
        }
        true
    });
    // One word gains what another loses, so that no checksum changes.
    unfooled("public addresses", |frames| {
        for frame in frames {
            for at in [26, 30] {
                let (one, other) = (frame.u16(at), frame.u16(at + 2));
                // 10.1 and 0.n make 9.1 and 1.n.
                frame.bytes[at..at + 4]
                    .copy_from_slice(&[(one - 0x0100).to_be_bytes(), (other + 0x0100).to_be_bytes()].concat());
            }
        }
        true
    });
}

#[test]
fn the_version_of_ip_does_not_matter() {
    unfooled("IPv6", |frames| frames.iter_mut().all(Frame::make_v6));
}

#[test]
fn the_link_layer_does_not_matter() {
    unfooled("a tag", |frames| {
        for frame in frames {
            frame.bytes.splice(12..12, [0x81, 0, 0, 7]);
        }
        true
    });
    unfooled("two tags", |frames| {
        for frame in frames {
            frame.bytes.splice(12..12, [0x88, 0xa8, 0, 9, 0x81, 0, 0, 7]);
        }
        true
    });
    for (link, head) in
        [(101, &[][..]), (228, &[]), (0, &[2, 0, 0, 0]), (113, &[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0])]
    {
        unfooled_as(&format!("link type {link}"), |_, mut frames| {
            for frame in &mut frames {
                frame.bytes.splice(..14, head.iter().copied());
            }
            Some(pcap(&frames, link, false, false))
        });
    }
}

#[test]
fn the_file_format_does_not_matter() {
    for (big, nanos) in [(false, true), (true, false), (true, true)] {
        unfooled_as(&format!("big endian {big}, nanoseconds {nanos}"), |_, frames| Some(pcap(&frames, 1, big, nanos)));
    }
    unfooled_as("pcapng", |_, frames| Some(pcapng(&frames)));
}

#[test]
fn the_time_of_day_does_not_matter() {
    for (seconds, nanos) in [(-1_000_000_000, 0), (300_000_000, 999_999_999), (3600, 500_000_000)] {
        unfooled_as(&format!("{seconds} s later"), |_, mut frames| {
            for frame in &mut frames {
                frame.at += seconds * 1_000_000_000 + nanos;
            }
            Some(pcap(&frames, 1, false, true))
        });
    }
}

#[test]
fn all_of_it_together_does_not_matter() {
    unfooled_as("all", |_, mut frames| {
        for frame in &mut frames {
            if let Some(at) = frame.tcp() {
                let client = frame.ports().0 == CLIENT_PORT;
                let (own, other) = if client { (0xffff_f000, 0x7fff_0000) } else { (0x7fff_0000, 0xffff_f000) };
                frame.add(at + 4, own);
                if frame.bytes[at + 13] & 0x10 != 0 {
                    frame.add(at + 8, other);
                }
                let client_at = if client { at } else { at + 2 };
                frame.put_u16(client_at, 1234);
            }
            if !frame.make_v6() {
                return None;
            }
            frame.bytes.splice(12..12, [0x81, 0, 0, 7]);
            frame.at += 777_777_777;
        }
        Some(pcapng(&frames))
    });
}

fn unfooled(how: &str, change: impl Fn(&mut [Frame]) -> bool) {
    unfooled_as(how, |_, mut frames| change(&mut frames).then(|| pcap(&frames, 1, false, false)));
}

fn unfooled_as(how: &str, make: impl Fn(&str, Vec<Frame>) -> Option<Vec<u8>>) {
    let made = std::cell::Cell::new(0);
    let fooled = fooled(|file, bytes| {
        let made_one = make(file, read(bytes))?;
        made.set(made.get() + 1);
        Some(made_one)
    });
    assert!(fooled.is_empty(), "{how}: {} of {} captures fool us:\n{}", fooled.len(), made.get(), fooled.join("\n"));
    assert!(made.get() >= 38, "{how}: only {} captures", made.get());
    println!("{how}: {} captures", made.get());
}

/// An Ethernet frame and its time in nanoseconds.
pub(crate) struct Frame {
    pub(crate) at: i64,
    pub(crate) bytes: Vec<u8>,
}

impl Frame {
    fn u16(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) << 16 | u32::from(self.u16(at + 2))
    }

    fn is_fragment(&self) -> bool {
        self.u16(20) & 0x3fff != 0
    }

    /// Where the whole of a TCP header begins.
    fn tcp(&self) -> Option<usize> {
        let at = 14 + usize::from(self.bytes[14] & 15) * 4;
        (self.bytes[23] == 6 && !self.is_fragment() && self.bytes.len() >= at + 20).then_some(at)
    }

    fn ports(&self) -> (u16, u16) {
        self.tcp().map_or((0, 0), |at| (self.u16(at), self.u16(at + 2)))
    }

    /// Changes a word of the TCP header; a right checksum stays right, a wrong one wrong (RFC 1624).
    fn put_u16(&mut self, at: usize, to: u16) {
        let sum_at = self.tcp().expect("TCP") + 16;
        let sum = u32::from(!self.u16(sum_at)) + u32::from(!self.u16(at)) + u32::from(to);
        let sum = (sum & 0xffff) + (sum >> 16);
        let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
        self.bytes[at..at + 2].copy_from_slice(&to.to_be_bytes());
        self.bytes[sum_at..sum_at + 2].copy_from_slice(&sum.to_be_bytes());
    }

    fn add(&mut self, at: usize, by: u32) {
        let to = self.u32(at).wrapping_add(by);
        self.put_u16(at, (to >> 16) as u16);
        self.put_u16(at + 2, to as u16);
    }

    /// The same segment in IPv6, where its IPv4 packet is whole and tells its own length; its addresses sum up as before.
    fn make_v6(&mut self) -> bool {
        let len = usize::from(self.u16(16));
        if self.tcp().is_none() || self.bytes[14] != 0x45 || self.bytes.len() - 14 < len || len < 40 {
            return false;
        }
        let mut head = vec![0x60, 0, 0, 0];
        head.extend((len as u16 - 20).to_be_bytes());
        head.extend([6, self.bytes[22]]);
        for at in [26, 30] {
            head.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0xff]);
            head.extend_from_slice(&self.bytes[at..at + 4]);
        }
        self.bytes.splice(12..34, [0x86, 0xdd].into_iter().chain(head));
        true
    }
}

// The captures are written in microseconds and little-endian.
fn read(file: &[u8]) -> Vec<Frame> {
    let (mut frames, mut rest) = (Vec::new(), &file[24..]);
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let (bytes, after) = after.split_at(word(8) as usize);
        let at = i64::from(word(0)) * 1_000_000_000 + i64::from(word(4)) * 1000;
        frames.push(Frame { at, bytes: bytes.to_vec() });
        rest = after;
    }
    frames
}

pub(crate) fn pcap(frames: &[Frame], link: u32, big: bool, nanos: bool) -> Vec<u8> {
    let word = |word: u32| if big { word.to_be_bytes() } else { word.to_le_bytes() };
    let magic = if nanos { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let version = if big { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
    let mut file = [word(magic), version, word(0), word(0), word(65_535), word(link)].concat();
    for Frame { at, bytes } in frames {
        let fraction = (at % 1_000_000_000) as u32 / if nanos { 1 } else { 1000 };
        let len = word(bytes.len() as u32);
        file.extend([word((at / 1_000_000_000) as u32), word(fraction), len, len].concat());
        file.extend(bytes);
    }
    file
}

fn pcapng(frames: &[Frame]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let len = (body.len().next_multiple_of(4) + 12) as u32;
        file.extend([kind.to_le_bytes(), len.to_le_bytes()].concat());
        file.extend(body);
        file.resize(file.len().next_multiple_of(4), 0);
        file.extend(len.to_le_bytes());
    };
    block(0x0a0d_0d0a, &[&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0][..], &[0xff; 8]].concat());
    // Ethernet, in nanoseconds.
    block(1, &[1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    for Frame { at, bytes } in frames {
        let (high, low, len) = ((at >> 32) as u32, *at as u32, bytes.len() as u32);
        let head = [0, high, low, len, len].map(u32::to_le_bytes).concat();
        block(6, &[&head[..], bytes].concat());
    }
    file
}

const CLIENT_PORT: u16 = 40_001;
const SERVER_PORT: u16 = 6667;
