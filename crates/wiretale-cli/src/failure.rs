//! Why a run could not do what it was asked.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use wiretale_report::WriteError;
use wiretale_report::case::GeoError;

/// Unusable input, unusable arguments, or an output that cannot be written. What was written before stays.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Captures that could not be read, or not to their end.
    Captures(Vec<wiretale::capture::Error>),
    /// A log, an extracted file or a stream.
    Write(WriteError),
    /// Standard output.
    Output(io::Error),
    /// Standard input.
    Input(io::Error),
    /// A file that was asked for and cannot be read, or does not hold what it should.
    File { path: PathBuf, reason: String },
    /// A table of countries or networks.
    Geo(GeoError),
    /// Something that is not done, and why.
    Refused(String),
}

impl Failure {
    /// The exit code of all of them.
    pub(crate) const EXIT: u8 = 2;

    /// Why a folder could not be made or written.
    pub(crate) fn folder(path: &Path, source: io::Error) -> Self {
        if matches!(source.kind(), ErrorKind::AlreadyExists | ErrorKind::NotADirectory) && path.is_file() {
            let why = "it is a file, and a folder is needed";
            return Self::Refused(format!("cannot write into {}: {why}", path.display()));
        }
        Self::at(path)(source)
    }

    /// What could not be read, and why.
    pub(crate) fn reading(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), reason: format!("cannot read it: {error}") }
    }

    /// What could not be written here.
    pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Write(WriteError { path: path.to_owned(), source })
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Captures(errors) => errors.iter().enumerate().try_for_each(|(n, error)| {
                let prefix = if n > 0 { "\nwiretale: " } else { "" };
                write!(f, "{prefix}{error}")
            }),
            Self::Write(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::File { path, reason } => write!(f, "{}: {}", path.display(), reason.trim_end()),
            Self::Geo(error) => error.fmt(f),
            Self::Refused(reason) => f.write_str(reason),
            Self::Input(error) => write!(f, "cannot read standard input: {error}"),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}
