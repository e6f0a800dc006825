//! How a thread waits for another.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread;
use std::time::Duration;

use wiretale_flow::Share;

/// The next thing that comes; nothing if the other end is no more. There may be something to do `meanwhile`; false if not.
///
/// Whoever waits has less to do than the other, who would have to wake it, a call of the system that takes as long as
/// dozens of packets. So it looks again after a nap that is shorter than what lies between the two.
pub(super) fn next<T>(from: &Receiver<T>, meanwhile: impl Fn() -> bool) -> Option<T> {
    loop {
        match from.try_recv() {
            Ok(next) => return Some(next),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if meanwhile() => {}
            Err(TryRecvError::Empty) => thread::sleep(NAP),
        }
    }
}

/// Has nobody wait for a thread that panics.
pub(super) struct Guard(pub(super) Share);

impl Drop for Guard {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}

/// A round takes some ten times as long.
pub(super) const NAP: Duration = Duration::from_micros(50);
