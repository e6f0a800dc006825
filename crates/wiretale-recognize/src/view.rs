//! First bytes, and how they are looked at.

use wiretale_protocol::Probe;

/// The first bytes of both sides.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) client: &'a [u8],
    pub(crate) server: &'a [u8],
    pub(crate) ports: [u16; 2],
}

impl View<'_> {
    /// Is this one of the ports, on either side?
    pub(crate) fn port(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }

    /// What both sides' bytes say: neither may contradict, one must speak for it.
    pub(crate) fn agree(&self, client: impl Fn(&[u8]) -> Probe, server: impl Fn(&[u8]) -> Probe) -> Probe {
        match (client(self.client), server(self.server)) {
            (Probe::No, _) | (_, Probe::No) => Probe::No,
            (Probe::Yes, _) | (_, Probe::Yes) => Probe::Yes,
            _ => Probe::Unsure,
        }
    }

    /// What the client's first bytes say, where it is the client who begins.
    pub(crate) fn request(&self, client: impl Fn(&[u8]) -> Probe) -> Probe {
        if self.client.is_empty() && !self.server.is_empty() { Probe::No } else { client(self.client) }
    }

    /// What the server's first bytes say, where it is the server who begins.
    pub(crate) fn greeting(&self, server: impl Fn(&[u8]) -> Probe) -> Probe {
        if self.server.is_empty() && !self.client.is_empty() { Probe::No } else { server(self.server) }
    }
}

/// Do these bytes begin so, as far as they go?
#[inline]
pub(crate) fn starts(bytes: &[u8], prefix: &[u8]) -> Probe {
    // Nearly always the first byte tells.
    if let (Some(first), Some(wanted)) = (bytes.first(), prefix.first())
        && first != wanted
    {
        return Probe::No;
    }
    if bytes.starts_with(prefix) {
        Probe::Yes
    } else if prefix.starts_with(bytes) {
        Probe::Unsure
    } else {
        Probe::No
    }
}

/// Do these bytes begin in one of these ways?
pub(crate) fn starts_any(bytes: &[u8], prefixes: &[&[u8]]) -> Probe {
    any(prefixes.iter().map(|prefix| starts(bytes, prefix)))
}

/// Yes if one says so, no if all do.
pub(crate) fn any(probes: impl Iterator<Item = Probe>) -> Probe {
    let mut all = Probe::No;
    for probe in probes {
        match probe {
            Probe::Yes => return Probe::Yes,
            Probe::Unsure => all = Probe::Unsure,
            _ => {}
        }
    }
    all
}

/// Whether `bytes`, once there are `needed` of them, fit.
pub(crate) fn once(bytes: &[u8], needed: usize, fits: impl Fn(&[u8]) -> bool) -> Probe {
    match bytes.get(..needed) {
        Some(head) if fits(head) => Probe::Yes,
        Some(_) => Probe::No,
        None => Probe::Unsure,
    }
}

pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|word| u16::from_be_bytes(*word))
}

pub(crate) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|long| u32::from_be_bytes(*long))
}
