//! `wiretale score`: cases from evidence that was written before.

use std::fs;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::Path;

use wiretale::score::{Evidence, Names, cases};
use wiretale_report::case::{Chronicle, Dossier, Terminal, notices, read_evidence};
use wiretale_report::{Format, Writer};

use crate::args::{Score, Scoring};
use crate::case::{self, Tables};
use crate::failure::Failure;
use crate::folder;

/// Reads the evidence, folds it, prints the cases and writes what is asked for.
pub(crate) fn run(args: &Score) -> Result<(), Failure> {
    let Scoring { letter, exposure, stix, ecs, .. } = args.scoring;
    if args.out.is_none() && (letter || exposure || stix || ecs) {
        let why = "--letter, --exposure, --stix and --ecs write files: say where with --out";
        return Err(Failure::Refused(why.into()));
    }
    let tables = Tables::read(&args.scoring)?;
    let mut evidence = read(&args.evidence)?;
    tables.tie(&mut evidence);
    let cases = cases(evidence, &tables.weights);
    let (chronicle, names) = (Chronicle::new(tables.home(&args.home)), Names::default());
    let (weights, inventory) = (&tables.weights, &tables.inventory);
    let dossier = Dossier {
        cases: &cases,
        weights,
        inventory,
        names: &names,
        chronicle: &chronicle,
        files: &[],
        lacks: &[],
        notes: &[],
        written: args.out.is_some(),
    };
    if let Some(out) = &args.out {
        let mut writer = Writer::new(folder::ready_for_score(out)?, Format::Tsv);
        notices(&mut writer, &dossier);
        writer.finish()?;
        case::write_all(out, &args.scoring, &dossier, false)?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    write!(out, "{}", Terminal(dossier))
        .and_then(|()| args.out.as_ref().map_or(Ok(()), |dir| writeln!(out, "\n{}", case::are_in("Cases", dir))))
        .and_then(|()| case::print_rules(&mut out, &args.scoring, &dossier))
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Evidence from a file, or from standard input if it is called `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<Evidence>, Failure> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text).map_err(Failure::Input)?
    } else {
        fs::read_to_string(path).map_err(|error| Failure::reading(path, error))?
    };
    read_evidence(&text).map_err(|error| Failure::File { path: path.to_owned(), reason: error.to_string() })
}
