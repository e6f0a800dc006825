//! Who listens, and what he is told of a flow.

use core::fmt;

use wiretale_packet::{Direction, Endpoint, Timestamp, Transport};
use wiretale_reassembly::Chunk;

use crate::{Expectation, Exposure, Packets, Passed, Place, Protocol, Summary};

/// One that hears of flows. Every method defaults to doing nothing.
///
/// What it wants (`wants_packets` and its like) must not change while it hears: an engine asks once for each flow, or once
/// for all, or with each chunk.
pub trait Observer {
    /// What it keeps about one flow; made when the flow opens, dropped after [`Observer::closed`].
    type Flow: Default;

    /// A flow began. A TCP connection that comes to nothing, as its SYN is refused or not answered, may be told of when it
    /// is over, its packets as well: `moment` has the time it began.
    fn opened(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>) {
        let _ = (flow, moment);
    }

    /// A packet of the flow passed, whatever became of its bytes: one of those that [`Observer::wants_packets`] asks for.
    /// Depends on how the stream was segmented.
    #[inline]
    fn passed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, passed: &Passed) {
        let _ = (flow, moment, passed);
    }

    /// Of which packets does it want to hear, each by itself? It may hear of more.
    #[inline]
    fn wants_packets(&self) -> Packets {
        Packets::ALL
    }

    /// Does it want every message as it stands, also where an event for what it means follows? Without, a decoder that
    /// tells of both tells of a message only where the client sent it, or it says more than any other event.
    #[inline]
    fn wants_messages(&self) -> bool {
        true
    }

    /// Does it want to hear what people do whose connection it is not: who comes, who goes, who has another name? Where it
    /// does not, decoders need not keep who is where.
    #[inline]
    fn wants_others(&self) -> bool {
        true
    }

    /// Does it want every TCP stream's bytes through [`Observer::stream`]?
    fn wants_streams(&self) -> bool {
        false
    }

    /// Reassembled bytes of a TCP direction, where [`Observer::wants_streams`] said so. `offset` counts from the
    /// direction's first byte.
    fn stream(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) {
        let _ = (flow, moment, offset, chunk);
    }

    /// Bytes that it keeps beside the state of open flows, as far as they can be counted. Asked now and then: they count
    /// towards the engine's ceiling of memory, so that flows make room for what is known of hosts.
    fn memory(&self) -> usize {
        0
    }

    /// Bytes on the heap that its state of a flow takes, as far as they can be counted at the cost of a few additions:
    /// asked after every chunk that a decoder reads.
    #[inline]
    fn weight(flow: &Self::Flow) -> usize {
        let _ = flow;
        0
    }

    /// The flow was found to be of this service, by what either side says. Once per flow and service.
    fn recognized(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, service: &'static str) {
        let _ = (flow, moment, service);
    }

    /// Its server itself speaks as this service does: it serves it. Never before [`Observer::recognized`].
    fn served(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, service: &'static str) {
        let _ = (flow, moment, service);
    }

    /// Something in the flow was not as it should be.
    fn weird(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, weird: &Weird<'_>) {
        let _ = (flow, moment, weird);
    }

    /// A secret crossed the wire in clear.
    fn exposed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        let _ = (flow, moment, exposure);
    }

    /// The flow is over.
    fn closed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, summary: &Summary<'_>) {
        let _ = (flow, moment, summary);
    }

    /// An announced flow never came.
    fn lapsed(&mut self, now: Timestamp, expectation: &Expectation) {
        let _ = (now, expectation);
    }

    /// Something was wrong with a packet that belongs to no flow.
    fn stray(&mut self, stray: &Stray<'_>) {
        let _ = stray;
    }

    /// Names memory beyond the state of a flow that the next event will need: where it begins, and how many bytes. An
    /// engine with many flows at hand asks for that of some of them ahead, so that nobody waits for it. It reads nothing
    /// but the state itself.
    #[inline]
    fn beyond(flow: &Self::Flow, ask: &mut impl FnMut(&[u8], usize)) {
        let _ = (flow, ask);
    }

    /// Packet time has come this far. Called now and then; results must not depend on how often.
    fn tick(&mut self, now: Timestamp) {
        let _ = now;
    }

    /// All that is told from now on is told at this place. Only an analyzer with a share of the work says so.
    fn place(&mut self, place: &Place) {
        let _ = place;
    }
}

/// One that hears the events of protocol `P`. An empty `impl Observe<P> for Mine {}` ignores them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` listens to flows of `{P}` but does not say what it does with their events",
    note = "`impl Observe<{P}> for {Self} {{}}` is enough to ignore them"
)]
pub trait Observe<P: Protocol>: Observer {
    /// An event of a flow of `P`.
    #[inline]
    fn observe(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, event: &P::Event<'_>) {
        let _ = (flow, moment, event);
    }
}

/// When, where and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The time of the packet that made it known.
    pub at: Timestamp,
    /// The number of its frame, counted from 1 over the whole input.
    pub frame: u64,
    /// Who spoke.
    pub direction: Direction,
    /// In which flow.
    pub flow: &'a Flow,
}

/// A flow's identity, fixed at its opening but for the roles, which may be found the other way round while no bytes
/// have been decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// Its number: the same for the same capture in every run.
    pub id: FlowId,
    /// Who asked.
    pub client: Endpoint,
    /// Who was asked.
    pub server: Endpoint,
    /// What carries it.
    pub transport: Transport,
    /// The time of its first packet.
    pub opened: Timestamp,
    /// The roles were guessed: its beginning was not seen.
    pub midstream: bool,
    /// It was found inside a tunnel.
    pub tunneled: bool,
}

impl Flow {
    /// The endpoint that speaks in this direction.
    #[must_use]
    pub const fn speaker(&self, direction: Direction) -> Endpoint {
        match direction {
            Direction::Client => self.client,
            Direction::Server => self.server,
        }
    }
}

/// A flow's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct FlowId(pub u64);

impl FlowId {
    /// The number in base 62, with zeros in front: the greatest one has eleven digits.
    #[must_use]
    #[inline]
    pub fn digits(self) -> [u8; 11] {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let (mut digits, mut n) = ([0; 11], self.0);
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS.get((n % 62) as usize).copied().unwrap_or(b'?');
            n /= 62;
        }
        digits
    }
}

/// As logs name it: `C` and the number in base 62, without zeros in front but for the last.
impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let zeros = digits.iter().take(digits.len() - 1).take_while(|digit| **digit == b'0').count();
        let told = digits.get(zeros..).and_then(|digits| core::str::from_utf8(digits).ok());
        f.write_str("C")?;
        f.write_str(told.ok_or(fmt::Error)?)
    }
}

/// Something that is not as it should be: its name (Zeek's, where Zeek has one) and a few bytes more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weird<'a> {
    /// Its name.
    pub name: &'static str,
    /// What to add; never a secret.
    pub addl: &'a [u8],
}

/// Something wrong with a packet outside all flows.
#[derive(Clone, Copy, Debug)]
pub struct Stray<'a> {
    /// When.
    pub at: Timestamp,
    /// In which frame.
    pub frame: u64,
    /// From and to whom, where that much was readable.
    pub endpoints: Option<(Endpoint, Endpoint)>,
    /// What.
    pub weird: Weird<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_flow_is_named_in_base_62() {
        assert_eq!(FlowId(0).to_string(), "C0");
        assert_eq!(FlowId(62).to_string(), "C10");
        assert_eq!(FlowId(u64::MAX).to_string(), "CLygHa16AHYF");
    }
}
