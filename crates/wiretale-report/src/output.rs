//! Where logs go.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Takes the bytes of logs, a piece at a time.
pub trait Output {
    /// Appends to the log of this name; the first piece of a name begins it.
    ///
    /// # Errors
    /// What could not be written, and why.
    fn write(&mut self, log: &'static str, bytes: &[u8]) -> Result<(), WriteError>;
}

/// A log, an extracted file or a stream that could not be written.
#[derive(thiserror::Error, Debug)]
#[error("cannot write {}: {source}", path.display())]
pub struct WriteError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl WriteError {
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self { path, source }
    }
}

/// A directory with a file for each log. A log without rows has no file.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    extension: &'static str,
    files: BTreeMap<&'static str, File>,
}

impl Directory {
    /// Writes `NAME.log` into `path`, which is made where it is missing. Files of an earlier run that have one of the
    /// names in `stale` are removed, so that what lies there afterwards is of one run.
    ///
    /// # Errors
    /// If the directory cannot be made or written.
    pub fn create(
        path: impl Into<PathBuf>,
        stale: impl IntoIterator<Item = impl AsRef<Path>>,
    ) -> Result<Self, WriteError> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(WriteError::at(&path))?;
        stale.into_iter().try_for_each(|name| remove(&path.join(name)))?;
        let this = Self { path, extension: "log", files: BTreeMap::new() };
        this.probe()?;
        Ok(this)
    }

    /// Where it writes.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A directory that cannot be written is better known before the work than after it.
    fn probe(&self) -> Result<(), WriteError> {
        let path = self.path.join(".wiretale-probe");
        File::create(&path).and_then(|_| fs::remove_file(&path)).map_err(WriteError::at(&self.path))
    }
}

/// Removes what an earlier run left, if it did.
pub(crate) fn remove(path: &Path) -> Result<(), WriteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::at(path)(error)),
        _ => Ok(()),
    }
}

impl Output for Directory {
    fn write(&mut self, log: &'static str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = || self.path.join(log).with_extension(self.extension);
        if !self.files.contains_key(log) {
            let file = File::create(path()).map_err(WriteError::at(path()))?;
            self.files.insert(log, file);
        }
        match self.files.get_mut(log) {
            Some(file) => file.write_all(bytes).map_err(WriteError::at(path())),
            None => Ok(()),
        }
    }
}

/// Logs kept in memory, by name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    /// The bytes of each log.
    pub logs: BTreeMap<&'static str, Vec<u8>>,
}

impl Output for Memory {
    fn write(&mut self, log: &'static str, bytes: &[u8]) -> Result<(), WriteError> {
        self.logs.entry(log).or_default().extend_from_slice(bytes);
        Ok(())
    }
}

impl<O: Output + ?Sized> Output for &mut O {
    fn write(&mut self, log: &'static str, bytes: &[u8]) -> Result<(), WriteError> {
        (**self).write(log, bytes)
    }
}
