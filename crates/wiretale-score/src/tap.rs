//! What a capture shows of what home hosts send.
//!
//! Until a home host says its first word to the outside, nobody knows whether the capture has both sides, and strangers may
//! have spoken to hosts that are not there. Scoring accuses: it believes nothing of that until [`ENOUGH`] packets show that
//! no answer is ever captured. Reports list (`wiretale_report`'s `hearsay.rs`): they believe all of it until the first
//! word, so that of a capture with one side, however short, no password that crossed is left out.

use wiretale_protocol::Direction;

use crate::Facts;

/// Does the capture have both sides? Its tap may sit where nothing passes that home hosts send.
#[derive(Default, Debug)]
pub(crate) struct Tap {
    // A home host said something to the outside.
    both: bool,
    // Somebody outside said something to a home host that took part.
    outside: bool,
    // Packets from outside for home hosts of which nothing was seen.
    unanswered: u32,
}

impl Tap {
    /// A packet passed in a flow with these ends at home, of which those in `there` took part. What passes between home
    /// addresses tells nothing: a stranger may write them on what he sends.
    #[inline]
    pub(crate) const fn passed(&mut self, ends: [bool; 2], from: Direction, there: [bool; 2]) {
        match (ends[from.index()], ends[from.opposite().index()]) {
            (true, false) => self.both = true,
            (false, true) if there[from.opposite().index()] => self.outside = true,
            (false, true) => self.unanswered = self.unanswered.saturating_add(1),
            _ => {}
        }
    }

    /// Is it to be seen what home hosts send?
    pub(crate) const fn shows_home(&self) -> bool {
        self.both
    }

    /// Is a flow's server out of sight, in a capture that shows nothing of what others send to home hosts? Elsewhere who
    /// does not answer is silent, and anybody can speak to him in a home host's name.
    pub(crate) const fn hides_server(&self, facts: &Facts) -> bool {
        facts.is_server_unseen() && !self.outside
    }

    /// Is nothing to be seen of what home hosts send, wherever one looks?
    pub(crate) const fn is_one_sided(&self) -> bool {
        !self.both && self.unanswered >= ENOUGH
    }
}

// Packets of strangers that no tap with both sides sees before a home host says its first word.
const ENOUGH: u32 = 16;

#[cfg(test)]
mod tests {
    use wiretale_packet::Flags;

    use crate::testing::{Client, HOST, IRCD, Play, Server};
    use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

    // Tells of each word that is said to a home client.
    struct Words;

    impl Detector for Words {
        fn name(&self) -> &'static str {
            "T02"
        }

        fn hears(&self) -> Hears {
            Hears::IRC_HEARD
        }

        fn ends(&self) -> Ends {
            Ends::CLIENT
        }

        fn hear(&mut self, scene: &Scene<'_>, _: &Fact<'_>, findings: &mut Findings) {
            findings.push(scene.evidence(Client, "T02.heard", "key", "heard"));
        }
    }

    // A word reaches a host that answers with this, if at all, and then another one.
    fn believed(answer: Option<Flags>) -> usize {
        let mut play = Play::of(Words);
        let flow = play.met(0.0, HOST, IRCD, 6667);
        play.passes(flow, 0.0, Server, Flags::ACK);
        play.heard(flow, 0.0, "h3rd3r", "bot", ".login x");
        if let Some(flags) = answer {
            play.passes(flow, 0.1, Client, flags);
        }
        play.passes(flow, 0.2, Server, Flags::ACK);
        play.heard(flow, 0.2, "h3rd3r", "bot", ".login x");
        play.rows().len()
    }

    #[test]
    fn what_is_said_to_one_who_is_not_there_is_nothing() {
        assert_eq!((believed(None), believed(Some(Flags::RST)), believed(Some(Flags::ACK))), (0, 0, 1));
    }

    #[test]
    fn where_no_answer_is_ever_seen_none_is_missed() {
        let mut play = Play::of(Words);
        let flow = play.met(0.0, HOST, IRCD, 6667);
        (0..super::ENOUGH).for_each(|_| play.passes(flow, 0.0, Server, Flags::ACK));
        play.heard(flow, 0.0, "h3rd3r", "bot", ".login x");
        assert_eq!(play.rows().len(), 1);
        // Another host's word tells that the capture has both sides; one with a borrowed address tells nothing.
        let within = play.met(1.0, [10, 0, 0, 8], HOST, 445);
        play.passes(within, 1.0, Client, Flags::SYN);
        play.heard(flow, 1.0, "h3rd3r", "bot", ".login x");
        let other = play.met(2.0, [10, 0, 0, 8], [198, 51, 100, 9], 443);
        play.passes(other, 2.0, Client, Flags::SYN);
        play.heard(flow, 2.0, "h3rd3r", "bot", ".login x");
        assert_eq!(play.rows().len(), 2);
    }
}
