//! The page.

use std::fmt;

use wiretale::protocol::{Address, Endpoint, Timestamp};
use wiretale::score::size;

use super::irc::{Client, Server};
use super::paper::{grouped, heading, label, line, list, note, plural};
use super::{Digest, Exposed, Host, Login, Moved, Ssh, UNKNOWN, Unusual};
use crate::foremost::foremost;
use crate::text::Shown;

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.hosts(f)?;
        self.networks(f)?;
        self.files(f)?;
        self.ssh_servers(f)?;
        self.unusual(f)?;
        self.logins(f)?;
        self.exposures(f)?;
        self.foot(f)
    }
}

impl Digest {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packets = plural(self.packets, "packet", "packets");
        let flows = plural(self.flows, "connection", "connections");
        line(f, &format!("{packets}, {}, {flows}", size(self.bytes)))?;
        if let Some(began) = self.began {
            line(f, &format!("from {} to {} UTC", clock(began), clock(self.ended)))?;
        }
        self.notes().iter().try_for_each(|text| note(f, text))
    }

    fn hosts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hosts.map.is_empty() {
            return Ok(());
        }
        heading(f, "Hosts at home")?;
        let mut hosts: Vec<_> = self.hosts.map.iter().collect();
        hosts
            .sort_by_key(|(address, host)| (std::cmp::Reverse(host.contacted + host.answered.len() as u64), **address));
        for (address, host) in hosts.iter().take(ROWS) {
            at_home(f, **address, host)?;
        }
        more(f, hosts.len(), self.hosts.left_out)
    }

    fn networks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = &self.irc.servers;
        if servers.map.is_empty() {
            return Ok(());
        }
        heading(f, "IRC")?;
        for (endpoint, server) in servers.in_order().take(ROWS) {
            let Server { network, name, link, clients } = server;
            let title = match (network.is_empty(), name.is_empty()) {
                (false, false) => format!("{} ({}, {endpoint})", Shown(network), Shown(name)),
                (false, true) => format!("{} ({endpoint})", Shown(network)),
                (true, false) => format!("{} ({endpoint})", Shown(name)),
                (true, true) => endpoint.to_string(),
            };
            line(f, &if *link { format!("{title}, a link between servers") } else { title })?;
            for (address, client) in clients.iter().take(ROWS) {
                person(f, *address, client)?;
            }
            more(f, clients.len(), 0)?;
        }
        more(f, servers.map.len(), servers.left_out)
    }

    fn files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [never_taken, refused, chats, _] = self.offers;
        if self.files.is_empty() && self.offers == [0; 4] {
            return Ok(());
        }
        heading(f, "Files moved")?;
        let when = if self.is_of_one_day() { time_of_day } else { clock };
        for file in self.files.iter().take(ROWS * 2) {
            let Moved { at, name, how, from, to, bytes, missing, mime, sha256 } = file;
            let name = if name.is_empty() { "(no name)".to_owned() } else { Shown(name).to_string() };
            line(f, &format!("{} {how} {from} to {to}: {name}", when(*at)))?;
            let mut facts = vec![size(*bytes)];
            facts.extend(mime.clone());
            facts.extend((*missing > 0).then(|| format!("{} not captured", size(*missing))));
            list(f, "    ", 4, facts.into_iter(), ITEMS)?;
            if let Some(sha256) = sha256 {
                line(f, &format!("    SHA-256 {sha256}"))?;
            }
        }
        more(f, self.files.len().saturating_sub(ROWS), self.files_left_out)?;
        let offers = [
            (never_taken, "offer was never taken", "offers were never taken"),
            (refused, "offer was refused", "offers were refused"),
            (chats, "direct chat", "direct chats"),
        ];
        let told: Vec<String> =
            offers.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| plural(*n, one, many)).collect();
        if told.is_empty() { Ok(()) } else { list(f, "DCC besides: ", 4, told.into_iter(), ITEMS) }
    }

    fn is_of_one_day(&self) -> bool {
        self.began.is_none_or(|began| clock(began).get(..DAY) == clock(self.ended).get(..DAY))
    }

    fn ssh_servers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ssh.map.is_empty() {
            return Ok(());
        }
        heading(f, "SSH servers")?;
        // Those that let somebody in, then those at home, where there is no room for all.
        let matters = |(server, ssh): &(&Endpoint, &Ssh)| (ssh.logins > 0, self.home.is_home(server.address));
        let (servers, _) = foremost(self.ssh.in_order(), ROWS, |a, b| matters(b).cmp(&matters(a)));
        for (server, Ssh { clients, sessions, logins, refused, software }) in servers {
            // Its clients alone may have been captured.
            let mut told = match sessions {
                0 => vec!["its own words were not captured".to_owned()],
                _ => vec![plural(*sessions, "session", "sessions")],
            };
            told.extend((clients.len() > 1).then(|| format!("from {}", plural(clients.len() as u64, "host", "hosts"))));
            told.extend((*logins > 0).then(|| plural(*logins, "login", "logins")));
            told.extend((*refused > 0).then(|| plural(*refused, "attempt refused", "attempts refused")));
            told.extend((!software.is_empty()).then(|| Shown(software).to_string()));
            list(f, &format!("{server}: "), 4, told.into_iter(), ITEMS)?;
        }
        more(f, self.ssh.map.len(), self.ssh.left_out)
    }

    fn unusual(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unusual.map.is_empty() {
            return Ok(());
        }
        heading(f, "Services on unusual ports")?;
        let at_home = |(server, _): &(&Endpoint, &Unusual)| self.home.is_home(server.address);
        let (servers, _) = foremost(self.unusual.in_order(), ROWS, |a, b| at_home(b).cmp(&at_home(a)));
        for (endpoint, Unusual { service, flows, greeting }) in servers {
            let what = if service.is_empty() { "speaks text" } else { service };
            let mut text = format!("{endpoint}: {what}");
            if *flows > 1 {
                text += &format!(", {} times", grouped(*flows));
            }
            if !greeting.is_empty() {
                text += &format!(", says \"{}\"", Shown(greeting.trim_ascii_end()));
            }
            line(f, &text)?;
        }
        more(f, self.unusual.map.len(), self.unusual.left_out)
    }

    fn logins(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.logins.map.is_empty() {
            return Ok(());
        }
        heading(f, "Logins in the clear")?;
        let mut logins: Vec<_> = self.logins.in_order().collect();
        logins.sort_by_key(|(_, Login { accepted, unknown, .. })| *accepted == 0 && *unknown == 0);
        for ((server, user), Login { accepted, refused, unknown }) in logins.into_iter().take(ROWS) {
            let told = outcomes([*accepted, *refused, *unknown]);
            list(f, &label(&format!("ftp://{server} as "), user, ": "), 4, told.into_iter(), ITEMS)?;
        }
        more(f, self.logins.map.len(), self.logins.left_out)
    }

    fn exposures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exposures.map.is_empty() {
            return Ok(());
        }
        heading(f, "Secrets that crossed in the clear")?;
        // Those that were only guessed at come last.
        let mut exposures: Vec<_> = self.exposures.in_order().collect();
        exposures.sort_by_key(|(_, Exposed { outcomes: [accepted, _, unknown], .. })| *accepted == 0 && *unknown == 0);
        for ((kind, account, server), exposed) in exposures.into_iter().take(ROWS * 2) {
            let Exposed { protocol, outcomes: counts, tags, untold } = exposed;
            let whose = if account.is_empty() { "" } else { " of " };
            let how = protocol.map_or(String::new(), |protocol| format!(" ({protocol})"));
            let mut told = outcomes(*counts);
            let more = if *untold { " or more" } else { "" };
            told.extend((tags.len() > 1).then(|| format!("{}{more} different", grouped(tags.len() as u64))));
            let label = label(&format!("{kind}{whose}"), account, &format!(" at {server}{how}: "));
            list(f, &label, 4, told.into_iter(), ITEMS)?;
        }
        more(f, self.exposures.map.len().saturating_sub(ROWS), self.exposures.left_out)
    }

    fn foot(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, left_out) = self.weirds;
        let told = [
            (written, format!("{} in weird.log", plural(written, "oddity", "oddities"))),
            (left_out, format!("{} more of the same left out", grouped(left_out))),
            (self.corrupt, format!("{} with wrong checksums passed over", plural(self.corrupt, "packet", "packets"))),
            (
                self.offloaded,
                format!("{} with checksums left to the network card", plural(self.offloaded, "packet", "packets")),
            ),
            (self.evicted, format!("{} given up for want of room", plural(self.evicted, "connection", "connections"))),
        ];
        let told: Vec<String> = told.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text).collect();
        if told.is_empty() {
            return Ok(());
        }
        writeln!(f)?;
        list(f, "Also: ", 4, told.into_iter(), ITEMS)
    }
}

