//! The folder that results go to.

use std::fs;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use wiretale_report::Directory;
use wiretale_report::case::is_blank;

use crate::failure::Failure;

/// Makes a folder ready for these logs and what is made of cases. What an earlier run left there goes, so that what lies
/// there afterwards is of one run, but for letters that somebody filled in: they get another name.
///
/// Refused where files of these names lie in a folder in which no run has been: they are somebody else's.
pub(crate) fn ready(out: &Path, logs: &[&'static str]) -> Result<Directory, Failure> {
    let logs_there = logs.iter().map(|log| format!("{log}.log"));
    let names: Vec<String> = logs_there.chain(MADE.iter().map(|name| (*name).to_owned())).collect();
    if !MARKS.iter().any(|mark| out.join(mark).exists())
        && let Some(name) = names.iter().find(|name| out.join(name).exists())
    {
        let (out, why) = (out.display(), "which no earlier run wrote, as it seems");
        return Err(Failure::Refused(format!("{out} has a {name} already, {why}: name another folder with --out")));
    }
    let directory = Directory::create(out, &names).map_err(|error| Failure::folder(&error.path, error.source))?;
    for letter in letters(out)? {
        clear(&letter)?;
    }
    Ok(directory)
}

/// The same for what is made of evidence alone. Refused where a capture was analysed: what was told of it, as who spoke to
/// whom and what could not be seen, would be lost, and evidence does not bring it back.
pub(crate) fn ready_for_score(out: &Path) -> Result<Directory, Failure> {
    if out.join(ANALYSED).exists() {
        let (out, why) = (out.display(), "evidence alone knows less than it wrote there");
        return Err(Failure::Refused(format!(
            "{out} is of a run of analyze, and {why}: name another folder with --out"
        )));
    }
    ready(out, &["notice"])
}

/// The letters that lie in a folder, by their names.
fn letters(out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let names = fs::read_dir(out).map_err(Failure::at(out))?.filter_map(Result::ok).map(|entry| entry.file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    Ok(names.filter(|name| is_letter(name)).map(|name| out.join(name)).collect())
}

/// Is it the name of a letter, as they are named here: `letter-HOST.txt` or `.md`?
fn is_letter(name: &str) -> bool {
    let rest = name.strip_prefix("letter-");
    let host = rest.and_then(|rest| [".txt", ".md"].iter().find_map(|end| rest.strip_suffix(end)));
    host.is_some_and(|host| host.replace('-', ":").parse::<IpAddr>().is_ok())
}

/// Removes a letter as it was written; keeps one that somebody filled in.
fn clear(letter: &Path) -> Result<(), Failure> {
    if fs::read_to_string(letter).is_ok_and(|text| is_blank(&text)) {
        return fs::remove_file(letter).map_err(Failure::at(letter));
    }
    let mut kept = (1..).map(|n| PathBuf::from(format!("{}.kept-{n}", letter.display())));
    let Some(kept) = kept.find(|kept| !kept.exists()) else { return Ok(()) };
    fs::rename(letter, &kept).map_err(Failure::at(letter))?;
    let _ = writeln!(io::stderr(), "wiretale: {} was filled in: it is kept as {}", letter.display(), kept.display());
    Ok(())
}

// What is made beside logs and evidence.
const MADE: &[&str] = &[
    "cases.json",
    "timeline.csv",
    "report.html",
    "exposure.txt",
    "exposure.md",
    "stix.json",
    "ecs.jsonl",
    "block.nft",
    "unblock.nft",
];

// What every run writes: the one that analyses from its beginning on, the one that scores at its end.
const MARKS: &[&str] = &[EVIDENCE, "cases.json"];
/// The file that evidence is written into.
pub(crate) const EVIDENCE: &str = "evidence.jsonl";
// What a whole analysis leaves, and no scoring.
const ANALYSED: &str = "stats.log";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_known_by_their_hosts() {
        for name in ["letter-10.20.3.7.txt", "letter-10.20.3.7.md", "letter-2001-db8--7.txt", "letter---1.md"] {
            assert!(is_letter(name), "{name}");
        }
        for name in ["letter-to-mum.md", "letter-.txt", "letter-10.20.3.7.txt.kept-1", "letter-10.20.3.7.doc"] {
            assert!(!is_letter(name), "{name}");
        }
    }
}
