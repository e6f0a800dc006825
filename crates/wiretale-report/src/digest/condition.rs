//! How well the capture shows what was: what it lacks makes sentences wrong that would be right otherwise.

use std::net::IpAddr;
use std::time::Duration;

use wiretale::protocol::{Address, Flow, Summary, Timestamp, Transport};
use wiretale::score::size;
use wiretale::{Course, Stats};

use super::paper::{grouped, one_or, plural};
use crate::case::{is_one_sided, is_stray, utc};

/// What the capture lacks.
#[derive(Debug, Default)]
pub(super) struct Condition {
    frames: u64,
    cut: u64,
    corrupt: u64,
    course: Course,
    span: Option<(Timestamp, Timestamp)>,
    // Connections of any kind, and those with a host of ours.
    flows: u64,
    at_home: u64,
    // Connections over TCP or UDP in which something was said, and those with no host of ours.
    spoken: u64,
    away: u64,
    // Those over TCP, those of which one side was captured, and those with holes.
    talks: u64,
    one_sided: u64,
    lossy: u64,
    missed: u64,
}

impl Condition {
    /// What the engine counted, and from when to when.
    pub(super) fn counted(&mut self, stats: &Stats, span: Option<(Timestamp, Timestamp)>) {
        self.span = span;
        (self.frames, self.cut, self.corrupt, self.course) = (stats.frames, stats.cut, stats.corrupt, stats.course);
    }

    /// A connection, perhaps with a host of ours.
    pub(super) fn closed(&mut self, flow: &Flow, summary: &Summary<'_>, at_home: bool) {
        self.flows += 1;
        self.at_home += u64::from(at_home);
        let said = [summary.client.bytes, summary.server.bytes].iter().any(|bytes| bytes.is_some_and(|n| n > 0));
        let tcp = flow.transport == Transport::Tcp;
        if !said || flow.transport == Transport::Icmp || is_to_all(flow.server.address) || tcp && is_stray(summary) {
            return;
        }
        self.spoken += 1;
        self.away += u64::from(!at_home);
        if !tcp {
            return;
        }
        self.talks += 1;
        self.one_sided += u64::from(is_one_sided(summary));
        self.lossy += u64::from(summary.missed > 0);
        self.missed += summary.missed;
    }

    /// What the reader should know of it, a sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::from_iter(self.nothing_scored().map(str::to_owned));
        let of = |n: u64, all, one, many| format!("{} of {}", grouped(n), plural(all, one, many));
        if self.at_home > 0 && self.away > 0 && self.away * FEW >= self.spoken {
            let away = of(self.away, self.spoken, "connection", "connections");
            let (are, was) = (one_or(self.away, "is", "are"), one_or(self.away, "was", "were"));
            notes.push(format!(
                "{away} {are} between hosts outside the home network and {was} not scored. If they are yours, name their \
                 networks with --home."
            ));
        }
        let of = |n| of(n, self.talks, "TCP connection", "TCP connections");
        if self.one_sided > 0 && self.one_sided * FEW >= self.talks {
            let talks = of(self.one_sided);
            notes.push(format!("Only one side of {talks} was captured: whether the other answered is not known."));
        }
        if self.missed > 0 {
            notes.push(format!("The capture lacks {} that crossed in {}.", size(self.missed), of(self.lossy)));
        }
        notes.extend(self.of_the_whole());
        if self.has_many_corrupt() {
            notes.push("Where a network card computes checksums, --checksums ignore takes such packets.".to_owned());
        }
        notes
    }

    /// Where there was nothing to score, to find nothing says nothing.
    const fn nothing_scored(&self) -> Option<&'static str> {
        match (self.frames, self.flows, self.at_home) {
            (0, ..) => Some(NO_PACKET),
            (_, 0, _) => Some(NO_CONNECTION),
            (.., 0) => Some(NOBODY),
            _ => None,
        }
    }

    const fn has_many_corrupt(&self) -> bool {
        self.corrupt > 0 && self.corrupt * FEW >= self.frames
    }

    /// Whether the clock that stamped the packets ran at all.
    fn clock(&self) -> Option<&'static str> {
        match self.span? {
            (from, to) if from == to && self.frames >= MANY => Some(STOOD),
            (from, _) if from.nanos() < UNSET => Some(NOT_SET),
            _ => None,
        }
    }

    /// What of it concerns every host.
    pub(super) fn of_the_whole(&self) -> Vec<String> {
        let mut notes = Vec::from_iter(self.clock().map(str::to_owned));
        let of = |n: u64| format!("{} of {}", grouped(n), plural(self.frames, "packet", "packets"));
        if self.cut > 0 {
            let (packets, were) = (of(self.cut), one_or(self.cut, "was", "were"));
            notes.push(format!(
                "{packets} {were} cut short by the capture (its snap length): what stood behind is lost."
            ));
        }
        if self.has_many_corrupt() {
            let have = one_or(self.corrupt, "has a wrong checksum and was", "have wrong checksums and were");
            notes.push(format!("{} {have} passed over.", of(self.corrupt)));
        }
        if self.course.late > 0 && self.course.back >= NOTICED {
            let (packets, span) = (of(self.course.late), span(self.course.back));
            let stand = one_or(self.course.late, "stands", "stand");
            notes.push(format!(
                "{packets} {stand} behind later ones, by {span} at most: a clock was set back, or the capture is not in the \
                 order of time. What came first may be told wrong."
            ));
        }
        if let Some((from, to)) = self.course.leap {
            let (from, to) = (utc(from.nanos()), utc(to.nanos()));
            notes.push(format!("From {from} to {to} UTC nothing was captured, or a clock was set ahead."));
        }
        notes
    }
}

