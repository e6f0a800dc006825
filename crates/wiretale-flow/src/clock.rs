//! Packet time, and what is due by it.

use std::time::Duration;

use wiretale_packet::Timestamp;

/// How far packet time has come. It never goes back. An [`Analyzer`](crate::Analyzer) has one of its own; several that
/// share the work are told of time by who hands out the frames.
#[derive(Default, Debug)]
pub struct Clock {
    now: Option<Timestamp>,
    /// When the second it is now is over.
    turn: Option<Timestamp>,
    /// A leap seen once and not yet believed.
    leap: Option<Timestamp>,
    course: Course,
}

/// How the times of a capture's packets ran.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Course {
    /// Packets of a time before that of one that stood before them.
    pub late: u64,
    /// By how much at the most.
    pub back: Duration,
    /// The longest leap ahead, from when to when, if there was one.
    pub leap: Option<(Timestamp, Timestamp)>,
}

impl Clock {
    /// The time of a packet. A leap far ahead is believed when a second packet confirms it, so that one broken stamp
    /// does not end every flow.
    pub(crate) fn advance(&mut self, at: Timestamp) {
        let Some(now) = self.now else {
            self.now = Some(at);
            return;
        };
        if at <= now + LEAP {
            self.now = Some(now.max(at));
            self.leap = None;
        } else if self.leap.is_some_and(|leap| at.since(leap) <= LEAP && leap.since(at) <= LEAP) {
            self.leapt(now, at);
            self.now = Some(at);
            self.leap = None;
        } else {
            self.leap = Some(at);
        }
    }

    fn leapt(&mut self, from: Timestamp, to: Timestamp) {
        if self.course.leap.is_none_or(|(before, after)| to.since(from) > after.since(before)) {
            self.course.leap = Some((from, to));
        }
    }

    #[cold]
    fn is_late(&mut self, by: Duration) {
        self.course.late += 1;
        self.course.back = self.course.back.max(by);
    }

    /// How time ran so far.
    #[must_use]
    pub fn course(&self) -> Course {
        self.course
    }

    /// The time of a packet; the time it is now, if another second begins with it, as one does with the first packet.
    #[inline]
    pub fn turns(&mut self, at: Timestamp) -> Option<Timestamp> {
        if self.turn.is_some_and(|turn| at < turn) {
            match self.now {
                Some(now) if at < now => self.is_late(now.since(at)),
                _ => self.now = Some(at),
            }
            self.leap = None;
            return None;
        }
        let turned = self.turns_to(at);
        self.turn = Some(moment(second(self.now()).saturating_add(1)));
        turned
    }

    fn turns_to(&mut self, at: Timestamp) -> Option<Timestamp> {
        let before = self.now.map(second);
        self.advance(at);
        Some(self.now()).filter(|now| Some(second(*now)) != before)
    }

    /// Somebody else keeps the time.
    pub(crate) fn set(&mut self, now: Timestamp) {
        self.now = Some(now);
        self.turn = None;
    }

    /// How far it has come.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now.unwrap_or_default()
    }
}

/// The second a time lies in.
pub(crate) const fn second(at: Timestamp) -> i64 {
    at.nanos().div_euclid(1_000_000_000)
}

/// The first moment of a second.
pub(crate) const fn moment(second: i64) -> Timestamp {
    Timestamp::from_nanos(second.saturating_mul(1_000_000_000))
}

/// More than any pause on a busy wire, less than a timeout that matters is worth.
const LEAP: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_leap_is_doubted_two_are_believed() {
        let mut clock = Clock::default();
        clock.advance(moment(1000));
        clock.advance(moment(900_000));
        assert_eq!(clock.now(), moment(1000));
        clock.advance(moment(1001));
        assert_eq!(clock.now(), moment(1001));
        clock.advance(moment(900_000));
        clock.advance(moment(900_001));
        assert_eq!(clock.now(), moment(900_001));
        clock.advance(moment(5));
        assert_eq!(clock.now(), moment(900_001));
    }

    #[test]
    fn the_first_packet_turns_in_every_second() {
        for at in [0, 1, 999_999_999, 1_000_000_000].map(Timestamp::from_nanos) {
            assert_eq!(Clock::default().turns(at), Some(at));
        }
    }

    #[test]
    fn it_is_told_how_time_ran() {
        let (mut clock, nanos) = (Clock::default(), Timestamp::from_nanos);
        for at in [5_000_000_000, 5_200_000_000, 5_100_000_000, 4_000_000_000, 6_000_000_000] {
            clock.turns(nanos(at));
        }
        assert_eq!(clock.course(), Course { late: 2, back: Duration::from_millis(1200), leap: None });
        for second in [900_000, 900_001] {
            clock.turns(moment(second));
        }
        assert_eq!(clock.course().leap, Some((moment(6), moment(900_001))));
    }

    #[test]
    fn a_second_turns_once() {
        let (mut clock, nanos) = (Clock::default(), Timestamp::from_nanos);
        let times = [-1, -5, 1_500_000_000, 1_200_000_000, 1_999_999_999, 2_000_000_000, 2_000_000_001, 1_000_000_000];
        let turns = times.map(|at| clock.turns(nanos(at)));
        assert_eq!(
            turns,
            [Some(nanos(-1)), None, Some(nanos(times[2])), None, None, Some(nanos(times[5])), None, None]
        );
        assert_eq!(clock.now(), nanos(2_000_000_001));
    }
}
