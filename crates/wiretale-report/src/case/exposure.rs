//! Who must change what: accounts whose secrets crossed in clear, and where else the same secret was used.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use wiretale::protocol::Outcome;
use wiretale::score::Level;

use super::chronicle::Exposed;
use super::finding::Finding;
use super::moment::utc;
use super::shown::count;
use super::{Document, Dossier};
use crate::Shown;

/// The list of exposed accounts, and a text for each. No secret is in it: equal secrets have equal numbers.
#[must_use]
pub fn exposure_list(dossier: &Dossier<'_>) -> Document {
    let exposures = dossier.chronicle.exposures();
    let accounts = accounts(&exposures);
    let mut document = Document::default();
    document.title("Secrets that crossed the network in clear");
    if accounts.is_empty() {
        document.paragraph("None was seen.");
        return document;
    }
    let secrets: BTreeSet<usize> = exposures.iter().map(|exposed| exposed.number).collect();
    document.paragraph(format!(
        "{}, {}. Anybody on the way could read them. The secrets themselves are not kept; where the same one was used \
         twice, it has the same number.",
        count(accounts.len(), "account", "accounts"),
        count(secrets.len(), "different secret", "different secrets"),
    ));
    document.table(
        &["Secret", "Outcome", "Kind", "Account"],
        accounts.iter().map(|account| account.row(dossier)).collect(),
    );
    document.paragraph(
        "Change them in this order: services accounts first, then channel keys, operators, links, and the rest.",
    );
    heard(&mut document, dossier, &exposures);
    for account in &accounts {
        text(&mut document, dossier, account, &accounts);
    }
    document
}

/// Everything about one account.
struct Account<'e> {
    kind: &'static str,
    name: &'e [u8],
    scope: &'e [u8],
    server: IpAddr,
    port: u16,
    numbers: BTreeSet<usize>,
    clients: BTreeSet<IpAddr>,
    first: i64,
    times: usize,
    outcomes: [usize; 3],
}

/// The order of change, kind, name, scope and server.
type Key<'e> = (usize, &'static str, &'e [u8], &'e [u8], IpAddr, u16);

/// By kind in the order of change, then by name.
fn accounts<'e>(exposures: &[&'e Exposed]) -> Vec<Account<'e>> {
    let mut map: BTreeMap<Key<'e>, Account<'e>> = BTreeMap::new();
    for exposed in exposures {
        let (kind, name, scope) = (exposed.kind, &exposed.account[..], &exposed.scope[..]);
        let account =
            map.entry((rank(kind), kind, name, scope, exposed.server, exposed.port)).or_insert_with(|| Account {
                kind,
                name,
                scope,
                server: exposed.server,
                port: exposed.port,
                numbers: BTreeSet::new(),
                clients: BTreeSet::new(),
                first: exposed.at.nanos(),
                times: 0,
                outcomes: [0; 3],
            });
        account.numbers.insert(exposed.number);
        account.clients.insert(exposed.client);
        account.times += 1;
        account.outcomes[outcome(exposed.outcome)] += 1;
    }
    map.into_values().collect()
}

impl Account<'_> {
    fn title(&self, dossier: &Dossier<'_>) -> String {
        let name = if self.name.is_empty() { "an account not named".into() } else { Shown(self.name).to_string() };
        let scope = if self.scope.is_empty() { String::new() } else { format!(" ({})", Shown(self.scope)) };
        format!("{name}{scope} at {} port {}", dossier.called(self.server), self.port)
    }

    fn row(&self, dossier: &Dossier<'_>) -> Vec<String> {
        vec![self.tags(), self.became().to_owned(), self.kind.to_owned(), self.title(dossier)]
    }

    fn tags(&self) -> String {
        self.numbers.iter().map(|number| format!("s{number}")).collect::<Vec<_>>().join(", ")
    }

    const fn became(&self) -> &'static str {
        match self.outcomes {
            [0, 0, _] => "unknown",
            [0, ..] => "refused",
            _ => "accepted",
        }
    }
}

