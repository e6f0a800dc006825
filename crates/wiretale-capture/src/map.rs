//! The one place in the workspace where memory is not under the compiler's eye: a file mapped for reading.

use std::fs::File;
use std::io;

/// A whole file in memory, read-only and private.
#[derive(Debug)]
pub(crate) struct Map(memmap2::Mmap);

impl Map {
    /// Maps `file` from its first byte to the last it has now.
    ///
    /// The file must not be shortened while it is mapped: reading behind its new end is a signal (`SIGBUS`) that ends
    /// the process, and bytes changed under way are seen changed. Reading in chunks has neither trouble.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the mapping is read-only and private, and is handed out only as `&[u8]` that cannot outlive it. That
        // nobody shortens or rewrites the file meanwhile is asked of the caller above, as it is of every mapping.
        #[allow(unsafe_code, reason = "files are mapped here, and nowhere else")]
        let map = unsafe { memmap2::Mmap::map(file)? };
        #[cfg(unix)]
        let _ = map.advise(memmap2::Advice::Sequential);
        Ok(Self(map))
    }

    /// Has the pages of `len` bytes from `offset` on mapped at once, where the system can: one by one each takes a fault,
    /// and what is asked of memory ahead of its use is lost on those that are not mapped.
    pub(crate) fn have_ready(&self, offset: usize, len: usize) {
        #[cfg(target_os = "linux")]
        let _ =
            self.0.advise_range(memmap2::Advice::PopulateRead, offset, len.min(self.0.len().saturating_sub(offset)));
        #[cfg(not(target_os = "linux"))]
        let _ = (offset, len);
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Lets go of a long file bit by bit: for as long as all of it takes at once, tens of milliseconds for each gigabyte, no
/// other thread of the process would get memory.
#[cfg(target_os = "linux")]
impl Drop for Map {
    fn drop(&mut self) {
        for offset in (0..self.0.len()).step_by(PIECE) {
            let len = PIECE.min(self.0.len() - offset);
            // SAFETY: nobody reads what is dropped; and pages of a file that nobody wrote to would only be read again.
            #[allow(unsafe_code, reason = "files are mapped here, and nowhere else")]
            let _ = unsafe { self.0.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, len) };
        }
    }
}

/// Bytes let go of at a time.
#[cfg(target_os = "linux")]
const PIECE: usize = 8 << 20;
