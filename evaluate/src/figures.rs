//! What is counted.

use std::net::IpAddr;

use wiretale::score::Weights;
use wiretale_testkit::Random;

use crate::material::Material;
use crate::models::Model;

/// Right and wrong, by host.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counts {
    pub(crate) found: u32,
    pub(crate) missed: u32,
    pub(crate) accused: u32,
    pub(crate) cleared: u32,
}

impl Counts {
    pub(crate) fn of(model: Model, material: &Material, weights: &Weights) -> Self {
        let mut counts = Self::default();
        for (host, compromised) in &material.hosts {
            let alarm = model.accuses(material, *host, weights);
            *match (compromised, alarm) {
                (true, true) => &mut counts.found,
                (true, false) => &mut counts.missed,
                (false, true) => &mut counts.accused,
                (false, false) => &mut counts.cleared,
            } += 1;
        }
        counts
    }

    pub(crate) fn sum(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::default(), |a, b| Self {
            found: a.found + b.found,
            missed: a.missed + b.missed,
            accused: a.accused + b.accused,
            cleared: a.cleared + b.cleared,
        })
    }

    pub(crate) fn precision(&self) -> Option<f64> {
        share(self.found, self.found + self.accused)
    }

    pub(crate) fn recall(&self) -> Option<f64> {
        share(self.found, self.found + self.missed)
    }

    pub(crate) fn f1(&self) -> Option<f64> {
        share(2 * self.found, 2 * self.found + self.accused + self.missed)
    }
}

/// Where F1 lies for 95 of 100 draws of as many captures, with replacement.
pub(crate) fn interval(captures: &[Counts]) -> Option<(f64, f64)> {
    let mut random = Random::new(9);
    let any = |random: &mut Random| captures[random.between(0, captures.len() as u64) as usize];
    let draw = |random: &mut Random| Counts::sum((0..captures.len()).map(|_| any(random))).f1();
    if captures.is_empty() {
        return None;
    }
    let mut draws: Vec<f64> = (0..1000).filter_map(|_| draw(&mut random)).collect();
    draws.sort_by(f64::total_cmp);
    Some((*draws.get(draws.len() / 40)?, *draws.get(draws.len() * 39 / 40)?))
}

/// From the first malicious frame about a host to the alarm: frames and seconds, sorted.
pub(crate) fn delays(model: Model, all: &[Material], weights: &Weights) -> (Vec<u64>, Vec<f64>) {
    let (mut frames, mut seconds) = (Vec::new(), Vec::new());
    for material in all {
        for (host, began) in compromised(material) {
            let Some(alarm) = model.alarm(material, host, weights) else { continue };
            frames.push(alarm.saturating_sub(began));
            let times = material.time(alarm).zip(material.time(began));
            seconds.push(times.map_or(0.0, |(alarm, began)| alarm.since(began).as_secs_f64()));
        }
    }
    frames.sort_unstable();
    seconds.sort_by(f64::total_cmp);
    (frames, seconds)
}

/// Compromised hosts, and the first malicious frame about each.
pub(crate) fn compromised(material: &Material) -> impl Iterator<Item = (IpAddr, u64)> {
    let hosts = material.hosts.iter().filter(|(_, compromised)| **compromised);
    hosts.filter_map(|(host, _)| Some((*host, material.began(*host)?)))
}

/// The probability that our model gives to each host, and whether it was compromised.
pub(crate) fn beliefs(all: &[Material], weights: &Weights) -> Vec<(f64, bool)> {
    let prior = 1.0 / (1.0 + 10f64.powf(-weights.model.prior / 10.0));
    let of = |material: &Material, host: &IpAddr| material.cases.get(host).map_or(prior, |case| case.probability());
    all.iter().flat_map(|material| material.hosts.iter().map(|(host, truth)| (of(material, host), *truth))).collect()
}

/// The mean squared error of beliefs.
pub(crate) fn brier(beliefs: &[(f64, bool)]) -> f64 {
    let error = |(belief, truth): &(f64, bool)| (belief - f64::from(u8::from(*truth))).powi(2);
    beliefs.iter().map(error).sum::<f64>() / beliefs.len().max(1) as f64
}

/// Days for which hosts that were not compromised were watched.
pub(crate) fn innocent_days(all: &[Material]) -> f64 {
    let innocent = |material: &Material| material.hosts.values().filter(|compromised| !**compromised).count() as f64;
    all.iter().map(|material| innocent(material) * material.seconds / 86_400.0).sum()
}

/// The value that this share of the sorted ones does not exceed.
pub(crate) fn quantile<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).ceil() as usize).copied()
}

pub(crate) fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}
