//! Files written out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A directory that files are written into, each under a name made here.
#[derive(Debug)]
pub struct Extract {
    dir: PathBuf,
    limit: u64,
}

/// A file being written. Holds no open file between writes, and at most 64 KiB.
#[derive(Debug)]
pub struct Extracted {
    path: PathBuf,
    name: String,
    limit: u64,
    // Where in the file the buffer's first byte belongs.
    at: u64,
    buffer: Vec<u8>,
    cut: bool,
}

/// A file or the directory could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
pub struct ExtractError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl Extract {
    /// Writes into `dir`, which is made if it is not there; of each file at most `limit` bytes.
    ///
    /// # Errors
    /// If the directory cannot be made.
    pub fn new(dir: impl Into<PathBuf>, limit: u64) -> Result<Self, ExtractError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(|source| ExtractError { path: dir.clone(), source })?;
        Ok(Self { dir, limit })
    }

    /// A new file. Its name is made of `source` (`"IRC_DATA"`) and `id`, which tells it from all others of this run:
    /// `extract-IRC_DATA-FkshTS1b7DMiTGD6C3`. Of both only ASCII letters, digits, `_` and `-` are used. A file of an
    /// earlier run that has this name is replaced; a link is not followed.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn file(&self, source: &str, id: &str) -> Result<Extracted, ExtractError> {
        let name = format!("extract-{}-{}", safe(source), safe(id));
        let path = self.dir.join(&name);
        create(&path).map_err(|source| ExtractError { path: path.clone(), source })?;
        Ok(Extracted { path, name, limit: self.limit, at: 0, buffer: Vec::new(), cut: false })
    }
}

impl Extracted {
    /// Its name inside the directory.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The limit was reached: bytes were left out.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Bytes written so far, holes included.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.at + self.buffer.len() as u64
    }

    /// Nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its next bytes.
    ///
    /// # Errors
    /// If they cannot be written: a full disk, say.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), ExtractError> {
        let fits = self.fitting(bytes.len() as u64);
        let fits = usize::try_from(fits).unwrap_or(bytes.len());
        self.buffer.extend_from_slice(&bytes[..fits]);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// So many of its bytes were not captured: they read as zeros.
    ///
    /// # Errors
    /// If what came before cannot be written.
    pub fn gap(&mut self, len: u64) -> Result<(), ExtractError> {
        let fits = self.fitting(len);
        self.flush()?;
        self.at += fits;
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn finish(&mut self) -> Result<(), ExtractError> {
        self.flush()?;
        let extend = || OpenOptions::new().write(true).open(&self.path)?.set_len(self.at);
        extend().map_err(|source| ExtractError { path: self.path.clone(), source })
    }

    fn fitting(&mut self, len: u64) -> u64 {
        let fits = self.limit.saturating_sub(self.len()).min(len);
        self.cut |= fits < len;
        fits
    }

    fn flush(&mut self) -> Result<(), ExtractError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        write_at(&self.path, self.at, &self.buffer)
            .map_err(|source| ExtractError { path: self.path.clone(), source })?;
        self.at += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

fn write_at(path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn safe(text: &str) -> String {
    text.chars().filter(|&c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).take(LONGEST).collect()
}

const BUFFER: usize = 64 << 10;

// Of a part of a name.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_holes_lie_where_they_belong() {
        let dir = tempfile::tempdir().unwrap();
        let extract = Extract::new(dir.path().join("new/deep"), 1 << 20).unwrap();
        let mut file = extract.file("IRC_DATA", "Fabc").unwrap();
        file.data(b"abc").unwrap();
        file.gap(2).unwrap();
        file.data(b"de").unwrap();
        file.gap(1).unwrap();
        file.finish().unwrap();
        assert_eq!(file.name(), "extract-IRC_DATA-Fabc");
        assert_eq!(fs::read(dir.path().join("new/deep").join(file.name())).unwrap(), b"abc\0\0de\0");
    }

    #[test]
    fn no_name_leads_out_of_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let extract = Extract::new(dir.path(), 10).unwrap();
        for id in ["../../etc/passwd", "/etc/passwd", "a\0b", "", "con:aux", &"x".repeat(5000)] {
            let mut file = extract.file("../S", id).unwrap();
            file.data(b"x").unwrap();
            file.finish().unwrap();
            assert!(dir.path().join(file.name()).is_file());
            assert!(file.name().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        }
    }

    #[test]
    fn the_limit_cuts_and_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let extract = Extract::new(dir.path(), 5).unwrap();
        let mut file = extract.file("S", "1").unwrap();
        file.data(b"abc").unwrap();
        assert!(!file.is_cut());
        file.data(b"def").unwrap();
        file.gap(u64::MAX).unwrap();
        file.finish().unwrap();
        assert!(file.is_cut());
        assert_eq!(fs::read(dir.path().join(file.name())).unwrap(), b"abcde");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_way_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, b"keep").unwrap();
        std::os::unix::fs::symlink(&victim, dir.path().join("extract-S-1")).unwrap();
        let mut file = Extract::new(dir.path(), 5).unwrap().file("S", "1").unwrap();
        file.data(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"keep");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let inside_a_file = dir.path().join("file");
        fs::write(&inside_a_file, b"").unwrap();
        let error = Extract::new(inside_a_file.join("dir"), 1).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "));
        let mut file = Extract::new(dir.path(), 9).unwrap().file("S", "1").unwrap();
        fs::remove_file(dir.path().join("extract-S-1")).unwrap();
        file.data(b"x").unwrap();
        assert!(file.finish().is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let error = write_at(Path::new("/dev/full"), 0, b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }
}
