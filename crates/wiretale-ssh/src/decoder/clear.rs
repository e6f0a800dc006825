//! The packets of the clear part, one at a time.

use alloc::format;
use alloc::vec::Vec;

use wiretale_protocol::scan::is_text;
use wiretale_protocol::{Context, Direction, Observe};

use super::Decoder;
use super::half::Phase;
use crate::frames::{Frame, Frames, Framing};
use crate::sealed::News;
use crate::{Event, HostKey, KexInit, Speaks, Ssh, ssh1};

impl Decoder {
    /// An identification string came; with the other side's it says what is spoken.
    pub(super) fn identified<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>) {
        let (Some(client), Some(server)) = (self.client.speaks, self.server.speaks) else {
            return;
        };
        self.agreed = client.agree(server);
        match self.agreed {
            Some(version) => cx.emit::<Ssh>(Event::Agreed(version)),
            None if client == Speaks::Unknown || server == Speaks::Unknown => {
                cx.weird("SSH_cannot_determine_version", &[]);
            }
            None => cx.weird("SSH_version_mismatch", &[]),
        }
        if self.agreed == Some(1) {
            self.sealed.one();
        }
    }

    /// What is left of a chunk of so many bytes.
    pub(super) fn packets<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, input: &mut &[u8], chunk: usize) {
        let direction = cx.moment().direction;
        let agreed = self.agreed;
        let half = self.half(direction);
        half.line.skip_lf(input);
        if input.is_empty() {
            return;
        }
        // Decided at the first byte of the first packet, and no earlier: by then the other side may have spoken.
        let one = agreed == Some(1) || (agreed.is_none() && half.speaks == Some(Speaks::One));
        let framing = *half.framing.get_or_insert(if one { Framing::One } else { Framing::Two });
        let mut frames = core::mem::take(&mut half.frames);
        while self.half(direction).phase == Phase::Clear {
            let (waited, left) = (frames.waiting(), input.len());
            if let Some(at) = self.words_within(direction, framing, &frames, input) {
                let before = frames.begun().get(at..waited).unwrap_or_default();
                self.said_in_words(cx, before, chunk - left + at.saturating_sub(waited));
                break;
            }
            let Some(frame) = frames.next(input, framing) else { break };
            match (frame, framing) {
                (Frame::Whole(frame), Framing::Two) => self.packet(cx, frame),
                (Frame::Whole(frame), Framing::One) => self.packet_one(cx, frame),
                (Frame::TooLong(length), _) => {
                    let before = length.to_be_bytes();
                    self.too_long(cx, length, before.get(..waited).unwrap_or_default(), chunk - left);
                }
            }
        }
        self.half(direction).frames = frames;
    }

    // Where in a packet a side goes on in words, if it does: behind what looks like a packet's length, or like the beginning
    // of an offer. A client before any offer, or who hears the other side go on so, as far as can be told.
    fn words_within(&mut self, speaker: Direction, framing: Framing, frames: &Frames, input: &[u8]) -> Option<usize> {
        let first = speaker == Direction::Client && !self.has_offers();
        if framing == Framing::Two && (first || self.may_other_have_left(speaker)) { frames.words(input) } else { None }
    }

    // One SSH2 packet, its length field included.
    fn packet<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, frame: &[u8]) {
        let Some((number, body)) = payload(frame) else {
            return self.lose(cx, "SSH_bad_packet");
        };
        match number {
            KexInit::NUMBER => self.kexinit(cx, body),
            NEWKEYS => self.keys(cx),
            30..=49 => self.exchange(cx, number, body),
            // DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG and the rest of the transport layer.
            1..=29 => {}
            _ => self.lose(cx, "SSH_unexpected_packet"),
        }
    }

    // One SSH1 packet, its length field included.
    fn packet_one<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, frame: &[u8]) {
        let direction = cx.moment().direction;
        match (ssh1::packet(frame), direction) {
            (Some((ssh1::PUBLIC_KEY, data)), Direction::Server) => {
                if let Some(key) = ssh1::public_key(data) {
                    cx.emit::<Ssh>(Event::HostKey(HostKey::of(b"", &[key.modulus, key.exponent])));
                }
                // What the server says next is encrypted with the session key the client chooses.
                self.server.phase = Phase::Sealed;
            }
            (Some((ssh1::SESSION_KEY, _)), Direction::Client) => self.keys(cx),
            (Some(_), _) => {}
            (None, _) => self.lose(cx, "SSH_bad_packet"),
        }
    }

    fn too_long<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, length: u32, before: &[u8], passed: usize) {
        // A server that gives up may say so in plain words.
        let letters = length.to_be_bytes();
        let text = letters.iter().all(u8::is_ascii_alphabetic);
        if text || self.may_other_have_left(cx.moment().direction) && letters.iter().all(is_text) {
            return self.said_in_words(cx, before, passed);
        }
        cx.weird("SSH_max_packet_length_exceeded", format!("{length} > {}", Frames::LIMIT).as_bytes());
        self.leave(cx.moment().direction);
    }

    // Words stand where packets belong. They are somebody else's where nothing was offered, or where both sides go on so;
    // of them `before` came before this chunk, and so many bytes of this chunk are none.
    fn said_in_words<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, before: &[u8], passed: usize) {
        let direction = cx.moment().direction;
        let alone = direction == Direction::Client && !self.has_offers();
        if alone || self.may_other_have_left(direction) {
            self.other = Some((before.to_vec(), passed));
        }
        self.lose(cx, "SSH_text_instead_of_packets");
    }

    fn may_other_have_left(&mut self, direction: Direction) -> bool {
        self.half(direction.opposite()).may_have_left()
    }

    fn leave(&mut self, direction: Direction) {
        let half = self.half(direction);
        half.lose();
        half.left = true;
    }

    /// What of a chunk of so many bytes comes behind NEWKEYS: is it in plain text on both sides? Then it is no SSH.
    pub(super) fn plain(&mut self, direction: Direction, bytes: &[u8], chunk: usize) {
        let before = self.half(direction).plain.as_ref().map_or(0, Vec::len);
        if !self.half(direction).goes_on_plainly(bytes) || !self.may_other_have_left(direction) {
            return;
        }
        let plain = self.half(direction).plain.take().unwrap_or_default();
        self.other = Some((plain.get(..before).unwrap_or_default().to_vec(), chunk - bytes.len()));
    }

    /// Did a side say what it can?
    pub(super) const fn has_offers(&self) -> bool {
        self.server.offered || self.client.offered
    }

    /// A turn may be over; says what that brought to light.
    pub(super) fn boundary<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, speaker: Option<Direction>) {
        let news = self.sealed.boundary(speaker);
        self.tell(cx, &news);
    }

    pub(super) fn tell<O: Observe<Ssh>>(&self, cx: &mut Context<'_, O>, news: &News) {
        for _ in 0..news.refused {
            cx.emit::<Ssh>(Event::Attempt { accepted: false });
        }
        if let Some(login) = news.inside {
            cx.emit::<Ssh>(Event::Attempt { accepted: true });
            cx.emit::<Ssh>(Event::LoggedIn { attempts: login.attempts, none: login.none });
        }
    }

    pub(super) fn lose<O: Observe<Ssh>>(&mut self, cx: &mut Context<'_, O>, weird: &'static str) {
        cx.weird(weird, &[]);
        self.leave(cx.moment().direction);
    }
}

// The message number of a binary packet and what follows it, without padding.
fn payload(frame: &[u8]) -> Option<(u8, &[u8])> {
    let (&padding, rest) = frame.get(4..)?.split_first()?;
    let payload = rest.get(..rest.len().checked_sub(usize::from(padding))?)?;
    payload.split_first().map(|(&number, body)| (number, body))
}

const NEWKEYS: u8 = 21;
