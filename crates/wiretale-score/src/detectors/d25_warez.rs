//! D25: a home host serves packs (XDCC), asks for them, or keeps company where such things are dealt in
//! (ATT&CK T1496.002, T1105).
//!
//! The lines of iroffer and its kin are known by their form. A channel's name is a hint and no more.

use std::collections::BTreeSet;

use wiretale_irc::{Event, RecordKind};
use wiretale_protocol::{Direction, FlowId};

use super::entered::entered;
use crate::bounded::{Bounded, SOME};
use crate::heard::{Heard, is_private};
use crate::text::{Sorts, holds, plural, shown, words};
use crate::{Detector, Ends, Evidence, Fact, Findings, Hears, Scene};

/// Packs and company.
pub(super) struct Warez {
    served: Bounded<FlowId, BTreeSet<u64>>,
    // Such channels in which clients of sessions met in the middle are known to be, by `Scene::channel_key`.
    places: Bounded<(FlowId, u64), ()>,
}

impl Default for Warez {
    fn default() -> Self {
        Self { served: Bounded::new(1 << 13), places: Bounded::new(1 << 12) }
    }
}

impl Detector for Warez {
    fn name(&self) -> &'static str {
        "D25"
    }

    fn memory(&self) -> usize {
        self.served.memory(SOME) + self.places.memory(0)
    }

    fn hears(&self) -> Hears {
        Hears::IRC | Hears::IRC_RECORD | Hears::IRC_SAID | Hears::IRC_ASKED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(event) = *fact else { return };
        let host = scene.moment.flow.client.address;
        match *event {
            Event::Text { target, .. } => {
                let Some(&Heard { text, sorts, .. }) = scene.heard else { return };
                // Of one met in the middle nobody saw where it is.
                if scene.moment.flow.midstream && !is_private(&target) && is_trade(&target) {
                    self.speaks(scene, &target, findings);
                }
                if is_offer(text, sorts) {
                    self.serves(scene, text, findings);
                } else if is_request(text) {
                    let said = format!("{host} asks {} for a pack: \"{}\"", shown(&target), shown(text));
                    let key = shown(&target.to_ascii_lowercase()).to_string();
                    let evidence = scene.evidence(Direction::Client, "D25.request", key.clone(), said);
                    findings.push(evidence.tie(format!("nick:{key}")));
                }
            }
            Event::Record(record) if record.kind == RecordKind::Whois => company(scene, record, findings),
            _ => entered(scene, event).filter(|channel| is_trade(channel)).for_each(|channel| {
                if scene.moment.flow.midstream {
                    self.places.entry(place(scene, channel));
                }
                findings.push(among(scene, channel));
            }),
        }
    }
}

impl Warez {
    fn speaks(&mut self, scene: &Scene<'_>, channel: &[u8], findings: &mut Findings) {
        let place = place(scene, channel);
        if self.places.get(&place).is_none() {
            self.places.entry(place);
            findings.push(among(scene, channel));
        }
    }

    // Three different lines of an offer make a server.
    fn serves(&mut self, scene: &Scene<'_>, text: &[u8], findings: &mut Findings) {
        let seen = self.served.entry(scene.moment.flow.id);
        let digest = text.iter().fold(0u64, |hash, byte| hash.wrapping_mul(1_099_511_628_211) ^ u64::from(*byte));
        if seen.len() >= LINES || !seen.insert(digest) || seen.len() != LINES {
            return;
        }
        let host = scene.moment.flow.client.address;
        let said = format!("{host} serves packs over IRC: \"{}\"", shown(text));
        findings.push(scene.evidence(Direction::Client, "D25.server", "xdcc", said));
    }
}

// A channel as one session has it.
fn place(scene: &Scene<'_>, channel: &[u8]) -> (FlowId, u64) {
    (scene.moment.flow.id, scene.channel_key(channel))
}

// The host is in such a channel.
fn among(scene: &Scene<'_>, channel: &[u8]) -> Evidence {
    let (host, unheard) = (scene.moment.flow.client.address, scene.unheard());
    let text = format!("{host} is in {}, by its name a place for stolen things{unheard}", shown(channel));
    let tie = scene.channel_tie(channel);
    scene.evidence(Direction::Client, "D25.company", tie.clone(), text).strength(0.5).tie(tie)
}

