//! A host at home.

use std::fmt;

use wiretale::protocol::Address;

use super::ITEMS;
use crate::digest::paper::{grouped, line, list, plural};
use crate::digest::{Host, UNKNOWN};

pub(super) fn at_home(f: &mut fmt::Formatter<'_>, address: Address, host: &Host) -> fmt::Result {
    let mut label = address.to_string();
    if host.contacted > 0 {
        label += &format!(" opened {}", plural(host.contacted, "connection", "connections"));
    }
    let mut did: Vec<String> = host.asked.iter().map(|(service, n)| format!("{} {service}", grouped(*n))).collect();
    let others = [(host.unknown, "unknown"), (host.unanswered, "unanswered"), (host.refused, "refused")];
    did.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{} {how}", grouped(n))));
    if did.is_empty() {
        line(f, &label)?;
    } else {
        list(f, &format!("{label}: "), 4, did.into_iter(), ITEMS)?;
    }
    let known = |port| host.answered.iter().any(|(other, service)| *other == port && *service != UNKNOWN);
    let answered: Vec<String> = host
        .answered
        .iter()
        .filter(|(port, service)| *service != UNKNOWN || !known(*port))
        .map(|(port, service)| format!("{service} on {port}"))
        .collect();
    if answered.is_empty() { Ok(()) } else { list(f, "    answers ", 12, answered.into_iter(), ITEMS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct AtHome(Host);

    impl fmt::Display for AtHome {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            at_home(f, Address::v4([10, 0, 0, 7]), &self.0)
        }
    }

    #[test]
    fn who_refuses_answers() {
        let told =
            |unanswered, refused| AtHome(Host { contacted: 9, unanswered, refused, ..Host::default() }).to_string();
        assert_eq!(told(2, 3), "10.0.0.7 opened 9 connections: 2 unanswered, 3 refused\n");
        assert_eq!(told(0, 9), "10.0.0.7 opened 9 connections: 9 refused\n");
        let all = Host { contacted: 9, unknown: 2, refused: 7, ..Host::default() };
        assert_eq!(AtHome(all).to_string(), "10.0.0.7 opened 9 connections: 2 unknown, 7 refused\n");
    }
}
