//! `files.log`: what data connections carried.

use std::time::Duration;

use wiretale::dcc::Announced;
use wiretale::files::{Carried, Extracted, FileRecord};
use wiretale::protocol::{Content, Direction, Endpoint, Flow, FlowId, Moment, Timestamp};

use super::{Logs, State};
use crate::digest::FileMoved;
use crate::id::Uid;
use crate::logs;
use crate::output::{Output, WriteError};

/// Where a file comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A DCC transfer, with its offer if that was seen.
    Dcc(Option<Box<Announced>>),
    /// An FTP data connection: the control connection, and the endpoint that it announced.
    Ftp { control: FlowId, at: Endpoint, listing: bool },
}

/// A file, as rows of other logs name it.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) fuid: Uid,
    pub(super) mime: Option<&'static str>,
    /// When Zeek knows its type: with its first 1024 bytes, else a second after its end.
    pub(super) typed: Timestamp,
}

/// A file on its way.
pub(super) struct Transfer {
    carried: Carried,
    extracted: Option<Extracted>,
    fuid: Uid,
    // Of its first and last bytes.
    began: Option<Timestamp>,
    last: Timestamp,
    sender: Direction,
    typed: Option<Timestamp>,
}

impl<W: Output> Logs<W> {
    pub(super) fn content(&mut self, state: &mut State, moment: &Moment<'_>, content: Content<'_>) {
        match content {
            Content::Begin { name, size, start } => {
                self.end_of_file(state, moment.flow);
                let fuid = Uid::file(moment.flow.id, state.files);
                state.files += 1;
                let carried = Carried::begin(name, size, start);
                state.parts().transfer = Some(Box::new(Transfer {
                    carried: if self.hashes { carried } else { carried.with_sha256_alone() },
                    extracted: None,
                    fuid,
                    began: None,
                    last: moment.at,
                    sender: moment.direction,
                    typed: None,
                }));
            }
            Content::Data(bytes) => self.file_data(state, moment, bytes),
            Content::Gap(length) => {
                if let Some(transfer) = &mut state.parts().transfer {
                    transfer.carried.gap(length);
                    let written = transfer.extracted.as_mut().map_or(Ok(()), |file| file.gap(length));
                    self.extracted(written);
                }
            }
            Content::End => self.end_of_file(state, moment.flow),
        }
    }

    fn file_data(&mut self, state: &mut State, moment: &Moment<'_>, bytes: &[u8]) {
        let parts = state.parts();
        let Some(transfer) = &mut parts.transfer else { return };
        if transfer.began.is_none() {
            transfer.began = Some(moment.at);
            transfer.sender = moment.direction;
            if let Some(extract) = &self.extract {
                match extract.file(source_name(parts.source.as_ref()), &transfer.fuid.to_string()) {
                    Ok(file) => transfer.extracted = Some(file),
                    Err(error) => self.writer.fail(WriteError { path: error.path, source: error.source }),
                }
            }
        }
        transfer.last = moment.at;
        transfer.carried.data(bytes);
        let written = transfer.extracted.as_mut().map_or(Ok(()), |file| file.data(bytes));
        // Known as soon as its first bytes are, for the command's row may come before the file's end.
        let seen = transfer.carried.seen();
        if seen == bytes.len() as u64 || (transfer.typed.is_none() && seen >= TELLING) {
            transfer.typed = (seen >= TELLING).then_some(moment.at);
            let typed = transfer.typed.unwrap_or(NEVER);
            let file = File { fuid: transfer.fuid, mime: transfer.carried.mime(), typed };
            self.note_file(parts.source.as_ref(), file);
        }
        self.extracted(written);
    }

    /// The file of this flow is over, if there is one. A file of which no byte crossed is none.
    pub(super) fn end_of_file(&mut self, state: &mut State, flow: &Flow) {
        let parts = state.parts();
        let Some(transfer) = parts.transfer.take() else { return };
        let Transfer { carried, mut extracted, fuid, began, last, sender, typed } = *transfer;
        let written = extracted.as_mut().map_or(Ok(()), Extracted::finish);
        self.extracted(written);
        let record = carried.finish();
        if record.seen == 0 && record.missing == 0 {
            return;
        }
        let file = File { fuid, mime: record.mime, typed: typed.unwrap_or(last + LINGER) };
        self.note_file(parts.source.as_ref(), file.clone());
        if let Some(Source::Dcc(announced)) = &parts.source {
            self.dcc_file(flow, announced.as_deref(), &file);
        }
        self.digest_file(flow, parts.source.as_ref(), began.unwrap_or(last), sender, &record);
        let row = logs::files::File {
            fuid,
            flow,
            source: source_name(parts.source.as_ref()),
            began: began.unwrap_or(last),
            last,
            sender,
            record: &record,
            hashes: self.hashes,
            extracted: extracted.as_ref(),
        };
        self.writer.row(&logs::files::TABLE, |cells| row.cells(cells, &self.home));
    }

    fn note_file(&mut self, source: Option<&Source>, file: File) {
        if let Some(Source::Ftp { control, at, .. }) = source {
            self.carried.note(*control, *at, file);
        }
    }

    fn digest_file(
        &mut self,
        flow: &Flow,
        source: Option<&Source>,
        at: Timestamp,
        sender: Direction,
        record: &FileRecord,
    ) {
        if let Some(Source::Ftp { listing: true, .. }) = source {
            return;
        }
        let sha256 = record.sha256.as_ref().map(ToString::to_string);
        self.digest.file(
            at,
            &FileMoved {
                name: record.name.as_deref(),
                how: if let Some(Source::Dcc(_)) = source { "DCC" } else { "FTP" },
                from: flow.speaker(sender).address,
                to: flow.speaker(sender.opposite()).address,
                bytes: record.seen,
                missing: record.missing,
                mime: record.mime,
                sha256: sha256.as_deref(),
            },
        );
    }

    fn extracted(&mut self, written: Result<(), wiretale::files::ExtractError>) {
        if let Err(error) = written {
            self.writer.fail(WriteError { path: error.path, source: error.source });
        }
    }
}

const fn source_name(source: Option<&Source>) -> &'static str {
    match source {
        Some(Source::Dcc(_)) => "IRC_DATA",
        _ => "FTP_DATA",
    }
}

// Zeek tells a file's type from so many bytes, or at its end, which comes this long after the connection's.
const TELLING: u64 = 1024;
pub(super) const LINGER: Duration = Duration::from_secs(1);
const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);
