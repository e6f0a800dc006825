//! What makes cases, and where they go.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use ipnet::IpNet;
use wiretale::score::{Evidence, Home, Inventory, Weights};
use wiretale_report::case::{
    Dossier, Geo, Style, cases_json, ecs, exposure_list, letters, nftables, page, stix, timeline_csv,
};

use crate::args::Scoring;
use crate::failure::Failure;

/// What scores evidence, read from files or built in.
pub(crate) struct Tables {
    pub(crate) inventory: Inventory,
    pub(crate) weights: Weights,
    geo: Option<Geo>,
}

impl Tables {
    /// Reads what the command line names.
    pub(crate) fn read(args: &Scoring) -> Result<Self, Failure> {
        let inventory = args.inventory.as_deref().map(|path| parsed(path, Inventory::parse)).transpose()?;
        let weights = args.weights.as_deref().map(|path| parsed(path, Weights::parse)).transpose()?;
        let geo = args.geoip.as_deref().map(|path| Geo::open(path).map_err(Failure::Geo));
        Ok(Self {
            inventory: inventory.unwrap_or_default(),
            weights: weights.unwrap_or_else(Weights::built_in),
            geo: geo.transpose()?,
        })
    }

    /// The networks that are ours: those of the command line, else the inventory's.
    pub(crate) fn networks(&self, named: &[IpNet]) -> Vec<IpNet> {
        if named.is_empty() { self.inventory.networks.clone() } else { named.to_vec() }
    }

    pub(crate) fn home(&self, named: &[IpNet]) -> Home {
        Home::new(self.networks(named))
    }

    /// Ties evidence to its peers' countries and networks, where there is a table of them.
    pub(crate) fn tie(&self, evidence: &mut [Evidence]) {
        if let Some(geo) = &self.geo {
            geo.tie(evidence);
        }
    }
}

fn parsed<T, E: ToString>(path: &Path, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::reading(path, error))?;
    parse(&text).map_err(|error| Failure::File { path: path.to_owned(), reason: error.to_string() })
}

/// Writes everything that is made of cases and asked for; the long ones `at_once`, each in a thread.
pub(crate) fn write_all(out: &Path, args: &Scoring, dossier: &Dossier<'_>, at_once: bool) -> Result<(), Failure> {
    let json = || stream(out, "cases.json", |file| cases_json(file, dossier));
    let csv = || stream(out, "timeline.csv", |file| timeline_csv(file, dossier));
    let html = || write(out, "report.html", &page(dossier));
    let (json, (csv, html)) = both(at_once, json, || both(at_once, csv, html));
    json.and(csv).and(html)?;
    if args.letter {
        for (host, letter) in letters(dossier) {
            write(out, &format!("letter-{}.txt", named(host)), &letter.render(Style::Plain))?;
            write(out, &format!("letter-{}.md", named(host)), &letter.render(Style::Markdown))?;
        }
    }
    if args.exposure {
        let list = exposure_list(dossier);
        write(out, "exposure.txt", &list.render(Style::Plain))?;
        write(out, "exposure.md", &list.render(Style::Markdown))?;
    }
    if args.stix
        && let Some(bundle) = stix(dossier)
    {
        write(out, "stix.json", &bundle)?;
    }
    if args.ecs {
        write(out, "ecs.jsonl", &ecs(dossier))?;
    }
    if args.nftables {
        let rules = nftables(dossier);
        write(out, "block.nft", &rules.apply)?;
        write(out, "unblock.nft", &rules.remove)?;
    }
    Ok(())
}

/// Does one thing and another, `at_once` in two threads.
pub(crate) fn both<A: Send, B>(at_once: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if !at_once {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| resume_unwind(panic)), other)
    })
}

pub(crate) fn write(out: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = out.join(name);
    fs::write(&path, text).map_err(Failure::at(&path))
}

/// The same for what may be long: written as it is made.
pub(crate) fn stream(
    out: &Path,
    name: &str,
    make: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Failure> {
    let path = out.join(name);
    let write = || {
        let mut file = BufWriter::with_capacity(BUFFER, File::create(&path)?);
        make(&mut file)?;
        file.flush()
    };
    write().map_err(Failure::at(&path))
}

/// Where the results are.
pub(crate) fn are_in(what: &str, out: &Path) -> String {
    format!("{what} and report.html are in {}.", out.display())
}

/// The rules, where they are asked for.
pub(crate) fn print_rules(out: &mut impl Write, args: &Scoring, dossier: &Dossier<'_>) -> io::Result<()> {
    if args.nftables { write!(out, "\n{}", nftables(dossier).apply) } else { Ok(()) }
}

/// An address as a part of a file's name.
fn named(host: IpAddr) -> String {
    host.to_string().replace(':', "-")
}

const BUFFER: usize = 1 << 16;
