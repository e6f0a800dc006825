//! A host's sessions on IRC, and the people it asked about there.

use std::net::IpAddr;

use serde::Serialize;

use super::ROWS;
use crate::Shown;
use crate::case::Dossier;
use crate::case::shown::several;

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

pub(super) fn sessions(dossier: &Dossier<'_>, host: IpAddr) -> Vec<SessionRow> {
    let all = dossier.chronicle.people().sessions(host).take(ROWS);
    all.map(|(server, port, session)| SessionRow {
        server: format!("{} port {port}", dossier.called(server)),
        network: Shown(&session.network).to_string(),
        nicks: several(session.nicks.iter(), NAMES),
        channels: several(session.channels.iter(), NAMES),
        refused: session.refused,
    })
    .collect()
}

pub(super) fn people(dossier: &Dossier<'_>, host: IpAddr) -> Vec<PersonRow> {
    let all = dossier.chronicle.people().asked_by(host).take(ROWS);
    all.map(|(nick, who)| PersonRow {
        nick: Shown(nick).to_string(),
        mask: format!("{}@{}", Shown(&who.user), Shown(&who.host)),
        real: Shown(&who.real).to_string(),
        server: Shown(&who.server).to_string(),
        account: Shown(&who.account).to_string(),
        channels: several(who.channels.iter(), NAMES),
        oper: who.oper,
    })
    .collect()
}

const NAMES: usize = 24;
