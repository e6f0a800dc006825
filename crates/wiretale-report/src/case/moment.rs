//! Times for people, always in UTC.

use crate::number;

/// `2026-11-22 03:07:20`.
pub(super) fn utc(ns: i64) -> String {
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

/// The same, appended.
pub(super) fn rfc3339_to(out: &mut Vec<u8>, ns: i64) {
    let (days, of_day) = (ns.div_euclid(DAY), ns.rem_euclid(DAY) as u64 / 1_000_000);
    let (year, month, day) = date(days);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    number::decimal(out, year);
    for (sign, two) in [(b'-', month), (b'-', day), (b'T', seconds / 3600), (b':', seconds / 60 % 60)] {
        out.push(sign);
        number::two(out, two);
    }
    out.push(b':');
    number::two(out, seconds % 60);
    out.push(b'.');
    out.push(b'0' + (millis / 100) as u8);
    number::two(out, millis % 100);
    out.push(b'Z');
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. A count of nanoseconds in 64 bits
/// reaches from 1677 to 2262.
fn date(days: i64) -> (u64, u64, u64) {
    // Years begin in March, so that the leap day is the last of a year; four centuries are always equally long.
    let since = days + 719_468;
    let (era, day) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    ((era * 400 + year + next).unsigned_abs(), month.unsigned_abs(), day.unsigned_abs())
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
    // Any 64-bit count of nanoseconds is within jiff's range.
    jiff::Timestamp::from_nanosecond(ns.into()).map_or_else(|_| ns.to_string(), |at| at.strftime(format).to_string())
}

const DAY: i64 = 86_400_000_000_000;

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