fn text(document: &mut Document, dossier: &Dossier<'_>, account: &Account<'_>, all: &[Account<'_>]) {
    document.heading(account.title(dossier));
    let from = account.clients.iter().take(PEERS).map(|client| dossier.called(*client)).collect::<Vec<_>>().join(", ");
    let became = match account.became() {
        "accepted" => "The server took it: it is the right one.",
        "refused" => "The server refused it; it may still be the right one somewhere else, or nearly right.",
        _ => "Whether the server took it was not seen.",
    };
    document.paragraph(format!(
        "{} crossed in clear {}, first at {} UTC, from {from}. {became}",
        sort(account.kind).0,
        count(account.times, "time", "times"),
        utc(account.first),
    ));
    let mut steps = vec![sort(account.kind).1.to_owned()];
    let same: Vec<String> = all
        .iter()
        .filter(|other| !std::ptr::eq(*other, account) && !other.numbers.is_disjoint(&account.numbers))
        .map(|other| other.title(dossier))
        .collect();
    if !same.is_empty() {
        steps.push(format!("The same secret was used for {}: change it there too, to another one.", same.join("; ")));
    }
    steps.push("Change it wherever else it is used, also where we could not see it.".to_owned());
    steps.push(format!("From now on use encryption to reach {} (TLS, or SSH).", dossier.called(account.server)));
    document.steps(steps);
}

/// What a machine in an intruder's hands could hear: every secret that it sent or took since it was broken into.
fn heard(document: &mut Document, dossier: &Dossier<'_>, exposures: &[&Exposed]) {
    for case in dossier.cases.iter().filter(|case| case.level >= Level::High) {
        let first = Finding::first_sign(&dossier.findings(case)).unwrap_or(case.opened_ns);
        let since = first.min(case.opened_ns).saturating_sub(MARGIN_NS);
        let accounts: BTreeSet<String> = exposures
            .iter()
            .filter(|exposed| {
                exposed.at.nanos() >= since && (exposed.client == case.host || exposed.server == case.host)
            })
            .map(|exposed| {
                let name =
                    if exposed.account.is_empty() { "not named".into() } else { Shown(&exposed.account).to_string() };
                format!("{name} at {} ({}, s{})", dossier.called(exposed.server), exposed.kind, exposed.number)
            })
            .collect();
        if !accounts.is_empty() {
            document.heading(format!("Heard by {}", dossier.called(case.host)));
            document.paragraph(format!(
                "This machine has {}. Whoever controls it could read these, encrypted or not, since {} UTC:",
                super::explain::confidence(case.level),
                utc(since)
            ));
            document.items(accounts.into_iter().collect());
        }
    }
}

const fn outcome(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Accepted => 0,
        Outcome::Refused => 1,
        Outcome::Unknown => 2,
    }
}

/// What kind of secret it is, and what to do about it.
fn sort(kind: &str) -> (&'static str, &'static str) {
    match kind {
        _ if is_services(kind) => (
            "The password of a services account",
            "Change it with the services (SET PASSWORD), over an encrypted connection.",
        ),
        "channel-key" => ("The key of a channel", "Set another key (MODE +k) and tell the members in private."),
        "oper" => (
            "The password of an IRC operator",
            "Have the server's administrator replace the operator block's password.",
        ),
        "link" | "server-link" | "server-pass" => (
            "The password of a link between servers",
            "Replace it in both servers' configuration, and encrypt the link.",
        ),
        "ftp" | "ftp-pass" | "ftp-acct" => {
            ("The password of an FTP account", "Change it on the server, and use SFTP or FTPS.")
        }
        "bouncer" | "bouncer-set" | "bot-login" | "dcc-chat" => {
            ("The password of a bouncer or bot", "Change it there, and reach it over TLS only.")
        }
        _ => ("A password", "Change it."),
    }
}

fn is_services(kind: &str) -> bool {
    [
        "nickserv",
        "chanserv",
        "authserv",
        "q-",
        "x-",
        "sasl",
        "account",
        "set-password",
        "operserv",
        "hostserv",
        "memoserv",
    ]
    .iter()
    .any(|start| kind.starts_with(start))
}

fn rank(kind: &str) -> usize {
    match kind {
        _ if is_services(kind) => 0,
        "channel-key" => 1,
        "oper" => 2,
        "link" | "server-link" | "server-pass" => 3,
        _ => 4,
    }
}

const PEERS: usize = 6;
// An intruder may have been in before the first sign of it.
const MARGIN_NS: i64 = 600_000_000_000;
