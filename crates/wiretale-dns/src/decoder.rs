//! A flow of messages.

use alloc::vec::Vec;

use wiretale_protocol::scan::is_text;
use wiretale_protocol::{
    Chunk, Context, Demand, Direction, Observe, Opening, Probe, Protocol, Record as Framed, Records as Frames,
    Transport,
};

use crate::pending::Pending;
use crate::{Answer, Event, Message, Query, Reply, is_netbios, probe};

/// DNS over UDP and TCP, and what looks like it: multicast DNS, LLMNR, NetBIOS names.
#[derive(Clone, Copy, Debug)]
pub struct Dns;

/// The state of a flow. Holds at most [`Decoder::MOST_PENDING`] queries and, over TCP, one message a direction.
#[derive(Debug)]
pub struct Decoder {
    frames: [Frames; 2],
    pending: Pending,
    lost: [bool; 2],
    served: bool,
    // Where a side went on in words: what of them came before the chunk that showed them, and what of that is none.
    words: Option<(Vec<u8>, usize)>,
}

impl Decoder {
    /// The most queries that wait for a reply.
    pub const MOST_PENDING: usize = Pending::MOST;

    /// Queries forgotten because too many waited.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.pending.dropped()
    }
}

impl Protocol for Dns {
    const TAG: &'static str = "dns";
    const ANNOUNCED: bool = false;

    type Event<'a> = Event<'a>;

    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening)
    }

    fn start(_: &Opening<'_>) -> Decoder {
        let frames = Frames::new(2, 2 + u16::MAX as usize);
        let frames = [frames.clone(), frames];
        Decoder { frames, pending: Pending::default(), lost: [false; 2], served: false, words: None }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        let is_stream = cx.moment().flow.transport == Transport::Tcp;
        match chunk {
            Chunk::Data(bytes) if is_stream => decoder.stream(cx, bytes),
            Chunk::Data(bytes) => {
                decoder.message(cx, bytes);
                Demand::Stream
            }
            // Over TCP nothing marks where the next message begins.
            Chunk::Gap(_) if is_stream => {
                if let Some(lost) = decoder.lost.get_mut(cx.moment().direction.index()) {
                    *lost = true;
                }
                Demand::Lengths
            }
            Chunk::Gap(_) | Chunk::End(_) => Demand::Stream,
        }
    }

    fn before_anew(decoder: &Decoder) -> &[u8] {
        decoder.words.as_ref().map_or(&[], |(before, _)| before)
    }

    fn passed_before_anew(decoder: &Decoder) -> usize {
        decoder.words.as_ref().map_or(0, |(_, passed)| *passed)
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        let frames: usize = decoder.frames.iter().map(Frames::held).sum();
        frames + decoder.pending.held()
    }
}

impl Decoder {
    fn stream<O: Observe<Dns>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) -> Demand {
        let at = cx.moment().direction.index();
        if self.lost.get(at) == Some(&true) {
            return Demand::Lengths;
        }
        // Taken out while it lends its messages.
        let Some(slot) = self.frames.get_mut(at) else { return Demand::Nothing };
        let mut frames = core::mem::replace(slot, Frames::new(2, 0));
        let mut input = bytes;
        loop {
            if let Some(at) = words(frames.begun(), input) {
                let before = frames.begun();
                let passed = bytes.len() - input.len() + at.saturating_sub(before.len());
                self.words = Some((before.get(at..).unwrap_or_default().to_vec(), passed));
                return Demand::Anew;
            }
            let Some(Framed::Whole(framed)) = frames.next(&mut input, framed_length) else { break };
            self.message(cx, framed.get(2..).unwrap_or_default());
        }
        if let Some(slot) = self.frames.get_mut(at) {
            *slot = frames;
        }
        Demand::Stream
    }

    fn message<O: Observe<Dns>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        let message = match Message::parse(bytes) {
            Ok(message) => message.of_netbios(is_netbios(cx.moment().flow)),
            Err(unreadable) => return cx.weird(unreadable.weird(), &[]),
        };
        if message.flags.is_reply() {
            self.reply(cx, &message);
        } else {
            self.query(cx, &message);
        }
    }

    fn query<O: Observe<Dns>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        for question in message.questions() {
            match question {
                Ok(question) => {
                    cx.confirm(Dns::TAG);
                    let (number, first_dropped) = self.pending.ask(cx.moment().at, message.id, &question);
                    if first_dropped {
                        cx.weird("dns_too_many_pending_queries", &[]);
                    }
                    cx.emit::<Dns>(Event::Query(Query { number, id: message.id, flags: message.flags, question }));
                }
                Err(unreadable) => cx.weird(unreadable.weird(), &[]),
            }
        }
    }

    fn reply<O: Observe<Dns>>(&mut self, cx: &mut Context<'_, O>, message: &Message<'_>) {
        let mut unreadable = None;
        for record in message.records() {
            match record {
                Ok((section, record)) => {
                    cx.emit::<Dns>(Event::Answer(Answer { id: message.id, section, record }));
                }
                Err(why) => unreadable = Some(why),
            }
        }
        let question = message.questions().next();
        if let Some(Err(why)) = question {
            unreadable = Some(why);
        }
        if let Some(why) = unreadable {
            cx.weird(why.weird(), &[]);
        } else if cx.moment().direction == Direction::Server && !core::mem::replace(&mut self.served, true) {
            cx.serve(Dns::TAG);
        } else {
            cx.confirm(Dns::TAG);
        }
        let question = question.and_then(Result::ok);
        let asked = self.pending.answer(cx.moment().at, message.id, question.as_ref());
        cx.emit::<Dns>(Event::Reply(Reply {
            id: message.id,
            flags: message.flags,
            question,
            answers: message.counts[1],
            asked,
            unreadable: unreadable.is_some(),
        }));
    }
}

// Where in what came of a message, and in what follows, words stand, in place of its length or behind it: of text for a
// number of questions there are thousands. Of a message that is shorter than that none but its own bytes count.
fn words(begun: &[u8], more: &[u8]) -> Option<usize> {
    let (head, len) = Frames::head::<8>(begun, more);
    let (length, header) = head.split_first_chunk::<2>()?;
    let needed = header.len().min(usize::from(u16::from_be_bytes(*length)));
    let text = needed > 0 && len >= length.len() + needed && header.iter().take(needed).all(is_text);
    text.then(|| if length.iter().all(is_text) { 0 } else { length.len() })
}

fn framed_length(head: &[u8]) -> u64 {
    2 + head.first_chunk::<2>().map_or(0, |length| u64::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests;
