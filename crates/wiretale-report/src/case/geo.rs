//! Countries and networks of peers, from a table in MaxMind's format.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::{MaxMindDbError, Reader, path};
use wiretale::score::Evidence;

/// A table of countries, of autonomous systems, or of both.
pub struct Geo(Reader<Vec<u8>>);

/// A table that cannot be read.
#[derive(thiserror::Error, Debug)]
#[error("{path}: {reason}")]
pub struct GeoError {
    path: String,
    reason: String,
}

impl std::fmt::Debug for Geo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Geo").finish_non_exhaustive()
    }
}

impl Geo {
    /// Reads a table whole.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        Reader::open_readfile(path).map(Self).map_err(|error| GeoError {
            path: path.display().to_string(),
            reason: match error {
                MaxMindDbError::Io(source) => format!("cannot read it: {source}"),
                other => format!("no table in MaxMind's format: {other}"),
            },
        })
    }

    /// What ties an address to others: `country:NL`, `net:64500`. What the table does not know is left out.
    #[must_use]
    pub fn ties(&self, address: IpAddr) -> Vec<String> {
        let Ok(found) = self.0.lookup(address) else { return Vec::new() };
        let country = found.decode_path::<&str>(&path!["country", "iso_code"]).ok().flatten();
        let network = found.decode_path::<u32>(&path!["autonomous_system_number"]).ok().flatten();
        let letters = |code: &&str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let country = country.filter(letters).map(|code| format!("country:{code}"));
        country.into_iter().chain(network.map(|number| format!("net:{number}"))).collect()
    }

    /// Ties every piece of evidence to its peer's country and network. Do it before the evidence is folded into cases.
    pub fn tie(&self, evidence: &mut [Evidence]) {
        let mut known: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
        for row in evidence {
            let Some(peer) = row.peer else { continue };
            for tie in known.entry(peer).or_insert_with(|| self.ties(peer)) {
                if !row.ties.contains(tie) {
                    row.ties.push(tie.clone());
                }
            }
        }
    }
}
