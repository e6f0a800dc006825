//! Generated scenarios, scored.

use std::time::Duration;

use wiretale::packet::{Address, Timestamp};
use wiretale::score::{Scorer, Stage, Weights};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_testkit::scenario::{Family, Scenario, Side, Switches, Truth, benign, malicious};
use wiretale_testkit::{Weather, lend};

use crate::material::{Finding, Material, scorer};

/// Every family in every weather, with seeds that no test uses.
pub(crate) fn all(weights: &Weights) -> Vec<Material> {
    let mut all = Vec::new();
    for family in malicious().iter().chain(benign()) {
        for (weather, seed) in weathers() {
            all.push(scored(family.scenario(weather, seed), weights));
        }
    }
    all
}

/// The same, in good weather, through worse captures.
pub(crate) fn views(weights: &Weights) -> Vec<(&'static str, Vec<Material>)> {
    let whole = Switches::default();
    let views = [
        ("whole", whole),
        ("begun 1 min late", Switches { begins: Duration::from_secs(60), ..whole }),
        ("begun 5 min late", Switches { begins: Duration::from_secs(300), ..whole }),
        ("home's side only", Switches { only: Some(Side::Home), ..whole }),
        ("outside's side only", Switches { only: Some(Side::Outside), ..whole }),
        ("5 % twice, 5 % swapped", Switches { twice: 0.05, swapped: 0.05, ..whole }),
    ];
    let through = |view: &Switches, family: &Family| family.scenario(Weather::default(), FIRST).through(view);
    let families = || malicious().iter().chain(benign());
    views.map(|(name, view)| (name, families().map(|family| scored(through(&view, family), weights)).collect())).into()
}

fn weathers() -> impl Iterator<Item = (Weather, u64)> {
    let all = [1, 20, 150].into_iter().flat_map(|rtt| [0.0, 0.02].map(|loss| (Duration::from_millis(rtt), loss)));
    all.flat_map(|(rtt, loss)| (FIRST..FIRST + SEEDS).map(move |seed| (Weather { rtt, loss }, seed)))
}

fn scored(scenario: Scenario, weights: &Weights) -> Material {
    let mut analyzer = Analyzer::<Standard, Scorer>::new(scorer(weights), Settings::default());
    for (number, frame) in (1..).zip(&scenario.frames) {
        analyzer.packet(lend(frame), number);
    }
    let times: Vec<Timestamp> = scenario.frames.iter().map(|(at, _)| *at).collect();
    let hosts = |host: &Address| (host.to_ip(), scenario.compromised.contains(host));
    let hosts = scenario.hosts.iter().map(hosts).collect();
    let truth = scenario.truth.iter().map(|truth| finding(truth, &times)).collect();
    Material::new(scenario.family, times, analyzer.finish(), hosts, truth, weights)
}

fn finding(truth: &Truth, times: &[Timestamp]) -> Finding {
    let frame = times.partition_point(|at| *at < truth.at).min(times.len().saturating_sub(1)) as u64 + 1;
    Finding {
        host: truth.host.to_ip(),
        frames: (frame, frame),
        stage: Stage::ALL[usize::from(truth.stage.clamp(1, 6)) - 1],
        told_by: truth.told_by.iter().map(|name| (*name).to_owned()).collect(),
    }
}

const FIRST: u64 = 101;
const SEEDS: u64 = 3;
