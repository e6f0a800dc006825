use super::observe::is_in_vain;
use super::*;
use crate::testing::{HOST, Play};
use wiretale_protocol::{Observer as _, Side, State, Summary};

// Says something of each flow that begins.
struct Hearing(Hears);

impl Detector for Hearing {
    fn name(&self) -> &'static str {
        "T01"
    }

    fn hears(&self) -> Hears {
        self.0
    }

    fn ends(&self) -> Ends {
        Ends::OUT
    }

    fn hear(&mut self, scene: &Scene<'_>, _: &Fact<'_>, findings: &mut Findings) {
        findings.push(scene.evidence(Direction::Client, "T01.heard", "key", "t".repeat(1000)));
    }
}

#[test]
fn what_was_found_counts_as_memory() {
    let mut play = Play::of(Hearing(Hears::OPENED));
    let before = play.scorer().memory();
    for _ in 0..100 {
        play.open(0.0, HOST, [198, 51, 100, 9], 80);
    }
    let (found, grown) = (play.evidence().len(), play.scorer().memory() - before);
    assert!(found == 100 && (110_000..200_000).contains(&grown), "{grown}");
}

#[test]
fn who_wakes_for_a_kind_alone_is_of_its_family() {
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    for (kind, wakes) in (0..).map(Hears::nth).zip(&scorer.wakes) {
        for Wakes { kind: alone, family } in wakes {
            let family = family.iter().filter(|woken| woken.hears.has(kind));
            assert!(family.map(|woken| woken.index).eq(alone.iter().map(|woken| woken.index)), "{kind:?}");
        }
    }
}

#[test]
fn lines_and_others_are_wanted_where_somebody_waits_for_them() {
    let wants = |detectors| {
        let scorer = Scorer::with(detectors, Home::default(), Inventory::default(), Weights::built_in());
        (scorer.wants_messages(), scorer.wants_others())
    };
    assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC_LINE | Hears::CLOSED))]), (true, false));
    assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC_OTHERS))]), (false, true));
    assert_eq!(wants(vec![Box::new(Hearing(Hears::IRC | Hears::IRC_UNKNOWN))]), (false, false));
    assert_eq!(wants(detectors::standard()), (false, false));
}

#[test]
fn what_came_to_nothing_wakes_only_those_who_wait_for_it() {
    let closed = |state, bytes| {
        let side = Side { bytes, packets: 1, ip_bytes: 40 };
        let (started, duration, history, services) = (Timestamp::default(), None, &b"S"[..], &[][..]);
        let (missed, ip_protocol, first_frame, last_frame) = (0, 6, 1, 1);
        let (client, server) = (side, Side::default());
        Summary {
            started,
            duration,
            client,
            server,
            state,
            history,
            missed,
            services,
            ip_protocol,
            first_frame,
            last_frame,
        }
    };
    assert!(is_in_vain(&closed(State::S0, None)) && is_in_vain(&closed(State::Rej, Some(0))));
    // A SYN may bring bytes.
    assert!(!is_in_vain(&closed(State::S0, Some(5))) && !is_in_vain(&closed(State::Rsto, Some(0))));
    let wakes = |hears: Hears| {
        let detectors: Vec<Box<dyn Detector>> = vec![Box::new(Hearing(hears))];
        let scorer = Scorer::with(detectors, Home::default(), Inventory::default(), Weights::built_in());
        [Hears::TALKED, Hears::IRC_CLOSED, Hears::IN_VAIN].map(|kind| scorer.anyone_wakes(kind))
    };
    assert_eq!(wakes(Hears::CLOSED), [true, true, true]);
    assert_eq!(wakes(Hears::TALKED), [true, true, false]);
    assert_eq!(wakes(Hears::IRC_CLOSED), [false, true, false]);
}
