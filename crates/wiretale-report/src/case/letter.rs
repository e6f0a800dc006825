//! The letter to a machine's owner: what was found, what it means, what to do now. Kind, short, without blame.

mod advice;
mod seen;

use std::net::IpAddr;

use wiretale::score::{Case, Level};

use super::explain::confidence;
use super::finding::Finding;
use super::moment::{day, utc};
use super::unseen::unseen;
use super::{Document, Dossier};

use advice::{now, recover};
use seen::{first_seen, listeners, timeline, went_out};

/// A letter for each case at or above `medium`, with the host it is about.
#[must_use]
pub fn letters(dossier: &Dossier<'_>) -> Vec<(IpAddr, Document)> {
    dossier.cases.iter().filter_map(|case| Some((case.host, letter_of(dossier, case)?))).collect()
}

/// Is it a letter as [`letters`] gives it, which nobody has put a name to yet?
#[must_use]
pub fn is_blank(letter: &str) -> bool {
    letter.contains(SENDER)
}

/// The letter for one case, if it is at or above `medium`.
pub(super) fn letter_of(dossier: &Dossier<'_>, case: &Case) -> Option<Document> {
    (case.level >= Level::Medium).then(|| letter(dossier, case))
}

fn letter(dossier: &Dossier<'_>, case: &Case) -> Document {
    let findings = dossier.findings(case);
    let mut letter = Document::default();
    head(&mut letter, dossier, case);
    found(&mut letter, dossier, case, &findings);
    first_seen(&mut letter, dossier, case, &findings);
    listeners(&mut letter, dossier, case, &findings);
    timeline(&mut letter, case, &findings);
    went_out(&mut letter, dossier, case, &findings);
    letter.heading("What we could not see").items(unseen(dossier, case.host));
    what_we_did(&mut letter);
    now(&mut letter, case.level);
    recover(&mut letter, dossier, case, &findings);
    contact(&mut letter);
    letter
}

fn head(letter: &mut Document, dossier: &Dossier<'_>, case: &Case) {
    let called = dossier.called(case.host);
    let known = dossier.inventory.host(case.host);
    let owner = known.and_then(|host| host.owner.clone());
    let to = owner.clone().unwrap_or_else(|| format!("whom it may concern at {called}"));
    let contact =
        known.and_then(|host| host.contact.as_ref()).map(|contact| format!(" <{contact}>")).unwrap_or_default();
    letter.title(format!("Your machine {called}"));
    letter.lines(vec![
        format!("To: {to}{contact}"),
        format!("From: [{SENDER}]"),
        format!("Date: {} (all times are UTC)", day(case.updated_ns)),
        format!("Case: {}", number(case)),
        "Handling: TLP:AMBER. For you and those who help you with this machine; please do not pass it on.".into(),
        "To make sure that this letter is genuine, call us under the number in the directory.".into(),
    ]);
    letter.paragraph(match owner {
        Some(owner) => format!("Dear {owner},"),
        None => "Dear colleague,".to_owned(),
    });
}

/// The case's number: the day it was opened and the host.
pub(super) fn number(case: &Case) -> String {
    format!("{}-{}", utc(case.opened_ns).get(..10).unwrap_or_default().replace('-', ""), case.host)
}

fn found(letter: &mut Document, dossier: &Dossier<'_>, case: &Case, findings: &[Finding<'_>]) {
    let since = Finding::first_sign(findings).map(|at| format!(" The first sign of it is of {} UTC.", utc(at)));
    let called = dossier.called(case.host);
    let text = format!("your machine {called} has {}.{}", confidence(case.level), since.unwrap_or_default());
    letter.paragraph(format!("{}{}", text[..1].to_uppercase(), &text[1..]));
    letter.paragraph(
        "This can happen to anybody, and nothing we saw suggests that you did anything wrong. Please take a few minutes \
         to read what we know and what to do now.",
    );
}

fn what_we_did(letter: &mut Document) {
    letter.heading("What we did");
    letter.paragraph("[Is the machine blocked? Since when, in which direction, and what still works?]");
}

fn contact(letter: &mut Document) {
    letter.heading("Whom to ask");
    letter.paragraph(
        "[Name, telephone and e-mail of the person who helps; until when an answer is needed; what has to be done for \
         the machine to be let back on the network.]",
    );
    letter.paragraph(
        "The connections and packets behind each line above are on record, and we will gladly show them to you.",
    );
}

// Whoever sends it puts a name in this place.
const SENDER: &str = "your name, your office, your telephone number";
// Rows of a table and names in a sentence: a letter is short.
const ROWS: usize = 40;
