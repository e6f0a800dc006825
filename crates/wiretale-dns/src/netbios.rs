//! NetBIOS names (RFC 1001 and 1002), which are asked for in messages of DNS's format.

use alloc::vec::Vec;

use wiretale_protocol::{Flow, Transport};

use crate::{Name, type_name};

/// Is a flow one of questions about NetBIOS names?
#[must_use]
pub fn is_netbios(flow: &Flow) -> bool {
    flow.transport == Transport::Udp && flow.server.port == 137
}

/// The name of a record type in questions about NetBIOS names; the number of `SRV` was theirs before.
#[must_use]
pub fn netbios_type_name(kind: u16) -> Option<&'static str> {
    if kind == NBSTAT { Some("NBSTAT") } else { type_name(kind) }
}

impl Name<'_> {
    /// The NetBIOS name that its first label spells, each byte of it as two letters (RFC 1001, section 14.1): at most 15
    /// bytes of anything, without the blanks that fill it up and its suffix. `None` where it spells none.
    #[must_use]
    pub fn to_netbios(&self) -> Option<Vec<u8>> {
        let label = self.labels().next()?;
        let half = |letter: &u8| Some(letter.to_ascii_uppercase().wrapping_sub(b'A')).filter(|half| *half < 16);
        let (pairs, rest) = label.as_chunks::<2>();
        if pairs.len() != LENGTH || !rest.is_empty() {
            return None;
        }
        let mut name =
            pairs.iter().map(|[high, low]| Some(half(high)? << 4 | half(low)?)).collect::<Option<Vec<u8>>>()?;
        name.truncate(LENGTH - 1);
        name.truncate(name.iter().rposition(|byte| *byte != b' ')? + 1);
        Some(name)
    }
}

/// The type of a question about a node's status, and of what it answers.
pub(crate) const NBSTAT: u16 = 33;

const LENGTH: usize = 16;
