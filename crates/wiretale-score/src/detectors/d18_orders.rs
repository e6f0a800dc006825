//! D18: a home host is given orders over IRC, in the dialect of bots (ATT&CK T1071, T1059).
//!
//! A topic orders everybody who comes, an operator or a private word somebody in particular; from anybody else in a
//! channel it may be a joke. What the arguments of an order must be is in [`crate::dialect`]. Quotations count half, and
//! private words of somebody to whom the client never said any count less: anybody can send them.

use std::hash::BuildHasher as _;

use wiretale_irc::Event;
use wiretale_protocol::{Direction, FlowId};

use super::known::Known;
use crate::bounded::Bounded;
use crate::heard::{Heard, Spoken, Target};
use crate::text::shown;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Orders received.
pub(super) struct Orders {
    known: Known,
    // Topics with orders that were told of: a server tells one again, with who set it.
    topics: Bounded<(FlowId, u64), ()>,
}

impl Default for Orders {
    fn default() -> Self {
        Self { known: Known::default(), topics: Bounded::new(1 << 12) }
    }
}

impl Detector for Orders {
    fn name(&self) -> &'static str {
        "D18"
    }

    fn hears(&self) -> Hears {
        Hears::IRC_ORDER | Hears::IRC_SAID
    }

    fn memory(&self) -> usize {
        self.known.memory() + self.topics.memory(0)
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        if let Fact::Irc(event @ Event::Text { .. }) = fact
            && scene.moment.direction == Direction::Client
        {
            return self.known.hear(scene, event);
        }
        let Some(Heard { spoken: Some(spoken), order: Some(order), text, .. }) = scene.heard else { return };
        if order.fits == 0 || spoken.to == Target::Topic && self.is_known(scene, spoken.place, text) {
            return;
        }
        let Spoken { to, from, place } = *spoken;
        let row = spoken.row(scene);
        let knows = || self.known.knows(scene.moment.flow.id, scene.name_key(from));
        let stranger = to == Target::Private && !knows();
        let doubt = if order.quoted { 0.5 } else { 1.0 } * if stranger { 0.6 } else { 1.0 };
        let strength = [0.6, 0.85, 1.0][order.fits.min(3) as usize - 1] * doubt;
        let host = scene.moment.flow.client.address;
        let (from, place, words) = (shown(from), shown(place), order.shown());
        let mut said = match to {
            Target::Topic => format!("the topic of {place} gives {host} an order: \"{words}\""),
            Target::Channel => format!("{from} gives {host} an order in {place}: \"{words}\""),
            Target::Private => format!("{from} gives {host} an order in private: \"{words}\""),
        };
        said += scene.unheard();
        let key = String::from_utf8_lossy(&order.verb.to_ascii_lowercase()).into_owned();
        let evidence = scene.evidence(Direction::Client, row, key, said).strength(strength);
        let evidence = evidence.tie(scene.channel_tie(spoken.place));
        // Of a topic it may not be known who set it.
        findings.push(match spoken.from {
            [] => evidence,
            nick => evidence.tie(format!("nick:{}", shown(&nick.to_ascii_lowercase()))),
        });
    }
}

impl Orders {
    // Was this topic told of in this connection?
    fn is_known(&mut self, scene: &Scene<'_>, channel: &[u8], text: &[u8]) -> bool {
        let key = (scene.moment.flow.id, scene.hash.hash_one((scene.channel_key(channel), text)));
        let known = self.topics.get(&key).is_some();
        self.topics.entry(key);
        known
    }
}

