//! Two observers side by side are an observer.

use wiretale_packet::Timestamp;
use wiretale_reassembly::Chunk;

use crate::{
    Expectation, Exposure, Moment, Observe, Observer, Packets, Passed, Place, Protocol, Stray, Summary, Weird,
};

impl<A: Observer, B: Observer> Observer for (A, B) {
    type Flow = (A::Flow, B::Flow);

    fn opened(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>) {
        self.0.opened(&mut flow.0, moment);
        self.1.opened(&mut flow.1, moment);
    }

    #[inline]
    fn passed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, passed: &Passed) {
        self.0.passed(&mut flow.0, moment, passed);
        self.1.passed(&mut flow.1, moment, passed);
    }

    #[inline]
    fn wants_packets(&self) -> Packets {
        self.0.wants_packets().or(self.1.wants_packets())
    }

    #[inline]
    fn wants_messages(&self) -> bool {
        self.0.wants_messages() || self.1.wants_messages()
    }

    #[inline]
    fn wants_others(&self) -> bool {
        self.0.wants_others() || self.1.wants_others()
    }

    fn wants_streams(&self) -> bool {
        self.0.wants_streams() || self.1.wants_streams()
    }

    fn stream(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, offset: u64, chunk: Chunk<'_>) {
        if self.0.wants_streams() {
            self.0.stream(&mut flow.0, moment, offset, chunk);
        }
        if self.1.wants_streams() {
            self.1.stream(&mut flow.1, moment, offset, chunk);
        }
    }

    fn memory(&self) -> usize {
        self.0.memory().saturating_add(self.1.memory())
    }

    #[inline]
    fn weight(flow: &Self::Flow) -> usize {
        A::weight(&flow.0).saturating_add(B::weight(&flow.1))
    }

    fn recognized(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, service: &'static str) {
        self.0.recognized(&mut flow.0, moment, service);
        self.1.recognized(&mut flow.1, moment, service);
    }

    fn served(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, service: &'static str) {
        self.0.served(&mut flow.0, moment, service);
        self.1.served(&mut flow.1, moment, service);
    }

    fn weird(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, weird: &Weird<'_>) {
        self.0.weird(&mut flow.0, moment, weird);
        self.1.weird(&mut flow.1, moment, weird);
    }

    fn exposed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, exposure: &Exposure<'_>) {
        self.0.exposed(&mut flow.0, moment, exposure);
        self.1.exposed(&mut flow.1, moment, exposure);
    }

    fn closed(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, summary: &Summary<'_>) {
        self.0.closed(&mut flow.0, moment, summary);
        self.1.closed(&mut flow.1, moment, summary);
    }

    fn lapsed(&mut self, now: Timestamp, expectation: &Expectation) {
        self.0.lapsed(now, expectation);
        self.1.lapsed(now, expectation);
    }

    fn stray(&mut self, stray: &Stray<'_>) {
        self.0.stray(stray);
        self.1.stray(stray);
    }

    #[inline]
    fn beyond(flow: &Self::Flow, ask: &mut impl FnMut(&[u8], usize)) {
        A::beyond(&flow.0, ask);
        B::beyond(&flow.1, ask);
    }

    fn tick(&mut self, now: Timestamp) {
        self.0.tick(now);
        self.1.tick(now);
    }

    fn place(&mut self, place: &Place) {
        self.0.place(place);
        self.1.place(place);
    }
}

impl<P: Protocol, A: Observe<P>, B: Observe<P>> Observe<P> for (A, B) {
    // Where the event is made, its kind is known: what does not hear it is left out there.
    #[inline(always)]
    fn observe(&mut self, flow: &mut Self::Flow, moment: &Moment<'_>, event: &P::Event<'_>) {
        self.0.observe(&mut flow.0, moment, event);
        self.1.observe(&mut flow.1, moment, event);
    }
}
