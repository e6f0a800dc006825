//! Scenarios are what they say they are.

use super::*;
use std::time::Duration;

fn all() -> impl Iterator<Item = &'static Family> {
    malicious().iter().chain(benign())
}

#[test]
fn a_seed_gives_the_same_frames_and_another_one_others() {
    for family in all() {
        let [a, b, c] = [1, 1, 2].map(|seed| family.scenario(Weather::default(), seed).frames);
        assert_eq!(a, b, "{}", family.name);
        assert_ne!(a, c, "{}", family.name);
    }
}

#[test]
fn only_intrusions_have_a_truth_to_tell() {
    for family in malicious() {
        let scenario = family.scenario(Weather::default(), 1);
        assert!(!scenario.is_benign() && scenario.truth.len() >= 2, "{}", family.name);
        assert!(scenario.truth.iter().all(|truth| scenario.compromised.contains(&truth.host)));
        assert!(scenario.compromised.iter().all(|host| scenario.hosts.contains(host)), "{}", family.name);
        assert!(scenario.hosts.len() > scenario.compromised.len(), "{}", family.name);
    }
    assert!(benign().iter().all(|family| family.scenario(Weather::default(), 1).is_benign()));
}

#[test]
fn a_worse_capture_has_less_or_more() {
    let whole = malicious()[0].scenario(Weather::default(), 1);
    let frames = whole.frames.len();
    let late = whole.clone().through(&Switches { begins: Duration::from_secs(60), ..Switches::default() });
    assert!(late.frames.len() < frames && late.truth.len() < whole.truth.len());
    let [home, outside] = [Side::Home, Side::Outside]
        .map(|side| whole.clone().through(&Switches { only: Some(side), ..Switches::default() }).frames.len());
    assert_eq!(home + outside, frames);
    let messy = whole.through(&Switches { twice: 0.1, swapped: 0.1, ..Switches::default() });
    assert!(messy.frames.len() > frames && messy.frames.is_sorted_by_key(|(at, _)| *at));
}
