//! Secure Shell off the wire: identification, key exchange, and what lengths and times tell of the rest.
//!
//! [`Ssh`] reads both versions: identification strings ([`Ident`], RFC 4253 §4.2), offers ([`KexInit`], §7.1) with
//! their [`Hassh`], what two offers come to ([`Algorithms`]), host keys and their fingerprints ([`HostKey`]) in every
//! key exchange [`Method`], and SSH1's public key message. From `SSH_MSG_NEWKEYS` on it keeps nothing but lengths and
//! times, and infers from them who got in and what he did there: [`Session`], every judgement with its [`Confidence`].
//!
//! The unit of inference is the turn: what one side sent until the other spoke. Segments are cut by accident, turns are
//! not, so the judgement does not change when the same bytes are coalesced or split. The time of a turn is that of its
//! first byte. Inside a turn, packets are told apart where the cipher leaves their lengths readable (AES-GCM,
//! encrypt-then-MAC, SSH1); elsewhere their count often shows in the sum.
//!
//! Inside a WebSocket (`wstunnel` and its kin) it is read as it is outside.
//!
//! Who begins so and goes on in words hides nothing: words of the client in place of packets before any offer, or of both
//! sides later, even where sixteen bytes of each behind NEWKEYS are text, are for others to claim.
//!
//! It refuses to decrypt, to keep anything of what is encrypted beyond its first bytes, to follow a rekeying it cannot see, to judge logins
//! under compression that began before them, and to know a direction whose packets it has lost until NEWKEYS comes by.
//! The README has the table of key exchange methods and the rules of inference with their limits.
//!
//! ```
//! use wiretale_ssh::{Ident, Method, NameList, Speaks};
//!
//! let server = Ident::parse(b"SSH-1.99-OpenSSH_9.9 Debian").expect("an identification string");
//! assert_eq!(server.software, b"OpenSSH_9.9 Debian");
//! assert_eq!(Speaks::Two.agree(server.speaks()), Some(2));
//!
//! let client = NameList(b"mlkem768x25519-sha256,curve25519-sha256");
//! let chosen = client.first_common(NameList(b"curve25519-sha256,ecdh-sha2-nistp256"));
//! assert_eq!(chosen.map(Method::of), Some(Method::Ecdh));
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod algorithms;
mod decoder;
mod event;
mod fingerprint;
mod frames;
mod hassh;
mod ident;
mod kexinit;
mod line;
mod method;
mod names;
mod probe;
mod protocol;
mod relend;
mod sealed;
mod ssh1;

pub use algorithms::{Algorithms, Choice};
pub use decoder::Decoder;
pub use event::{Event, Text};
pub use fingerprint::{HostKey, Md5Fingerprint, Sha256Fingerprint};
pub use hassh::Hassh;
pub use ident::{Ident, Speaks};
pub use kexinit::{Both, KexInit};
pub use method::Method;
pub use names::NameList;
pub use protocol::Ssh;
pub use sealed::{Confidence, Login, Session, Transfer, Typing, Volume};
