//! A detector of one's own beside the standard ones: hosts at home that speak IRC at night.
//!
//! `cargo run --example own_detector -- FILE...`

use wiretale::score::{Detector, Fact, Findings, Hears, Home, Inventory, Scene, Scorer, Weights, standard};
use wiretale::{Settings, analyze};

/// IRC between midnight and five, UTC.
struct NightOwl;

impl Detector for NightOwl {
    fn name(&self) -> &'static str {
        "X01"
    }

    fn hears(&self) -> Hears {
        Hears::RECOGNIZED
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let hour = scene.moment.at.nanos().div_euclid(3_600_000_000_000).rem_euclid(24);
        if !matches!(fact, Fact::Recognized("irc")) || hour >= 5 {
            return;
        }
        for end in scene.home_ends() {
            let host = scene.moment.flow.speaker(end).address;
            let text = format!("{host} speaks IRC at {hour:02} o'clock");
            findings.push(scene.evidence(end, "X01.night", "night", text));
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Its weight stands in a table of one's own, or is put in by hand.
    let mut weights = Weights::built_in();
    let night = toml::from_str("weight = 2.0\nstage = \"S4\"\ngroup = \"ircport\"\nsource = \"a guess\"\n")?;
    weights.evidence.entry("X01".into()).or_default().insert("night".into(), night);

    let mut detectors = standard();
    detectors.push(Box::new(NightOwl));
    let scorer = Scorer::with(detectors, Home::default(), Inventory::default(), weights);
    let scorer = analyze(std::env::args().skip(1), Settings::default(), scorer)?.observer;
    for case in scorer.cases() {
        println!("{} {} {:+.1} dB", case.host, case.level.as_str(), case.peak_db);
        for row in case.evidence.iter().filter(|row| row.row == "X01.night") {
            println!("    {}", row.text);
        }
    }
    Ok(())
}
