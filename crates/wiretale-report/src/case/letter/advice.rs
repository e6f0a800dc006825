//! What to do now, and how to recover.

use std::collections::BTreeMap;
use std::net::IpAddr;

use wiretale::protocol::Outcome;
use wiretale::score::{Case, Level};

use super::ROWS;
use crate::Shown;
use crate::case::against::Against;
use crate::case::chronicle::{Exposed, Secret};
use crate::case::exposure::Intruders;
use crate::case::finding::Finding;
use crate::case::{Document, Dossier};
use crate::digest::grouped;
use crate::foremost::foremost;

/// What to do now. Of a mere suspicion the owner is asked first: nothing else may be needed.
pub(super) fn now(letter: &mut Document, level: Level) {
    let suspected = level < Level::High;
    let asked = "Look through what is listed above. If all of it was you, or somebody you know of, tell us: then nothing else \
                 has to be done.";
    let off =
        "ake the machine off the network: pull the cable or switch off its wireless. Leave it running if you can.";
    let off = format!("{}{off}", if suspected { "If not, or if you are not sure, t" } else { "T" });
    let steps = suspected.then(|| asked.to_owned()).into_iter().chain([off]);
    letter.heading("What to do now").steps(steps.chain(
        [
            "Do not log in from it to any other machine, and type no password on it.",
            "Keep things as they are: no cleaning, no reinstalling yet. An image of its disk and, if possible, of its \
             memory tells what we could not see.",
            "Do not trust what programs on it show you: they may have been replaced.",
            "Call us.",
        ]
        .map(str::to_owned),
    ).collect());
}

pub(super) fn recover(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let mut steps: Vec<String> = vec![
        "Reinstall it from media known to be good, and bring it up to date before it is connected again.".into(),
        "From another machine, change every password that was used on this one or from it.".into(),
        "Replace its SSH host keys and the SSH keys of its users; remove the old ones wherever they open a door."
            .into(),
    ];
    let accounts = accounts(dossier, case);
    if !accounts.is_empty() {
        let accounts = accounts.join("; ");
        steps.push(format!(
            "Passwords of these accounts crossed the network in clear, the intruder's own perhaps among them: {accounts}."
        ));
    }
    let reached = reached(dossier, case.host, findings);
    if !reached.is_empty() {
        steps.push(format!("Look at the machines at home that it spoke to: {}.", reached.join(", ")));
    }
    letter.heading(if case.level < Level::High { "If it was broken into" } else { "How to recover" }).steps(steps);
}

/// The accounts whose secrets this host sent or took, before others those let in, by name only; neither wrong guesses nor
/// what opens a back door.
fn accounts(dossier: &Dossier<'_>, case: &Case) -> Vec<String> {
    let intruders = Intruders::of_case(dossier, case);
    let own = |(from, to): &(IpAddr, IpAddr)| *from == case.host || *to == case.host;
    let counts = |exposed: &Exposed<'_>| exposed.outcome != Outcome::Refused && !intruders.is_door(exposed.secret);
    // By name, and whether one of its secrets was accepted.
    let mut accounts: BTreeMap<String, bool> = BTreeMap::new();
    let all = dossier.chronicle.exposures().all().into_iter();
    for exposed in all.filter(|exposed| counts(exposed) && exposed.crossed.ways.keys().any(own)) {
        *accounts.entry(title(dossier, exposed.secret)).or_default() |= exposed.outcome == Outcome::Accepted;
    }
    let (accounts, more) = foremost(accounts, ROWS, |(_, a), (_, b)| b.cmp(a));
    and_others(accounts.into_iter().map(|(title, _)| title).collect(), more, 0)
}

fn title(dossier: &Dossier<'_>, secret: &Secret) -> String {
    let account = if secret.account.is_empty() { "(not named)".into() } else { Shown(&secret.account).to_string() };
    format!("{account} at {} ({})", dossier.called(secret.server), secret.kind)
}

/// Machines at home that it turned to, before others those that evidence names.
fn reached(dossier: &Dossier<'_>, host: IpAddr, findings: &[Finding<'_>]) -> Vec<String> {
    let home = dossier.chronicle.home();
    let peers = dossier.chronicle.peers(host);
    let inside = peers.into_iter().filter(|(peer, known)| {
        *peer != host && home.is_home((*peer).into()) && known.ways.iter().any(|(_, inbound)| !inbound)
    });
    let against = Against::peers(findings);
    let (inside, more) = foremost(inside.map(|(peer, _)| peer), ROWS, |a, b| against.order(*a, *b));
    let inside = inside.into_iter().map(|peer| dossier.called(peer)).collect();
    and_others(inside, more, dossier.chronicle.unlisted(host).talks)
}

/// Names, and that there are others; a letter is short.
fn and_others(mut names: Vec<String>, more: usize, unlisted: u64) -> Vec<String> {
    if more > 0 {
        names.push(format!("and {} more", grouped(more as u64)));
    } else if unlisted > 0 {
        names.push("and perhaps others".into());
    }
    names
}
