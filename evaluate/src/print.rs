//! Tables of at most a hundred columns.

use std::collections::BTreeMap;

use wiretale::score::{Level, Weights};

use crate::figures::{Counts, beliefs, brier, compromised, delays, innocent_days, interval, quantile, share};
use crate::material::Material;
use crate::models::Model;
use crate::order::{Story, story};

/// Everything about one body of captures.
pub(crate) fn section(title: &str, all: &[Material], weights: &Weights) {
    println!("== {title}");
    if all.is_empty() {
        println!("   nothing\n");
        return;
    }
    let hosts: usize = all.iter().map(|material| material.hosts.len()).sum();
    let guilty = all.iter().flat_map(|material| material.hosts.values()).filter(|guilty| **guilty).count();
    println!("   {} captures, {hosts} hosts of home, {guilty} of them compromised\n", all.len());
    compared(all, weights);
    soon(all, weights);
    told(all);
    calibrated(all, weights);
}

/// How each family fares.
pub(crate) fn families(all: &[Material], weights: &Weights) {
    println!("== generated scenarios by family");
    println!("   {:<18}{:>7}{:>10}{:>10}{:>12}{:>14}", "family", "hosts", "at high", "accused", "least dB", "most dB");
    let mut families: Vec<(&str, Vec<&Material>)> = Vec::new();
    for material in all {
        match families.iter_mut().find(|(name, _)| *name == material.name) {
            Some((_, list)) => list.push(material),
            None => families.push((&material.name, vec![material])),
        }
    }
    for (name, list) in families {
        let counts = Counts::sum(list.iter().map(|material| Counts::of(Model::Ours(2), material, weights)));
        let guilty = counts.found + counts.missed;
        // Of benign families, the scores of all hosts.
        let about = |material: &&&Material| {
            let material: &Material = material;
            let peak = |(host, bad): (&std::net::IpAddr, &bool)| {
                (*bad || guilty == 0).then(|| material.cases.get(host).map_or(weights.model.prior, |case| case.peak_db))
            };
            material.hosts.iter().filter_map(peak).collect::<Vec<f64>>()
        };
        let mut peaks: Vec<f64> = list.iter().flat_map(|material| about(&material)).collect();
        peaks.sort_by(f64::total_cmp);
        let found = if guilty == 0 { "-".to_owned() } else { format!("{}/{guilty}", counts.found) };
        let [low, high] = [0.0, 1.0].map(|at| quantile(&peaks, at).unwrap_or(weights.model.prior));
        let hosts = counts.cleared + counts.accused + guilty;
        println!("   {name:<18}{hosts:>7}{found:>10}{:>10}{low:>12.1}{high:>14.1}", counts.accused);
    }
    println!();
}

/// How much worse captures cost.
pub(crate) fn views(views: &[(&str, Vec<Material>)], weights: &Weights) {
    println!("== generated scenarios through worse captures (RTT 20 ms, no loss; recall at high, all families)");
    println!("   {:<24}{:>8}{:>9}{:>14}{:>10}   not found", "capture", "recall", "begun", "recall there", "accused");
    for (name, all) in views {
        let counts = Counts::sum(all.iter().map(|material| Counts::of(Model::Ours(2), material, weights)));
        let begun: Vec<bool> = all.iter().flat_map(|material| begun(material, weights)).collect();
        let (many, found) = (begun.len() as u32, begun.iter().filter(|found| **found).count() as u32);
        let lost = beside(all.iter().filter_map(|material| lost(material, weights)));
        let [recall, there] = [counts.recall(), share(found, many)].map(percent);
        println!("   {name:<24}{recall:>8}{many:>9}{there:>14}{:>10}   {lost}", counts.accused);
    }
    println!("   begun: compromised hosts of whose deeds one begins in the capture, and the recall of these;");
    println!("   (of families in brackets all had begun before: what is left is at most the end of something)\n");
}

// Of each compromised host of whose deeds one begins in the capture: is it found?
fn begun(material: &Material, weights: &Weights) -> impl Iterator<Item = bool> {
    compromised(material).map(|(host, _)| Model::Ours(2).accuses(material, host, weights))
}

// The name of a capture in which somebody is not found; in brackets where nothing begins in it.
fn lost(material: &Material, weights: &Weights) -> Option<String> {
    if Counts::of(Model::Ours(2), material, weights).missed == 0 {
        return None;
    }
    let name = &material.name;
    Some(if compromised(material).next().is_some() { name.clone() } else { format!("({name})") })
}

// Names in the last column, on as many lines as they take.
fn beside(names: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + name.len() <= LAST => *line = format!("{line} {name}"),
            _ => lines.push(name),
        }
    }
    lines.join(&format!("\n{:BEFORE$}", ""))
}

