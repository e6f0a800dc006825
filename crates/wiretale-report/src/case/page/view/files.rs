//! The files that a host sent and was sent.

use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::size;

use super::ROWS;
use crate::Shown;
use crate::case::Dossier;
use crate::case::moment::utc;
use crate::case::shown::calm;
use crate::text::clipped;

#[derive(Serialize)]
pub(super) struct FileRow {
    time: String,
    name: String,
    how: &'static str,
    direction: &'static str,
    peer: String,
    size: String,
    missing: Option<String>,
    mime: String,
    sha256: String,
}

pub(super) fn files(dossier: &Dossier<'_>, host: IpAddr) -> Vec<FileRow> {
    dossier
        .files_of(host)
        .take(ROWS)
        .map(|file| FileRow {
            time: utc(file.at.nanos()),
            name: if file.name.is_empty() { "(no name)".into() } else { clipped(&Shown(&file.name).to_string(), 120) },
            how: file.how,
            direction: if file.to == host { "in" } else { "out" },
            peer: dossier.called(if file.to == host { file.from } else { file.to }),
            size: size(file.bytes),
            missing: (file.missing > 0).then(|| size(file.missing)),
            mime: file.mime.as_deref().map(calm).unwrap_or_default(),
            sha256: file.sha256.clone().unwrap_or_default(),
        })
        .collect()
}
