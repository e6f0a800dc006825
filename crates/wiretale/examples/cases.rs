//! Prints the cases that a capture makes, worst first, with what each stands on: `cases CAPTURE... [--evidence]`.

use wiretale::score::{Case, Home, Inventory, Scorer, Weights};
use wiretale::{Settings, analyze};

fn main() -> Result<(), wiretale::capture::Error> {
    let (flags, paths): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let scorer = Scorer::new(Home::default(), Inventory::default(), Weights::built_in());
    let read = analyze(&paths, Settings::default(), scorer)?;
    for case in read.observer.cases() {
        show(&case, flags.iter().any(|flag| flag == "--evidence"));
    }
    for trouble in read.trouble {
        eprintln!("{trouble}");
    }
    Ok(())
}

fn show(case: &Case, all: bool) {
    let (host, level, stages) = (case.host, case.level.as_str(), &case.stages);
    println!("{host}: {level}, {:.1} dB at its peak, {:.1} at the end, {stages:?}", case.peak_db, case.score_db);
    for part in &case.contributions {
        println!(
            "  {:+5.1} of {:+5.1}  {} {} x{}: {}",
            part.db, part.raw_db, part.row, part.key, part.times, part.text
        );
    }
    for link in &case.links {
        println!("  {:+5.1}  {} {} after {} {}: {}", link.db, link.to.0, link.to.1, link.from.0, link.from.1, link.by);
    }
    if case.benign_db < 0.0 || case.campaign_db > 0.0 {
        println!(
            "  {:+5.1} benign context, {:+5.1} for what its peers did elsewhere",
            case.benign_db, case.campaign_db
        );
    }
    for row in case.evidence.iter().filter(|_| all) {
        println!("    {:.3} {} {}: {}", row.time_ns as f64 / 1e9, row.row, row.key, row.text);
    }
}
