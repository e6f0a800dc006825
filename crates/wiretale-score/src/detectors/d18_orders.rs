//! D18: a home host is given orders over IRC, in the dialect of bots (ATT&CK T1071, T1059).
//!
//! A topic orders everybody who comes, an operator or a private word somebody in particular; from anybody else in a
//! channel it may be a joke. What the arguments of an order must be is in [`crate::dialect`]. Quotations count half.

use wiretale_protocol::Direction;

use crate::heard::{Heard, Spoken, Target};
use crate::text::shown;
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Orders received.
#[derive(Default)]
pub(super) struct Orders;

impl Detector for Orders {
    fn name(&self) -> &'static str {
        "D18"
    }

    fn hears(&self) -> Hears {
        Hears::IRC_ORDER
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, _: &Fact<'_>, findings: &mut Findings) {
        let Some(Heard { spoken: Some(spoken), order: Some(order), .. }) = scene.heard else { return };
        if order.fits == 0 {
            return;
        }
        let Spoken { to, from, place } = *spoken;
        let row = spoken.row(scene);
        let strength = [0.6, 0.85, 1.0][order.fits.min(3) as usize - 1] * if order.quoted { 0.5 } else { 1.0 };
        let host = scene.moment.flow.client.address;
        let (from, place, words) = (shown(from), shown(place), order.shown());
        let said = match to {
            Target::Topic => format!("the topic of {place} gives {host} an order: \"{words}\""),
            Target::Channel => format!("{from} gives {host} an order in {place}: \"{words}\""),
            Target::Private => format!("{from} gives {host} an order in private: \"{words}\""),
        };
        let key = String::from_utf8_lossy(&order.verb.to_ascii_lowercase()).into_owned();
        let evidence = scene.evidence(Direction::Client, row, key, said).strength(strength);
        findings.push(
            evidence
                .tie(scene.channel_tie(spoken.place))
                .tie(format!("nick:{}", shown(&spoken.from.to_ascii_lowercase()))),
        );
    }
}

impl Spoken<'_> {
    /// The row that an order in them makes.
    fn row(&self, scene: &Scene<'_>) -> &'static str {
        let operator = || scene.session().is_some_and(|session| session.is_operator(self.place, self.from));
        match self.to {
            Target::Topic => "D18.topic",
            Target::Channel if !operator() => "D18.other",
            Target::Channel | Target::Private => "D18.private",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};
    use wiretale_irc::{Event, Wire};

    #[test]
    fn a_topic_a_private_word_and_a_stranger_weigh_differently() {
        let mut play = Play::of(Orders);
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
    fn a_channel_of_people_gives_none() {
        let mut play = Play::of(Orders);
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
}