/// Is it no host's address, but that of all on the link, or of a group?
fn is_to_all(address: Address) -> bool {
    match address.to_ip() {
        IpAddr::V4(v4) => v4.is_broadcast() || v4.is_multicast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}

fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{} ms", span.as_millis()),
        1..=119 => plural(seconds, "second", "seconds"),
        120..=7199 => plural(seconds / 60, "minute", "minutes"),
        7200..=172_799 => plural(seconds / 3600, "hour", "hours"),
        _ => plural(seconds / 86_400, "day", "days"),
    }
}

const NO_PACKET: &str = "No packet is in it.";
const NO_CONNECTION: &str = "No connection is in it: none of its packets is TCP, UDP or ICMP that could be read.";
const NOBODY: &str = "No address in it is of the home network, so that nothing was scored. Home are the networks named with \
                      --home or in the inventory; where none is named, private addresses.";
const STOOD: &str = "All packets have the same time: how long anything took is not known, and what is told of times, pauses and \
                     rates is not to be believed.";
const NOT_SET: &str =
    "Its times begin before 1990: the clock that gave them was not set, and no date before 1990 is to be believed.";
// 1990, in nanoseconds since 1970. Nobody has captured packets before that.
const UNSET: i64 = 631_152_000_000_000_000;
// So many packets take time.
const MANY: u64 = 100;
// One in so many is worth a word.
const FEW: u64 = 10;
// Network cards stamp the packets of their queues less than this apart from their order.
const NOTICED: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use wiretale::protocol::{Endpoint, FlowId, Side, State};

    use super::*;

    /// A connection of this transport in which both sides said something.
    fn spoken(condition: &mut Condition, transport: Transport, at_home: bool) {
        closed(condition, transport, at_home, |_| {});
    }

    /// The same, but for what is changed of it.
    fn closed(
        condition: &mut Condition,
        transport: Transport,
        at_home: bool,
        change: impl FnOnce(&mut Summary<'static>),
    ) {
        closed_to(condition, Address::v4([203, 0, 113, 2]), transport, at_home, change);
    }

    fn closed_to(
        condition: &mut Condition,
        server: Address,
        transport: Transport,
        at_home: bool,
        change: impl FnOnce(&mut Summary<'static>),
    ) {
        let end = |address| Endpoint { address, port: 5000 };
        let (client, server, opened) = (end(Address::v4([203, 0, 113, 1])), end(server), Timestamp::default());
        let flow = Flow { id: FlowId(1), client, server, transport, opened, midstream: false, tunneled: false };
        let side = Side { packets: 9, bytes: Some(9), ..Side::default() };
        let mut summary = Summary {
            started: opened,
            duration: None,
            client: side,
            server: side,
            state: State::Sf,
            history: b"ShADad",
            missed: 0,
            services: &[],
            ip_protocol: 6,
            first_frame: 1,
            last_frame: 9,
        };
        change(&mut summary);
        condition.closed(&flow, &summary, at_home);
    }

    #[test]
    fn a_stray_packet_lacks_no_other_side() {
        let mut condition = Condition { frames: 99, ..Condition::default() };
        let stray = |packets| {
            move |summary: &mut Summary<'static>| {
                summary.client.packets = packets;
                (summary.server, summary.history) = (Side::default(), b"DA");
            }
        };
        closed(&mut condition, Transport::Tcp, true, stray(2));
        assert_eq!((told(&condition), condition.spoken), (String::new(), 0));
        closed(&mut condition, Transport::Tcp, true, stray(9));
        assert!(told(&condition).starts_with("Only one side of 1 of 1 TCP connection was captured"), "{condition:?}");
    }

    #[test]
    fn strangers_are_counted_whatever_carries_what_they_say() {
        let mut condition = Condition { frames: 99, ..Condition::default() };
        spoken(&mut condition, Transport::Tcp, true);
        spoken(&mut condition, Transport::Udp, false);
        spoken(&mut condition, Transport::Icmp, false);
        assert_eq!(
            told(&condition),
            "1 of 2 connections is between hosts outside the home network and was not scored. If they are yours, name \
             their networks with --home."
        );
    }

    #[test]
    fn who_calls_out_to_all_on_the_link_is_between_no_strangers() {
        let mut condition = Condition { frames: 99, ..Condition::default() };
        spoken(&mut condition, Transport::Udp, true);
        for to in [[224, 0, 0, 251], [255; 4]] {
            closed_to(&mut condition, Address::v4(to), Transport::Udp, false, |_| {});
        }
        assert_eq!(told(&condition), "");
    }

    fn told(condition: &Condition) -> String {
        condition.notes().join("; ")
    }

    fn scored() -> Condition {
        Condition { frames: 9, flows: 1, at_home: 1, ..Condition::default() }
    }

    #[test]
    fn where_nothing_was_scored_that_is_told_first() {
        assert_eq!(told(&Condition::default()), NO_PACKET);
        assert_eq!(told(&Condition { flows: 0, at_home: 0, ..scored() }), NO_CONNECTION);
        assert_eq!(told(&Condition { at_home: 0, ..scored() }), NOBODY);
        assert_eq!(told(&scored()), "");
        // A neighbour's chatter on the link makes no home network.
        let told = told(&Condition { spoken: 9, away: 9, ..scored() });
        assert!(told.starts_with("9 of 9 connections are between hosts outside the home network"), "{told}");
    }

    #[test]
    fn a_whole_capture_has_no_note() {
        let course = Course { late: 3, back: Duration::from_micros(20), leap: None };
        assert_eq!(
            told(&Condition { frames: 100, spoken: 20, talks: 20, one_sided: 1, course, away: 1, ..scored() }),
            ""
        );
    }

    #[test]
    fn each_lack_has_its_sentence() {
        let condition = Condition { talks: 5, one_sided: 4, ..scored() };
        assert!(told(&condition).starts_with("Only one side of 4 of 5 TCP connections was captured"));
        let condition = Condition { frames: 9, cut: 2, ..scored() };
        assert!(told(&condition).starts_with("2 of 9 packets were cut short"));
        let condition = Condition { frames: 9, corrupt: 4, ..scored() };
        assert!(told(&condition).starts_with("4 of 9 packets have wrong checksums"));
        let condition = Condition { talks: 5, lossy: 1, missed: 2000, ..scored() };
        assert_eq!(told(&condition), "The capture lacks 2.0 kB that crossed in 1 of 5 TCP connections.");
        let course = Course { late: 7, back: Duration::from_secs(3600), leap: None };
        let condition = Condition { frames: 9, course, ..scored() };
        assert!(told(&condition).starts_with("7 of 9 packets stand behind later ones, by 60 minutes at most"));
    }

    #[test]
    fn a_clock_that_was_not_set_or_did_not_run_is_told() {
        let at = |second| Timestamp::from_parts(second, 0);
        let told = |from, to| told(&Condition { frames: 100, span: Some((at(from), at(to))), ..scored() });
        assert_eq!((told(0, 60), told(0, 0)), (NOT_SET.to_owned(), STOOD.to_owned()));
        assert_eq!(
            (told(1_795_316_824, 1_795_316_824), told(1_795_316_824, 1_795_316_825)),
            (STOOD.into(), String::new())
        );
    }

    #[test]
    fn dates_behind_the_setting_of_a_clock_may_be_believed() {
        let at = |second| Timestamp::from_parts(second, 0);
        let leap = Some((at(60), at(1_795_316_824)));
        let course = Course { leap, ..Course::default() };
        let told = told(&Condition { span: Some((at(0), at(1_795_316_825))), course, ..scored() });
        assert!(told.contains("no date before 1990 is to be believed") && told.contains("set ahead"), "{told}");
    }

    #[test]
    fn one_packet_is_told_of_as_one() {
        let course = Course { late: 1, back: Duration::from_secs(1), leap: None };
        let condition = Condition { frames: 9, cut: 1, corrupt: 1, course, ..scored() };
        let told = told(&condition);
        assert!(told.starts_with("1 of 9 packets was cut short"), "{told}");
        assert!(told.contains("1 of 9 packets has a wrong checksum and was passed over."), "{told}");
        assert!(told.contains("1 of 9 packets stands behind later ones, by 1 second at most"), "{told}");
    }
}
