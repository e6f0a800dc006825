//! The end of a flow.

use wiretale_packet::{Direction, Timestamp};
use wiretale_protocol::{Moment, Observer, Services};
use wiretale_reassembly::{End, Policy};

use crate::analyzer::Analyzer;
use crate::carry::{Around, end_record};
use crate::near::Far;
use crate::reading::Reading;
use crate::record::{Carrier, Flows, Tcp};
use crate::table::Body as Known;

impl<P: Services<O>, O: Observer> Analyzer<P, O> {
    /// Takes a flow out of the table and tells the observer what is left of it.
    pub(crate) fn close(&mut self, at: u32, when: Timestamp, end: End) {
        let Some(mut record) = self.withdraw(at, when) else { return };
        self.commons.stats.flows_closed += 1;
        // What was waiting came with the last packet at the latest.
        let around = Around { frame: record.last_frame, ..Around::at(record.last) };
        let held = record.held_memory() as u64;
        self.commons.stats.held_bytes = self.commons.stats.held_bytes.saturating_sub(held);
        end_record::<P, O>(&mut record, around, end, &mut self.observer, &mut self.commons);
        self.commons.stats.decoder_bytes -= u64::from(std::mem::take(&mut record.decoder_bytes));
        record.settle();
        let flow = record.flow;
        let mut state = std::mem::take(&mut record.state);
        let last = Moment { at: when, frame: record.last_frame, direction: Direction::Client, flow: &flow };
        self.observer.closed(&mut state, &last, &record.summary());
        self.let_go(record);
    }

    /// Takes a flow out of the table; nothing where it had no record and all of it is told already.
    #[inline]
    fn withdraw(&mut self, at: u32, when: Timestamp) -> Option<Box<Far<Flows<P, O>>>> {
        let record = match &self.table.slot(at).body {
            Known::Half(half) => {
                let half = *half;
                if self.close_lone(at, &half, when) {
                    return None;
                }
                self.full(at, &half)
            }
            Known::Refused { flow: refused, .. } => {
                let refused = ***refused;
                if self.close_refused(at, &refused, when) {
                    return None;
                }
                self.unfold(at, &refused)
            }
            _ => return self.table.take(at),
        };
        self.table.take(at);
        Some(record)
    }

    /// Lets go of what a flow held that is over, but for the memory that the next one takes.
    fn let_go(&mut self, mut record: Box<Far<Flows<P, O>>>) {
        record.reading = Reading::Counting;
        (record.services, record.weirds, record.history) = Default::default();
        let carrier = std::mem::replace(&mut record.carrier, Carrier::Over);
        self.records.keep(record);
        if let Carrier::Tcp(mut tcp) = carrier {
            **tcp = Tcp::between(Policy::default());
            self.tcps.keep(tcp);
        }
    }
}