impl Spoken<'_> {
    /// The row that an order in them makes.
    fn row(&self, scene: &Scene<'_>) -> &'static str {
        match self.to {
            Target::Topic => "D18.topic",
            Target::Channel if !self.is_in_charge(scene.session()) => "D18.other",
            Target::Channel | Target::Private => "D18.private",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};
    use wiretale_irc::{ModeChange, ModeKind, Source, Wire};

    #[test]
    fn a_stranger_s_private_word_weighs_less() {
        let mut play = Play::of(Orders::default());
        let flow = play.session(0.0, HOST, 6667, "bot", "b");
        play.heard(flow, 1.0, "h3rd3r", "bot", ".login s3cret");
        play.said(flow, 2.0, "H3rd3r", "[MAIN]: Password accepted.");
        play.said(flow, 2.0, "#x", "hello");
        play.heard(flow, 3.0, "h3rd3r", "bot", ".login s3cret");
        play.heard(flow, 4.0, "tr0ll", "bot", ".login s3cret");
        let strengths: Vec<f64> = play.evidence().iter().map(|row| row.strength / 0.6).collect();
        assert!(strengths[0] < 0.7 && strengths[1] == 1.0 && strengths[2] < 0.7, "{strengths:?}");
    }

    #[test]
    fn a_topic_a_private_word_and_a_stranger_weigh_differently() {
        let mut play = Play::of(Orders::default());
        let flow = play.session(0.0, HOST, 6667, "bot", "b");
        let topic = Wire(b".advscan lsass 40 5 0 -b -r -s");
        let (channel, setter) = (Wire(b"#x"), Wire(b"h3rd3r!~c@198.51.100.9"));
        play.irc(flow, 1.0, Server, Event::Topic { channel, text: topic, setter, time: None, changed: false });
        play.heard(flow, 2.0, "h3rd3r", "bot", ".login s3cret");
        play.heard(flow, 3.0, "h3rd3r", "#x", "\x0304!udp 203.0.113.200 1000 64 10");
        assert_eq!(play.rows(), ["D18.topic", "D18.private", "D18.other"]);
        assert!(
            play.evidence()[1].text.contains("h3rd3r gives 10.0.0.7 an order in private"),
            "{:?}",
            play.evidence()[1]
        );
        assert!(play.evidence().iter().all(|row| !row.text.contains("s3cret")));
        assert!(play.evidence()[2].ties.contains(&"channel:net/#x".to_owned()), "{:?}", play.evidence()[2].ties);
    }

    #[test]
    fn who_does_what_operators_do_is_one() {
        let mut play = Play::of(Orders::default());
        let flow = play.open_as(0.0, HOST, [203, 0, 113, 10], 6667, |flow| flow.midstream = true);
        let by = Source { name: Wire(b"h3rd3r"), user: Wire(b"h"), host: Wire(b"198.51.100.9") };
        let (none, channel) = (Wire(b""), Wire(b"#x"));
        let change = ModeChange { letter: b't', kind: ModeKind::Flag, adding: true, argument: none };
        play.heard(flow, 1.0, "h3rd3r", "#x", ".advscan lsass 40 5 0");
        play.irc(flow, 2.0, Server, Event::Mode { by, target: channel, change });
        play.heard(flow, 3.0, "h3rd3r", "#x", ".advscan lsass 40 5 0");
        play.heard(flow, 3.0, "h3rd3r", "#y", ".advscan lsass 40 5 0");
        play.irc(
            flow,
            4.0,
            Server,
            Event::Kicked { channel: Wire(b"#y"), nick: Wire(b"bob"), by, reason: none, own: false },
        );
        play.heard(flow, 5.0, "h3rd3r", "#y", ".advscan lsass 40 5 0");
        assert_eq!(play.rows(), ["D18.other", "D18.private", "D18.other", "D18.private"]);
    }

    #[test]
    fn a_topic_that_is_told_again_with_who_set_it_is_one() {
        let mut play = Play::of(Orders::default());
        let flows = [0.0, 9.0].map(|at| play.session(at, HOST, 6667, "bot", "b"));
        for (flow, setter) in [(flows[0], ""), (flows[0], "h3rd3r"), (flows[1], "h3rd3r")] {
            let [channel, text, setter] = ["#x", ".advscan lsass 40 5 0", setter].map(|text| Wire(text.as_bytes()));
            play.irc(flow, 10.0, Server, Event::Topic { channel, text, setter, time: None, changed: false });
        }
        let ties: Vec<usize> = play.evidence().iter().map(|row| row.ties.len()).collect();
        assert_eq!((play.rows(), ties), (vec!["D18.topic"; 2], vec![1, 2]));
    }

    #[test]
    fn a_channel_of_people_gives_none() {
        let mut play = Play::of(Orders::default());
        let flow = play.session(0.0, HOST, 6667, "alice", "a");
        for text in [
            "!weather Oslo",
            "lsof -p PID",
            "what's the best way to prune roses?",
            "http://www.example.com/a.html",
            "10am, room 204",
        ] {
            play.heard(flow, 1.0, "bob", "#linux", text);
        }
        play.said(flow, 2.0, "#linux", ".advscan lsass 40 5 0");
        assert!(play.rows().is_empty(), "{:?}", play.rows());
    }

    #[test]
    fn an_operator_orders_as_one_who_is_trusted() {
        let mut play = Play::of(Orders::default());
        let flow = play.session(0.0, HOST, 6667, "bot", "b");
        for (letter, adding) in [(b'v', true), (b'o', true), (b'o', false)] {
            let change = ModeChange { letter, kind: ModeKind::Rank, adding, argument: Wire(b"H3rd3r") };
            let by = Source { name: Wire(b"irc.example.net"), ..Source::default() };
            play.irc(flow, 1.0, Server, Event::Mode { by, target: Wire(b"#X"), change });
            play.heard(flow, 2.0, "h3rd3r", "#x", ".advscan lsass 40 5 0");
            play.heard(flow, 2.0, "h3rd3r", "#y", ".advscan lsass 40 5 0");
        }
        assert_eq!(play.rows(), ["D18.other", "D18.other", "D18.private", "D18.other", "D18.other", "D18.other"]);
    }
}
