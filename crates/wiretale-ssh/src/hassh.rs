//! HASSH and hasshServer: fingerprints of implementations (Salesforce, BSD-3-Clause).

use core::fmt;

use md5::{Digest, Md5};

use crate::NameList;

/// The MD5 of `kex;ciphers;macs;compression`, each list as it was sent. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hassh(pub [u8; 16]);

impl Hassh {
    pub(crate) fn of(lists: [NameList<'_>; 4]) -> Self {
        let mut md5 = Md5::new();
        for (i, list) in lists.iter().enumerate() {
            if i > 0 {
                md5.update(b";");
            }
            md5.update(list.0);
        }
        Self(md5.finalize().into())
    }
}

impl fmt::Display for Hassh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hassh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
