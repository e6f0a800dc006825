//! What listens while captures are read.

use wiretale::files::Extract;
use wiretale::score::Scorer;
use wiretale::{Analyzer, Standard};
use wiretale_report::case::Chronicle;
use wiretale_report::{Directory, Home, Logs, Options, Streams};

use crate::args::{self, Analyze};
use crate::case::{self, Tables};
use crate::failure::Failure;
use crate::folder::{self, EVIDENCE};

/// The logs, and beside them what makes cases.
pub(crate) type Observers = (Logs<Directory>, (Scorer, Chronicle));

/// What tells them.
pub(crate) type Line = Analyzer<Standard, Observers>;

/// The observers that a command line asks for; the folder that they write to is made ready.
pub(crate) fn observers(args: &Analyze, tables: &Tables) -> Result<Observers, Failure> {
    let home = tables.home(&args.home);
    let scorer = Scorer::new(home.clone(), tables.inventory.clone(), tables.weights.clone());
    Ok((logs(args, tables)?, (scorer, Chronicle::new(home))))
}

fn logs(args: &Analyze, tables: &Tables) -> Result<Logs<Directory>, Failure> {
    let names: Vec<&'static str> = wiretale_report::logs::ALL.iter().map(|table| table.name).collect();
    let directory = folder::ready(&args.out, &names)?;
    // From now on it is known that a run was here.
    case::write(&args.out, EVIDENCE, "")?;
    let extract = args.extract.as_ref().map(|dir| Extract::new(dir, EXTRACT_AT_MOST)).transpose();
    let streams = args.streams.as_ref().map(Streams::create).transpose();
    let options = Options {
        format: format(args),
        home: Home::new(tables.networks(&args.home)),
        messages: args.messages,
        hashes: args.hashes,
        streams: streams.map_err(|error| Failure::folder(&error.path, error.source))?,
        extract: extract.map_err(|error| Failure::folder(&error.path, error.source))?,
    };
    Ok(Logs::new(directory, options))
}

/// How the logs are written.
pub(crate) const fn format(args: &Analyze) -> wiretale_report::Format {
    match args.format {
        args::Format::Tsv => wiretale_report::Format::Tsv,
        args::Format::Json => wiretale_report::Format::Json,
    }
}

// Zeek's limit of one extracted file.
const EXTRACT_AT_MOST: u64 = 100 << 20;
