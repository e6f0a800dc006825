//! Times for people, always in UTC.

use crate::number;

/// `2026-11-22 03:07:20`.
pub(crate) fn utc(ns: i64) -> String {
    strftime(ns, "%Y-%m-%d %H:%M:%S")
}

/// `03:07:20`.
pub(super) fn clock(ns: i64) -> String {
    strftime(ns, "%H:%M:%S")
}

/// `22 November 2026`.
pub(super) fn day(ns: i64) -> String {
    strftime(ns, "%-d %B %Y")
}

/// `2026-11-22T03:07:20.043Z`: RFC 3339 with milliseconds, as STIX and ECS want it.
pub(super) fn rfc3339(ns: i64) -> String {
    let mut text = Vec::new();
    rfc3339_to(&mut text, ns);
    String::from_utf8_lossy(&text).into_owned()
}

/// The same, appended: of a case there are many.
pub(super) fn rfc3339_to(out: &mut Vec<u8>, ns: i64) {
    let Some(at) = timestamp(ns).map(|at| jiff::tz::Offset::UTC.to_datetime(at)) else {
        return number::decimal(out, ns.unsigned_abs());
    };
    // A count of nanoseconds in 64 bits reaches from 1677 to 2262: no field is negative.
    number::decimal(out, at.year().unsigned_abs().into());
    let fields = [(b'-', at.month()), (b'-', at.day()), (b'T', at.hour()), (b':', at.minute()), (b':', at.second())];
    for (sign, two) in fields {
        out.push(sign);
        number::two(out, two.unsigned_abs().into());
    }
    let millis = u64::from(at.millisecond().unsigned_abs());
    out.extend_from_slice(&[b'.', b'0' + (millis / 100) as u8]);
    number::two(out, millis % 100);
    out.push(b'Z');
}

/// `25 min`, `3.2 s`, `2 h 10 min`.
pub(super) fn lasting(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..10 => format!("{:.1} s", seconds.max(0.0)),
        10..120 => format!("{whole} s"),
        120..7200 => format!("{} min", whole / 60),
        7200..172_800 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{} days", whole / 86_400),
    }
}

fn strftime(ns: i64, format: &str) -> String {
    timestamp(ns).map_or_else(|| ns.to_string(), |at| at.strftime(format).to_string())
}

/// Any 64-bit count of nanoseconds is within jiff's range.
fn timestamp(ns: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_nanosecond(ns.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dates_are_those_of_the_calendar(ns: i64) {
            prop_assert_eq!(rfc3339(ns), strftime(ns, "%Y-%m-%dT%H:%M:%S.%3fZ"));
        }
    }

    #[test]
    fn times_read_as_people_and_programs_expect() {
        let at = 1_795_316_840_043_849_000;
        assert_eq!(utc(at), "2026-11-22 03:07:20");
        assert_eq!(rfc3339(at), "2026-11-22T03:07:20.043Z");
        assert_eq!(day(at), "22 November 2026");
        assert_eq!(
            [lasting(3.21), lasting(61.0), lasting(1500.0), lasting(7800.0)],
            ["3.2 s", "61 s", "25 min", "2 h 10 min"]
        );
        assert!(!utc(i64::MIN).is_empty() && !utc(i64::MAX).is_empty());
    }
}