// Whom the client asked about is in such channels.
fn company(scene: &Scene<'_>, record: wiretale_irc::Record<'_>, findings: &mut Findings) {
    let channels = record.rows.iter().filter(|(numeric, _)| *numeric == 319).filter_map(|(_, params)| params.get(2));
    let trades: Vec<&[u8]> = channels.flat_map(words).filter(|channel| is_trade(channel)).collect();
    let (Some(first), false) = (trades.first(), scene.session().is_some_and(|own| own.is_own(&record.subject))) else {
        return;
    };
    let nick = shown(&record.subject.to_ascii_lowercase()).to_string();
    let (host, who, channel) = (scene.moment.flow.client.address, shown(&record.subject), shown(first));
    let more = match trades.len() as u64 - 1 {
        0 => ", by its name a place for stolen things".into(),
        more => format!(" and {}", plural(more, "more such channel", "more such channels")),
    };
    let text = format!("{host} deals with {who}, who is in {channel}{more}");
    let evidence = scene.evidence(Direction::Client, "D25.company", format!("nick:{nick}"), text);
    let bare: &[u8] = &first[first.iter().position(|byte| matches!(byte, b'#' | b'&')).unwrap_or(0)..];
    findings.push(evidence.tie(format!("nick:{nick}")).tie(scene.channel_tie(bare)));
}

// "#10  55x [175M] name", "** 158 packs **  5 of 5 slots open", "Total Offered: ...".
fn is_offer(text: &[u8], sorts: Sorts) -> bool {
    let text = text.trim_ascii_start();
    let listed = match text.first() {
        Some(b'#') => is_pack(text),
        Some(b'*') => words(text).next() == Some(b"**") && BANNERS.iter().any(|banner| holds(text, banner)),
        _ => false,
    };
    listed || sorts.colons && is_total(text)
}

// "#10  55x [175M] name".
fn is_pack(text: &[u8]) -> bool {
    let mut parts = words(text);
    let number = |word: &[u8]| word.len() > 1 && word[1..].iter().all(u8::is_ascii_digit);
    let first = parts.next().unwrap_or_default();
    let times = parts.next().unwrap_or_default();
    let size = parts.next().unwrap_or_default();
    number(first)
        && times.last() == Some(&b'x')
        && times[..times.len() - 1].iter().all(u8::is_ascii_digit)
        && size.starts_with(b"[")
}

// "Total Offered: 12.3 MB  Total Transferred: 0.1 GB".
fn is_total(text: &[u8]) -> bool {
    let mut labels = memchr::memchr_iter(b':', text).map(|colon| &text[..colon]);
    let offered =
        |label: &[u8]| label.last_chunk().is_some_and(|end: &[u8; 13]| end.eq_ignore_ascii_case(b"total offered"));
    labels.any(offered) && holds(text, b"transferred")
}

// "xdcc send #3", with or without a mark in front.
fn is_request(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let bare = &text[text.iter().take_while(|byte| byte.is_ascii_punctuation()).count()..];
    // Nearly all that is said.
    if !matches!(bare.first(), Some(b'x' | b'X')) {
        return false;
    }
    let mut parts = words(bare);
    let is_verb = |verb: &[u8]| VERBS.iter().any(|known| known.eq_ignore_ascii_case(verb));
    parts.next().is_some_and(|first| first.eq_ignore_ascii_case(b"xdcc")) && parts.next().is_some_and(is_verb)
}

// As written, and with digits read as the letters they look like.
fn is_trade(channel: &[u8]) -> bool {
    let lower = channel.to_ascii_lowercase();
    let leet: Vec<u8> = lower.iter().map(as_letter).collect();
    let begins = |name: &[u8]| TRADES.iter().any(|word| word[0] == name[0] && name.starts_with(word));
    (0..lower.len()).any(|at| begins(&lower[at..]) || begins(&leet[at..]))
}

const fn as_letter(byte: &u8) -> u8 {
    match *byte {
        b'4' => b'a',
        b'3' => b'e',
        b'1' => b'i',
        b'0' => b'o',
        b'5' => b's',
        b'7' => b't',
        other => other,
    }
}

const LINES: usize = 3;
const BANNERS: &[&[u8]] =
    &[b"packs **", b"slots open", b"bandwidth usage", b"to request a file", b"xdcc send", b"record:"];
