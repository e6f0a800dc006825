//! Which of the secrets may be the intruder's own: there is no use in changing them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use wiretale::score::{Case, Level};

use super::account::{Account, Whose};
use super::kind::sort;
use crate::case::Dossier;
use crate::case::chronicle::Secret;

/// What cases say of intruders' places.
#[derive(Default)]
pub(in crate::case) struct Intruders {
    // Ports of machines broken into that are part of the case.
    doors: BTreeSet<(IpAddr, u16)>,
    // Such a machine, and who outside is part of its case.
    peers: BTreeSet<(IpAddr, IpAddr)>,
}

impl Intruders {
    pub(super) fn of(dossier: &Dossier<'_>) -> Self {
        let mut own = Self::default();
        dossier.cases.iter().filter(|case| case.level >= Level::High).for_each(|case| own.add(dossier, case));
        own
    }

    /// What one case says.
    pub(in crate::case) fn of_case(dossier: &Dossier<'_>, case: &Case) -> Self {
        let mut own = Self::default();
        own.add(dossier, case);
        own
    }

    fn add(&mut self, dossier: &Dossier<'_>, case: &Case) {
        let home = dossier.chronicle.home();
        for finding in dossier.findings(case).iter().filter(|finding| finding.weight_db > 0.0) {
            let evidence = finding.evidence;
            let group = dossier.weights.row(&evidence.row).map(|row| &row.group[..]);
            if let (Some(port), Some("listener" | "shell")) = (evidence.port, group) {
                self.doors.insert((case.host, port));
            }
            if let Some(peer) = evidence.peer.filter(|peer| !home.is_home((*peer).into())) {
                self.peers.insert((case.host, peer));
            }
        }
    }

    /// Is it what opens a back door?
    pub(in crate::case) fn is_door(&self, secret: &Secret) -> bool {
        sort(secret.kind).is_prompt() && self.doors.contains(&(secret.server, secret.port))
    }

    /// May it be the intruder's, and in whose case? Nobody else has used it then.
    pub(super) fn may_own(&self, whose: &Whose<'_>, account: &Account) -> Option<IpAddr> {
        if self.doors.contains(&(whose.server, whose.port)) {
            return Some(whose.server);
        }
        let theirs = |client: &IpAddr| self.peers.contains(&(*client, whose.server));
        let first = account.right.clients()?.next()?;
        account.right.clients()?.all(|client| theirs(&client)).then_some(first)
    }
}
