//! `SSH_MSG_KEXINIT` (RFC 4253 §7.1).

use nom::bytes::complete::take;
use nom::multi::length_data;
use nom::number::complete::{be_u8, be_u32};
use nom::{IResult, Parser};

use crate::{Hassh, NameList};

/// What one side can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KexInit<'a> {
    /// Sixteen random bytes.
    pub cookie: [u8; 16],
    /// Key exchange methods, and markers such as `ext-info-c` and `kex-strict-c-v00@openssh.com`.
    pub kex: NameList<'a>,
    /// Host key algorithms.
    pub host_key: NameList<'a>,
    /// Ciphers.
    pub cipher: Both<NameList<'a>>,
    /// MACs.
    pub mac: Both<NameList<'a>>,
    /// Compression methods.
    pub compression: Both<NameList<'a>>,
    /// Languages.
    pub language: Both<NameList<'a>>,
    /// A guessed key exchange packet follows at once.
    pub guess_follows: bool,
}

/// One thing for each direction.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Both<T> {
    /// From client to server.
    pub to_server: T,
    /// From server to client.
    pub to_client: T,
}

impl<'a> KexInit<'a> {
    /// Its message number.
    pub(crate) const NUMBER: u8 = 20;

    /// Reads the payload behind the message number; `None` where it ends too soon.
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        kexinit(payload).ok().map(|(_, kexinit)| kexinit)
    }

    /// The HASSH of a client, or the hasshServer of a server: the MD5 of its lists for its own direction.
    #[must_use]
    pub fn hassh(&self, client: bool) -> Hassh {
        let own = |lists: &Both<NameList<'a>>| if client { lists.to_server } else { lists.to_client };
        Hassh::of([self.kex, own(&self.cipher), own(&self.mac), own(&self.compression)])
    }

    /// It can do strict key exchange (OpenSSH 9.6: no stray packets before NEWKEYS, sequence numbers reset).
    #[must_use]
    pub fn strict(&self) -> bool {
        self.kex.names().any(|name| name.starts_with(b"kex-strict-"))
    }

    /// It understands `SSH_MSG_EXT_INFO` (RFC 8308).
    #[must_use]
    pub fn ext_info(&self) -> bool {
        self.kex.names().any(|name| matches!(name, b"ext-info-c" | b"ext-info-s"))
    }

    /// It bears a mark that only clients set.
    #[must_use]
    pub fn marked_client(&self) -> bool {
        self.kex.names().any(|name| name == b"ext-info-c" || name == b"kex-strict-c-v00@openssh.com")
    }

    /// Each list with its name and the weird Zeek raises where it is longer than 100 names.
    #[must_use]
    pub fn lists(&self) -> [(NameList<'a>, &'static str); 10] {
        [
            (self.kex, "SSH_max_kexinit_kex_algorithms_exceeded"),
            (self.host_key, "SSH_max_kexinit_hostkey_algorithms_exceeded"),
            (self.cipher.to_server, "SSH_max_kexinit_encryption_algorithms_exceeded"),
            (self.cipher.to_client, "SSH_max_kexinit_encryption_algorithms_exceeded"),
            (self.mac.to_server, "SSH_max_kexinit_mac_algorithms_exceeded"),
            (self.mac.to_client, "SSH_max_kexinit_mac_algorithms_exceeded"),
            (self.compression.to_server, "SSH_max_kexinit_compression_algorithms_exceeded"),
            (self.compression.to_client, "SSH_max_kexinit_compression_algorithms_exceeded"),
            (self.language.to_server, "SSH_max_kexinit_languages_exceeded"),
            (self.language.to_client, "SSH_max_kexinit_languages_exceeded"),
        ]
    }
}

fn kexinit(input: &[u8]) -> IResult<&[u8], KexInit<'_>> {
    let (input, cookie) = take(16usize)(input)?;
    let (input, (kex, host_key)) = (list, list).parse(input)?;
    let (input, (cipher, mac, compression, language)) = (both, both, both, both).parse(input)?;
    let (input, (guess, _reserved)) = (be_u8, be_u32).parse(input)?;
    let cookie = cookie.first_chunk().copied().unwrap_or_default();
    Ok((input, KexInit { cookie, kex, host_key, cipher, mac, compression, language, guess_follows: guess != 0 }))
}

fn both(input: &[u8]) -> IResult<&[u8], Both<NameList<'_>>> {
    (list, list).map(|(to_server, to_client)| Both { to_server, to_client }).parse(input)
}

fn list(input: &[u8]) -> IResult<&[u8], NameList<'_>> {
    string.map(NameList).parse(input)
}

/// An SSH string: a length in four bytes and so many bytes (RFC 4251 §5). It must lie in the input as a whole.
pub(crate) fn string(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u32).parse(input)
}
