//! Times for people, always in UTC.

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
    strftime(ns, "%Y-%m-%dT%H:%M:%S.%3fZ")
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

#[cfg(test)]
mod tests {
    use super::*;

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