const VERBS: &[&[u8]] = &[b"send", b"get", b"batch", b"list", b"info", b"queue", b"remove", b"stop", b"cancel"];
const TRADES: &[&[u8]] = &[
    b"warez",
    b"xdcc",
    b"0day",
    b"0-day",
    b"crack",
    b"serialz",
    b"divx",
    b"appz",
    b"gamez",
    b"carding",
    b"ccpower",
    b"rootshell",
    b"botnet",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, HOST, Play};
    use crate::text::sorts;
    use proptest::prelude::*;

    #[test]
    fn three_lines_of_an_offer_make_a_server() {
        let mut play = Play::of(Warez::default());
        let flow = play.session(0.0, HOST, 6667, "srv", "s");
        for text in [
            "** 158 packs **  5 of 5 slots open, Min: 10.0KB/s",
            "** Bandwidth Usage ** Current: 0.0KB/s",
            "#10   55x [175M] name.rar",
        ] {
            play.said(flow, 1.0, "#chan", text);
            play.said(flow, 2.0, "#chan", text);
        }
        assert_eq!(play.rows(), ["D25.server"]);
    }

    #[test]
    fn who_joins_where_nobody_is_heard_to_let_him_in_is_there_by_his_own_word() {
        let mut play = Play::of(Warez::default());
        play.alone(0.0, HOST, "#chat,#warez,#0day");
        assert_eq!(play.rows(), ["D25.company"; 2]);
        let text =
            "10.0.0.7 is in #warez, by its name a place for stolen things; what the server said was not captured";
        assert_eq!(play.evidence()[0].text, text);
        let mut play = Play::of(Warez::default());
        let link = play.alone(0.0, HOST, "#chat");
        let line = wiretale_irc::parse(b":ann JOIN #warez").expect("a line");
        play.irc(link, 1.0, Client, Event::Message(line));
        assert!(play.rows().is_empty(), "a server tells of its users");
        let mut play = Play::of(Warez::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.asks_into(flow, 1.0, "#warez");
        assert!(play.rows().is_empty(), "the server will tell");
        play.join(flow, 2.0, "#warez");
        assert_eq!(play.rows(), ["D25.company"]);
    }

    #[test]
    fn who_speaks_in_a_channel_was_in_it_when_the_capture_began() {
        let mut play = Play::of(Warez::default());
        let flow = play.open_as(0.0, HOST, [203, 0, 113, 10], 6667, |flow| flow.midstream = true);
        for (target, text) in [("#chat", "hi"), ("#WAREZ", "hi"), ("#warez", "so"), ("warez", "hi")] {
            play.said(flow, 1.0, target, text);
        }
        assert_eq!(play.rows(), ["D25.company"]);
        play.join(flow, 2.0, "#0day");
        play.said(flow, 3.0, "#0day", "hi");
        assert_eq!(play.rows(), ["D25.company"; 2], "one that was seen to join is there once");
        let mut play = Play::of(Warez::default());
        let flow = play.session(0.0, HOST, 6667, "a", "a");
        play.said(flow, 1.0, "#warez", "hi");
        assert!(play.rows().is_empty(), "it was seen where this one is");
    }

    proptest! {
        #[test]
        fn a_trade_is_one_wherever_it_stands(
            name in "[#&][a-z0-9-]{0,3}(W4rez|xDCC|0-?[dD][a4]y|CR4ck|[a-z]?b0tnet|war)?[a-z0-9]{0,3}"
        ) {
            let lower = name.as_bytes().to_ascii_lowercase();
            let leet: Vec<u8> = lower.iter().map(as_letter).collect();
            let long = TRADES.iter().any(|word| holds(&lower, word) || holds(&leet, word));
            prop_assert_eq!(is_trade(name.as_bytes()), long);
        }
    }

    #[test]
    fn a_request_is_known_and_talk_is_not() {
        let offers = |text: &[u8]| is_offer(text, sorts(text));
        assert!(is_request(b"xdcc send #3") && is_request(b"!xdcc list"));
        assert!(is_request(b" ~.XDCC\tGet 3") && !is_request(b"!!! xdcc send #3") && !is_request(b"xdccsend x"));
        assert!(offers(b"x: TOTAL offered: 1 MB Transferred") && !offers(b"total offered 1 MB: transferred"));
        assert!(!is_request(b"what is xdcc?") && !offers(b"#1 in my list is tea") && !offers(b"** beep **"));
    }

    #[test]
    fn names_of_channels_are_read_through_their_digits() {
        assert!(is_trade(b"#WAREZ-central") && is_trade(b"#w4r3z") && is_trade(b"#0day") && is_trade(b"@#cracking"));
        assert!(!is_trade(b"#gardening") && !is_trade(b"#linux") && !is_trade(b"#friends"));
    }
}
