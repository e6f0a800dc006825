//! What to do, account by account.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Known;
use super::account::{Account, Whose, guesses, tags};
use super::intruder::Intruders;
use crate::case::explain::confidence;
use crate::case::moment::utc;
use crate::case::shown::count;
use crate::case::{Document, Dossier};
use crate::digest::{grouped, one_or, plural};

/// A text for each account.
pub(super) fn all(document: &mut Document, dossier: &Dossier<'_>, intruders: &Intruders, exposed: &[Known<'_, '_>]) {
    let mut users: BTreeMap<usize, Vec<&Whose<'_>>> = BTreeMap::new();
    for (whose, account) in exposed {
        account.numbers().filter(|number| *number > 0).for_each(|number| users.entry(number).or_default().push(whose));
    }
    for (whose, account) in exposed {
        let title = whose.title(dossier);
        document.heading(format!("{}{}", title[..1].to_uppercase(), &title[1..]));
        document.paragraph(format!(
            "{} {}{}",
            crossed(dossier, whose, account),
            became(account),
            wrong(dossier, whose, account)
        ));
        if let Some(host) = intruders.may_own(whose, account) {
            let no_use = whose.sort.is_prompt();
            document.paragraph(own(dossier, host, no_use));
            if no_use {
                continue;
            }
        }
        let mut steps = vec![whose.sort.step.to_owned()];
        steps.extend(same(dossier, whose, account, &users));
        steps.push("Change it wherever else it is used, also where we could not see it.".to_owned());
        steps.push(format!("From now on use encryption to reach {} (TLS, or SSH).", dossier.called(whose.server)));
        document.steps(steps);
    }
}

fn crossed(dossier: &Dossier<'_>, whose: &Whose<'_>, account: &Account) -> String {
    let right = &account.right;
    format!(
        "{} crossed in clear {}, first at {} UTC, {}.",
        whose.sort.what,
        plural(right.times, "time", "times"),
        utc(right.first),
        right.ways(dossier, whose.server),
    )
}

fn became(account: &Account) -> String {
    let Account { accepted, unknown, .. } = account;
    let took = match accepted.len() {
        0 => None,
        1 => Some(format!("{} was accepted: it is the right one.", tags(accepted))),
        n => Some(format!("{} different ones were accepted: {}.", grouped(n as u64), tags(accepted))),
    };
    let open = (!unknown.is_empty()).then(|| format!("Whether {} was accepted was not seen.", tags(unknown)));
    took.into_iter().chain(open).collect::<Vec<_>>().join(" ")
}

fn wrong(dossier: &Dossier<'_>, whose: &Whose<'_>, account: &Account) -> String {
    let wrong = &account.wrong;
    match wrong.times {
        0 => String::new(),
        times => {
            let were = one_or(times, "was", "were");
            format!(" Besides, {} {were} refused, {}.", guesses(times), wrong.ways(dossier, whose.server))
        }
    }
}

/// A word on what may be the intruder's own.
fn own(dossier: &Dossier<'_>, host: IpAddr, no_use: bool) -> String {
    let level = dossier.cases.iter().find(|case| case.host == host).map(|case| case.level);
    let broken = level.map_or("been broken into", confidence);
    let otherwise = if no_use { "" } else { " If not:" };
    format!(
        "It may be the intruder's own: {} has {broken}, and this is part of its case. Then there is nothing to \
         change.{otherwise}",
        dossier.called(host)
    )
}

/// Where else its secrets were used.
fn same(
    dossier: &Dossier<'_>,
    whose: &Whose<'_>,
    account: &Account,
    users: &BTreeMap<usize, Vec<&Whose<'_>>>,
) -> Vec<String> {
    let shared = account.numbers().filter_map(|number| users.get(&number).map(|users| (number, users)));
    let shared: Vec<_> = shared.filter(|(_, users)| users.len() > 1).collect();
    let more = shared.len().saturating_sub(SHARED);
    // Those that the same others have are told together.
    let mut told: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (number, users) in shared.into_iter().take(SHARED) {
        let others = users.iter().filter(|other| **other != whose).take(TITLES);
        let others = others.map(|other| other.title(dossier)).collect::<Vec<_>>().join("; ");
        let more = (users.len() - 1).saturating_sub(TITLES);
        let more = if more > 0 { format!("; and {} more", grouped(more as u64)) } else { String::new() };
        told.entry(format!("{others}{more}")).or_default().insert(number);
    }
    let step = |(others, numbers): (String, BTreeSet<usize>)| {
        let tags = tags(&numbers);
        format!("{tags} also crossed for {others}. Where that is another account, change it there too, to another one.")
    };
    let mut steps: Vec<String> = told.into_iter().map(step).collect();
    if more > 0 {
        steps.push(format!("{} of it crossed for others, too.", count(more, "more secret", "more secrets")));
    }
    steps
}

// Shared secrets told of an account, and accounts told of a shared secret.
const SHARED: usize = 4;
const TITLES: usize = 5;
