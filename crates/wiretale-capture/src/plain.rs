//! A file read a second time.

use std::fs::File;
use std::sync::Arc;

/// A plain file of which bytes can be read again, from any thread, while it is read from its beginning to its end.
#[derive(Clone, Debug)]
pub struct PlainFile(Arc<File>);

impl PlainFile {
    /// Nothing where the system cannot read at a position without moving the place from which `file` is read on.
    pub(crate) fn of(file: &File) -> Option<Self> {
        cfg!(unix).then(|| file.try_clone().ok().map(|file| Self(Arc::new(file))))?
    }

    /// Reads the bytes at `position`; false if so many are not to be had there, as where the file was shortened since.
    #[must_use]
    pub fn read_at(&self, position: u64, bytes: &mut [u8]) -> bool {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_exact_at(&*self.0, bytes, position).is_ok();
        #[cfg(not(unix))]
        return false;
    }
}