fn at_home(f: &mut fmt::Formatter<'_>, address: Address, host: &Host) -> fmt::Result {
    let mut label = address.to_string();
    if host.contacted > 0 {
        label += &format!(" opened {}", plural(host.contacted, "connection", "connections"));
    }
    let mut did: Vec<String> = host.asked.iter().map(|(service, n)| format!("{} {service}", grouped(*n))).collect();
    let others = [(host.unknown, "unknown"), (host.unanswered, "unanswered"), (host.refused, "refused")];
    did.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{} {how}", grouped(n))));
    if did.is_empty() {
        line(f, &label)?;
    } else {
        list(f, &format!("{label}: "), 4, did.into_iter(), ITEMS)?;
    }
    let known = |port| host.answered.iter().any(|(other, service)| *other == port && *service != UNKNOWN);
    let answered: Vec<String> = host
        .answered
        .iter()
        .filter(|(port, service)| *service != UNKNOWN || !known(*port))
        .map(|(port, service)| format!("{service} on {port}"))
        .collect();
    if answered.is_empty() { Ok(()) } else { list(f, "    answers ", 12, answered.into_iter(), ITEMS) }
}

fn person(f: &mut fmt::Formatter<'_>, address: Address, client: &Client) -> fmt::Result {
    let nicks = client.nicks.iter().map(|nick| Shown(nick).to_string()).collect::<Vec<_>>();
    let mut label = format!("    {address}");
    if !nicks.is_empty() {
        label += " as ";
    }
    if nicks.is_empty() {
        line(f, &label)?;
    } else {
        list(f, &label, 8, nicks.into_iter(), ITEMS)?;
    }
    if client.refused > 0 {
        line(f, &format!("        refused {}", plural(client.refused, "time", "times")))?;
    }
    if client.channels.is_empty() {
        return Ok(());
    }
    let channels = client.channels.iter().map(|channel| Shown(channel).to_string());
    list(f, "        in ", 11, channels, ITEMS)
}

