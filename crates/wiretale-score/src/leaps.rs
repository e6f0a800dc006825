//! Time that passed, without what the capture's clock leapt over: there nothing was captured, or a clock was set ahead, and
//! who was silent then was not.

use std::time::Duration;

use wiretale_protocol::Timestamp;

/// How far the capture's clock has come, and how much of that it leapt over.
#[derive(Default, Debug)]
pub(crate) struct Leaps {
    now: Option<Timestamp>,
    sum: Duration,
}

impl Leaps {
    /// Packet time has come this far.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.sum += self.leap(now);
        self.now = self.now.max(Some(now));
    }

    /// What `at` would be if the clock had never leapt.
    pub(crate) fn without(&self, at: Timestamp) -> Timestamp {
        at - self.sum - self.leap(at)
    }

    // The first packet behind a leap comes before the clock believes it.
    fn leap(&self, at: Timestamp) -> Duration {
        self.now.map(|now| at.since(now)).filter(|pause| *pause > LEAP).unwrap_or_default()
    }
}

// As the engine's clock has it: more than any pause on a busy wire.
const LEAP: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::time;

    #[test]
    fn what_the_clock_leapt_over_is_left_out() {
        let mut leaps = Leaps::default();
        let without = |leaps: &Leaps, at: f64| leaps.without(time(at)).since(time(0.0)).as_secs_f64();
        assert_eq!(without(&leaps, 9000.0), 9000.0, "nothing is known of it yet");
        for at in [9000.0, 9010.0, 12_610.0] {
            leaps.tick(time(at));
        }
        assert_eq!(without(&leaps, 12_700.0), 12_700.0);
        assert_eq!(without(&leaps, 99_000.0), 12_610.0);
        leaps.tick(time(99_000.0));
        assert_eq!(without(&leaps, 99_005.0), 12_615.0);
    }
}
