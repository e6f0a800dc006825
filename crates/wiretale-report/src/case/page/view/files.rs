//! The files that a host sent and was sent.

use std::net::IpAddr;

use serde::Serialize;
use wiretale::score::size;

use super::{Listed, ROWS};
use crate::Shown;
use crate::case::against::Against;
use crate::case::moment::utc;
use crate::case::shown::calm;
use crate::case::{Dossier, MovedFile};
use crate::foremost::foremost;
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

/// Those exchanged with whom most is held against, where there is no room for all.
pub(super) fn files(dossier: &Dossier<'_>, host: IpAddr, against: &Against) -> Listed<FileRow> {
    let (files, more) = foremost(dossier.files_of(host), ROWS, |a, b| {
        let [a, b] = [a, b].map(|file| file.other_end(host));
        against.order(a, b)
    });
    Listed { rows: files.into_iter().map(|file| row(dossier, host, file)).collect(), more }
}

fn row(dossier: &Dossier<'_>, host: IpAddr, file: &MovedFile) -> FileRow {
    FileRow {
        time: utc(file.at.nanos()),
        name: if file.name.is_empty() { "(no name)".into() } else { clipped(&Shown(&file.name).to_string(), 120) },
        how: file.how,
        direction: if file.to == host { "in" } else { "out" },
        peer: dossier.called(file.other_end(host)),
        size: size(file.bytes),
        missing: (file.missing > 0).then(|| size(file.missing)),
        mime: file.mime.as_deref().map(calm).unwrap_or_default(),
        sha256: file.sha256.clone().unwrap_or_default(),
    }
}
