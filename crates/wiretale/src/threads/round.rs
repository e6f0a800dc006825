//! What analyzers are handed.

use std::sync::Arc;

use self_cell::self_cell;
use wiretale_capture::Batch;
use wiretale_flow::{Lookback, Share};
use wiretale_packet::{Body, Checks, Frame, Packet, Timestamp, dissect, plain_tcp, plain_tcp_into};

use crate::analyze::Again;

/// The frames of a stretch of a batch that one thread is to look at.
pub(super) struct Round {
    pub(super) batch: Arc<Batch>,
    /// Which of the batch's frames.
    pub(super) which: Vec<u32>,
    /// The plain packets in them, or nothing where it is left to the analyzer to take them out.
    pub(super) taken_out: Option<TakenOut>,
    /// Where another second begins.
    pub(super) turns: Vec<Turn>,
    /// The number of the stretch's last frame, whoever looks at it.
    pub(super) last: u64,
    /// Packet time at its end.
    pub(super) now: Timestamp,
    /// Bytes that the observer kept when it had been told all up to [`AHEAD`](super::reader::AHEAD) rounds before: the same
    /// in every run.
    pub(super) observed: usize,
}

/// Packet time has come to another second.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Before which of a round's frames.
    pub(super) before: usize,
    /// With which frame of the capture.
    pub(super) frame: u64,
    /// The time it is.
    pub(super) now: Timestamp,
}

/// One thread's frames of a batch, and where another second begins among them.
pub(super) type Part = (Vec<u32>, Vec<Turn>);

/// Plain packets, if there are any, one for each frame.
type Packets<'b> = Vec<Option<Packet<'b>>>;

self_cell!(
    /// Packets that another thread has taken out of a batch, and the batch that they borrow from.
    pub(super) struct TakenOut {
        owner: Arc<Batch>,

        #[covariant]
        dependent: Packets,
    }
);

impl TakenOut {
    /// Takes out those that these frames of the batch have.
    pub(super) fn of(batch: &Arc<Batch>, which: &[u32], checks: Checks) -> Self {
        Self::new(Arc::clone(batch), |batch| {
            let mut packets: Packets<'_> = vec![None; which.len()];
            for (frame, packet) in chosen(batch, which).zip(&mut packets) {
                plain_tcp_into(&frame, checks, packet);
            }
            packets
        })
    }
}

impl Round {
    pub(super) fn frames(&self) -> Vec<Frame<'_>> {
        chosen(&self.batch, &self.which).collect()
    }

    /// The number of each frame in the capture.
    pub(super) fn numbers(&self) -> Vec<u64> {
        self.which.iter().map(|at| self.batch.first() + u64::from(*at)).collect()
    }

    /// Of each frame, or nothing at all.
    pub(super) fn packets(&self) -> &[Option<Packet<'_>>] {
        self.taken_out.as_ref().map(TakenOut::borrow_dependent).map_or(&[], Vec::as_slice)
    }

    /// Where one of the frames stands in what can be looked back into.
    pub(super) fn lookback<'l>(&self, at: usize, again: Option<&'l Again<'_>>) -> Option<Lookback<'l>> {
        let position = self.batch.position(*self.which.get(at)? as usize)?;
        again.map(|capture| Lookback { position, capture })
    }
}

fn chosen<'b>(batch: &'b Batch, which: &[u32]) -> impl Iterator<Item = Frame<'b>> {
    which.iter().filter_map(|at| batch.frame(*at as usize))
}

/// Notes the frame at this place of its batch for each thread that needs it.
#[inline]
pub(super) fn hand_out(frame: Frame<'_>, at: u32, shares: &mut [Part]) {
    if let [(only, _)] = shares {
        return only.push(at);
    }
    if let Some(packet) = plain_tcp(&frame, Checks::Ignore) {
        let to = Share::of(packet.ip.src, packet.ip.dst, shares.len());
        return shares[to].0.push(at);
    }
    let to = needed_by(frame, shares.len());
    for (_, (which, _)) in shares.iter_mut().enumerate().filter(|(index, _)| to & (1 << index) != 0) {
        which.push(at);
    }
}

/// Who needs a frame, as a set of bits. A frame may hold several packets; and what is carried in fragments may be
/// anybody's.
fn needed_by(frame: Frame<'_>, threads: usize) -> u64 {
    let mut needed = 0;
    for found in dissect(frame, Checks::Ignore) {
        needed |= match found {
            Ok(packet) if matches!(packet.body, Body::Fragment(_)) => u64::MAX,
            Ok(packet) => 1 << Share::of(packet.ip.src, packet.ip.dst, threads),
            Err(skip) => skip.src.zip(skip.dst).map_or(1, |(src, dst)| 1 << Share::of(src, dst, threads)),
        };
    }
    needed
}
