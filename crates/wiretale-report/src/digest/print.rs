//! The page.

mod files;
mod hosts;
mod people;
mod secrets;

use std::fmt;

use wiretale::protocol::{Endpoint, Timestamp};
use wiretale::score::size;

use self::hosts::at_home;
use super::paper::{grouped, heading, line, list, note, plural};
use super::{Digest, Ssh, Unusual};
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