fn compared(all: &[Material], weights: &Weights) {
    let days = innocent_days(all);
    println!(
        "   {:<26}{:>10}{:>8}{:>7}{:>16}{:>10}{:>20}",
        "model", "precision", "recall", "F1", "95 % of F1", "accused", "/1,000 host-days"
    );
    for model in Model::COMPARED {
        let each: Vec<Counts> = all.iter().map(|material| Counts::of(model, material, weights)).collect();
        let counts = Counts::sum(each.iter().copied());
        let interval = interval(&each).map_or_else(|| "-".to_owned(), |(low, high)| format!("{low:.2} to {high:.2}"));
        println!(
            "   {:<26}{:>10}{:>8}{:>7}{interval:>16}{:>10}{:>20.1}",
            model.name(),
            percent(counts.precision()),
            percent(counts.recall()),
            decimal(counts.f1()),
            counts.accused,
            f64::from(counts.accused) * 1000.0 / days.max(1e-9)
        );
    }
    println!("   innocent hosts were watched for {days:.2} host-days; intervals draw captures again\n");
}

fn soon(all: &[Material], weights: &Weights) {
    println!(
        "   {:<26}{:>8}{:>22}{:>22}",
        "time to the alarm", "alarms", "packets, median (p90)", "seconds, median (p90)"
    );
    for model in [1, 2, 3].map(Model::Ours).into_iter().chain(Model::COMPARED.into_iter().skip(1)) {
        let (frames, seconds) = delays(model, all, weights);
        let both = |of: fn(&[f64], f64) -> Option<f64>, values: &[f64]| {
            of(values, 0.5).zip(of(values, 0.9)).map_or_else(|| "-".to_owned(), |(a, b)| format!("{a:.0} ({b:.0})"))
        };
        let frames: Vec<f64> = frames.into_iter().map(|frames| frames as f64).collect();
        let of = quantile::<f64>;
        println!("   {:<26}{:>8}{:>22}{:>22}", model.name(), frames.len(), both(of, &frames), both(of, &seconds));
    }
    println!("   from the first malicious packet to that with which enough was known, in the order it became known\n");
}

fn told(all: &[Material]) {
    let mut by_name: BTreeMap<&str, Vec<Story>> = BTreeMap::new();
    for material in all {
        let stories = compromised(material).filter_map(|(host, _)| Some(story(material, material.cases.get(&host)?)));
        by_name.entry(&material.name).or_default().extend(stories);
    }
    println!(
        "   {:<18}{:>7}{:>18}{:>16}{:>12}{:>12}",
        "the story told", "cases", "findings told", "stages told", "tau, mean", "least"
    );
    let total: Vec<Story> = by_name.values().flatten().copied().collect();
    for (name, stories) in by_name.iter().map(|(name, stories)| (*name, stories)).chain([("all", &total)]) {
        if stories.is_empty() {
            continue;
        }
        let sum =
            |of: fn(&Story) -> (usize, usize)| stories.iter().map(of).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        let part = |(all, told): (usize, usize)| format!("{told}/{all}");
        let taus: Vec<f64> = stories.iter().filter_map(|story| story.tau).collect();
        // A story of fewer than two findings has no order.
        let shown = |tau: f64| if taus.is_empty() { "-".to_owned() } else { format!("{tau:.3}") };
        let mean = shown(taus.iter().sum::<f64>() / taus.len() as f64);
        let least = shown(taus.iter().copied().fold(1.0, f64::min));
        let (findings, stages) = (part(sum(|story| story.findings)), part(sum(|story| story.stages)));
        println!("   {name:<18}{:>7}{findings:>18}{stages:>16}{mean:>12}{least:>12}", stories.len());
    }
    println!();
}

fn calibrated(all: &[Material], weights: &Weights) {
    let beliefs = beliefs(all, weights);
    println!("   our model's probabilities: Brier {:.4} over {} hosts", brier(&beliefs), beliefs.len());
    println!("   {:<26}{:>8}{:>16}{:>16}", "level (P)", "hosts", "mean P", "compromised");
    let begins = weights.model.levels;
    let levels = [Level::Info, Level::Low, Level::Medium, Level::High, Level::Critical];
    let mut error = 0.0;
    for level in levels {
        let db = |belief: f64| 10.0 * (belief / (1.0 - belief).max(1e-12)).log10();
        let here: Vec<&(f64, bool)> =
            beliefs.iter().filter(|(belief, _)| Level::of(db(*belief), &begins) == level).collect();
        let count = here.len();
        let mean = here.iter().map(|(belief, _)| belief).sum::<f64>() / count.max(1) as f64;
        let bad = here.iter().filter(|(_, bad)| *bad).count();
        let observed = share(bad as u32, count as u32);
        error += observed.map_or(0.0, |observed| (observed - mean).abs() * count as f64 / beliefs.len() as f64);
        let mean = if count == 0 { "-".to_owned() } else { format!("{mean:.3}") };
        println!(
            "   {:<26}{count:>8}{mean:>16}{:>16}",
            level.as_str(),
            observed.map_or_else(|| "-".to_owned(), |p| format!("{p:.3}"))
        );
    }
    println!("   expected calibration error {error:.3} over these five bins\n");
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn decimal(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"))
}

// What stands before the last column, and how wide that is.
const BEFORE: usize = 71;
const LAST: usize = 29;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_a_hundred_columns() {
        let names = (0..9).map(|n| format!("(family-{n})"));
        let text = " ".repeat(BEFORE) + &beside(names);
        assert!(text.lines().all(|line| line.len() <= 100) && text.lines().count() == 5, "{text}");
        assert_eq!(text.split_whitespace().count(), 9);
    }
}
