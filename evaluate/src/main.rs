//! How often cases are right, how soon, and what simpler models make of the same evidence.
//!
//! `cargo run --release -p wiretale-evaluate -- tests/data` scores the lab's recordings in that folder (those that are
//! absent are passed over with a line) and generated scenarios, and reports each apart. The same input gives the same
//! output.
//!
//! Nothing is fitted here: the weights are the built-in ones. The recordings were at hand while the detectors were
//! written, so what is said of them is no forecast. The scenarios' seeds are none that a test uses, but their families were
//! known, and two choices followed from a look at them: what makes a second stage, and which stray packets are awaited.
#![forbid(unsafe_code)]

mod figures;
mod material;
mod models;
mod order;
mod print;
mod recordings;
mod rishi;
mod scenarios;

use std::path::PathBuf;
use std::process::ExitCode;

use wiretale::score::Weights;

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let weights = Weights::built_in();
    println!("weights: version {}, built in; none was fitted on what follows\n", weights.version);
    match &folder {
        Some(folder) => {
            let recordings = recordings::all(folder, &weights);
            print::section("recordings of the lab (known while the detectors were written)", &recordings, &weights);
        }
        None => println!("no folder of recordings named: only generated scenarios\n"),
    }
    let generated = scenarios::all(&weights);
    print::section("generated scenarios (RTT 1, 20, 150 ms; loss 0 and 2 %)", &generated, &weights);
    print::families(&generated, &weights);
    print::views(&scenarios::views(&weights), &weights);
    ExitCode::SUCCESS
}
