//! The counts that come back.

use wiretale_protocol::{Context, Observe, Protocol};

use super::{Dcc, TransferDecoder};
use crate::{Event, Kind};

impl TransferDecoder {
    pub(super) fn counts<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>, bytes: &[u8]) {
        // XMIT sends no counts back.
        if self.announced.as_ref().is_some_and(|announced| announced.kind == Kind::Xmit) {
            return;
        }
        let mut input = bytes;
        while let Some(count) = self.acknowledgements.next(&mut input, self.top()) {
            if self.is_plausible(count) {
                cx.confirm(Dcc::TAG);
                self.acknowledged = Some(count);
                cx.emit::<Dcc>(Event::Acknowledged(count));
            } else if self.acknowledged.is_none() {
                return self.give_up(cx);
            } else {
                self.complain(cx);
            }
        }
    }

    fn is_plausible(&self, count: u64) -> bool {
        let sent = count <= self.top() || self.size().is_some_and(|size| count <= size);
        sent && self.acknowledged.is_none_or(|before| before <= count)
    }

    // The first count is none: whatever was offered, this is no transfer.
    #[cold]
    fn give_up<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        self.complain(cx);
        self.unlike = true;
        self.flows = false;
        self.finish(cx);
    }

    #[cold]
    pub(super) fn complain<O: Observe<Dcc>>(&mut self, cx: &mut Context<'_, O>) {
        if !core::mem::replace(&mut self.flawed, true) {
            cx.weird("irc_invalid_dcc_send_ack", &[]);
        }
    }
}
