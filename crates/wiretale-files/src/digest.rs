//! Digests.

use std::fmt;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A digest of `N` bytes, printed as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest<const N: usize>(pub [u8; N]);

impl<const N: usize> fmt::Display for Digest<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for Digest<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The three digests that analysts look files up by, taken together. The two SHAs use the processor's instructions
/// where it has them.
#[derive(Clone)]
pub(crate) struct Digests {
    // The two that cost most and are asked for least.
    older: Option<(Md5, Sha1)>,
    sha256: Sha256,
}

impl Default for Digests {
    fn default() -> Self {
        Self { older: Some(Default::default()), sha256: Sha256::default() }
    }
}

impl Digests {
    pub(crate) fn sha256_alone() -> Self {
        Self { older: None, sha256: Sha256::default() }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some((md5, sha1)) = &mut self.older {
            md5.update(bytes);
            sha1.update(bytes);
        }
        self.sha256.update(bytes);
    }

    pub(crate) fn finish(self) -> (Option<(Digest<16>, Digest<20>)>, Digest<32>) {
        let older = self.older.map(|(md5, sha1)| (Digest(md5.finalize().into()), Digest(sha1.finalize().into())));
        (older, Digest(self.sha256.finalize().into()))
    }
}