fn outcomes([accepted, refused, unknown]: [u64; 3]) -> Vec<String> {
    let told = [(accepted, "accepted"), (refused, "refused"), (unknown, "outcome unknown")];
    let counted =
        |(n, word): &(u64, &str)| if *n == 1 { (*word).to_owned() } else { format!("{word} {} times", grouped(*n)) };
    told.iter().filter(|(n, _)| *n > 0).map(counted).collect()
}

fn more(f: &mut fmt::Formatter<'_>, there: usize, left_out: u64) -> fmt::Result {
    match there.saturating_sub(ROWS) as u64 + left_out {
        0 => Ok(()),
        n => writeln!(f, "... and {} more", grouped(n)),
    }
}

fn clock(at: Timestamp) -> String {
    stamp(at, "%Y-%m-%d %H:%M:%S")
}

fn time_of_day(at: Timestamp) -> String {
    stamp(at, "%H:%M:%S")
}

fn stamp(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_nanosecond(at.nanos().into())
        .map_or_else(|_| at.to_string(), |at| at.strftime(format).to_string())
}

const ROWS: usize = 20;
const ITEMS: usize = 24;
// Of a date with its time, the date.
const DAY: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    struct AtHome(Host);

    impl fmt::Display for AtHome {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            at_home(f, Address::v4([10, 0, 0, 7]), &self.0)
        }
    }

    #[test]
    fn who_refuses_answers() {
        let told =
            |unanswered, refused| AtHome(Host { contacted: 9, unanswered, refused, ..Host::default() }).to_string();
        assert_eq!(told(2, 3), "10.0.0.7 opened 9 connections: 2 unanswered, 3 refused\n");
        assert_eq!(told(0, 9), "10.0.0.7 opened 9 connections: 9 refused\n");
        let all = Host { contacted: 9, unknown: 2, refused: 7, ..Host::default() };
        assert_eq!(AtHome(all).to_string(), "10.0.0.7 opened 9 connections: 2 unknown, 7 refused\n");
    }
}
