//! Who must change what: accounts whose secrets crossed in clear, and where else the same secret was used.

mod account;
mod intruder;
mod kind;
mod stored;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use wiretale::protocol::Outcome;
use wiretale::score::Level;

use self::account::{Account, Whose, accounts, tags};
pub(super) use self::intruder::Intruders;
use super::chronicle::Exposed;
use super::finding::Finding;
use super::moment::utc;
use super::shown::count;
use super::{Document, Dossier};
use crate::digest::{grouped, one_or, plural};

/// The list of exposed accounts, and a text for each. No secret is in it: equal secrets have equal numbers.
#[must_use]
pub fn exposure_list(dossier: &Dossier<'_>) -> Document {
    let mut document = Document::default();
    document.title("Secrets that crossed the network in clear");
    if dossier.chronicle.span().is_none() && !dossier.cases.is_empty() {
        stored::told(&mut document, dossier);
        return document;
    }
    let exposures = dossier.chronicle.exposures().all();
    if exposures.is_empty() {
        document.paragraph("None was seen.");
        return document;
    }
    let accounts = accounts(&exposures);
    let (exposed, guessed): (Vec<_>, Vec<_>) = accounts.iter().partition(|(_, account)| account.is_exposed());
    if !exposed.is_empty() {
        table(&mut document, dossier, &exposed);
    }
    left_out(&mut document, dossier);
    let intruders = Intruders::of(dossier);
    heard(&mut document, dossier, &intruders, &exposures);
    text::all(&mut document, dossier, &intruders, &exposed);
    refused(&mut document, dossier, &guessed, exposed.is_empty());
    document
}

/// An account with whose it is.
type Known<'a, 'e> = (&'a Whose<'e>, &'a Account);

fn table(document: &mut Document, dossier: &Dossier<'_>, exposed: &[Known<'_, '_>]) {
    let secrets: BTreeSet<usize> = exposed.iter().flat_map(|(_, account)| account.numbers()).collect();
    let more = if secrets.contains(&0) { " or more" } else { "" };
    let secrets = match secrets.len() {
        1 => format!("1{more} secret"),
        n => format!("{}{more} different secrets", grouped(n as u64)),
    };
    document.paragraph(format!(
        "{}, {secrets}. Anybody on the way could read them. The secrets themselves are not kept; where the same one was \
         used twice, it has the same number.",
        count(exposed.len(), "account", "accounts"),
    ));
    let rows = exposed.iter().flat_map(|(whose, account)| {
        let kinds = account.kinds.iter().copied().collect::<Vec<_>>().join(", ");
        let by_outcome = [(&account.accepted, "accepted"), (&account.unknown, "unknown")];
        let by_outcome = by_outcome.into_iter().filter(|(numbers, _)| !numbers.is_empty());
        by_outcome
            .map(move |(numbers, outcome)| vec![tags(numbers), outcome.to_owned(), kinds.clone(), whose.title(dossier)])
    });
    document.table(&["Secret", "Outcome", "Kind", "Account"], rows.collect());
    document.paragraph(
        "Change them in this order: services accounts first, then channel keys, operators, links, and the rest.",
    );
}

/// What found no room.
fn left_out(document: &mut Document, dossier: &Dossier<'_>) {
    let exposures = dossier.chronicle.exposures();
    let outcomes = [
        (Outcome::Accepted, "of secrets that were accepted"),
        (Outcome::Unknown, "of secrets whose outcome was not seen"),
        (Outcome::Refused, "of wrong guesses"),
    ];
    for (outcome, what) in outcomes {
        let times = exposures.left_out(outcome);
        if times > 0 {
            let crossings = plural(times, "crossing", "crossings");
            document.paragraph(format!(
                "This list is not complete: for {crossings} {what} there was no room. They are in exposure.log."
            ));
        }
    }
}

/// What a machine in an intruder's hands could hear: every secret that it sent or took since it was broken into.
fn heard(document: &mut Document, dossier: &Dossier<'_>, intruders: &Intruders, exposures: &[Exposed<'_>]) {
    for case in dossier.cases.iter().filter(|case| case.level >= Level::High) {
        let first = Finding::first_sign(&dossier.findings(case)).unwrap_or(case.opened_ns);
        let since = first.min(case.opened_ns).saturating_sub(MARGIN_NS);
        let mut own: BTreeMap<Whose<'_>, BTreeSet<usize>> = BTreeMap::new();
        for Exposed { secret, outcome, crossed } in exposures {
            let mut ways = crossed.ways.iter();
            let heard =
                ways.any(|((from, to), last)| (*from == case.host || *to == case.host) && last.nanos() >= since);
            if heard && *outcome != Outcome::Refused && !intruders.is_door(secret) {
                own.entry(Whose::of(secret)).or_default().insert(secret.number);
            }
        }
        if !own.is_empty() {
            let items = own.iter().map(|(whose, numbers)| format!("{} ({})", whose.title(dossier), tags(numbers)));
            document.heading(format!("Heard by {}", dossier.called(case.host)));
            document.paragraph(format!(
                "This machine has {}; the first sign of it is of {} UTC. Whoever controls it could read these, encrypted or \
                 not. What crossed in the ten minutes before is counted in, for an intruder may have been in already:",
                super::explain::confidence(case.level),
                utc(first)
            ));
            document.items(items.collect());
        }
    }
}

/// Accounts of which nothing but wrong guesses was seen.
fn refused(document: &mut Document, dossier: &Dossier<'_>, guessed: &[Known<'_, '_>], alone: bool) {
    if guessed.is_empty() {
        return;
    }
    let times = guessed.iter().map(|(_, account)| account.wrong.times).sum();
    document.heading("Refused");
    document.paragraph(format!(
        "{} {} refused for {}{}: guesses, or slips of the hand. Whoever mistyped a password here gave away one that is \
         nearly right, or the right one of another account, and should change it.",
        account::guesses(times),
        one_or(times, "was", "were"),
        count(guessed.len(), "account", "accounts"),
        if alone { "" } else { " of which no other secret was seen" },
    ));
    let mut rows: Vec<&Known<'_, '_>> = guessed.iter().collect();
    rows.sort_by_key(|(_, account)| std::cmp::Reverse(account.wrong.times));
    let row = |(whose, account): &Known<'_, '_>| {
        let Account { wrong, .. } = account;
        vec![grouped(wrong.times), wrong.some(dossier, &wrong.senders), whose.title(dossier)]
    };
    document.table(&["Times", "From", "Account"], rows.iter().take(GUESSED).map(|known| row(known)).collect());
    let more = guessed.len().saturating_sub(GUESSED);
    if more > 0 {
        document.paragraph(format!("And {}; exposure.log has all.", count(more, "account more", "accounts more")));
    }
}

// An intruder may have been in before the first sign of it.
const MARGIN_NS: i64 = 600_000_000_000;
// Rows of accounts that were guessed at.
const GUESSED: usize = 60;
