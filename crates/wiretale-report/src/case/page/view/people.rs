//! A host's sessions on IRC, and the people it asked about there.

use std::net::IpAddr;

use serde::Serialize;

use super::{Listed, ROWS};
use crate::Shown;
use crate::case::Dossier;
use crate::case::against::Against;
use crate::case::chronicle::{IrcProfile, IrcSession};
use crate::case::shown::several;
use crate::foremost::foremost;

#[derive(Serialize)]
pub(super) struct SessionRow {
    server: String,
    network: String,
    nicks: String,
    channels: String,
    refused: u64,
}

#[derive(Serialize)]
pub(super) struct PersonRow {
    nick: String,
    mask: String,
    real: String,
    server: String,
    account: String,
    channels: String,
    oper: bool,
}

pub(super) fn sessions(dossier: &Dossier<'_>, host: IpAddr, against: &Against) -> Listed<SessionRow> {
    let all = dossier.chronicle.people().sessions(host);
    let (all, more) = foremost(all, ROWS, |(a, ..), (b, ..)| against.order(*a, *b));
    let row = |(server, port, session): (IpAddr, u16, &IrcSession)| SessionRow {
        server: format!("{} port {port}", dossier.called(server)),
        network: Shown(&session.network).to_string(),
        nicks: several(session.nicks.iter(), NAMES),
        channels: several(session.channels.iter(), NAMES),
        refused: session.refused,
    };
    Listed { rows: all.into_iter().map(row).collect(), more }
}

/// Those with powers on their network, where there is no room for all.
pub(super) fn people(dossier: &Dossier<'_>, host: IpAddr) -> Listed<PersonRow> {
    let all = dossier.chronicle.people().asked_by(host);
    let (all, more) = foremost(all, ROWS, |(_, a), (_, b)| b.oper.cmp(&a.oper));
    let row = |(nick, who): (&[u8], &IrcProfile)| PersonRow {
        nick: Shown(nick).to_string(),
        mask: format!("{}@{}", Shown(&who.user), Shown(&who.host)),
        real: Shown(&who.real).to_string(),
        server: Shown(&who.server).to_string(),
        account: Shown(&who.account).to_string(),
        channels: several(who.channels.iter(), NAMES),
        oper: who.oper,
    };
    Listed { rows: all.into_iter().map(row).collect(), more }
}

const NAMES: usize = 24;
