//! What a modern host does with the segments that reach it, in the words of RFC 9293, 5961 and 2385.

use wiretale::packet::Flags;

/// A segment on its way, with all that can be wrong about it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: Flags,
    pub(crate) ttl: u8,
    pub(crate) window: u16,
    pub(crate) signed: bool,
    pub(crate) bad_checksum: bool,
    /// A data offset of its own, in words.
    pub(crate) offset: Option<u8>,
    /// Its packet is cut into two fragments behind so many units of eight bytes, the second sent first.
    pub(crate) fragments: Option<(u8, bool)>,
    pub(crate) payload: Vec<u8>,
}

/// The server's side of an open connection.
pub(crate) struct Receiver {
    /// The bytes its application got.
    pub(crate) taken: Vec<u8>,
    /// The next sequence number it expects.
    pub(crate) next: u32,
    /// How it ended.
    pub(crate) end: Option<Ended>,
    /// Its own next sequence number: nothing beyond was sent.
    sent: u32,
    /// Bytes ahead, by their distance from the first.
    ahead: Vec<(u32, Vec<u8>)>,
    fin: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    Finished,
    Reset,
}

impl Receiver {
    pub(crate) const fn new(next: u32, sent: u32) -> Self {
        Self { taken: Vec::new(), next, end: None, sent, ahead: Vec::new(), fin: None }
    }

    /// It sent up to here: acknowledgements beyond are wrong.
    pub(crate) const fn has_sent(&mut self, next: u32) {
        self.sent = next;
    }

    pub(crate) fn arrive(&mut self, sent: &Sent) {
        if self.end.is_some() || !self.acceptable(sent) {
            return;
        }
        if sent.flags.has(Flags::RST) {
            if sent.seq == self.next {
                self.end = Some(Ended::Reset);
            }
            return;
        }
        let ahead = sent.ack.wrapping_sub(self.sent) as i32;
        if sent.flags.has(Flags::SYN) || !sent.flags.has(Flags::ACK) || ahead > 0 || ahead < -i32::from(u16::MAX) {
            return;
        }
        if sent.flags.has(Flags::FIN) {
            let fin = sent.seq.wrapping_add(sent.payload.len() as u32);
            self.fin.get_or_insert(fin);
        }
        if !sent.payload.is_empty() {
            self.ahead.push((sent.seq, sent.payload.clone()));
        }
        self.drain();
    }

    /// Does it get there, is it whole, and does any of it lie in the window?
    fn acceptable(&self, sent: &Sent) -> bool {
        if sent.ttl < HOPS || sent.bad_checksum || sent.signed || sent.offset.is_some() {
            return false;
        }
        let len =
            sent.payload.len() as u32 + u32::from(sent.flags.has(Flags::FIN)) + u32::from(sent.flags.has(Flags::SYN));
        let first = sent.seq.wrapping_sub(self.next) as i32;
        let last = sent.seq.wrapping_add(len.saturating_sub(1)).wrapping_sub(self.next) as i32;
        let inside = |place: i32| (0..i32::from(u16::MAX)).contains(&place);
        inside(first) || (len > 0 && (inside(last) || (first < 0 && last >= 0)))
    }

    // In order: of several copies the one that came first.
    fn drain(&mut self) {
        loop {
            let place = |seq: u32| self.next.wrapping_sub(seq) as i32;
            let found = self.ahead.iter().find(|(seq, bytes)| (0..bytes.len() as i32).contains(&place(*seq)));
            let Some(byte) = found.map(|(seq, bytes)| bytes[place(*seq) as usize]) else { break };
            if self.fin == Some(self.next) {
                break;
            }
            self.taken.push(byte);
            self.next = self.next.wrapping_add(1);
        }
        if self.fin == Some(self.next) {
            self.next = self.next.wrapping_add(1);
            self.end = Some(Ended::Finished);
        }
    }
}

/// How far away the host is.
pub(crate) const HOPS: u8 = 10;
